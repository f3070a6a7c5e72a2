"""The tables, one shape for every engine. Instants are whole seconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TextClause,
    TypeDecorator,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

MILLISECOND = timedelta(milliseconds=1)
HEAD = "0009"  # the last of the migrations that make these tables; a test holds it against migrations/versions

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC `datetime`, kept as whole seconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuses a naive datetime: it would be read in the machine's zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime for the store: {value!r}")
        return None if value is None else int(value.timestamp())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value, UTC)


class Moment(TypeDecorator[datetime]):
    """An aware UTC `datetime`, kept as whole milliseconds since 1970."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuses a naive datetime, as `Instant`."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive datetime for the store: {value!r}")
        return None if value is None else round(value.timestamp() * 1000)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(int(value) / 1000, UTC)


class Span(TypeDecorator[timedelta]):
    """A `timedelta`, kept as whole milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value / MILLISECOND)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else value * MILLISECOND


class Present(FunctionElement[datetime]):
    """The present instant by the clock of the database, also in the midst of a transaction."""

    type = Moment()
    inherit_cache = True


@compiles(Present)
def _present(element: Present, compiler: Any, **_options: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


@compiles(Present, "sqlite")
def _present_in_sqlite(element: Present, compiler: Any, **_options: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)"


def _where(condition: TextClause) -> Any:
    """Of an index that holds some of the rows."""
    return {"sqlite_where": condition, "postgresql_where": condition}


_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by itself only for INTEGER

sources = Table(
    "sources",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("revision", Integer, nullable=False, default=0),  # accepted lists that differed; compare-and-swap
    Column("digest", String(32)),  # of the last accepted list
    Column("last_good", Instant),  # when the last accepted list was read
    Column("doubted", String(32)),  # digest of the list that the last poll refused
    # validators of the answer that held the block
    Column("url", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    # health
    Column("state", String(16), nullable=False, default="waiting"),
    Column("cause", String(32)),
    Column("detail", Text, nullable=False, default=""),
    Column("since", Instant),
    Column("streak", Integer, nullable=False, default=0),  # polls in a row with a cause
    Column("advice", Text, nullable=False, default="", server_default=""),  # lines of config.yaml that would mend it
    Column("alarmed", Instant),  # since when the trouble is that people were told of
)

items = Table(
    "items",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),  # store order
    Column("guid", String(64), nullable=False, unique=True),
    Column("source", String(64), ForeignKey("sources.name"), nullable=False),
    Column("title", Text, nullable=False),  # as published
    Column("title_fold", Text, nullable=False),  # for search
    Column("link", Text),
    Column("published", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("printed", Text),
    Column("clock", String(8)),  # HH:MM[:SS]
    Column("printed_at", Instant),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),  # of a listed item: sources.last_good counts
    Column("rank", Integer),  # place in the last accepted list
    Column("flag", Text),
    Column("gone_at", Instant),  # the first poll that missed it though a line below it was listed
    Column("repost_of", String(64)),  # guid; such items are in no feed
    Column("revised", Integer, nullable=False, default=0),  # old wordings and times in `revisions`
    Column("archive", Integer),  # number of the one that holds it, of its source's feed; None while in the document
    Column("archive_all", Integer),  # the same of the combined feed
    UniqueConstraint("source", "published"),
    Index(None, "published"),
    Index(None, "source", "last_seen"),
    Index("ix_items_reposts", "source", "published", **_where(text("repost_of IS NOT NULL"))),
    Index("ix_items_listed", "source", "rank", **_where(text("rank IS NOT NULL"))),
    Index("ix_items_unarchived", "source", "id", **_where(text("archive IS NULL AND repost_of IS NULL"))),
    Index("ix_items_unarchived_all", "source", "id", **_where(text("archive_all IS NULL AND repost_of IS NULL"))),
)

revisions = Table(
    "revisions",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("guid", String(64), ForeignKey("items.guid"), nullable=False, index=True),
    Column("title", Text, nullable=False),  # a wording that the item no longer has
    Column("seen_at", Instant, nullable=False),  # when it was first seen
    Column("printed", Text),  # the time as it stood beside it
    Column("until", Instant),  # when the next one was first seen
    Column("reason", Text, nullable=False, default=""),  # why that was taken for the same item
)

polls = Table(
    "polls",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("source", String(64), ForeignKey("sources.name"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("cause", String(32)),
    Column("detail", Text, nullable=False, default=""),
    # of an accepted list that differed from the one before: enough to replay it
    Column("last_good", Instant),  # the accepted poll before this one
    Column("digest", String(32)),
    Column("size", Integer),  # rows
    Column("rows", LargeBinary),  # zlib of JSON [[printed, title, link, guid], …] in page order
    Index(None, "source", "at"),
)

poll_hours = Table(  # how many polls of an hour ended so, those included that left no row in `polls`
    "poll_hours",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("hour", Instant, primary_key=True),  # its beginning
    Column("ending", String(32), primary_key=True),  # an outcome, or the cause of a failure
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)

versions = Table(
    "versions",
    metadata,
    Column("feed", String(64), primary_key=True),  # a source's name; "" is the combined feed
    Column("revision", Integer, nullable=False),
    Column("channel", String(32), nullable=False),  # digest of the configuration it was rendered for
    Column("last_modified", Instant, nullable=False),
    Column("updated", Instant),  # as its documents say; it never goes back
    Column("whole", Boolean, nullable=False, default=True, server_default=true()),  # with the archives, nothing missing
    # the documents, gzip
    Column("rss", LargeBinary, nullable=False),
    Column("atom", LargeBinary, nullable=False),
    Column("json", LargeBinary, nullable=False),
)

owed = Table(  # of which feeds there is more than was published, where several processes publish
    "owed",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("feed", String(64), nullable=False, index=True),
    Column("at", Instant, nullable=False),  # of the database's clock
)

archives = Table(
    "archives",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1 up
    Column("closed_at", Instant, nullable=False),
    Column("public_url", Text, nullable=False),  # of the service when it was closed: it is in the bytes
    # the documents, gzip; never written again
    Column("rss", LargeBinary, nullable=False),
    Column("atom", LargeBinary, nullable=False),
    Column("json", LargeBinary, nullable=False),
)

subscriptions = Table(  # of the embedded WebSub hub
    "subscriptions",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),  # the address of a document
    Column("callback", Text, nullable=False),
    Column("host", String(255), nullable=False, index=True),  # of the callback
    Column("expires", Instant, nullable=False, index=True),
    Column("secret", Text),
    Column("delivered", Integer, nullable=False),  # versions.revision that it has
    UniqueConstraint("topic", "callback"),
)

announced = Table(  # to foreign WebSub hubs
    "announced",
    metadata,
    Column("hub", Text, primary_key=True),
    Column("feed", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),  # versions.revision; 0: nothing yet
    Column("failing_since", Instant),  # the same in all rows of a hub
    Column("detail", Text, nullable=False, default=""),
)

evidence = Table(  # the pages of the last few polls that kept nothing
    "evidence",
    metadata,
    Column("id", _ID, primary_key=True, autoincrement=True),
    Column("source", String(64), ForeignKey("sources.name"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("url", Text, nullable=False),
    Column("cause", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("content_type", Text),
    Column("body", LargeBinary, nullable=False),  # gzip
)

notified = Table(  # how far each target of `notify` was told of new headlines
    "notified",
    metadata,
    Column("target", String(64), primary_key=True),
    Column("item", BigInteger, nullable=False),  # items.id
)

forgetting = Table(  # when what is too old was looked for last: a clock that has leapt since is not believed at once
    "forgetting",
    metadata,
    Column("at", Instant, primary_key=True),
    Column("doubted", Instant),  # since when the clock is not believed
)

importing = Table(  # an import that has begun and not ended: until then the store is opened for nothing else
    "importing",
    metadata,
    Column("export", String(64), primary_key=True),  # digest of its first line
    Column("line", BigInteger, nullable=False),  # of its file, kept up to this
    Column("item", BigInteger, nullable=False),  # the largest items.id so far: another is somebody else's
)

plans = Table(  # what those who poll by a queue know of each source from poll to poll
    "plans",
    metadata,
    Column("source", String(64), primary_key=True),  # may have been never polled
    Column("host", Text, nullable=False),
    Column("due", Moment, nullable=False),
    Column("most", Span, nullable=False),  # the longest wait of the settings that it was planned by
    Column("asked", Moment),  # not before, says its host
    Column("polled_at", Moment),  # when its last poll began
    Column("heard", Moment),  # when the last one began that changed its list
    Column("lateness", Span, nullable=False),  # of the last poll
    Column("failures", Integer, nullable=False),  # polls in a row that brought no page
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("risk", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("halved", Boolean, nullable=False),
    Column("crawl_delay", Span, nullable=False),  # that its host asks for
    Column("fresh_until", Moment),
    Column("fickle_until", Moment),
    Column("worker", Text, nullable=False),  # who polled it last
    postgresql_with={"fillfactor": 70},  # each poll writes its row anew: there is room for that beside it
)
