"""What went wrong on the way to a page, as a plain sentence."""

import socket
import ssl
from datetime import timedelta

import httpx

from ticker.errors import FetchError
from ticker.fetch.limits import Limits
from ticker.guard import TooMuchError, refused
from ticker.lookups import unanswered

# Reasons of OpenSSL, by what they mean for who reads a page.
_TLS = {
    "TLSV1_ALERT_PROTOCOL_VERSION": "TLS: the host speaks only versions of it that are too old to be safe",
    "UNSUPPORTED_PROTOCOL": "TLS: the host speaks only versions of it that are too old to be safe",
    "WRONG_VERSION_NUMBER": "TLS: what answers at this port does not speak it",
    "HTTP_REQUEST": "TLS: what answers at this port does not speak it",
    "RECORD_LAYER_FAILURE": "TLS: what answers at this port does not speak it",
    "UNEXPECTED_EOF_WHILE_READING": "TLS: the connection broke off in its handshake",
}
NO_ANSWER = "DNS: no answer from the name service of this machine, or to it from that of the site"
_NO_SUCH_NAME = frozenset((socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)))
_NO_ANSWER = frozenset((socket.EAI_AGAIN, socket.EAI_FAIL))
NO_AUTHORITIES = "TLS: no certificate can be trusted: this machine has none of any authority"


class TooLateError(FetchError):
    """The time that the asker grants ran out: another may have more of it."""


def plainly(error: Exception, limits: Limits, handled: BaseException | None) -> str:
    """For a person; *handled* is the caller's own trouble, not part of it."""
    if why := refused(error):
        return f"{why}; allow_private: true reads it all the same"
    if unanswered(error):
        return NO_ANSWER
    match error:
        case httpx.ConnectTimeout():
            return f"no connection within {seconds(limits.connect)}"
        case httpx.ReadTimeout():
            return f"silent for {seconds(limits.read)}"
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | UnicodeError():
            return f"not a web address: {one_line(error)}"
        case httpx.RemoteProtocolError() if "buffer too long" in str(error):  # h11, of httpcore's 100 KB
            return "too large: the head of the answer is more than 100,000 bytes"
        case httpx.RemoteProtocolError() if "illegal status line" in str(error) and r"\x15\x03" in str(error):
            return "what answers at this port speaks TLS: write https://"
    match _root(error, handled):
        case TooMuchError() as root:
            return f"too large: {root} came over the connection"
        case ssl.SSLCertVerificationError() as root:
            return f"TLS: the certificate is not trusted: {one_line(root.verify_message)}"
        case ssl.SSLError() as root:
            return _TLS.get(root.reason or "", f"TLS: {(root.reason or one_line(root)).replace('_', ' ').lower()}")
        case socket.gaierror() as root:
            return _unresolved(root)
        case ConnectionRefusedError():
            return "connection refused"
        case root:
            return f"the transfer broke: {one_line(root) or type(root).__name__}"


def _unresolved(error: socket.gaierror) -> str:
    """Whether there is no such name, or nobody who could say so: the words of the C library do not tell a person."""
    said = f" ({one_line(error.strerror)})" if error.strerror else ""
    if error.errno in _NO_SUCH_NAME:
        return f"DNS: there is no host of this name{said}"
    return f"{NO_ANSWER}{said}" if error.errno in _NO_ANSWER else f"DNS: {one_line(error.strerror)}"


def _root(error: BaseException, handled: BaseException | None) -> BaseException:
    """The error that *error* came from. By context too: httpcore raises "from None"."""
    while (origin := error.__cause__ or error.__context__) and origin is not handled:
        error = origin
    return error


def one_line(words: object) -> str:
    """For a line that a person reads: foreign words command no terminal, and turn none of ours around."""
    plain = "".join(sign if sign.isprintable() else " " for sign in str(words))  # nor are bidi controls printable
    return " ".join(plain.split())[:200]


def seconds(span: timedelta) -> str:
    """So many s."""
    return f"{span.total_seconds():g} s"
