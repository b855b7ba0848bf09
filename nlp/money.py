"""Sums of money in pounds, with their unit ("£1.2m", "£60 per bed") and as ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

_THOUSAND, _MILLION, _BILLION = 10**3, 10**6, 10**9
_UNITS = {
    "k": _THOUSAND,
    "thousand": _THOUSAND,
    "m": _MILLION,
    "mn": _MILLION,
    "mil": _MILLION,
    "mill": _MILLION,
    "million": _MILLION,
    "b": _BILLION,
    "bn": _BILLION,
    "billion": _BILLION,
}
_MOST = 10**12  # pounds; about what the country spends in a year
_SURE, _RANGE, _DOUBTED = 0.95, 0.9, 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMention:
    """A sum of money.

    Attributes
    ----------
    amount_gbp : Decimal
        In pounds; of a range, its lower end.
    up_to_gbp : Decimal or None
        The upper end of a range.
    per : str
        What it is paid for where it is a rate ("bed per week"), empty for a sum.
    words : str
        The words themselves, at characters ``[char_start, char_end)`` of the text.
    """

    amount_gbp: Decimal
    up_to_gbp: Decimal | None
    per: str
    words: str
    char_start: int
    char_end: int
    confidence: float


def money_mentions(doc: Doc) -> tuple[MoneyMention, ...]:
    """Return the sums named in a text, in its order.

    Nothing is read from figures that are no sum ("£1.2.3"). Of a range whose upper end is the lower, only the first sum
    is read, with a confidence below any use.
    """
    return tuple(sorted(_mentions(doc.text), key=lambda one: one.char_start))


def _mentions(text: str) -> Iterator[MoneyMention]:
    for pattern in _patterns():
        for found in pattern.finditer(text):
            mention = _mention(found)
            if mention is not None:
                yield mention


def _mention(found: re.Match[str]) -> MoneyMention | None:
    groups = found.groupdict()
    low, high = _amount(groups["low"], groups["low_unit"]), None
    confidence, end = _SURE, found.end()
    if groups.get("high"):
        high = _amount(groups["high"], groups["high_unit"])
        if not groups["low_unit"] and low < _THOUSAND:  # "£1-2 million"
            low = _amount(groups["low"], groups["high_unit"])
        confidence = _RANGE
        if high <= low:
            high, confidence, end = None, _DOUBTED, found.end("low_unit" if groups["low_unit"] else "low")
    if max(low, high or low) > _MOST:
        return None
    start = found.start("sum")
    return MoneyMention(
        amount_gbp=low,
        up_to_gbp=high,
        per=" ".join((groups["per"] or "").lower().split()) if end == found.end() else "",
        words=found.string[start:end],
        char_start=start,
        char_end=end,
        confidence=confidence,
    )


def _amount(figures: str, unit: str | None) -> Decimal:
    return Decimal("".join(figures.replace(",", "").split())) * _UNITS.get((unit or "").lower(), 1)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    # "£5 000" and "£1 250 000" are one figure; "£5 250 homes" may be either, and is none.
    spaced = r"\d{1,3}(?:(?:[ \u00a0]\d{3}){2,4}|[ \u00a0]000)"
    figures = rf"(?:{spaced}|\d{{1,3}}(?:,\d{{3}}){{1,4}}|\d{{1,12}})(?:\.\d{{1,4}})?(?!\d|[.,/]\d|[ \u00a0]\d{{3}}\b)"
    unit = r"(?:thousand|million|billion|mill|mil|mn|bn|[kmb])"
    low = rf"(?P<low>{figures})(?:\s?(?P<low_unit>{unit})\b)?(?!\w)"
    high = rf"(?P<high>{figures})(?:\s?(?P<high_unit>{unit})\b)?(?!\w)"
    paid = (
        r"(?:week|day|hour|month|year|annum|night|bed|resident|person|head|home|place|patient|visit|household|service)"
    )
    rate = rf"(?:\s?(?:per|/|an?|each|every)\s?(?P<per>{paid}(?:\s(?:per|an?|each|every)\s{paid})?)\b)?"
    to = r"(?(between)\sand\s£\s?|(?:\s?[-–—]\s?(?:£\s?)?|\sto\s£\s?))"
    sign = rf"(?P<between>\bbetween\s)?(?P<sum>(?<![\w£])£\s?{low}(?:{to}{high})?{rate})"
    word = rf"(?P<sum>(?<![\w£.,/-]){low}\spounds\b{rate})"
    return re.compile(sign, re.IGNORECASE), re.compile(word, re.IGNORECASE)
