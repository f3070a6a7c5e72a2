"""The commands that keep the store for years.

```
away   all of it carried away and back: `export`, `import`, `db copy`
care   the database where it is: backed up, looked through, upgraded, shrunk, forgotten in part
```
"""

from ticker.upkeep.away import copy, export, import_
from ticker.upkeep.care import db

__all__ = ["db", "export", "import_"]

db.command()(copy)
