"""Times that a text names, each with its part in the sentence: from when, until when, by when, during what.

Words next to an expression decide its part ("by", "since", "launched in"); two expressions with "to" between them are
one span. A span that ends before it begins is no period: its two sides stay as they are, with a confidence under any
use, and say why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from careatlas.period import Period, Precision, published_period
from nlp.not_times import lies_in, not_times
from nlp.relative_times import relative_times
from nlp.time_roles import TimeRole, is_listed, is_past_time, is_title, joins, role_of
from nlp.time_words import Expression, expressions, longest_first

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["REFUSED", "TimeMention", "TimeRole", "time_mentions"]

_CONTEXT = 90  # characters on either side that may decide an expression's part
_GAP = 25  # characters between the two sides of a span
REFUSED = 0.2  # below any use
_NEEDS_A_WORD = frozenset({"bare-month", "bare-season", "bare-quarter"})
_ALONE_NOTHING = "short-month"
_DATED = frozenset({"day", "month", "season", "quarter"})
_FIGURES = frozenset(
    {"year", "two-figures", "month-figures"}
)  # may be any number; times only beside a word or another time


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMention:
    """A time named in a text.

    Attributes
    ----------
    period : Period
        What the words name; for a start or an end too, the whole month or year that they name.
    words : str
        The words themselves, at characters ``[char_start, char_end)`` of the text.
    confidence : float
        Between 0 and 1, from the rule that read it; below 0.5 it should decide nothing.
    why : str
        What lowered the confidence or decided the role, in words.
    """

    period: Period
    role: TimeRole
    words: str
    char_start: int
    char_end: int
    confidence: float
    why: str = ""


def time_mentions(doc: Doc, said_on: str = "") -> tuple[TimeMention, ...]:
    """Return the times named in a text, in its order.

    Parameters
    ----------
    said_on : str
        The document's date (ISO 8601 date, month or year). Times without a year, and "next year", are told from it;
        without it they are left out.
    """
    text = doc.text
    ruled_out = not_times(text)
    found = (*expressions(text), *relative_times(text, said_on))
    told = [one for one in found if not lies_in(ruled_out, one.char_start, one.char_end)]
    sides = [_Side(doc, text, one, said_on) for one in _with_years(text, longest_first(told))]
    return tuple(sorted(_read(text, sides), key=lambda one: one.char_start))


def _with_years(text: str, found: Sequence[Expression]) -> list[Expression]:
    """Return expressions with the year of the next one, where both stand in a list: "in June and September 2023"."""
    kept: list[Expression] = []
    for one in reversed(found):
        after = kept[-1] if kept else None
        if after and after.period and after.kind in _DATED and is_listed(text[one.char_end : after.char_start][:_GAP]):
            period = _year_before(one, after.period)
            kept.append(replace(one, period=period, kind="month", confidence=0.8) if period else one)
        else:
            kept.append(one)
    return kept[::-1]


def _read(text: str, sides: Sequence[_Side]) -> Iterator[TimeMention]:
    number = 0
    while number < len(sides):
        first, second = sides[number], sides[number + 1] if number + 1 < len(sides) else None
        if second is not None and _joined(text, first, second):
            yield from _span(text, first, second)
            number += 2
            continue
        if (mention := first.mention()) is not None:
            yield mention
        number += 1


@dataclass(slots=True)
class _Side:
    """An expression with the words round it."""

    doc: Doc
    text: str
    one: Expression
    said_on: str

    def before(self) -> str:
        return self.text[max(0, self.one.char_start - _CONTEXT) : self.one.char_start]

    def mention(self) -> TimeMention | None:
        if self.one.kind == _ALONE_NOTHING:
            return None
        after = self.text[self.one.char_end : self.one.char_end + _CONTEXT]
        role, sure, why = role_of(self.before(), after)
        if self.one.kind == "within":
            role, sure, why = TimeRole.BY, 1.0, "within"
        if not why and self.one.kind in _NEEDS_A_WORD:
            return None
        is_past = role is TimeRole.SINCE or is_past_time(self.before(), why)
        period = self.one.period or _dated(self.one, role, self.said_on, is_past=is_past)
        if period is None:
            return None
        confidence = self.one.confidence * sure
        if self.one.kind in _FIGURES and not why:
            confidence, why = 0.4, "a figure that no word makes a time"
        elif self.one.kind == "two-figures":
            confidence = 0.8 * sure
        if self.one.kind == "year" and _counts(self.doc, self.one):
            confidence, why = min(confidence, 0.3), "the sentence reads as if the figure were a count"
        if is_title(self.before(), after):
            confidence, why = min(confidence, 0.4), "may be part of a document's name"
        return self.as_mention(period, role, confidence, why)

    def as_mention(self, period: Period, role: TimeRole, confidence: float, why: str) -> TimeMention:
        start, end = self.one.char_start, self.one.char_end
        return TimeMention(
            period=period,
            role=role,
            words=self.text[start:end],
            char_start=start,
            char_end=end,
            confidence=round(confidence, 3),
            why=why,
        )


def _joined(text: str, first: _Side, second: _Side) -> bool:
    gap = text[first.one.char_end : second.one.char_start]
    return len(gap) <= _GAP and joins(gap, first.before())


def _span(text: str, first: _Side, second: _Side) -> Iterator[TimeMention]:
    """Yield one mention of a span, or two that decide nothing where it ends before it begins."""
    end = second.one.period or _dated(second.one, TimeRole.END, second.said_on)
    start = first.one.period or _year_before(first.one, end) if end else None
    if start is None or end is None or start.start is None or end.end is None:
        return
    if end.end <= start.start:
        why = "named in a span that ends before it begins"
        yield first.as_mention(start, TimeRole.START, REFUSED, why)
        yield second.as_mention(end, TimeRole.END, REFUSED, why)
        return
    whole = Period(start=start.start, end=end.end, precision=_precision(start.precision, end.precision))
    mention = first.as_mention(whole, TimeRole.DURING, _sure(first, second), "a span from one time to another")
    yield replace(mention, words=text[mention.char_start : second.one.char_end], char_end=second.one.char_end)


def _sure(first: _Side, second: _Side) -> float:
    dated = [side.one for side in (first, second) if side.one.period is not None]
    lowest = min((one.confidence for one in dated), default=0.5)
    return max(lowest, 0.8) if any(one.kind in _FIGURES for one in dated) else lowest


def _precision(first: Precision, second: Precision) -> Precision:
    order = list(Precision)
    coarser = max(first, second, key=order.index)
    return Precision.YEARS if coarser in {Precision.YEAR, Precision.FINANCIAL_YEAR} else coarser


def _year_before(one: Expression, end: Period) -> Period | None:
    """Return a start that names no year: the last one that does not begin after the end ("October to March 2024")."""
    if one.at is None or end.end is None:
        return None
    return next((made for made in _tried(one, end.end.year, end.end.year - 1) if _begins_before(made, end)), None)


def _begins_before(start: Period, end: Period) -> bool:
    return start.start is not None and end.start is not None and start.start <= end.start


def _dated(one: Expression, role: TimeRole, said_on: str, *, is_past: bool = False) -> Period | None:
    """Return the period of a month, season or quarter that names no year: the next one, or the last of what is past."""
    spoken = published_period(said_on)
    if one.at is None or spoken is None or spoken.start is None:
        return None
    year, day = spoken.start.year, spoken.start
    if spoken.precision is Precision.YEAR:
        return next(_tried(one, year), None)
    if is_past:
        return next((made for made in _tried(one, year, year - 1) if made.start and made.start <= day), None)
    if role is TimeRole.DURING:
        return min(_tried(one, year - 1, year, year + 1), key=lambda made: _distance(made, day), default=None)
    return next((made for made in _tried(one, year - 1, year, year + 1) if made.end and day < made.end), None)


def _distance(made: Period, day: date) -> int:
    if made.holds(day):
        return 0
    return min(abs((side - day).days) for side in (made.start, made.end) if side is not None)


def _tried(one: Expression, *years: int) -> Iterator[Period]:
    for year in years:
        try:
            if one.at is not None:
                yield one.at(year)
        except ValueError:  # the 29th of February
            continue


def _counts(doc: Doc, one: Expression) -> bool:
    """Tell whether a trained pipeline takes the figure for a count; a blank one takes nothing for anything."""
    span = doc.char_span(one.char_start, one.char_end, alignment_mode="expand")
    return span is not None and all(token.ent_type_ in {"QUANTITY", "MONEY", "PERCENT"} for token in span)
