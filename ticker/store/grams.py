"""The index of search, in SQLite: the grams of each title, in a table of FTS5. Nothing else knows its dialect.

A document is one item that is no repost: the three letters from each place of its folded title on, and its source, as
words. Terms of one or two letters are prefixes of these, with an index of their own (`prefix`). Documents are numbered
in page order, so that a page of hits is read from its beginning and ends with its limit, however many more there are.

It finds what may hold the terms; whoever asks looks at the titles themselves. The table holds no text: it is made of
the items by a view, and triggers on them keep it, inside the transaction that changes them.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, String, column, func, select, table, text

from ticker.model import Wish
from ticker.store.among import among
from ticker.store.tables import items

BITS = 30  # of a document's number that are items.id: a thousand million items
FIRST, LAST = -(1 << 33), (1 << 33) - 1  # seconds since 1970: a number has 64 bits
LETTERS = 3  # of a gram
ALL_GRAMS = 8  # letters of a term of which each gram is asked for; of a longer one those that cover it: fewer lists
MOST_SOURCES = 50  # that are asked for by name

# Noncharacters, which `text.fold` drops: neither a title nor a term holds them.
_BLANK, _SOURCE, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_SIGNS = "".join(chr(code) for code in range(0x21, 0x7F) if not chr(code).isalnum())


def _quoted(raw: str) -> str:
    return "'" + raw.replace("'", "''") + "'"


_DOCUMENTS = f"""
    CREATE VIEW search_documents AS SELECT (published << {BITS} | id) AS number, (
        WITH RECURSIVE
            padded (title) AS (SELECT replace(title_fold, ' ', '{_BLANK}') || '{_END * (LETTERS - 1)}'),
            places (place) AS (SELECT 1 UNION ALL SELECT place + 1 FROM places WHERE place < length(title_fold))
        SELECT group_concat(substr(title, place, {LETTERS}), ' ') FROM padded, places
    ) || ' {_SOURCE}' || source AS grams, id, published FROM items WHERE repost_of IS NULL
"""  # noqa: S608 - of constants
_TABLE = (
    "CREATE VIRTUAL TABLE search USING fts5(grams, content='search_documents', "
    "content_rowid='number', columnsize=0, detail=none, prefix='1 2', "
    f"tokenize={_quoted(f'ascii tokenchars {_quoted(_SIGNS)}')})"
)
_DELETE = (
    "INSERT INTO search (search, rowid, grams) SELECT 'delete', number, grams FROM search_documents WHERE id = old.id; "
)
_INSERT = "INSERT INTO search (rowid, grams) SELECT number, grams FROM search_documents WHERE id = new.id; "
_CHANGED = ("title_fold", "source", "published", "repost_of")
_UPDATE = (
    f"UPDATE OF {', '.join(_CHANGED)} ON items WHEN {' OR '.join(f'old.{name} IS NOT new.{name}' for name in _CHANGED)}"
)
_TRIGGERS = (
    f"CREATE TRIGGER search_inserted AFTER INSERT ON items BEGIN {_INSERT} END",
    f"CREATE TRIGGER search_deletes BEFORE DELETE ON items BEGIN {_DELETE} END",
    f"CREATE TRIGGER search_updates BEFORE {_UPDATE} BEGIN {_DELETE} END",
    f"CREATE TRIGGER search_updated AFTER {_UPDATE} BEGIN {_INSERT} END",
)
_FILL = """
    INSERT INTO search (rowid, grams) SELECT number, grams FROM search_documents
    WHERE published >= :since AND published < :until ORDER BY number
"""
AT_ONCE = 10_000  # items, while it is filled
_search = table("search", column("rowid", BigInteger), column("search", String))


def build(db: Connection) -> Iterator[int]:
    """Make the index of the items there are, in this transaction; gives how many are done, again and again.

    In page order: else FTS5 would write what it has at each step back.
    """
    db.exec_driver_sql(_DOCUMENTS)
    db.exec_driver_sql(_TABLE)
    done, since, beyond = 0, FIRST, text("SELECT published FROM items WHERE published >= :since ORDER BY published")
    following = text(f"{beyond} LIMIT 1 OFFSET {AT_ONCE}")
    while since < LAST:
        until = db.scalar(following, {"since": since}) or LAST
        done += db.execute(text(_FILL), {"since": since, "until": until}).rowcount
        yield done
        since = until if until > since else since + 1
    for trigger in _TRIGGERS:
        db.exec_driver_sql(trigger)


def hits(wish: Wish) -> Select[Any] | None:
    """The numbers of the items wished for, in page order; None where the index is of no help."""
    asked = match(wish)
    if asked is None:
        return None
    mask = (1 << BITS) - 1
    query = (
        select(items.c.id)
        .select_from(_search.join(items, items.c.id == _search.c.rowid.op("&")(mask)))
        .where(_search.c.search.op("MATCH")(asked))
        .order_by(_search.c.rowid.desc())
    )
    if wish.since is not None:
        query = query.where(_search.c.rowid >= place(wish.since))
    if wish.until is not None:
        query = query.where(_search.c.rowid < place(wish.until))
    if wish.after is not None:
        query = query.where(_search.c.rowid < place(*wish.after))
    if wish.sources is not None and not 0 < len(wish.sources) <= MOST_SOURCES:
        query = query.where(among(items.c.source.concat(""), wish.sources))  # an index on it must not lead the way
    for term in wish.wanted:
        if len(term) > LETTERS:
            query = query.where(func.instr(items.c.title_fold, term) > 0)
    for term in wish.unwanted:
        if len(term) > LETTERS:
            query = query.where(func.instr(items.c.title_fold, term) == 0)
    return query


def place(published: datetime, number: int = 0) -> int:
    """The number of a document; of one beyond all that can be, the first or the last."""
    return (min(max(int(published.timestamp()), FIRST), LAST) << BITS) | min(number, (1 << BITS) - 1)


def match(wish: Wish) -> str | None:
    """What to ask the index for (FTS5 §3); None where it is of no help.

    All that is wished for is among what it finds; terms of up to three letters need not be looked for in the titles.
    """
    sources = sorted(wish.sources) if wish.sources is not None and len(wish.sources) <= MOST_SOURCES else []
    grams = list(dict.fromkeys(gram for term in wish.wanted for gram in _grams(term)))
    unwanted = [_token(term) for term in wish.unwanted if len(term) <= LETTERS]
    if not grams and not unwanted and len(sources) < 2:
        return None
    any_of = " OR ".join(f'"{_SOURCE}{name}"' for name in sources)
    needed = [*grams, *([f"({any_of})"] if any_of else [])] or [f'"{_SOURCE}" *']
    return " AND ".join(needed) + (f" NOT ({' OR '.join(unwanted)})" if unwanted else "")


def _grams(term: str) -> Iterator[str]:
    """The grams of *term*, as tokens."""
    if len(term) <= LETTERS:
        yield _token(term)
        return
    last = len(term) - LETTERS
    places: Iterable[int] = range(last + 1) if len(term) <= ALL_GRAMS else (*range(0, last, LETTERS), last)
    for begin in places:
        yield _token(term[begin : begin + LETTERS])


def _token(gram: str) -> str:
    quoted = gram.replace(" ", _BLANK).replace('"', '""')
    return f'"{quoted}"' + (" *" if len(gram) < LETTERS else "")
