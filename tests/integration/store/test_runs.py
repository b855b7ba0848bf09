"""The run ledger in the store: what ran last, what still has to run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careatlas.ledger import RunKey
from careatlas.store import runs
from careatlas.store.engine import Store

KEY = RunKey(stage="parse", subject="d1", inputs={"sha256": "ab"}, config={"pages": [1, 2]}, seed=7, code_version="1.0")


def ran(store: Store, key: RunKey, outcome: str = "ok", reason: str = "") -> str:
    with store.write() as connection:
        return runs.append(connection, key, outcome=outcome, reason=reason, seconds=1.5, counts={"pages": 3})


def latest(store: Store, stage: str = "parse") -> dict[str, runs.LastRun]:
    with store.read() as connection:
        return runs.latest(connection, stage)


def test_a_run_is_listed_as_it_ended(store: Store):
    identifier = ran(store, KEY, "crashed", "<b>why</b>")
    with store.read() as connection:
        (row,) = runs.listed(connection)
    assert row.run_id == identifier
    assert row.key == KEY
    assert row.key.fingerprint == KEY.fingerprint
    assert (row.outcome, row.reason, row.seconds, row.counts) == ("crashed", "<b>why</b>", 1.5, {"pages": 3})
    assert row.started_at.tzinfo is not None


def test_the_last_run_of_each_subject_decides(store: Store):
    changed = replace(KEY, config={"pages": [1]})
    ran(store, KEY)
    identifier = ran(store, changed, "crashed")
    assert latest(store)["d1"].run_id == identifier
    ran(store, replace(KEY, subject="d2"))
    ran(store, replace(KEY, stage="suggest"), "timed_out")
    found = {subject: (last.fingerprint, last.outcome) for subject, last in latest(store).items()}
    assert found == {"d1": (changed.fingerprint, "crashed"), "d2": (replace(KEY, subject="d2").fingerprint, "ok")}
    assert latest(store, "suggest")["d1"][1] == "timed_out"
    assert latest(store, "nothing") == {}


@pytest.mark.parametrize(
    ("key", "again", "expected"),
    [
        (KEY, (), False),
        (replace(KEY, config={"pages": [1]}), (), True),
        (replace(KEY, inputs={"sha256": "ac"}), (), True),
        (replace(KEY, code_version="1.1"), (), True),
        (replace(KEY, seed=8), (), True),
        (replace(KEY, subject="d2"), (), True),
        (KEY, {"crashed"}, True),
        (KEY, {"timed_out"}, False),
    ],
)
def test_work_waits_where_something_changed_or_is_asked_for_again(store: Store, key, again, expected: bool):
    ran(store, KEY, "crashed")
    assert runs.waiting(latest(store), key, again=again) is expected


def test_what_never_ran_waits():
    assert runs.waiting({}, KEY)


def test_the_newest_runs_are_listed_first_and_by_stage(store: Store):
    for number in range(5):
        ran(store, replace(KEY, subject=f"d{number}"))
    ran(store, replace(KEY, stage="suggest", subject="d9"))
    with store.read() as connection:
        assert [row.key.subject for row in runs.listed(connection, limit=3)] == ["d9", "d4", "d3"]
        assert [row.key.subject for row in runs.listed(connection, stage="parse", limit=2)] == ["d4", "d3"]
        assert runs.listed(connection, stage="' OR 1=1") == []


def test_equal_runs_are_rows_of_their_own(store: Store):
    assert len({ran(store, KEY) for _ in range(5)}) == 5
