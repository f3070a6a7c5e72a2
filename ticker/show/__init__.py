"""What the commands print: for a person, or JSON.

```
outcomes     how polls ended                  of `poll` and `ingest`
kept         items, and what became of them   of `items` and `import`
inspected    the lists of a page              of `inspect`; drawn by `ticker.picture`
differences  then and today                   of `replay`
checks       whether all is well              of `check` and `health`
documents    feeds, a folder of files         of `render`
progress     how far it is, meanwhile         of what takes a while
 └─ writing      JSON, and instants in it
```
"""

from ticker.show.checks import answered, checked
from ticker.show.differences import replayed
from ticker.show.documents import document, published, wrote
from ticker.show.inspected import inspection, inspection_of
from ticker.show.kept import copied, forgotten, imported, items
from ticker.show.outcomes import polls
from ticker.show.progress import Progress, Stages

__all__ = [
    "Progress",
    "Stages",
    "answered",
    "checked",
    "copied",
    "document",
    "forgotten",
    "imported",
    "inspection",
    "inspection_of",
    "items",
    "polls",
    "published",
    "replayed",
    "wrote",
]
