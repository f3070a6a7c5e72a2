"""What each cause of trouble means, in messages; what helps is in `ticker.cures`. Pure. None: a store that refuses."""

from collections.abc import Mapping

from ticker.errors import Cause

WRONG: Mapping[Cause | None, str] = {
    "unreachable": "its page cannot be reached",
    "refused": "its server refuses to give the page",
    "challenged": "its page asks for a browser or a person",
    "heading-absent": "its page does not show the heading any more",
    "block-absent": "no timed list can be found on its page",
    "block-empty": "the list on its page is empty",
    "times-unreadable": "the times on its page cannot be read",
    "list-frozen": "its list has stood still for longer than it ever does",
    "gap": "its list turns over between two polls, so headlines are missed",
    None: "the database refuses to keep what is read",
}
OF_MANY: Mapping[Cause | None, str] = {
    "unreachable": "their pages cannot be reached",
    "refused": "their servers refuse to give the pages",
    "challenged": "their pages ask for a browser or a person",
    "heading-absent": "their pages do not show the headings any more",
    "block-absent": "no timed list can be found on their pages",
    "block-empty": "the lists on their pages are empty",
    "times-unreadable": "the times on their pages cannot be read",
    "list-frozen": "their lists have stood still for longer than they ever do",
    "gap": "their lists turn over between two polls, so headlines are missed",
    None: "the database refuses to keep what is read",
}
