"""Numbers as plans write them: figures with thousands, and words up to nine hundred and ninety-nine."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_HUNDRED = 100

#: Figures: thousands with commas or without, and a decimal part; never part of "1.2.3" or "12/13".
FIGURES = r"(?<![\w.,/£$€])(?<!\d[-–])\d{1,3}(?:(?:,\d{3}){1,4}|\d{0,9})(?:\.\d{1,4})?(?![\d/]|[.,]\d)"
_ONE = "|".join(_ONES[1:])
_TEN = rf"(?:{'|'.join(_TENS)})(?:[ -](?:{'|'.join(_ONES[1:10])}))?"
#: Number words: "twelve", "twenty-four", "a hundred and twenty", "three hundred".
WORDS = rf"\b(?:(?:(?:a|{_ONE})\shundred(?:\sand\s(?:{_TEN}|{_ONE}))?)|{_TEN}|{_ONE}|a\sdozen|dozen)\b"


def number_of(words: str) -> Decimal | None:
    """Return the number that figures or number words say, ``None`` if they say none."""
    plain = words.strip().lower().replace(",", "")
    if plain[:1].isdecimal() and plain.isascii():
        try:
            return Decimal(plain)
        except ArithmeticError:
            return None
    return _words(plain.replace("-", " ").split())


def _words(words: list[str]) -> Decimal | None:
    known = _known()
    total, found = 0, False
    for word in words:
        if word in {"a", "and"}:
            continue
        if word == "hundred":
            total = max(total, 1) * _HUNDRED
        elif word in known:
            total += known[word]
        else:
            return None
        found = True
    return Decimal(total) if found else None


@cache
def _known() -> dict[str, int]:
    ones = {word: number for number, word in enumerate(_ONES)}
    tens = {word: 10 * number for number, word in enumerate(_TENS, start=2)}
    return ones | tens | {"dozen": 12}
