"""One value read from cues: phrases, each with what it weighs for a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from nlp.language import BLANK, pipeline, read_text

if TYPE_CHECKING:
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc, Span
    from spacy.vocab import Vocab

# A value's phrases in lower case with what they weigh. "(s)" stands for both numbers. The value "" hides what its
# phrases cover: "health and social care" is no "social care".
Cues = Mapping[str, Mapping[str, float]]
Table = Callable[[], Cues]

HEADING_SHARE = 0.6  # of a phrase's weight where it stands in a heading


@dataclass(frozen=True, slots=True, kw_only=True)
class CueReading:
    """A value read from cues.

    Attributes
    ----------
    why : str
        The rule that decided, in words.
    words : str
        The first cue for the value, at characters ``[char_start, char_end)`` of the text; empty where a heading
        decided, or the value is what is taken where nothing is said.
    confidence : float
        Between 0 and 1: the share of the weight that speaks for the value. Not calibrated.
    """

    value: str
    why: str
    words: str
    char_start: int
    char_end: int
    confidence: float


@dataclass(slots=True)
class Tally:
    """What the cues of a passage weigh for each value, and the first cue of each."""

    weights: dict[str, float] = field(default_factory=dict)
    first: dict[str, Span] = field(default_factory=dict)

    def reading(self, value: str, confidence: float, why: str) -> CueReading:
        """Return a value with the first cue that speaks for it."""
        span = self.first.get(value)
        return CueReading(
            value=value,
            why=why,
            words=span.text if span is not None else "",
            char_start=span.start_char if span is not None else 0,
            char_end=span.end_char if span is not None else 0,
            confidence=round(confidence, 3),
        )


def tally(doc: Doc, table: Table, heading_path: Sequence[str], within: tuple[int, int] | None) -> Tally:
    """Weigh the cues of a passage and of the innermost heading that has any; the longest count where they overlap.

    Parameters
    ----------
    table : callable
        Returns the cues; called once for each vocabulary.
    within : tuple of int or None
        Characters ``[start, end)``; where cues stand in them, only those count.
    """
    found = list(_found(doc, table))
    if within is not None:
        start, end = within
        found = [one for one in found if one[1].start_char < end and start < one[1].end_char] or found
    made = Tally()
    for value, span, weight in found:
        made.weights[value] = made.weights.get(value, 0.0) + weight
        made.first.setdefault(value, span)
    for value, weight in _in_headings(heading_path, table):
        made.weights[value] = made.weights.get(value, 0.0) + weight
    return made


def _in_headings(heading_path: Iterable[str], table: Table) -> Sequence[tuple[str, float]]:
    for heading in reversed(tuple(heading_path)):
        found = [
            (value, HEADING_SHARE * weight) for value, _, weight in _found(read_text(heading, pipeline(BLANK)), table)
        ]
        if found:
            return found
    return ()


def _found(doc: Doc, table: Table) -> Iterator[tuple[str, Span, float]]:
    from spacy.util import filter_spans

    matcher, weights = _matcher(doc.vocab, table)
    for span in filter_spans(matcher(doc, as_spans=True)):
        value, weight = weights[span.label_]
        if value:
            yield value, span, weight


@cache
def _matcher(vocab: Vocab, table: Table) -> tuple[PhraseMatcher, Mapping[str, tuple[str, float]]]:
    from spacy.lang.en import English
    from spacy.matcher import PhraseMatcher

    matcher, weights = PhraseMatcher(vocab, attr="LOWER"), {}
    tokenise = English(vocab=vocab).tokenizer
    for value, phrases in table().items():
        for phrase, weight in phrases.items():
            matcher.add(phrase, [tokenise(form) for form in _forms(phrase)])
            weights[phrase] = (value, weight)
    return matcher, weights


def _forms(phrase: str) -> tuple[str, ...]:
    return (phrase.replace("(s)", ""), phrase.replace("(s)", "s")) if "(s)" in phrase else (phrase,)
