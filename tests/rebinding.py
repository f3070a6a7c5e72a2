"""Poll a name that a DNS server of our own answers otherwise each time; run by test_ssrf in namespaces of its own.

    unshare --mount --net python -m tests.rebinding FOLDER

Prints a line of JSON: what the DNS server answered, how each poll failed, and how many connections loopback got.
"""

import asyncio
import fcntl
import json
import socket
import struct
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ticker.errors import FetchError
from ticker.fetch import Fetcher
from ticker.model import Source

PUBLIC = "93.184.216.34"  # with no way there from this namespace
HERE = "127.0.0.1"
NAME = "rebind.example.test"
A = 1  # a question for an address of IPv4 (RFC 1035 §3.2.2)
ASKED = 3  # polls

answered: list[str] = []


def loopback_up() -> None:
    """What `ip link set lo up` does, which is not everywhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def answer_names() -> None:
    """A name server: the first question for an address is answered with a public one, all others with loopback."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((HERE, 53))
    while True:
        query, asker = server.recvfrom(512)
        end = query.index(b"\0", 12) + 5
        (kind,) = struct.unpack(">H", query[end - 4 : end - 2])
        head = query[:2] + struct.pack(">5H", 0x8180, 1, int(kind == A), 0, 0) + query[12:end]
        if kind == A:
            answered.append(HERE if answered else PUBLIC)
            head += struct.pack(">HHHIH", 0xC00C, A, 1, 0, 4) + socket.inet_aton(answered[-1])
        server.sendto(head, asker)


def accept(listening: socket.socket, met: list[object]) -> None:
    while True:
        connection, where = listening.accept()
        met.append(where)
        connection.close()


async def polled(port: int) -> list[str]:
    url = f"http://{NAME}:{port}/"
    source = Source("desk", "Desk", (url,), ZoneInfo("UTC"), timeout=timedelta(seconds=3))
    fetch, details = Fetcher(clock=lambda: datetime.now(UTC)), []  # noqa: TID251 - a program of its own
    for _ in range(ASKED):
        try:
            await fetch(source, url, None)
        except FetchError as error:
            details.append(error.detail)
    return details


def main(folder: Path) -> None:
    (folder / "resolv.conf").write_text(f"nameserver {HERE}\n")
    subprocess.run(["mount", "--bind", folder / "resolv.conf", "/etc/resolv.conf"], check=True)
    loopback_up()
    met: list[object] = []
    listening = socket.create_server((HERE, 0))
    for work in (answer_names, lambda: accept(listening, met)):
        threading.Thread(target=work, daemon=True).start()
    details = asyncio.run(polled(listening.getsockname()[1]))
    print(json.dumps({"answered": answered, "details": details, "met": len(met)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
