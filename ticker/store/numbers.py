"""After rows that came with their numbers: the next row gets one that is free, and the planner looks anew.

SQLite counts on from the largest by itself. PostgreSQL has a sequence for each table, which knows nothing of numbers
that were given to it, and statistics, which are made now and then, and until then say that a table is empty.
"""

from collections.abc import Iterable

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ticker.store.order import is_shared
from ticker.store.tables import metadata

# Of a table whose sequence has not come as far as its rows: it never goes back.
_BEHIND = """
    FROM (
        SELECT pg_get_serial_sequence('{table}', 'id')::regclass AS sequence, (SELECT max(id) FROM {table}) AS largest
    ) AS found WHERE largest > coalesce(pg_sequence_last_value(sequence), 0)
"""


async def count_on(db: AsyncConnection, tables: Iterable[Table]) -> None:
    """The next row of each of *tables* gets a number behind those that are there."""
    if is_shared(db):
        for table in tables:
            if "id" in table.c:
                await db.execute(text(f"SELECT setval(sequence, largest) {_BEHIND.format(table=table.name)}"))


async def lagging(db: AsyncConnection) -> list[str]:
    """What is wrong with sequences, a sentence each."""
    faults = []
    for table in (table for table in metadata.sorted_tables if "id" in table.c):
        asked = text(f"SELECT sequence::text, largest {_BEHIND.format(table=table.name)}")
        faults += [
            f"{table.name}: the next row would get a number that is taken: SELECT setval('{sequence}', {largest})"
            for sequence, largest in (await db.execute(asked)).all()
        ]
    return faults


async def analyze(db: AsyncConnection) -> None:
    """Have the planner look at all tables now."""
    if is_shared(db):
        await db.execute(text(f"ANALYZE {', '.join(metadata.tables)}"))
