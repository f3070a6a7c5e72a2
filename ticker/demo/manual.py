"""A list that a hand moves: tests and the control page set its rows, alone or over a script that goes on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from heapq import merge
from zoneinfo import ZoneInfo

from ticker.demo.script import BEIRUT, Post, Script, Wording

FIRST_MANUAL_ID = 900_000_001  # above what a script counts to in a century at one headline a second


class Manual(Script):
    """Rows set one by one; each action takes the instant it happens at.

    Args:
        under: a script whose rows show through; its rows can be edited, removed and reposted too.
    """

    def __init__(self, under: Script | None = None, *, length: int = 12, zone: ZoneInfo = BEIRUT) -> None:
        super().__init__(length=under.length if under else length, zone=under.zone if under else zone)
        self._under = under
        self._own: dict[int, Post] = {}  # set here, or taken over from the script when first touched
        self._next_id = FIRST_MANUAL_ID

    def add(
        self,
        text: str,
        at: datetime,
        *,
        printed_at: datetime | None = None,
        linked: bool = True,
        story: int | None = None,
    ) -> int:
        """Put a headline on top of the list and give its id.

        Args:
            printed_at: the instant its HH:MM means, where it is not *at* (pinned rows, a clock that is wrong).
            story: the id of the story it tells again, for a repost.
        """
        post_id, self._next_id = self._next_id, self._next_id + 1
        wording = Wording(text, at.astimezone(UTC))
        printed = (printed_at or at).astimezone(UTC)
        self._own[post_id] = Post(post_id, post_id if story is None else story, printed, (wording,), linked=linked)
        return post_id

    def edit(self, post_id: int, text: str, at: datetime) -> None:
        """Change the words of a row in its place.

        Raises:
            KeyError: no row of this id has appeared by *at*.
        """
        post = self._known(post_id, at)
        self._own[post_id] = replace(post, wordings=(*post.wordings, Wording(text, at.astimezone(UTC))))

    def remove(self, post_id: int, at: datetime) -> None:
        """Take a row off the list.

        Raises:
            KeyError: no row of this id has appeared by *at*.
        """
        self._own[post_id] = replace(self._known(post_id, at), removed=at.astimezone(UTC))

    def repost(self, post_id: int, at: datetime) -> int:
        """Say a row again on top of the list, with a new time; give the id of the new row.

        Raises:
            KeyError: no row of this id has appeared by *at*.
        """
        post = self._known(post_id, at)
        return self.add(post.wordings[-1].text, at, linked=post.linked, story=post.story)

    def posts(self, now: datetime) -> Iterator[Post]:
        """Those set here and those of the script, latest first."""
        script = (post for post in self._under.posts(now) if post.id not in self._own) if self._under else iter(())
        own = sorted((post for post in self._own.values() if post.appeared <= now), key=_latest, reverse=True)
        return merge(own, script, key=_latest, reverse=True)

    def post(self, post_id: int, now: datetime) -> Post | None:
        """The post of this id, if it has appeared by *now*."""
        own = self._own.get(post_id)
        if own is not None:
            return own if own.appeared <= now else None
        return self._under.post(post_id, now) if self._under else None

    def _known(self, post_id: int, at: datetime) -> Post:
        """As it stands at *at*; what a script would have done with it later no longer happens."""
        post = self.post(post_id, at)
        if post is None:
            raise KeyError(post_id)
        return post.until(at)


def _latest(post: Post) -> tuple[datetime, int]:
    return post.appeared, post.id
