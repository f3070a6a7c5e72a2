"""Certificates that must not be trusted, made at run time by `openssl`."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
_HERE = "subjectAltName=IP:127.0.0.1"
_OTHER = "subjectAltName=DNS:elsewhere.example"


@dataclass(frozen=True, slots=True)
class Certificates:
    """What the servers with bad certificates show; *authority* would have to be trusted to tell them apart."""

    authority: Path
    contexts: dict[str, ssl.SSLContext]  # expired, self-signed, wrong-host


def available() -> bool:
    """Whether there is an `openssl` to make them with."""
    return which("openssl") is not None


def made_in(folder: Path) -> Certificates:
    """Make all of them; takes a tenth of a second.

    Raises:
        OSError: there is no `openssl`.
        subprocess.CalledProcessError: it is one that cannot.
    """
    _openssl(folder, "req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=Newsroom authority", *_out("authority"))
    _openssl(
        folder, "req", "-x509", *_KEY, "-days", "2", "-subj", "/CN=newsroom", "-addext", _HERE, *_out("self-signed")
    )
    _signed(folder, "expired", _HERE, days=-1)
    _signed(folder, "wrong-host", _OTHER, days=2)
    contexts = {name: _context(folder, name) for name in ("expired", "self-signed", "wrong-host")}
    return Certificates(folder / "authority.pem", contexts)


def _out(name: str) -> tuple[str, ...]:
    return "-keyout", f"{name}.key", "-out", f"{name}.pem"


def _signed(folder: Path, name: str, host: str, *, days: int) -> None:
    """By the authority, valid for so many days from now."""
    wish = ("-keyout", f"{name}.key", "-out", f"{name}.csr")
    _openssl(folder, "req", *_KEY, "-subj", "/CN=newsroom", "-addext", host, *wish)
    authority = ("-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial")
    given = ("-days", str(days), "-copy_extensions", "copy", "-out", f"{name}.pem")
    _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *authority, *given)


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607 - our own words


def _context(folder: Path, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context
