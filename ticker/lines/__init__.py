"""Everything that is kept as a file of JSON Lines, and such a file as a store: `export` and `import`.

The first line says what the file is, the last how many lines there are before it; each between them is one record
(`store.records`). A line that comes later stands: an export that was broken off is gone on with, and what may have
changed meanwhile follows once more.

```
exported  a store into a file     imported  a file into a store
 └─────────────── form ───────────────┘
```
"""

from ticker.lines.exported import write_lines
from ticker.lines.imported import Imported, read_lines

__all__ = ["Imported", "read_lines", "write_lines"]
