"""What the commands print: for a person, or JSON.

```
outcomes     how polls ended                  of `poll` and `ingest`
kept         items, and what became of them   of `items`
inspected    the lists of a page              of `inspect`; drawn by `ticker.picture`
differences  then and today                   of `replay`
checks       whether all is well              of `check` and `health`
documents    feeds, into files or not         of `render`
progress     how far it is, meanwhile         of what takes a while
 └─ writing      JSON, and instants in it
```
"""

from ticker.show.checks import answered, checked
from ticker.show.differences import replayed
from ticker.show.documents import document, replace_file, without_items, wrote
from ticker.show.inspected import inspection, inspection_of
from ticker.show.kept import items
from ticker.show.outcomes import polls
from ticker.show.progress import Progress

__all__ = [
    "Progress",
    "answered",
    "checked",
    "document",
    "inspection",
    "inspection_of",
    "items",
    "polls",
    "replace_file",
    "replayed",
    "without_items",
    "wrote",
]
