"""What is known of tasks and projects on an annotation server."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from careatlas.identifiers import SampleId, TaskKey
from careatlas.remote_task import RemoteProject, RemoteTask, TaskState
from careatlas.store.rows import row_of
from careatlas.store.schema import remote_project, remote_task

_BATCH = 500  # values of one query: databases bound them


def keep_project(connection: Connection, item: RemoteProject) -> None:
    """Record a project, in place of what was known of it."""
    key = ("server", "sample_id", "coder")
    row = row_of(item)
    connection.execute(delete(remote_project).where(*(remote_project.c[name] == row[name] for name in key)))
    connection.execute(insert(remote_project).values(**row))


def projects(connection: Connection, server: str, sample_id: str = "") -> list[RemoteProject]:
    """Return the projects on a server, of one sample or of all."""
    query = select(remote_project).where(remote_project.c.server == server)
    if sample_id:
        query = query.where(remote_project.c.sample_id == sample_id)
    query = query.order_by(remote_project.c.sample_id, remote_project.c.coder)
    return [
        RemoteProject(**{**row, "sample_id": SampleId(row["sample_id"])})
        for row in connection.execute(query).mappings()
    ]


def keep_tasks(connection: Connection, items: Iterable[RemoteTask]) -> None:
    """Record tasks, in place of what was known of them."""
    rows = [row_of(item) for item in items]
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        for server, project_id in {(row["server"], row["project_id"]) for row in batch}:
            keys = [row["task_key"] for row in batch if (row["server"], row["project_id"]) == (server, project_id)]
            place = (remote_task.c.server == server, remote_task.c.project_id == project_id)
            connection.execute(delete(remote_task).where(*place, remote_task.c.task_key.in_(keys)))
        connection.execute(insert(remote_task), batch)


def tasks(connection: Connection, server: str, project_id: int) -> dict[TaskKey, RemoteTask]:
    """Return the tasks of one project by their keys."""
    query = select(remote_task).where(remote_task.c.server == server, remote_task.c.project_id == project_id)
    return {
        TaskKey(row["task_key"]): RemoteTask(
            **{**row, "task_key": TaskKey(row["task_key"]), "state": TaskState(row["state"])}
        )
        for row in connection.execute(query).mappings()
    }
