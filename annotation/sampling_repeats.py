"""Second readings, by which a coder's drift is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from annotation.work_assignment import repeats
from careatlas.errors import UsageError
from careatlas.identifiers import PassageId
from careatlas.project import Project
from careatlas.sample import Assignment, Sample
from careatlas.store import judgements, samples
from careatlas.store.passage_successors import successors

_BATCH = 400  # passages asked for in one query: databases bound the number of values


def add_repeats(project: Project, sample_id: str, share: float, coder: str = "") -> list[Assignment]:
    """Ask coders to read again, blind and after all else, a share of what they have judged of a sample.

    Parameters
    ----------
    share : float
        Of the passages that each coder has judged so far. Earlier repeats count: asking again adds what is missing.
    coder : str
        Only this one; empty for all.

    Raises
    ------
    UsageError
        If there is no such sample or coder, or the share is none.
    """
    if not 0 < share <= 1:
        raise UsageError(f"a share of {share:g} cannot be repeated", mend="a number above 0, at most 1")
    with project.store.write() as connection:
        sample = samples.get(connection, sample_id)
        asked: dict[str, list[Assignment]] = {}
        for row in samples.assignments_of(connection, sample.sample_id):
            asked.setdefault(row.coder, []).append(row)
        wanted = [one for one in asked if coder.casefold() in ("", one.casefold())]
        if not wanted:
            raise UsageError(
                f"{coder!r} is no coder of the sample {sample.sample_id}", mend=f"one of: {', '.join(asked)}"
            )
        judged = _judged_by(connection, sample, {row.passage_id for rows in asked.values() for row in rows})
        new = [
            row
            for one in wanted
            for row in repeats(sample.sample_id, asked[one], judged.get(one.casefold(), ()), share, sample.seed)
        ]
        samples.assign(connection, new)
    return new


def _judged_by(connection: Any, sample: Sample, drawn: Iterable[PassageId]) -> Mapping[str, set[PassageId]]:
    """Return which passages of a sample each person judged for it, by the identifiers that they were drawn under."""
    later = successors(connection)
    then: dict[PassageId, PassageId] = {}
    for name in drawn:
        if later.get(name, name):  # one that a new reading lost cannot be read again
            then[later.get(name, name)] = name
    found: dict[str, set[PassageId]] = {}
    now = sorted(then)
    for start in range(0, len(now), _BATCH):
        rows = judgements.of_passages(connection, now[start : start + _BATCH])
        ours = [row for row in rows if row.drawn_by == sample.sample_id and row.codebook_id == sample.codebook_id]
        for row in judgements.current(ours).values():
            found.setdefault(row.person.casefold(), set()).add(then[row.passage_id])
    return found
