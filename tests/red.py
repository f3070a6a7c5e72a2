"""`python -m tests.red URL…`: what REDbot has to say of each address, as JSON: address -> id of the note -> its words.

As the program `redbot` does it, for many addresses in one process: it takes longer to start than to ask. In a process
of its own, for its event loop is not asyncio's.
"""

import json
import sys
from configparser import ConfigParser

import thor
from redbot.formatter import find_formatter  # type: ignore[import-untyped]  # it comes without types
from redbot.resource import HttpResource  # type: ignore[import-untyped]


def report(urls: list[str]) -> dict[str, dict[str, str]]:
    """Level and words of every note, of all addresses at once."""
    parser = ConfigParser()
    parser.read_dict({"redbot": {"enable_local_access": "True"}})
    found: dict[str, dict[str, str]] = {}
    for url in urls:
        _ask(url, parser["redbot"], found, len(urls))
    thor.run()
    return found


def _ask(url: str, config: object, found: dict[str, dict[str, str]], wanted: int) -> None:
    said: list[str] = []
    resource = HttpResource(config, descend=False)
    resource.set_request(url)
    facts = {"tty_out": False, "descend": False}
    formatter = find_formatter("har", "text", False)(config, resource, said.append, facts)
    formatter.bind_resource(resource)

    @thor.events.on(formatter)
    def formatter_done() -> None:
        (entry,) = json.loads("".join(said))["log"]["entries"]
        found[url] = {note["note_id"]: f"{note['level']}: {note['summary']}" for note in entry["_red_messages"]}
        if len(found) == wanted:
            thor.stop()

    resource.check()


if __name__ == "__main__":
    print(json.dumps(report(sys.argv[1:])))
