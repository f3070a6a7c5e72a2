"""The section `notify`: who is told of trouble and of headlines, and where the secrets of it are.

An address with a secret in it does not belong in the file: `to: {env: NAME}` or `to: {file: PATH}` say where it is.
Each rule raises ValueError with what is wrong and the cure; no message repeats a secret.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from ticker.config.addresses import _address, is_private
from ticker.config.words import EXAMPLES
from ticker.text import fold

LONGEST = 60  # letters of a name: the store keeps 64
MOST_WORDS = 100  # of `match`, and of `without`
MOST_BYTES = 8_192  # of a file that holds one secret
ELSEWHERE = "{env: NAME} or {file: /run/secrets/name}"

_SCHEME = re.compile("([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_SECRET_KEYS = re.compile("[?&](pass(word)?|pwd|token|key|api_?key|secret|access_token)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to tell, and what of."""

    name: str  # in logs, and in the store
    to: str = field(repr=False)  # http(s): a webhook; any other scheme is Apprise's
    alarms: bool = True
    headlines: bool = False
    match: tuple[str, ...] = ()  # only headlines that hold one of these
    without: tuple[str, ...] = ()  # none that hold one of these
    sources: tuple[str, ...] = ()  # names; () for all
    secret: str = field(default="", repr=False)  # signs what a webhook gets
    allow_private: bool = False  # a webhook may be at a private address


def _to(value: object, info: ValidationInfo) -> str:
    if isinstance(value, Mapping):
        return _checked(held(value, info), ", as the place that it names says")
    if not isinstance(value, str) or not value:
        raise ValueError(f"must be an address; write to: {EXAMPLES['to']}, or to: {ELSEWHERE}")
    if _holds_secret(value):
        cure = f"write to: {ELSEWHERE}, and the address there"
        raise ValueError(f"holds a user name, password or token, which does not belong in this file; {cure}")
    return _checked(value, "")


def _holds_secret(address: str) -> bool:
    """Whether there is an account in *address*, or what is no port after the colon of its host (tgram://123:ABC/)."""
    authority = re.split(r"[/?#\\]", re.sub(r"^([\w+.-]*:)?[/\\]*", "", address))[0]
    after = authority.rpartition("]")[2].partition(":")[2]
    return "@" in authority or bool(after and not after.isdecimal()) or bool(_SECRET_KEYS.search(address))


def _checked(address: str, where: str) -> str:
    """*address*, when it can be one; what is said of it does not repeat it."""
    example = f"write to: {EXAMPLES['to']}"
    if re.search(r"[\s\x00-\x1f\x7f]", address) or not address.isascii():
        says = "holds a space, a line break or a letter outside ASCII"
        raise ValueError(f"{says}{where}; write the xn-- and %XX forms")
    scheme = _SCHEME.match(address)
    if scheme is None:
        raise ValueError(f"has no https:// in front{where}, nor another scheme of Apprise (tgram://); {example}")
    if not address[scheme.end() :].strip("/"):
        raise ValueError(f"names nothing after {scheme[0]}{where}; {example}")
    if is_web(address):
        plain = re.sub(r"^(https?://)[^/?#]*@", r"\1", address, flags=re.IGNORECASE)
        _address(plain, "to")
        if "#" in plain:
            raise ValueError(f"holds a #, which is not sent{where}; write it without")
    return address


def is_web(address: str) -> bool:
    """Whether *address* is a webhook, which needs no Apprise."""
    return address.lower().startswith(("http://", "https://"))


def _secret(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, Mapping):
        raise ValueError(f"is a secret, which does not belong in this file; write secret: {ELSEWHERE}")
    if not _is_hook(info):
        raise ValueError("signs what webhooks get (https://), and is unknown to other targets; remove it")
    return held(value, info)


def held(value: Mapping[str, Any], info: ValidationInfo, *, own: str = "") -> str:
    """What the environment or a file holds; *own* is the variable that stands in place of the key, if it has one."""
    key = str(info.field_name)
    said = [(where, name) for where, name in value.items() if isinstance(name, str) and name.strip()]
    if len(value) != 1 or len(said) != 1 or said[0][0] not in ("env", "file"):
        raise ValueError(f"says not where it is; write {key}: {ELSEWHERE}")
    (where, name), context = said[0], info.context or {}
    return _of_environment(name, context, own) if where == "env" else _of_file(name, context)


def _of_environment(name: str, context: Mapping[str, Any], own: str) -> str:
    if name.startswith("TICKER_") and name != own:
        raise ValueError(f"{name} begins like a key of this file; name the variable otherwise, as HOOK_URL")
    found = str(context.get("environ", {}).get(name, "")).strip()
    if not found:
        raise ValueError(f"there is no variable {name} in the environment, or it is empty; set it")
    return found


def _of_file(name: str, context: Mapping[str, Any]) -> str:
    path = Path(context.get("beside", "."), name)
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no name of a file"
        raise ValueError(f"{path} cannot be read: {reason}; put one line with the secret there") from None
    try:
        found = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        found = ""
    if not found or len(raw) > MOST_BYTES or len(found.splitlines()) > 1:
        raise ValueError(f"{path} must hold one line of text, the secret and nothing else")
    return found


def _name(value: object, info: ValidationInfo) -> str:
    if not isinstance(value, str) or not re.fullmatch(f"[a-z0-9.-]{{1,{LONGEST}}}", value):
        raise ValueError(f"is for logs: a-z, 0-9, . and -, at most {LONGEST}; write name: desk")
    names: set[str] = (info.context or {}).setdefault("targets", set())
    if value in names:
        raise ValueError(f"{value} is the name of another target before; write another, name: {value}-2")
    names.add(value)
    return value


def _words(value: object, info: ValidationInfo) -> tuple[str, ...]:
    key = str(info.field_name)
    words = _texts(value, key, EXAMPLES[key])
    if info.data.get("headlines") is False:
        raise ValueError("chooses among headlines, and none are told here; write headlines: true, or remove it")
    if len(words) > MOST_WORDS or any(not fold(word.replace('"', " ")) for word in words):
        raise ValueError(f"must be 1 to {MOST_WORDS} texts with something to look for; write {key}: {EXAMPLES[key]}")
    return words


def _chosen(value: object, info: ValidationInfo) -> tuple[str, ...]:
    chosen = _texts(value, "sources", "[city]")
    names: set[str] = (info.context or {}).get("names", set())
    for name in chosen:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            cure = f"did you mean {near[0]}?" if near else "write the name of one that stands under sources"
            raise ValueError(f"{name!r} is the name of no source; {cure}")
    return chosen


def _texts(value: object, key: str, example: str) -> tuple[str, ...]:
    """One text, or a list of them."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError(f"must be a text or a list of texts; write {key}: {example}")
    return tuple(texts)


def _is_hook(info: ValidationInfo) -> bool:
    """Of a target whose address is wrong, that alone is told."""
    return "to" not in info.data or is_web(info.data["to"])


def _private(value: bool, info: ValidationInfo) -> bool:
    if value and not _is_hook(info):
        raise ValueError("is for webhooks (https://): Apprise goes wherever its address leads; remove it")
    return value


To = Annotated[str, PlainValidator(_to)]
Secret = Annotated[str, PlainValidator(_secret)]
TargetName = Annotated[str, PlainValidator(_name)]
Words = Annotated[tuple[str, ...], PlainValidator(_words)]
Chosen = Annotated[tuple[str, ...], PlainValidator(_chosen)]
Private = Annotated[bool, Field(strict=True), AfterValidator(_private)]


def named(targets: Sequence[Target]) -> tuple[Target, ...]:
    """*targets*, with names for those that have none: the host of a webhook, else the scheme; the rest is secret."""
    found: list[Target] = []
    taken = {target.name for target in targets}
    for target in targets:
        name = target.name or _free(_call(target.to), taken)
        taken.add(name)
        found.append(replace(target, name=name))
    return tuple(found)


def _call(address: str) -> str:
    parts = urlsplit(address)
    return ((parts.hostname if is_web(address) else None) or parts.scheme).lower()[: LONGEST - 4]


def _free(name: str, taken: set[str]) -> str:
    others = (f"{name}-{number}" for number in count(2))
    return next(each for each in chain([name], others) if each not in taken)


def doubts(targets: Iterable[Target]) -> Iterable[str]:
    """What is allowed and probably not meant, a plain sentence each."""
    for target in targets:
        if not target.alarms and not target.headlines:
            yield f"target {target.name} of notify is told nothing; write alarms: true or headlines: true"
        if not is_web(target.to) and find_spec("apprise") is None:
            cure = "install the extra notify (docs/operations.md), or write the https:// address of a webhook"
            yield f"target {target.name} of notify needs Apprise, which is not installed; {cure}"
        if is_web(target.to) and is_private(urlsplit(target.to).hostname or "") and not target.allow_private:
            later = "without allow_private: true it is told nothing"
            yield f"target {target.name} of notify is at a private address; {later}"
