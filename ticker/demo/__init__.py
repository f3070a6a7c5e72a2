"""A newsroom on loopback that makes up its own news: what `ticker demo` shows, and what tests drive.

    phrases ─▶ wording ─▶ script, manual ─▶ page (in its frame) ─▶ answers, control ─▶ newsroom
    words      numbered   which rows        HTML                   HTTP: the page,     served on
               headlines  stand when                               and its switches    loopback

    adversary ─▶ front       every fault that no web framework could perform, before the newsroom of `ticker demo`

The news is a function of time: `rows_at(now)` is what the page shows, `truth(now)` what is true of it.
"""

from ticker.demo.config import demo_config
from ticker.demo.control import MODES
from ticker.demo.front import serve_with_faults
from ticker.demo.manual import Manual
from ticker.demo.newsroom import newsroom_app, serve_newsroom
from ticker.demo.page import HEADING, page
from ticker.demo.script import BEIRUT, Newsroom, Post, Row, Script, Story, Wording

__all__ = [
    "BEIRUT",
    "HEADING",
    "MODES",
    "Manual",
    "Newsroom",
    "Post",
    "Row",
    "Script",
    "Story",
    "Wording",
    "demo_config",
    "newsroom_app",
    "page",
    "serve_newsroom",
    "serve_with_faults",
]
