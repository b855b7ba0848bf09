"""The whole answers of a project's coders, as agreement is measured on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from annotation.coded_passages import CodedPassage
from careatlas.answer import Answer, AnswerState
from careatlas.codebook import Codebook
from careatlas.identifiers import AnswerId, ModelId, PassageId, SampleId
from careatlas.judgement import AttributeJudgement, Judgement, Verdict
from careatlas.project import Project
from careatlas.sample import Assignment
from careatlas.store import answers, attribute_judgements, judgements, passages, samples, suggestions

ADJUDICATION = "adjudication"  # source of a decision between coders: no coding of its own
_GIVEN = (Verdict.PRESENT, Verdict.UNSURE)
_BATCH = 500  # passages asked for at once: databases bound the values of a query

_Row = TypeVar("_Row", Judgement, AttributeJudgement)


def stored_codings(project: Project, codebook: Codebook) -> list[CodedPassage]:
    """Return the answers in force of every coder, as they were given: decisions and clicks while browsing are none.

    A code that was ticked counts as given, also where the coder was not sure. What a person said stands until they
    say something else, pass the passage over, or it is deleted; what another person made of it is that person's answer.
    Of several answers of one person to one reading the one to their own task counts, else the latest. A passage that
    was not found again in a new reading is left out, and so is an answer that does not speak of every code, as some
    imported ones do not.

    Parameters
    ----------
    codebook : Codebook
        Answers that were given with another codebook or version are left out.
    """
    with project.store.read() as connection:
        kept = [
            one
            for one in _standing(answers.listed(connection))
            if one.source != ADJUDICATION and (one.codebook_id, one.codebook_version) == (codebook.id, codebook.version)
        ]
        asked = samples.assignments_by_key(connection, [one.task_key for one in kept if one.task_key])
        models = {one.sample_id: one.model_id for one in samples.listed(connection)}
        names = frozenset(one.name for one in codebook.attributes)
        found: dict[tuple[str, str, int], tuple[bool, CodedPassage]] = {}
        for start in range(0, len(kept), _BATCH):
            batch = kept[start : start + _BATCH]
            said = _Said.of(connection, [one.passage_id for one in batch], codebook.version)
            for one in batch:
                if not _is_whole(said.codes.get(one.answer_id, ()), codebook):
                    continue
                task = asked.get(one.task_key)
                coding = _coding(one, task, models, said, names)
                is_own = task is not None and task.coder == coding.annotator
                reading = (coding.annotator, coding.id, coding.repeat)
                if reading not in found or _rank(is_own, coding) >= _rank(*found[reading]):
                    found[reading] = (is_own, coding)
        return _with_labels(connection, [coding for _, coding in found.values()])


def _rank(is_own: bool, coding: CodedPassage) -> tuple[bool, float]:
    return is_own, coding.made_at.timestamp() if coding.made_at else 0.0


def _standing(rows: Iterable[Answer]) -> list[Answer]:
    """Return, of each answer and each person who made a state of it, what that person said last, if it still stands."""
    said: dict[tuple[str, str, str], dict[str, Answer]] = {}
    for row in rows:  # in the order of their arrival
        by_person = said.setdefault((row.source, row.place, row.key), {})
        if row.state is AnswerState.KEPT:
            by_person[_speaker(row)] = row
        elif row.state is AnswerState.DELETED:
            by_person.clear()
        elif row.state is AnswerState.SKIPPED:
            by_person.pop(_speaker(row), None)
    return [row for by_person in said.values() for row in by_person.values()]


def _speaker(row: Answer) -> str:
    return row.editor or row.person


@dataclass(frozen=True, slots=True)
class _Said:
    """What the store holds of some passages, by the answer that it was read from."""

    codes: Mapping[AnswerId, Sequence[Judgement]]
    beside: Mapping[AnswerId, Sequence[AttributeJudgement]]
    documents: Mapping[PassageId, str]

    @classmethod
    def of(cls, connection: Any, passage_ids: Iterable[PassageId], codebook_version: str) -> _Said:
        here = passages.now(connection, sorted(set(passage_ids)))
        names = [one.passage_id for one in here]
        return cls(
            codes=_by_answer(judgements.of_passages(connection, names), codebook_version),
            beside=_by_answer(attribute_judgements.of_passages(connection, names), codebook_version),
            documents={one.passage_id: one.document_id for one in here},
        )


def _by_answer(rows: Iterable[_Row], codebook_version: str) -> dict[AnswerId, list[_Row]]:
    """Put rows together by their answer; those that were carried over to another version say nothing new."""
    found: dict[AnswerId, list[_Row]] = defaultdict(list)
    for row in rows:
        if row.answer_id and row.codebook_version == codebook_version:
            found[row.answer_id].append(row)
    return dict(found)


def _is_whole(rows: Sequence[Judgement], codebook: Codebook) -> bool:
    """Whether an answer says something of every code, if only that none is there."""
    said = {row.code for row in rows}
    return any(row.verdict is Verdict.NOTHING_HERE for row in rows) or said >= {code.id for code in codebook.codes}


def _coding(
    answer: Answer,
    asked: Assignment | None,
    models: Mapping[SampleId, ModelId | None],
    said: _Said,
    attributes: frozenset[str],
) -> CodedPassage:
    rows = said.codes[answer.answer_id]
    model_id = answer.shown_model_id or (models.get(asked.sample_id) if asked else None)
    return CodedPassage(
        id=rows[0].passage_id,
        document=said.documents[rows[0].passage_id],
        annotator=_speaker(answer),
        codes=frozenset(row.code for row in rows if row.verdict in _GIVEN),
        attributes={row.name: row.value for row in said.beside.get(answer.answer_id, ()) if row.name in attributes},
        suggestion_shown=answer.shown_model_id is not None,
        model_id=model_id or "",
        repeat=asked.repeat if asked else 0,
        made_at=answer.made_at,
    )


def _with_labels(connection: Any, found: Sequence[CodedPassage]) -> list[CodedPassage]:
    """Add what the model pre-labelled or, where the coder was blind, would have."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if one.model_id:
            wanted[one.model_id].add(one.id)
    labels: dict[tuple[str, str], frozenset[str]] = {}
    for model_id, ids in wanted.items():
        names = sorted(ids)
        for start in range(0, len(names), _BATCH):
            scored = suggestions.of_passages(connection, model_id, names[start : start + _BATCH])
            labels |= {
                (model_id, name): frozenset(code.code for code in item.accepted) for name, item in scored.items()
            }
    return [replace(one, accepted_codes=labels.get((one.model_id, one.id))) for one in found]
