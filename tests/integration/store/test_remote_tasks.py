"""What is known of a server is brought up to date: one row for each task and project, whatever is written when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from careatlas.errors import StoreError
from careatlas.passage import Passage
from careatlas.remote_task import RemoteProject, RemoteTask, TaskState
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import remote_tasks, samples
from careatlas.store.engine import Store

SERVER = "http://127.0.0.1:8080"
COUNT = 1_001  # more than a query holds
PROJECT = RemoteProject(server=SERVER, sample_id="spring", coder="ann", project_id=3, config_hash="c1")


@pytest.fixture
def keys(store: Store, keep, synthetic_reading) -> list[str]:
    """Give the keys of ann's readings."""
    item, reading = synthetic_reading
    keep(store, item, reading)
    passage: Passage = reading.passages[0]
    sample = Sample(
        sample_id="spring",
        codebook_id="b",
        codebook_version="1",
        model_id=None,
        seed=0,
        made_at=datetime(2026, 3, 1, tzinfo=UTC),
        population=1,
        design={},
    )
    drawn = SampledPassage(sample_id="spring", passage_id=passage.passage_id, stratum="", inclusion_probability=1.0)
    asked = [
        Assignment(
            task_key=f"t{number}",
            sample_id="spring",
            passage_id=passage.passage_id,
            coder="ann",
            blind=False,
            repeat=number,
            position=number,
        )
        for number in range(COUNT)
    ]
    with store.write() as connection:
        samples.add(connection, sample, [(drawn, passage)], asked)
    return [one.task_key for one in asked]


def task_of(key: str, **changes: object) -> RemoteTask:
    made = RemoteTask(server=SERVER, project_id=3, task_key=key, state=TaskState.SENT, remote_id=None, config_hash="c1")
    return replace(made, **changes)


def keep_tasks(store: Store, *items: RemoteTask) -> None:
    with store.write() as connection:
        remote_tasks.keep_tasks(connection, items)


def test_a_task_has_one_row_that_is_brought_up_to_date(store: Store, keys):
    keep_tasks(store, *map(task_of, keys))
    confirmed = task_of(keys[0], state=TaskState.CONFIRMED, remote_id=7)
    keep_tasks(store, confirmed)
    with store.read() as connection:
        found = remote_tasks.tasks(connection, SERVER, 3)
    assert len(found) == COUNT
    assert found[keys[0]] == confirmed
    assert found[keys[1]] == task_of(keys[1])


def test_the_same_task_in_another_project_is_another_row(store: Store, keys):
    here, there, elsewhere = task_of(keys[0]), task_of(keys[0], project_id=4), task_of(keys[0], server="http://other")
    keep_tasks(store, here, there, elsewhere)
    keep_tasks(store, replace(here, state=TaskState.GONE))
    with store.read() as connection:
        assert remote_tasks.tasks(connection, SERVER, 3)[keys[0]].state is TaskState.GONE
        assert remote_tasks.tasks(connection, SERVER, 4) == {keys[0]: there}
        assert remote_tasks.tasks(connection, "http://other", 3) == {keys[0]: elsewhere}


def test_a_task_that_nobody_was_asked_for_is_refused(store: Store, keys):
    with pytest.raises(StoreError):
        keep_tasks(store, task_of(keys[0]), task_of("t-unknown"))
    with store.read() as connection:
        assert remote_tasks.tasks(connection, SERVER, 3) == {}


def test_a_coder_has_one_project_on_a_server(store: Store, keys):
    other = replace(PROJECT, coder="bob", project_id=4)
    with store.write() as connection:
        remote_tasks.keep_project(connection, other)
        remote_tasks.keep_project(connection, PROJECT)
        remote_tasks.keep_project(connection, replace(PROJECT, project_id=9))
        remote_tasks.keep_project(connection, replace(PROJECT, server="http://other"))
    with store.read() as connection:
        assert remote_tasks.projects(connection, SERVER) == [replace(PROJECT, project_id=9), other]
        assert remote_tasks.projects(connection, SERVER, "spring") == [replace(PROJECT, project_id=9), other]
        assert remote_tasks.projects(connection, SERVER, "autumn") == []
        assert [one.project_id for one in remote_tasks.projects(connection, "http://other")] == [3]


def test_no_tasks_are_no_rows(store: Store, keys):
    keep_tasks(store)
    with store.read() as connection:
        assert remote_tasks.tasks(connection, SERVER, 3) == {}
