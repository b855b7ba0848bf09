"""Tasks on their way: what is about to be sent is written down first, so that no crash can double or lose it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from annotation.coder_project import CoderProject
from annotation.label_studio import LabelStudio
from annotation.reconciling import Reconciled, reconciled, task_row
from annotation.server_error import Aftermath, ServerError
from careatlas.identifiers import TaskKey
from careatlas.remote_task import RemoteTask, TaskState
from careatlas.store import remote_tasks
from careatlas.store.engine import Store


class Outbox:
    """The tasks of one coder's project.

    Parameters
    ----------
    asked : collection of TaskKey
        Every reading that the coder was asked for.
    """

    def __init__(self, studio: LabelStudio, store: Store, project: CoderProject, asked: Collection[TaskKey]) -> None:
        self._studio, self._store, self._project, self._asked = studio, store, project, asked

    def rows(self) -> dict[TaskKey, RemoteTask]:
        """Return what is known of the project's tasks."""
        with self._store.read() as connection:
            return remote_tasks.tasks(connection, self._project.known.server, self._project.id)

    def is_doubtful(self, task_number: int) -> bool:
        """Whether an earlier push broke off, or the server counts other tasks than we do."""
        states = [row.state for row in self.rows().values()]
        return TaskState.SENT in states or states.count(TaskState.CONFIRMED) != task_number

    def reconcile(self) -> Reconciled:
        """Look up what is on the server."""
        return reconciled(self._studio, self._store, self._project, self._asked)

    def deliver(self, tasks: Mapping[TaskKey, dict[str, Any]]) -> None:
        """Send tasks that are not on the server, all in one request.

        Raises
        ------
        ServerError
            If they did not arrive, or nobody can say yet whether they did. The next push finds out.
        """
        left = dict(tasks)
        try:
            self._send(left)
        except ServerError as error:
            # Refused, there is nothing to look up; still being carried out, it cannot be looked up yet.
            if error.aftermath is not Aftermath.UNKNOWN:
                raise
            there = self.reconcile().tasks
            left = {key: task for key, task in left.items() if key not in there}
            if left:
                self._send(left)

    def _send(self, tasks: Mapping[TaskKey, dict[str, Any]]) -> None:
        # Committed before the request: whatever happens in it, the next push knows that these may be there.
        self._keep(task_row(self._project, key, TaskState.SENT, None) for key in tasks)
        numbers = self._studio.import_tasks(self._project.id, list(tasks.values()))
        both = zip(tasks, numbers, strict=True)
        self._keep(task_row(self._project, key, TaskState.CONFIRMED, number) for key, number in both)

    def _keep(self, rows: Iterable[RemoteTask]) -> None:
        with self._store.write() as connection:
            remote_tasks.keep_tasks(connection, rows)
