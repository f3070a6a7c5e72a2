"""Faults that lie elsewhere: redirects, certificates, robots.txt. Each leads to a server beside (`beside.py`)."""

from collections.abc import Mapping

from ticker.demo.adversary.fault import Behaviour, Fault, Visit
from ticker.demo.adversary.wire import answer
from ticker.errors import Cause


def _to(place: str) -> Behaviour:
    """On to an address, or to the server beside of that name."""

    async def behave(visit: Visit) -> None:
        await visit.send(answer("", 302, location=visit.beside.get(place, place)))

    return behave


async def _endless(visit: Visit) -> None:
    path, _, number = visit.asked.target.partition("?")
    await visit.send(answer("", 302, location=f"{path}?{int(number or 0) + 1}"))


async def _nowhere(visit: Visit) -> None:
    await visit.send(answer("", 302))


def _elsewhere(does: str, behave: Behaviour, says: str, cause: Cause = "unreachable") -> Fault:
    return Fault("elsewhere", does, behave, cause, says)


def _tls(does: str, place: str, says: str) -> Fault:
    return Fault("tls", does, _to(place), "unreachable", says)


def _robots(does: str, place: str, cause: Cause) -> Fault:
    return Fault("robots", does, _to(place), cause, "robots")


FAULTS: Mapping[str, Fault] = {
    "endless-redirects": _elsewhere("Redirects to another address each time, without end", _endless, "redirects"),
    "redirect-loop": _elsewhere("Redirects to itself", _to("/"), "redirects"),
    "redirect-to-file": _elsewhere(
        "Redirects to a file of the machine that asks", _to("file:///etc/passwd"), "not a web address"
    ),
    "redirect-to-nothing": _elsewhere("Redirects without saying where to", _nowhere, "302", "refused"),
    "redirect-to-another-page": _elsewhere(
        "Redirects to a healthy page of somebody else, as parked domains do", _to("stranger"), "", "heading-absent"
    ),
    "tls-expired": _tls("Redirects to https, where the certificate has expired", "expired", "TLS"),
    "tls-self-signed": _tls("Redirects to https, where nobody signed the certificate", "self-signed", "TLS"),
    "tls-wrong-host": _tls("Redirects to https, where the certificate is for another host", "wrong-host", "TLS"),
    "tls-plaintext": _tls("Redirects to https, where the server speaks plain HTTP", "plaintext", "TLS"),
    "robots-forbids": _robots("Redirects to a host whose robots.txt forbids the page", "robots-forbids", "refused"),
    "robots-hangs": _robots("Redirects to a host that never answers for its robots.txt", "robots-hangs", "unreachable"),
    "robots-500": _robots("Redirects to a host that answers 500 for its robots.txt", "robots-500", "refused"),
}
