"""What people say of an initiative beside its codes: their values and the words they marked prevail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from careatlas.errors import InputError
from careatlas.identifiers import AnswerId
from careatlas.initiative import InitiativeStatus, Span
from careatlas.judgement import AttributeJudgement
from careatlas.period import Period
from careatlas.store.attribute_judgements import current

MARKED = frozenset({"area", "start", "end", "partner", "funding"})
_NONE = frozenset({"not-applicable", "unclear", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedWords:
    """What people say of one passage, the latest that counts.

    Attributes
    ----------
    status, setting : str
        Empty where nobody says.
    spans : tuple of Span
        The words that people marked, by place; the value is the words.
    """

    status: str = ""
    setting: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def known_status(self) -> InitiativeStatus | None:
        """The status as people say it, ``None`` where they do not."""
        values = {one.value: one for one in InitiativeStatus}
        return None if self.status in _NONE else values.get(self.status)

    def of(self, name: str, within: tuple[int, int]) -> tuple[Span, ...]:
        """Return the marked words of one kind that begin within some characters of the passage."""
        return tuple(one for one in self.spans if one.name == name and within[0] <= one.char_start < within[1])


def judged_words(rows: Iterable[AttributeJudgement], text: str, decisions: Collection[AnswerId] = ()) -> JudgedWords:
    """Return what people say of one passage beside its codes.

    Parameters
    ----------
    rows : iterable of AttributeJudgement
        On the passage and of one codebook, superseded ones included.
    text : str
        The passage's; marked words that no longer stand in it at their place are left out.
    decisions : collection of AnswerId
        Answers that decided between people who differed: they prevail, else the later does.
    """
    in_force = [_placed(one, text) for one in current(rows)]
    ordered = sorted(in_force, key=lambda one: (one.answer_id in decisions, one.made_at, one.attribute_judgement_id))
    values = {one.name: one.value for one in ordered if one.char_start is None}
    spans = {_place(one): _span(one) for one in ordered if _stands(one, text)}
    return JudgedWords(
        status=values.get("status", ""),
        setting="" if values.get("setting", "") in _NONE else values.get("setting", ""),
        spans=tuple(sorted(spans.values(), key=lambda one: (one.char_start, one.name))),
    )


def period_of_spans(starts: Sequence[Period], ends: Sequence[Period], read: Period | None) -> Period | None:
    """Return the period that marked words give; the side that nobody marked is as it was read.

    Marked words that contradict each other (an end before its start) leave the period as it was read.
    """
    start = next((one for one in starts if one.start), None)
    end = next((one for one in ends if one.end), None)
    if start is None and end is None:
        return read
    first = start.start if start else read.start if read else None
    last = end.end if end else read.end if read else None
    source = start or end
    assert source is not None  # noqa: S101  one of them is there
    try:
        return Period(start=first, end=last, precision=source.precision)
    except InputError:
        if start is not None and end is not None:
            return read
        return Period(start=first if start else None, end=last if end else None, precision=source.precision)


def _place(one: AttributeJudgement) -> tuple[str, int | None, int | None]:
    return (one.name, one.char_start, one.char_end)


def _span(one: AttributeJudgement) -> Span:
    assert one.char_start is not None  # noqa: S101  asked before
    assert one.char_end is not None  # noqa: S101
    return Span(
        name=one.name,
        value=one.value,
        words=one.value,
        char_start=one.char_start,
        char_end=one.char_end,
        person=one.person,
    )


def _placed(one: AttributeJudgement, text: str) -> AttributeJudgement:
    """Return marked words with their place, found again where a new reading left only the words."""
    if one.char_start is not None or one.name not in MARKED or text.count(one.value) != 1:
        return one
    start = text.index(one.value)
    return replace(one, char_start=start, char_end=start + len(one.value))


def _stands(one: AttributeJudgement, text: str) -> bool:
    return one.char_start is not None and one.char_end is not None and text[one.char_start : one.char_end] == one.value
