"""What each cause of trouble means, and what helps. Pure. None stands for a store that refuses."""

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
CURE: Mapping[Cause | None, str] = {
    "unreachable": "open the page in a browser; if it opens there, see to the network and the name service of the "
    "machine that Ticker runs on, else wait: it is tried again by itself",
    "refused": "open the page in a browser; if it opens there, poll more seldom (every:) or ask its people to let "
    "Ticker in, else wait: it is tried again by itself",
    "challenged": "ask the people of the page to let Ticker in, poll more seldom (every:), or name another address of "
    "the page (url:)",
    "heading-absent": "write the heading as the page has it now (heading:)",
    "block-absent": "look at what the page has become; correct heading: or write selectors:",
    "block-empty": "open the page in a browser; if headlines stand there, a script writes them: name another address",
    "times-unreadable": "look at how the page prints its times now; write selectors: with time:",
    "list-frozen": "open the page in a browser; if it shows newer headlines, Ticker is given an old copy: name another "
    "address (url:), else there may be no news",
    "gap": "poll more often (every:)",
    None: "see to the disk of the database: is it full, or read-only?",
}
