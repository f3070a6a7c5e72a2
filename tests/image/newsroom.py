"""The page of a newsroom, from the folder that is mounted at /www.

While a file `hangs` lies there, nobody gets an answer, and each who asks for the page is noted in `asked`.
Runs in a container that holds nothing but Python.
"""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path("/www")
ROBOTS = b"User-agent: *\nAllow: /\n"


class Desk(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        page = self.path == "/"
        while page and (FOLDER / "hangs").exists():
            (FOLDER / "asked").touch()
            time.sleep(0.1)
        answer = (FOLDER / "index.html").read_bytes() if page else ROBOTS
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8" if page else "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


ThreadingHTTPServer(("", 8080), Desk).serve_forever()
