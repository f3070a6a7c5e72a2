"""What stands on `/item/{uuid}`: one headline, how its wording became what it is, and what came before and after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ticker.model import Item, Wish
from ticker.serve.differences import Piece, pieces
from ticker.serve.library import Library
from ticker.serve.site import Site, item_path, page_address

CROWDED = 600  # headlines; no ten minutes have more, for no two of a source share a second
NEAR = timedelta(minutes=10)  # how far the headline after this one is looked for first
WIDER = 12  # times as far with each look, in which there was none

# Facebook's names of the languages that are not named like their country; others are as `fr_FR` (The Open Graph
# protocol, og:locale, wants a territory, and a bare language tag names none)
_LOCALES = {
    "ar": "ar_AR", "en": "en_US", "fa": "fa_IR", "he": "he_IL", "ur": "ur_PK", "ckb": "cb_IQ", "ps": "ps_AF",
    "uk": "uk_UA", "el": "el_GR", "cs": "cs_CZ", "da": "da_DK", "sv": "sv_SE", "sl": "sl_SI", "et": "et_EE",
    "sq": "sq_AL", "sr": "sr_RS", "ja": "ja_JP", "ko": "ko_KR", "zh": "zh_CN", "hi": "hi_IN", "bn": "bn_IN",
    "vi": "vi_VN", "am": "am_ET", "ka": "ka_GE", "hy": "hy_AM", "nb": "nb_NO", "ca": "ca_ES", "sw": "sw_KE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """From one wording, or printed time, to the next."""

    at: datetime  # when the next one was seen
    since: datetime  # when what it replaced was first seen
    was: str  # the wording before
    changes: Sequence[Piece]  # from that one to the next; a single one that stayed, where only the time was corrected
    printed: tuple[str, str] | None  # the time beside it, before and after, where that changed
    reason: str  # why it was taken for the same item; "" where that is not known

    @property
    def reworded(self) -> bool:
        return any(piece.kind != "same" for piece in self.changes)

    @property
    def brief(self) -> bool:
        """Whether it was replaced within the minute that it came in: only seconds tell the two apart."""
        return self.since.replace(second=0, microsecond=0) == self.at.replace(second=0, microsecond=0)


async def view(site: Site, library: Library, item: Item, now: datetime) -> dict[str, object]:
    """What item.html is filled with."""
    newer = await _next(library, item, now)
    older = await library.find(Wish(frozenset((item.source,)), until=item.published, limit=1))
    return {
        **alone(site, item),
        "newer": site.line(newer) if newer else None,
        "older": site.line(older[0][1]) if older else None,
    }


def alone(site: Site, item: Item) -> dict[str, object]:
    """The same of a page that leads to no other."""
    line = site.line(item)
    return {
        "channel": site.combined,
        "line": line,
        "address": f"{site.combined.public_url}{line.path}",
        "locale": locale(line.source.language),
        "source_link": page_address(line.source),
        "followed": line.source.name in site.sources,
        "steps": list(reversed(steps(item))),
        "repeated": item_path(item.repost_of) if item.repost_of else None,
        "newer": None,
        "older": None,
    }


def steps(item: Item) -> list[Step]:
    """How *item* became what it says, oldest first."""
    says = [(revision.title, revision.printed, revision.seen_at) for revision in item.revisions]
    says.append((item.title, item.printed, item.updated))
    return [
        Step(
            at=was.until or seen_at,
            since=was.seen_at,
            was=was.title,
            changes=pieces(was.title, title),
            printed=(was.printed, printed) if was.printed and printed and was.printed != printed else None,
            reason=was.reason,
        )
        for was, (title, printed, seen_at) in zip(item.revisions, says[1:], strict=True)
    ]


async def _next(library: Library, item: Item, now: datetime) -> Item | None:
    """The headline of the source that came after *item*: looked for further and further on, up to *now*."""
    since, reach = item.published + timedelta(seconds=1), NEAR
    while since <= now:
        wish = Wish(frozenset((item.source,)), since=since, until=since + reach, limit=CROWDED)
        if found := await library.find(wish):
            return found[-1][1]
        since, reach = since + reach, reach * WIDER
    return None


def locale(language: str) -> str:
    """As og:locale writes *language*, a BCP 47 tag: `ar_LB` of `ar-LB`, `fr_FR` of `fr`."""
    primary, *rest = language.split("-")
    region = next((part for part in rest if len(part) == 2 and part.isalpha()), "")
    if region:
        return f"{primary.lower()}_{region.upper()}"
    return _LOCALES.get(primary.lower(), f"{primary.lower()}_{primary.upper()}")
