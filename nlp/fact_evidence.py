"""Evidence for facts about a document, and how several pieces of it make ranked proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import prod

from careatlas.document_fact import NO_PASSAGE, DocumentFact, FactName
from careatlas.identifiers import DocumentId, PassageId

MAX_PROPOSALS = 5  # of each name
_WHY = 3  # pieces of evidence that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class FactEvidence:
    """One reason to believe that a fact has a value.

    Attributes
    ----------
    strength : float
        Between 0 and 1: how often evidence of this sort is right, by judgement, not measured.
    source : str
        The sort of evidence ("title page"); several pieces of one sort count once, by the strongest.
    """

    value: str
    label: str
    strength: float
    source: str
    why: str
    passage_id: PassageId = NO_PASSAGE
    char_start: int | None = None
    char_end: int | None = None


def ranked_facts(
    document_id: DocumentId,
    name: FactName,
    evidence: Iterable[FactEvidence],
    *,
    kinship: Callable[[str, str], float] = lambda one, other: 0.0,  # noqa: ARG005
) -> tuple[DocumentFact, ...]:
    """Return proposals from the most to the least believable.

    Independent sorts of evidence for one value are put together as by noisy-or, 1 - prod(1 - strength). What speaks for
    another value takes up to half of that away, in proportion to its own score.

    Parameters
    ----------
    kinship : callable
        ``kinship(one, other)``: the share of the strength of evidence for ``one`` that also speaks for ``other``, which
        it then does not speak against (``2021`` and ``2021-08``); 0 for values that cannot both be right.
    """
    pieces = [one for one in evidence if one.strength > 0]
    values = list(dict.fromkeys(one.value for one in pieces))
    scores = {value: _score(value, pieces, kinship) for value in values}
    rivals = {
        value: max((scores[other] for other in values if other != value and not kinship(other, value)), default=0.0)
        for value in values
    }
    sure = {value: round(scores[value] * (1.0 - rivals[value] / 2.0), 3) for value in values}
    order = sorted(values, key=lambda value: (-sure[value], values.index(value)))
    return tuple(
        _proposal(document_id, name, rank, value, sure[value], pieces)
        for rank, value in enumerate(order[:MAX_PROPOSALS])
    )


def _score(value: str, pieces: Iterable[FactEvidence], kinship: Callable[[str, str], float]) -> float:
    best: dict[str, float] = {}
    for one in pieces:
        share = 1.0 if one.value == value else kinship(one.value, value)
        best[one.source] = max(best.get(one.source, 0.0), share * one.strength)
    return 1.0 - prod(1.0 - strength for strength in best.values())


def _proposal(
    document_id: DocumentId, name: FactName, rank: int, value: str, confidence: float, pieces: Iterable[FactEvidence]
) -> DocumentFact:
    own = sorted((one for one in pieces if one.value == value), key=lambda one: -one.strength)
    first = next((one for one in own if one.passage_id), own[0])
    told = list(dict.fromkeys(one.why for one in own))[:_WHY]
    return DocumentFact(
        document_id=document_id,
        name=name,
        rank=rank,
        value=value,
        label=own[0].label,
        confidence=confidence,
        why="; ".join(told),
        passage_id=first.passage_id,
        char_start=first.char_start,
        char_end=first.char_end,
    )
