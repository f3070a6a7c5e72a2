"""What a database says when it refuses, and what helps."""

from sqlalchemy.exc import SQLAlchemyError

from ticker.errors import StoreError

READONLY = "attempt to write a readonly database"  # as SQLite says it
FULL = "database or disk is full"  # so as well, but where there is no room for the files beside: "disk I/O error"

CURES = {  # a word of the message -> what to do
    # SQLite
    "locked": "another process holds it; stop that one, or wait",
    "readonly": "mount its disk writable, or give this user the right to write the file and its folder",
    "full": "free some space",
    "disk I/O": "is the disk full or failing? Free some space, or restore a copy",
    "not a database": "the file is something else; move it away, or name another with store in config.yaml",
    "malformed": "the file is damaged; restore a copy, or move it away and begin anew",
    # PostgreSQL
    "No space left": "free some space on the disk of PostgreSQL",
    "read-only transaction": "this server only follows another one; name the one that may be written",
    "connection slots": "raise max_connections of PostgreSQL, or run fewer processes",
    "too many clients": "raise max_connections of PostgreSQL, or run fewer processes",
    "lock timeout": "another process held the store for too long; it is tried again",
    "idle-in-transaction": "this process was held up in the middle of a transaction; it is tried again",
    "starting up": "it is tried again",
    "shutting down": "it is tried again",
    "connection": "is PostgreSQL running, and can it be reached from here? It is tried again",
    "Connect call failed": "is PostgreSQL running, and can it be reached from here? It is tried again",
}


def unkept(said: str) -> StoreError:
    """What the database *said* to a transaction, with the cure; without names of files, for it is shown to anybody."""
    cures = [cure for word, cure in CURES.items() if word in said]
    return StoreError("; ".join([f"the database refused: {said}", *cures[:1]]))


def refused(error: SQLAlchemyError | OSError) -> StoreError:
    """As every error of the database leaves the store."""
    said = getattr(error, "orig", None) or error
    words = str(said.__cause__ or said)  # asyncpg's own, of several lines, stand behind those of SQLAlchemy's adapter
    made = unkept(" ".join(words.split()))
    made.__cause__ = error
    return made
