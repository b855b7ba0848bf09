"""The run ledger in the store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, insert, select

from careatlas.identifiers import RunId, run_id
from careatlas.ledger import RunKey, RunRow
from careatlas.store.schema import run


def append(
    connection: Connection, key: RunKey, *, outcome: str, reason: str, seconds: float, counts: Mapping[str, float]
) -> RunId:
    """Add a row to the ledger and return its identifier."""
    started = datetime.now(UTC).isoformat()
    identifier = run_id(key.fingerprint, started)
    row = {
        "run_id": identifier,
        "stage": key.stage,
        "subject": key.subject,
        "fingerprint": key.fingerprint,
        "inputs": msgspec.json.encode(key.inputs, order="deterministic").decode(),
        "config": msgspec.json.encode(key.config, order="deterministic").decode(),
        "seed": key.seed,
        "code_version": key.code_version,
        "outcome": outcome,
        "reason": reason,
        "started_at": started,
        "seconds": seconds,
        "counts": msgspec.json.encode(counts).decode(),
    }
    connection.execute(insert(run).values(**row))
    return identifier


class LastRun(NamedTuple):
    """What is needed to know of the last run on a subject."""

    fingerprint: str
    outcome: str
    run_id: str


def latest(connection: Connection, stage: str) -> dict[str, LastRun]:
    """Return the last run of a stage on each subject."""
    newest = select(run.c.subject, func.max(run.c.started_at).label("at")).where(run.c.stage == stage)
    last = newest.group_by(run.c.subject).subquery()
    query = select(run.c.subject, run.c.fingerprint, run.c.outcome, run.c.run_id).join(
        last, (last.c.subject == run.c.subject) & (last.c.at == run.c.started_at)
    )
    return {
        row.subject: LastRun(row.fingerprint, row.outcome, row.run_id)
        for row in connection.execute(query.where(run.c.stage == stage))
    }


def waiting(last: Mapping[str, LastRun], key: RunKey, *, again: Collection[str] = ()) -> bool:
    """Tell whether the work of ``key`` is still to be done, given :func:`latest`.

    Work whose inputs, settings and code are unchanged is not done again, however it ended, unless its outcome is in
    ``again`` (a passing failure, such as a time limit on a busy machine).
    """
    known = last.get(key.subject)
    return known is None or known.fingerprint != key.fingerprint or known.outcome in again


def listed(connection: Connection, *, stage: str = "", limit: int = 100) -> list[RunRow]:
    """Return the newest rows of the ledger."""
    query = select(run).order_by(run.c.started_at.desc()).limit(limit)
    if stage:
        query = query.where(run.c.stage == stage)
    return [
        RunRow(
            run_id=RunId(row.run_id),
            key=RunKey(
                stage=row.stage,
                subject=row.subject,
                inputs=msgspec.json.decode(row.inputs),
                config=msgspec.json.decode(row.config),
                seed=row.seed,
                code_version=row.code_version,
            ),
            outcome=row.outcome,
            reason=row.reason,
            started_at=datetime.fromisoformat(row.started_at),
            seconds=row.seconds,
            counts=msgspec.json.decode(row.counts),
        )
        for row in connection.execute(query)
    ]
