"""Drawn samples and the readings asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, insert, select

from careatlas.errors import UsageError
from careatlas.identifiers import CodebookId, ModelId, PassageId, SampleId, TaskKey
from careatlas.passage import Passage
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store.rows import place_of, row_of
from careatlas.store.schema import assignment, sample, sampled_passage

_BATCH = 500  # values of one query: databases bound them


def add(
    connection: Connection,
    item: Sample,
    drawn: Sequence[tuple[SampledPassage, Passage]],
    assignments: Iterable[Assignment],
) -> None:
    """Add a sample with its passages and the readings asked for.

    Raises
    ------
    UsageError
        If there is one of this name already: a sample is never changed.
    """
    if connection.execute(select(sample.c.sample_id).where(sample.c.sample_id == item.sample_id)).first():
        raise UsageError(f"there is a sample {item.sample_id!r} already", mend="choose another name")
    connection.execute(
        insert(sample).values(**{**row_of(item), "design": msgspec.json.encode(item.design, order="sorted").decode()})
    )
    rows = [{**row_of(one), **place_of(passage)} for one, passage in drawn]
    if rows:
        connection.execute(insert(sampled_passage), rows)
    assign(connection, assignments)


def assign(connection: Connection, assignments: Iterable[Assignment]) -> None:
    """Add readings to a sample, as repeats are added later."""
    rows = [row_of(one) for one in assignments]
    if rows:
        connection.execute(insert(assignment), rows)


def listed(connection: Connection) -> list[Sample]:
    """Return the samples, the oldest first."""
    return [
        Sample(
            **{
                **row,
                "sample_id": SampleId(row["sample_id"]),
                "codebook_id": CodebookId(row["codebook_id"]),
                "model_id": ModelId(row["model_id"]) if row["model_id"] else None,
                "made_at": datetime.fromisoformat(row["made_at"]),
                "design": msgspec.json.decode(row["design"]),
            }
        )
        for row in connection.execute(select(sample).order_by(sample.c.made_at, sample.c.sample_id)).mappings()
    ]


def get(connection: Connection, sample_id: str) -> Sample:
    """Return a sample by its name; with an empty name the only one there is.

    Raises
    ------
    UsageError
        If there is none of this name, or the name is empty and there is not exactly one.
    """
    found = [one for one in listed(connection) if sample_id in ("", one.sample_id)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.sample_id for one in (found or listed(connection)))
    if not sample_id and found:
        raise UsageError(f"there are several samples: {names}", mend="name the one that is meant")
    what = f"there is no sample {sample_id!r}" if sample_id else "no sample was drawn yet"
    raise UsageError(what, mend=f"one of: {names}" if names else "draw one with: careatlas annotate plan")


def passages_of(connection: Connection, sample_id: str) -> list[SampledPassage]:
    """Return the passages of a sample, by the identifiers they had when it was drawn."""
    columns = [column for column in sampled_passage.c if column.name in SampledPassage.__dataclass_fields__]
    query = select(*columns).where(sampled_passage.c.sample_id == sample_id).order_by(sampled_passage.c.passage_id)
    return [
        SampledPassage(
            **{**row, "sample_id": SampleId(row["sample_id"]), "passage_id": PassageId(row["passage_id"])},
        )
        for row in connection.execute(query).mappings()
    ]


def assignments_of(connection: Connection, sample_id: str, coder: str = "") -> list[Assignment]:
    """Return the readings of a sample in the coders' order of work, of one coder or of all."""
    query = select(assignment).where(assignment.c.sample_id == sample_id)
    if coder:
        query = query.where(assignment.c.coder == coder)
    return _assignments(connection, query.order_by(assignment.c.coder, assignment.c.position))


def assignments_by_key(connection: Connection, task_keys: Sequence[str]) -> dict[TaskKey, Assignment]:
    """Return readings by their keys."""
    found: dict[TaskKey, Assignment] = {}
    for start in range(0, len(task_keys), _BATCH):
        query = select(assignment).where(assignment.c.task_key.in_(task_keys[start : start + _BATCH]))
        found |= {one.task_key: one for one in _assignments(connection, query)}
    return found


def _assignments(connection: Connection, query: Select[Any]) -> list[Assignment]:
    return [
        Assignment(
            **{
                **row,
                "task_key": TaskKey(row["task_key"]),
                "sample_id": SampleId(row["sample_id"]),
                "passage_id": PassageId(row["passage_id"]),
                "blind": bool(row["blind"]),
            }
        )
        for row in connection.execute(query).mappings()
    ]
