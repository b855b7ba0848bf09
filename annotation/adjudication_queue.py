"""The passages on which people differ, out of the store, and what all coders together say of each code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotation.adjudication import Case, Standing, Voice, case_of
from annotation.dawid_skene import dawid_skene, too_little
from careatlas.codebook import Codebook
from careatlas.identifiers import Code, DocumentId, PassageId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.store import adjudication_events, judgements, passages
from careatlas.store.judgement_counts import per_passage

_BATCH = 500  # passages asked for at once: databases bound the values of a query
_VOTES = {Verdict.ABSENT: 0, Verdict.PRESENT: 1}  # who is unsure gives no vote

Votes = NDArray[np.int8]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputed:
    """A passage on which people differ.

    Attributes
    ----------
    codes : tuple of Code
        Those on which they differ.
    coders : frozenset of str
        Everybody who coded it: none of them may decide.
    samples : frozenset of str
        The samples that its judgements were drawn by, ``review`` among them where it was found by browsing.
    """

    passage_id: PassageId
    document_id: DocumentId
    page: int
    position: int
    text: str
    codes: tuple[Code, ...]
    coders: frozenset[str]
    samples: frozenset[str]
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedPassageState:
    """What is kept of a passage that somebody judged.

    Attributes
    ----------
    rows : int
        How many judgements there are of it, by which to tell whether any was added since.
    coded : int
        How many of them coders made.
    votes : Mapping
        Where two or more judged it with the codebook: of each coder an array of int, shape (codes,), of 1 for present,
        0 for absent and -1 for unsure or not judged. Else empty.
    disputed : Disputed or None
        Where they differ.
    """

    rows: int
    coded: int
    votes: Mapping[str, Votes]
    disputed: Disputed | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Disputes:
    """All passages that anybody judged, and those on which people differ, in the order of documents and pages."""

    passages: Mapping[PassageId, CodedPassageState]
    disputed: tuple[Disputed, ...]

    @property
    def coded(self) -> tuple[int, int]:
        """How many passages there are, and how many judgements by coders: changes when, and only when, votes may."""
        return len(self.passages), sum(one.coded for one in self.passages.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeFilter:
    """Which of them to list; an empty field does not filter."""

    sample: str = ""
    code: str = ""
    standing: str = ""


def disputes(connection: Any, codebook: Codebook, before: Disputes | None = None) -> Disputes:
    """Return what people differ on. Passages that a new reading lost are left out.

    Judgements of other versions of the codebook do not count: they were of other codes. Locks are not looked at, see
    :func:`with_locks`.

    Parameters
    ----------
    before : Disputes, optional
        An earlier answer for the same codebook: only passages of which anything was said since are read again.
    """
    counts = per_passage(connection)
    states = {name: one for name, one in (before.passages.items() if before else ()) if counts.get(name) == one.rows}
    new = [name for name in counts if name not in states]
    if before and not new and len(states) == len(before.passages):
        return before
    for batch in _batches(new):
        states |= _states(connection, codebook, batch)
    found = [one.disputed for one in states.values() if one.disputed]
    return Disputes(
        passages=states, disputed=tuple(sorted(found, key=lambda one: (one.document_id, one.page, one.position)))
    )


def _states(connection: Any, codebook: Codebook, names: Sequence[PassageId]) -> dict[PassageId, CodedPassageState]:
    rows: dict[PassageId, list[Judgement]] = {name: [] for name in names}
    for row in judgements.of_passages(connection, names):
        rows[row.passage_id].append(row)
    cases = {name: case_of(codebook, name, said) for name, said in rows.items()}
    differing = [name for name, case in cases.items() if case.disputed]
    here = {one.passage_id: one for one in passages.now(connection, differing)} if differing else {}
    return {
        name: CodedPassageState(
            rows=len(rows[name]),
            coded=sum(row.origin is not Origin.ADJUDICATED for row in rows[name]),
            votes={one.person: _votes(one, codebook) for one in case.voices} if len(case.voices) > 1 else {},
            disputed=_disputed(here[name], case) if name in here else None,
        )
        for name, case in cases.items()
    }


def _votes(voice: Voice, codebook: Codebook) -> Votes:
    given = (voice.verdicts.get(code.id) for code in codebook.codes)
    return np.array([_VOTES.get(verdict, -1) if verdict else -1 for verdict in given], dtype=np.int8)


def with_locks(connection: Any, codebook: Codebook, disputed: Sequence[Disputed]) -> list[Disputed]:
    """Return the passages with those that are done marked as locked."""
    done: set[PassageId] = set()
    for batch in _batches([one.passage_id for one in disputed]):
        locked = adjudication_events.locked(adjudication_events.of_passages(connection, batch))
        done |= {passage_id for passage_id, codebook_id in locked if codebook_id == codebook.id}
    return [replace(one, standing=Standing.LOCKED) if one.passage_id in done else one for one in disputed]


def filtered(disputed: Iterable[Disputed], which: DisputeFilter) -> list[Disputed]:
    """Return the passages that pass a filter."""
    return [
        one
        for one in disputed
        if (not which.sample or which.sample in one.samples)
        and (not which.code or which.code in one.codes)
        and (not which.standing or which.standing == one.standing)
    ]


def presence(found: Disputes, codebook: Codebook) -> tuple[Mapping[PassageId, Mapping[Code, float]], str]:
    """Return how likely each code is present in each passage that two or more judged, by Dawid-Skene models.

    Each code has a model of its own. A code that nobody ever saw, or nobody ever missed, has no probability, nor has
    one whose model did not converge.

    Returns
    -------
    mapping, str
        The second says why there is no probability at all.
    """
    names, votes = _all_votes(found, codebook)
    likely: dict[PassageId, dict[Code, float]] = defaultdict(dict)
    why = ""
    for number, code in enumerate(codebook.codes):
        counts = (votes[:, :, number, None] == np.arange(2)).astype(np.int8)
        read = counts.sum(axis=(1, 2)) > 0
        why = too_little(counts[read])
        if why or not counts.any(axis=(0, 1)).all():
            continue
        fitted = dawid_skene(counts[read])
        if fitted.converged:
            for row, probability in zip(np.flatnonzero(read), fitted.posterior[:, 1], strict=True):
                likely[names[row]][code.id] = float(probability)
    return dict(likely), "" if likely else why or "no code was both seen and not seen"


def _all_votes(found: Disputes, codebook: Codebook) -> tuple[list[PassageId], Votes]:
    """Return the passages that two or more judged, and their votes, shape (passages, coders, codes)."""
    compared = {name: one.votes for name, one in found.passages.items() if one.votes}
    coders = sorted({person for votes in compared.values() for person in votes})
    columns = {name: column for column, name in enumerate(coders)}
    votes = np.full((len(compared), len(coders), len(codebook.codes)), -1, dtype=np.int8)
    for row, given in enumerate(compared.values()):
        for person, one in given.items():
            votes[row, columns[person]] = one
    return list(compared), votes


def _disputed(passage: Passage, case: Case) -> Disputed:
    return Disputed(
        passage_id=passage.passage_id,
        document_id=passage.document_id,
        page=passage.page,
        position=passage.position,
        text=passage.text,
        codes=case.disputed,
        coders=case.coders,
        samples=frozenset(row.drawn_by for one in case.voices for row in one.rows),
        standing=case.standing,
    )


def _batches(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
