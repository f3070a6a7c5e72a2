"""What helps against each cause of trouble: one table for the status page, alarms and `ticker check --online`. Pure.

The sentences are English here; the status page looks them up in its catalogues.
"""

from collections.abc import Mapping

from ticker.errors import Cause

_ = str  # marks what tools/texts.py hands to translators

CURES: Mapping[Cause | None, str] = {  # None stands for a store that refuses
    "unreachable": _(
        "Open the page in a browser. If it has moved, correct its address (url:); if it opens there, see to the "
        "network and the name service of the machine that Ticker runs on; else wait: it is tried again by itself."
    ),
    "refused": _(
        "Open the page in a browser. If it has moved, correct its address (url:); if it opens there, poll more seldom "
        "(every:) or ask the site to let Ticker in. An error of the site itself (5xx) ends by itself."
    ),
    "challenged": _(
        "Ask the site to let Ticker in, poll more seldom (every:), or name another page with the same list (url:)."
    ),
    "heading-absent": _("If the site has renamed its list, write the heading as it is now (heading:)."),
    "block-absent": _(
        "Look at what the page has become: if the list has moved, name its page (url:) or its heading (heading:) as "
        "they are now, or write selectors:."
    ),
    "block-empty": _(
        "Open the page in a browser. If headlines stand there, a script writes them: name another page with the same "
        "list (url:). Else it fills again by itself."
    ),
    "times-unreadable": _("Look at how the page prints its times now. If it lasts, write selectors: with time:."),
    "list-frozen": _(
        "Open the page in a browser. If it shows newer headlines, Ticker is given an old copy: name another address "
        "(url:). Else there is no news, and nothing is to be done."
    ),
    "gap": _("Poll more often: write a smaller every:."),
    None: _(
        "See to the disk of the database: is it full, or read-only? What is read meanwhile is not kept, and nothing "
        "that was published is lost."
    ),
}
ROBOTS = _("Ask the site for leave, or write robots: ignore where you may.")
PRIVATE = _("If that is meant, as on an intranet, write allow_private: true.")
NO_NAME = _("Correct the address (url:): there is no host of this name, or none any more.")
NO_DNS = _(
    "See to the name service of the machine that Ticker runs on (/etc/resolv.conf; of a container: its network, or "
    "--dns): can it look up other names? Then it is that of the site, and ends by itself."
)
NO_AUTHORITIES = _(
    "Install the certificates of authorities (ca-certificates) on the machine that Ticker runs on, or mount them into "
    "its container; Ticker has its own, and they are gone or empty: install it anew."
)
NO_CLOCK = _("Set the clock of the machine that Ticker runs on (NTP): nothing is read until it is right.")
_OF_THE_MACHINE = {  # how `fetch` begins to tell of it -> what helps
    "DNS: there is no host": NO_NAME,
    "DNS: no answer": NO_DNS,
    "TLS: no certificate can be trusted": NO_AUTHORITIES,
    "the clock of this machine is not set": NO_CLOCK,
}


def cure(cause: Cause | None, detail: str = "") -> str:
    """What to do against *cause*, as `fetch` and `guard` tell it in *detail*."""
    if detail.startswith("robots.txt of") and " forbids " in detail:
        return ROBOTS
    if "no public address" in detail:
        return PRIVATE
    if cause == "unreachable":
        return next((helps for told, helps in _OF_THE_MACHINE.items() if detail.startswith(told)), CURES[cause])
    return CURES[cause]
