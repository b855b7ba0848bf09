"""What is really on the server, set against what we believe is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from annotation.coder_project import CoderProject
from annotation.label_studio import LabelStudio
from annotation.server_replies import ServerTask
from careatlas.identifiers import TaskKey
from careatlas.remote_task import RemoteTask, TaskState
from careatlas.store import remote_tasks
from careatlas.store.engine import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How a coder's project stands.

    Attributes
    ----------
    tasks : Mapping
        Ours that are there, by their keys, one of each.
    removed : int
        Tasks that were there twice and of which the second, that nobody had opened, was taken away.
    doubled : int
        Tasks that are there twice because both were answered or begun. Both stay: the later answer counts.
    foreign : int
        Tasks that we did not send.
    """

    tasks: Mapping[TaskKey, ServerTask]
    removed: int
    doubled: int
    foreign: int


def reconciled(studio: LabelStudio, store: Store, project: CoderProject, asked: Collection[TaskKey]) -> Reconciled:
    """List a project, take unopened doubles away, and bring our record of its tasks up to date.

    A task that was believed to be there and is not becomes ``gone``: somebody took it away. One of which nobody knew
    whether it arrived, and which is not there, stays ``sent``, to be sent again.

    Parameters
    ----------
    asked : collection of TaskKey
        The readings that this coder was asked for.
    """
    wanted = frozenset(asked)
    there: dict[TaskKey, list[ServerTask]] = defaultdict(list)
    foreign = 0
    for task in studio.tasks(project.id):
        if TaskKey(task.task_key) in wanted:
            there[TaskKey(task.task_key)].append(task)
        else:
            foreign += 1
    removed = doubled = 0
    for key, tasks in there.items():
        if len(tasks) > 1:
            kept = _without_doubles(studio, project.id, tasks)
            removed += len(tasks) - len(kept)
            doubled += len(kept) - 1
            there[key] = kept
    found = {key: tasks[0] for key, tasks in there.items()}
    _record(store, project, found)
    return Reconciled(tasks=found, removed=removed, doubled=doubled, foreign=foreign)


def _without_doubles(studio: LabelStudio, project_id: int, tasks: list[ServerTask]) -> list[ServerTask]:
    """Take away the doubles that nobody opened, the newest first, and return what stays, answered ones first."""
    stay = sorted(tasks, key=lambda task: (task.answers == 0, task.id))
    for task in reversed(stay[1:]):
        # Asked once more, and for drafts too: with a task the server takes away whatever hangs on it.
        if task.answers == 0 and studio.is_untouched(project_id, task.id):
            studio.delete_task(task.id)
            stay.remove(task)
    return stay


def _record(store: Store, project: CoderProject, found: Mapping[TaskKey, ServerTask]) -> None:
    with store.write() as connection:
        known = remote_tasks.tasks(connection, project.known.server, project.id)
        rows = []
        for key, task in found.items():
            row = known.get(key)
            if row is None or (row.state, row.remote_id) != (TaskState.CONFIRMED, task.id):
                rows.append(task_row(project, key, TaskState.CONFIRMED, task.id))
        for key, row in known.items():
            if key not in found and row.state is TaskState.CONFIRMED:
                rows.append(task_row(project, key, TaskState.GONE, row.remote_id))
        remote_tasks.keep_tasks(connection, rows)


def task_row(project: CoderProject, key: TaskKey, state: TaskState, remote_id: int | None) -> RemoteTask:
    """Return what is known of a task of this project."""
    return RemoteTask(
        server=project.known.server,
        project_id=project.id,
        task_key=key,
        state=state,
        remote_id=remote_id,
        config_hash=project.known.config_hash,
    )
