"""What the service answers, as plain files in a folder: for a web server or a CDN with no process of ours behind it.

```
publication  what stands in the folder, and in which order it is written
written      one file in place of another, never half of it; what is ours, and goes when it is no longer wanted
 └─ manifest     what we wrote, and what of
     └─ places       what stands at a path, which may be anything
```

The pages are made by `ticker.serve.filed`.
"""

from ticker.folder.publication import Published, publish, publish_feeds
from ticker.folder.written import Folder

__all__ = ["Folder", "Published", "publish", "publish_feeds"]
