"""Training examples out of a project: what people said of its passages."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from careatlas.carried_judgement import left_behind
from careatlas.codebook import Codebook
from careatlas.errors import StageError
from careatlas.identifiers import Code, PassageId
from careatlas.judgement import Judgement, Verdict
from careatlas.passage import Passage, PassageKind
from careatlas.store import judgements, passages
from careatlas.store.engine import Store
from models.document_groups import document_groups
from models.examples import Example, Examples, examples_of

_EVERY_KIND = tuple(PassageKind)
_BATCH = 500  # passages asked for at once: databases bound the parameters of one query

Said = dict[Code, set[Verdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedExamples:
    """What the judgements in force say, one example for each passage with a known label.

    Attributes
    ----------
    people : int
        How many persons judged.
    disagreements : int
        Pairs of passage and code that one person calls present and another absent: their label is unknown.
    unsure : int
        Pairs of passage and code of which nobody was sure: their label is unknown.
    lost : int
        Judgements, of any codebook, on passages that a new reading did not find again. They are in no example.
    outdated : int
        Judgements in force with other versions of the codebook that were not carried over. They are in no example.
    """

    examples: Examples
    people: int
    disagreements: int
    unsure: int
    lost: int
    outdated: int


@dataclass(frozen=True, slots=True)
class _Judged:
    """A passage between its neighbours, with its judgements of the codebook and how many there are of any codebook.

    ``in_force`` are those with the version of the codebook, ``outdated`` those that are left out for their version.
    """

    passage: Passage
    before: str
    after: str
    rows: list[Judgement]
    in_force: list[Judgement]
    outdated: list[Judgement]
    count: int


def judged_examples(store: Store, codebook: Codebook) -> JudgedExamples:
    """Return the judgements in force as training examples, in groups that :mod:`models.document_groups` tells.

    Of a passage that was adjudicated only the decision counts. Persons are put together for each passage and code: who
    is unsure says nothing, and where the others agree, that is the label. "Read, nothing here" makes every code of the
    codebook absent. A code of which nobody said anything is unknown.

    A passage has the inclusion probability with which a design drew it, whoever judged or corrected it later; none if
    its judgements name several.

    Parameters
    ----------
    store : Store
    codebook : Codebook
        Judgements of other codebooks are left alone, those with other versions of this one are counted.

    Raises
    ------
    StageError
        If all judgements were made with other versions of the codebook, or one is of a code that it has not.
    """
    with store.read() as connection:
        groups = document_groups(connection)
        judged = list(_judged(connection, codebook))
        lost = judgements.count(connection) - sum(one.count for one in judged)
    in_force = [row for one in judged for row in one.in_force]
    outdated = [row for one in judged for row in one.outdated]
    _check(in_force, outdated, codebook)
    codes = tuple(code.id for code in codebook.codes)
    said = [_said(one.in_force, codes) for one in judged]
    rows = [_example(one, what, groups[one.passage.document_id]) for one, what in zip(judged, said, strict=True)]
    pairs = [verdicts for what in said for verdicts in what.values()]
    return JudgedExamples(
        examples=examples_of(codes, (row for row in rows if row.present or row.absent)),
        people=len({row.person for row in in_force}),
        disagreements=sum({Verdict.PRESENT, Verdict.ABSENT} <= verdicts for verdicts in pairs),
        unsure=sum(verdicts == {Verdict.UNSURE} for verdicts in pairs),
        lost=lost,
        outdated=len(outdated),
    )


def _judged(connection: Any, codebook: Codebook) -> Iterator[_Judged]:
    which = passages.PassageFilter(judged=True, kinds=_EVERY_KIND)
    found = list(passages.stream(connection, which))  # in the order of their documents
    for document_id, group in groupby(found, key=lambda one: one.document_id):
        here = list(group)
        rows = _rows_of(connection, [one.passage_id for one in here])
        neighbours = _neighbours(connection, document_id, {one.passage_id for one in here})
        for one in here:
            mine = [row for row in rows[one.passage_id] if row.codebook_id == codebook.id]
            force = judgements.settled(judgements.of_version(mine, codebook.id, codebook.version))
            outdated = left_behind(judgements.settled(mine), mine, codebook.version)
            yield _Judged(one, *neighbours[one.passage_id], mine, force, outdated, len(rows[one.passage_id]))


def _rows_of(connection: Any, passage_ids: Sequence[PassageId]) -> dict[PassageId, list[Judgement]]:
    rows: dict[PassageId, list[Judgement]] = defaultdict(list)
    for start in range(0, len(passage_ids), _BATCH):
        for row in judgements.of_passages(connection, passage_ids[start : start + _BATCH]):
            rows[row.passage_id].append(row)
    return rows


def _neighbours(connection: Any, document_id: str, wanted: set[PassageId]) -> dict[PassageId, tuple[str, str]]:
    """Return the nearest passages of the document before and after each, of those that can carry a statement."""
    which = passages.PassageFilter(document_id=document_id, kinds=_EVERY_KIND)
    before: dict[PassageId, str] = {}
    after: dict[PassageId, str] = dict.fromkeys(wanted, "")
    latest, waiting = "", set[PassageId]()
    for one in passages.stream(connection, which):
        if one.kind.is_evidence:
            after.update(dict.fromkeys(waiting, one.text))
            waiting.clear()
        if one.passage_id in wanted:
            before[one.passage_id] = latest
            waiting.add(one.passage_id)
        if one.kind.is_evidence:
            latest = one.text
    return {name: (before[name], after[name]) for name in wanted}


def _check(in_force: Sequence[Judgement], outdated: Iterable[Judgement], codebook: Codebook) -> None:
    known = {code.id for code in codebook.codes}
    unknown = Counter(row.code for row in in_force if row.verdict is not Verdict.NOTHING_HERE and row.code not in known)
    versions = Counter(row.codebook_version for row in outdated)
    if versions and not in_force:
        made = ", ".join(f"{count:,} with {version}" for version, count in sorted(versions.items()))
        raise StageError(
            f"judgements were made with other versions of {codebook.id} than {codebook.version}: {made}",
            where="the project's judgements",
            mend="carry them over with: careatlas codebook migrate OLD NEW --apply",
        )
    if unknown.total():
        raise StageError(
            f"judgements name codes that {codebook.id} {codebook.version} has not: {', '.join(sorted(unknown))}",
            where="the project's judgements",
            mend="a changed codebook needs a new version: careatlas codebook diff shows what changed",
        )


def _said(in_force: Iterable[Judgement], codes: Sequence[Code]) -> Said:
    said: Said = defaultdict(set)
    for row in in_force:
        if row.verdict is Verdict.NOTHING_HERE:
            for code in codes:
                said[code].add(Verdict.ABSENT)
        else:
            said[row.code].add(row.verdict)
    return said


def _example(one: _Judged, said: Said, group: str) -> Example:
    known = {code: verdicts - {Verdict.UNSURE} for code, verdicts in said.items()}
    drawn = {row.inclusion_probability for row in one.rows if row.inclusion_probability is not None}
    return Example(
        id=one.passage.passage_id,
        text=one.passage.text,
        heading=one.passage.heading_path,
        before=one.before,
        after=one.after,
        present=frozenset(code for code, verdicts in known.items() if verdicts == {Verdict.PRESENT}),
        absent=frozenset(code for code, verdicts in known.items() if verdicts == {Verdict.ABSENT}),
        group=group,
        origin="judgement",
        inclusion=drawn.pop() if len(drawn) == 1 else math.nan,
    )
