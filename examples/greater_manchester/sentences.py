"""Sentences from templates: draws one of ``[several|wordings]`` and fills ``{slots}``."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
# "One" begins with a vowel letter and not with a vowel sound.
_ARTICLE = re.compile(r"\b([Aa]) (?=Urgent|[AEIOaeio](?!ne\b))")
_FEW = ("two", "three", "four", "five", "six", "seven", "eight", "nine")


def _money(rng: random.Random) -> str:
    return f"£{rng.randrange(8, 190) * 5000:,}"


_NUMBERS: Mapping[str, Callable[[random.Random], str]] = {
    "n": lambda rng: str(rng.randint(11, 48)),
    "few": lambda rng: rng.choice(_FEW),
    "pct": lambda rng: str(rng.randint(8, 46)),
    "money": _money,
    "millions": lambda rng: f"£{rng.randint(14, 68)}.{rng.randint(1, 9)} million",
}


def write(template: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """Return the text of a template.

    Parameters
    ----------
    template : str
        Text with ``[one|another]`` choices and ``{slots}``.
    slots : mapping of str to str
        What is known; slots for numbers and money are drawn where it says nothing.
    rng : random.Random
        Source of every draw.

    Raises
    ------
    KeyError
        If the template asks for a slot that is neither known nor a number.
    """

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        return slots[name] if name in slots else _NUMBERS[name](rng)

    text = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), template)
    while _SLOT.search(text):  # the name of a service may itself hold a slot
        text = _SLOT.sub(fill, text)
    text = _ARTICLE.sub(r"\1n ", text)
    return text[0].upper() + text[1:]


def amount(rng: random.Random) -> str:
    """Return a budget as a table of schemes gives it."""
    return "Within existing budget" if rng.random() < 0.15 else _money(rng)
