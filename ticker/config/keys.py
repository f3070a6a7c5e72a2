"""The keys that may be written, each with the type that carries its rule, and what holds without it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, is_dataclass
from datetime import timedelta
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo, with_config

from ticker.config.access import LOOPBACK, Proxies, ReadToken, Token
from ticker.config.addresses import Contact, Host, HubUrls, PublicUrl, Store, Urls
from ticker.config.durations import MINUTELY, Days, EveryOrRange, Keep, Minutes, OwnKeep, Seconds
from ticker.config.names import Charset, Language, Name, Zone
from ticker.config.notify import Chosen, Private, Secret, Target, TargetName, To, Words
from ticker.config.texts import OR_EMPTY, Headers, Selector, Text
from ticker.config.words import KeyPath
from ticker.model import Selectors, Source


def _obey_or_ignore(value: object) -> object:
    if value not in ("obey", "ignore"):
        raise ValueError("must be obey or ignore; write robots: obey")
    return value


_strict = with_config(ConfigDict(extra="forbid"))
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
_Count = Annotated[int, Field(strict=True, ge=1, le=10_000)]
Robots = Annotated[Literal["obey", "ignore"], BeforeValidator(_obey_or_ignore)]
_Streams = Annotated[int, Field(strict=True, ge=1, le=100_000)]
_Flag = Annotated[bool, Field(strict=True)]
OR_NONE = BeforeValidator(lambda value: [] if value is None else value)  # a list whose entries are all commented out


def _not_below_min_items(value: int, info: ValidationInfo) -> int:
    least = info.data.get("min_items", 0)
    if value < least:
        raise ValueError(f"is {value}, below min_items, {least}; write max_items: {least} or more")
    return value


@_strict
@dataclass(frozen=True, slots=True)
class Server:
    """Where the service listens, and the address that readers know it by."""

    host: Host = "127.0.0.1"
    port: _Port = 8000
    public_url: PublicUrl = ""  # ends in "/"; when none is given it is made of the two above
    log_requests: bool = False
    proxies: Proxies = LOOPBACK  # who may say for whom they ask
    live_clients: _Streams = 2000  # open pages that are told what is new
    read_token: ReadToken = field(default=Token(), repr=False)  # without it, anybody may read

    def __post_init__(self) -> None:
        if not self.public_url:
            host = "127.0.0.1" if self.host in _EVERYWHERE else self.host
            object.__setattr__(self, "public_url", f"http://{f'[{host}]' if ':' in host else host}:{self.port}/")


@_strict
@dataclass(frozen=True, slots=True)
class FeedSettings:
    """How much a feed holds (all of `max_age`, never fewer than `min_items` nor more than `max_items`); who is told."""

    min_items: _Count = 100
    max_items: Annotated[_Count, Field(validate_default=True), AfterValidator(_not_below_min_items)] = 500
    max_age: Minutes = timedelta(hours=24)
    title: Text = ""  # of the feed of all sources; when none is given it is made of theirs
    hubs: HubUrls = ()  # foreign WebSub hubs that are told what is new
    hub: _Flag = False  # be a WebSub hub as well, at {public_url}hub
    hub_private: _Flag = False  # hubs and callbacks may be at private addresses


@_strict
@dataclass(frozen=True, slots=True)
class _Selectors:
    """`selectors:` of a source as written; "" stands for a key that is not there."""

    block: Selector
    time: Selector = ""
    headline: Selector = ""
    link: Selector = ""


@_strict
@dataclass(frozen=True, slots=True)
class _Source:
    """A source as written; "" stands for a key that is not there."""

    name: Name
    url: Urls
    timezone: Zone
    title: Text = ""
    heading: Text = ""
    selectors: _Selectors | None = None
    language: Language = "en"
    every: EveryOrRange = MINUTELY
    timeout: Seconds = timedelta(seconds=30)
    robots: Robots = "obey"
    headers: Headers = field(default_factory=dict)
    charset: Charset = ""
    allow_private: _Flag = False
    keep: OwnKeep = ""

    def checked(self, keep: timedelta | None) -> Source:
        """What is polled, *keep* standing in for its own."""
        css = self.selectors
        return Source(
            name=self.name,
            title=self.title or self.heading or self.name,
            urls=tuple(self.url),
            zone=self.timezone,
            heading=self.heading or None,
            selectors=Selectors(css.block, css.time or None, css.headline or None, css.link or None) if css else None,
            language=self.language,
            every=self.every.least,
            slowest=self.every.most,
            timeout=self.timeout,
            robots=self.robots,
            headers=self.headers,
            charset=self.charset or None,
            allow_private=self.allow_private,
            keep=keep if self.keep == "" else self.keep,
        )


@_strict
@dataclass(frozen=True, slots=True)
class _Target:
    """Somebody who is told, as written; "" stands for a key that is not there."""

    to: To
    name: TargetName = ""
    alarms: _Flag = True
    headlines: _Flag = False
    match: Words = ()
    without: Words = ()
    sources: Chosen = ()
    secret: Secret = ""
    allow_private: Private = False

    def checked(self) -> Target:
        chosen = (self.match, self.without, self.sources)
        return Target(self.name, self.to, self.alarms, self.headlines, *chosen, self.secret, self.allow_private)


@_strict
@dataclass(frozen=True, slots=True)
class File:
    """config.yaml as written."""

    sources: Annotated[list[_Source], Field(min_length=1)]
    server: Annotated[Server, OR_EMPTY] = field(default_factory=Server)
    store: Store = "sqlite:///data/ticker.db"
    feed: Annotated[FeedSettings, OR_EMPTY] = field(default_factory=FeedSettings)
    keep: Keep = None  # for ever
    keep_polls: Days = timedelta(days=30)
    contact: Contact = ""
    notify: Annotated[list[_Target], OR_NONE] = field(default_factory=list)


def keys(shape: type, at: KeyPath = ()) -> Iterator[tuple[KeyPath, type]]:
    """Every key that holds a value, with the type of it; 0 stands for the place in a list."""
    for name, hint in get_type_hints(shape).items():
        kinds = [get_origin(hint) or hint, *get_args(hint)]  # of list[_Source], both
        inner = next((kind for kind in kinds if is_dataclass(kind)), None)
        if isinstance(inner, type):
            yield from keys(inner, (*at, name, 0) if list in kinds else (*at, name))
        else:
            yield (*at, name), kinds[0]
