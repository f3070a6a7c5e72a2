"""Ticker: the breaking-news ticker of a page, as feeds that people can trust.

The way of one headline, each verb a module:

    fetch ─▶ parse ─▶ reconcile ─▶ resolve ─▶ store ─▶ (render) ─▶ serve
    bytes    rows     which is     its true   kept     documents   readers
             as       which        instant    for
             printed               and guid   ever

`poll.py` calls them in this order, `schedule.py` says when, `service.py` wires a running
service, and `model.py` holds the nouns that are handed on.
"""

__version__ = "0.2.0"
