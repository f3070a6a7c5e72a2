"""Make headlines from the phrases: numbered, distinct for days, and equal wherever they are made."""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import gcd, prod
from random import Random

from ticker.demo.phrases import HEADLINES, LISTS, OCCASIONS, STATEMENTS, TAILS

_SLOT = re.compile(r"\{([^{}]+)\}")
_RANGE = re.compile(r"(\d+)-(\d+)(?:/(\d+))?")
_LETTERS = re.compile(r"[\u0621-\u063a\u0641-\u064a]{5,}")  # Arabic words long enough to hide a slip
_GOLDEN = 0.618  # a stride of this part of the whole moves every slot at each step


def dice(*of: object) -> Random:
    """Chance that falls the same way every time *of* the same things."""
    return Random("/".join(map(str, of)))  # noqa: S311 - to be repeated is its purpose


def headline(number: int, seed: str) -> str:
    """The headline of this *number*; distinct from all others for some 9,000 numbers (`capacity`)."""
    return _fill(*_chosen(number, seed))


def miscounted(number: int, seed: str) -> str | None:
    """`headline` with its first number wrong, as no right headline has it; None when it has no number."""
    template, variant = _chosen(number, seed)
    wrong = _fill(template, variant, miscount=True)
    return wrong if wrong != _fill(template, variant) else None


def series(number: int, seed: str) -> tuple[str, str, str]:
    """Three statements of one speaker, as one prefix and three different bodies."""
    speakers = sorted(STATEMENTS)
    turn, place = divmod(number, len(speakers))
    speaker = dice(seed, "speakers").sample(speakers, len(speakers))[place]
    prefix = _fill(OCCASIONS[number % len(OCCASIONS)].replace("{speaker}", speaker), number)
    said = STATEMENTS[speaker]
    first, second, third = (said[(turn + step) % len(said)] for step in range(3))
    return (
        f"{prefix}: {_fill(first, turn)}",
        f"{prefix}: {_fill(second, turn)}",
        f"{prefix}: {_fill(third, turn)}",
    )


def slipped(text: str, rng: Random) -> str:
    """*text* with a slip of the keyboard in one of its words: two letters changed round, or one left out."""
    words = [word for word in _LETTERS.finditer(text) if len(set(word.group())) > 3]
    word = rng.choice(words)
    spots = [at for at in range(1, len(word.group()) - 2) if word.group()[at] != word.group()[at + 1]]
    at = word.start() + rng.choice(spots)
    swapped = rng.random() < 0.5
    return f"{text[:at]}{text[at + 1] if swapped else ''}{text[at] if swapped else text[at + 1]}{text[at + 2 :]}"


def longer(text: str, rng: Random) -> str:
    """*text* with some words added at its end."""
    return f"{text} {rng.choice(TAILS)}"


@lru_cache(maxsize=256)
def capacity(template: str) -> int:
    """How many different texts one template gives."""
    return prod(len(_options(slot)) for slot in _SLOT.findall(template))


def _chosen(number: int, seed: str) -> tuple[str, int]:
    """Every template once, in an order of the seed's, before the first comes again with its next variant."""
    turn, place = divmod(number, len(HEADLINES))
    return _shuffled(seed)[place], turn


@lru_cache(maxsize=8)
def _shuffled(seed: str) -> tuple[str, ...]:
    return tuple(dice(seed, "order").sample(HEADLINES, len(HEADLINES)))


@lru_cache(maxsize=256)
def _options(slot: str) -> Sequence[str]:
    if slot in LISTS:
        return LISTS[slot]
    bounds = _RANGE.fullmatch(slot)
    if bounds is None:
        raise ValueError(f"no list and no range of numbers: {{{slot}}}")
    low, high, step = (int(part or 1) for part in bounds.groups())
    return [str(number) for number in range(low, high + 1, step)]


def _fill(template: str, variant: int, *, miscount: bool = False) -> str:
    """The *variant*-th text of *template*; all differ until `capacity` is used up.

    With *miscount* the first range of numbers gives one that lies beyond its end.
    """
    whole = capacity(template)
    rest = (variant * _stride(whole) + len(template)) % whole
    chosen: list[str] = []
    for slot in _SLOT.findall(template):
        rest, index = divmod(rest, len(_options(slot)))
        text = _options(slot)[index]
        if miscount and slot not in LISTS:
            text, miscount = _beyond(slot, int(text)), False
        chosen.append(text)
    texts = iter(chosen)
    return _SLOT.sub(lambda _: next(texts), template)


@lru_cache(maxsize=256)
def _stride(whole: int) -> int:
    """A step through *whole* that meets every number once before the first comes again."""
    step = max(1, round(whole * _GOLDEN))
    while gcd(step, whole) != 1:
        step += 1
    return step


def _beyond(slot: str, number: int) -> str:
    low, high = int(_options(slot)[0]), int(_options(slot)[-1])
    step = int(_options(slot)[1]) - low
    return str(number + high - low + step)
