"""Corrected totals of a project: a model's scores in the store, corrected by the judgements of one drawn sample."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from careatlas.errors import InputError, UsageError
from careatlas.identifiers import AreaCode, Code, ModelId, PassageId
from careatlas.judgement import Judgement, Verdict
from careatlas.store import documents, judgements, passages, samples, suggestions
from careatlas.store.engine import Store
from careatlas.suggestion import Suggestion
from evaluation.corrected_totals import GroupTotal, ScoredPassage, corrected_totals

_BATCH = 2_000  # passages asked for in one query: databases bound the number of values


def machine_totals(
    store: Store, model_id: ModelId, *, design: str = "", by_area: bool = True, level: float = 0.95
) -> list[GroupTotal]:
    """Return the corrected share of each code among the passages of each area that a model scored.

    Parameters
    ----------
    store : Store
        The rows of a project.
    model_id : ModelId
        Whose scores.
    design : str
        The sampling design (``Judgement.drawn_by``) whose judgements correct the scores. Empty where there is one only.
    by_area : bool
        Otherwise all areas are one group, with an empty area code, as many a sample is too small for single areas.
    level : float
        Of the intervals.

    Raises
    ------
    UsageError
        If there is no such model, or judgements come from several designs and none was named.
    InputError
        If one design gives a passage two inclusion probabilities.

    Notes
    -----
    Only judgements with an inclusion probability enter, and only those on the codebook version that the model scores.
    Where a drawn sample was read in part only, chances are multiplied by the share that was read, as coders get their
    work in random order (docs/methods/sampling.md). Of each person the latest counts, and of a passage that was
    adjudicated only the decision; "read, nothing here" is an absent for every code. Who is unsure says nothing.
    Where nobody is sure or people disagree there is no label, and the passage is counted as undecided.
    """
    with store.read() as connection:
        model = next((one for one in suggestions.models(connection) if one.model_id == model_id), None)
        if model is None:
            raise UsageError(
                f"no model {model_id!r} has scored passages of this project", mend="run: careatlas suggest"
            )
        rows: list[ScoredPassage] = []
        designs: set[str] = set()
        for document in documents.listed(connection):
            which = passages.PassageFilter(document_id=document.document_id)
            found = [passage.passage_id for passage in passages.stream(connection, which)]
            for start in range(0, len(found), _BATCH):
                batch = found[start : start + _BATCH]
                scored = suggestions.of_passages(connection, model_id, batch)
                here = judgements.of_passages(connection, batch)
                ours = judgements.of_version(here, model.codebook_id, model.codebook_version)
                drawn = [row for row in ours if _enters(row, design)]
                designs.update(row.drawn_by for row in drawn if row.verdict is not Verdict.WITHDRAWN)
                rows += _rows(document.area_code if by_area else AreaCode(""), scored, drawn)
        if len(designs) > 1:
            names = ", ".join(sorted(designs))
            raise UsageError(f"judgements come from several sampling designs: {names}", mend="name the one to use")
        rows = _of_those_read(connection, next(iter(designs), ""), rows)
    return corrected_totals(rows, level=level)


def _of_those_read(connection: Any, design: str, rows: list[ScoredPassage]) -> list[ScoredPassage]:
    """Multiply chances by the share of the sample that was read: work comes in random order, so that this is a draw."""
    drawn = len(samples.passages_of(connection, design))
    read = len({row.passage_id for row in rows if row.inclusion_probability is not None})
    if not drawn or read >= drawn:
        return rows
    return [
        row
        if row.inclusion_probability is None
        else replace(row, inclusion_probability=row.inclusion_probability * read / drawn)
        for row in rows
    ]


def _enters(row: Judgement, design: str) -> bool:
    drawn = row.inclusion_probability is not None and design in ("", row.drawn_by)
    return drawn or row.verdict is Verdict.WITHDRAWN  # taken back wherever that was


def _rows(
    area_code: AreaCode, scored: Mapping[PassageId, Suggestion], drawn: Iterable[Judgement]
) -> Iterator[ScoredPassage]:
    by_passage: defaultdict[PassageId, list[Judgement]] = defaultdict(list)
    for row in judgements.settled(drawn):
        by_passage[row.passage_id].append(row)
    for passage_id, suggestion in scored.items():
        said = by_passage[passage_id]
        inclusion = _inclusion(passage_id, said)
        for score in suggestion.scores:
            yield ScoredPassage(
                passage_id=passage_id,
                area_code=area_code,
                period="",
                code=score.code,
                score=score.probability,
                accepted=score.accepted,
                label=_label(said, score.code),
                inclusion_probability=inclusion,
            )


def _inclusion(passage_id: PassageId, said: Iterable[Judgement]) -> float | None:
    chances = {row.inclusion_probability for row in said}
    if len(chances) > 1:
        raise InputError(
            f"one sampling design gives a passage several inclusion probabilities: {sorted(map(str, chances))}",
            where=f"passage {passage_id}",
        )
    return next(iter(chances), None)


def _label(said: Iterable[Judgement], code: Code) -> bool | None:
    """Return what those who are sure of this code agree on; ``None`` where nobody is, or they disagree."""
    verdicts: dict[str, Verdict] = {}
    for row in said:
        if row.code == code:
            verdicts[row.person] = row.verdict
        elif row.verdict is Verdict.NOTHING_HERE:
            verdicts.setdefault(row.person, Verdict.ABSENT)
    sure = set(verdicts.values()) - {Verdict.UNSURE}
    return sure == {Verdict.PRESENT} if len(sure) == 1 else None
