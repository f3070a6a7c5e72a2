"""Read a page over HTTP in a hostile world: Source -> Page, or None on 304 Not Modified.

```
fetcher     one reading, from the address to the page; what the hosts ask of us
 ├─ robots      what robots.txt lets programs read, once a day and host
 ├─ trust       whether what a server says of change can be believed
 ├─ way         connections through `ticker.guard`, what we say of ourselves, redirects
 │   └─ troubles    what went wrong on it, as a plain sentence
 ├─ bodies      unpacked within limits
 ├─ answers     what the head of an answer says
 ├─ challenges  a page that asks for a browser or a person
 ├─ clock       what the answers say of our own clock
 └─ limits      what one reading may cost
```
"""

from ticker.fetch.clock import Witness, skew, witness
from ticker.fetch.fetcher import Fetcher
from ticker.fetch.limits import Limits
from ticker.fetch.way import USER_AGENT

__all__ = ["USER_AGENT", "Fetcher", "Limits", "Witness", "skew", "witness"]
