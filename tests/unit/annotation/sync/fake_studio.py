"""What stands for a Label Studio server in unit tests: its tasks and answers in memory, and faults on demand.

It behaves as the real one was seen to: imports are whole or not at all, nothing is checked, a deleted task takes its
answers with it, whoever has a token may do anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from annotation.label_studio import TITLE_LENGTH
from annotation.server_error import Aftermath, ServerError
from annotation.server_replies import ServerProject, ServerTask, ServerUser

STARTED = datetime(2026, 3, 1, 9, tzinfo=UTC)
ANN, BOB, CAROL = 11, 12, 13
Fault = Callable[[int, str, str], None]


class Killed(BaseException):
    """Our process was killed: nothing after this runs."""


class FakeStudio:
    """A server in memory.

    Attributes
    ----------
    calls : list of str
        What was asked, in order.
    fault : callable
        Is called with the number of the request, its name, and ``before`` or ``after`` the server carried it out.
    """

    def __init__(self) -> None:
        self.url = "http://127.0.0.1:9"
        self.accounts = [
            ServerUser(id=ANN, email="ann@example.org"),
            ServerUser(id=BOB, email="bob@example.org"),
            ServerUser(id=CAROL, email="carol@example.org"),
        ]
        self.calls: list[str] = []
        self.fault: Fault = lambda *_: None
        self.time = STARTED
        self.projects_there: dict[int, dict[str, Any]] = {}
        self.tasks_there: dict[int, dict[str, Any]] = {}
        self.answers_there: dict[int, dict[str, Any]] = {}
        self.files: list[Path] = []
        self._last = 0

    # --- what people do

    def answer(self, task_id: int, result: Any, by: int = ANN, **more: Any) -> int:
        """Submit an answer."""
        number = self._number()
        at = self._tick()
        self.answers_there[number] = {
            "id": number,
            "task": task_id,
            "result": result,
            "completed_by": by,
            "updated_by": by,
            "created_at": at,
            "updated_at": at,
            "lead_time": 12.5,
            "was_cancelled": False,
            "parent_prediction": None,
            **more,
        }
        self.tasks_there[task_id]["updated_at"] = at
        return number

    def change(self, number: int, by: int = ANN, **more: Any) -> None:
        """Change an answer."""
        at = self._tick()
        self.answers_there[number] |= {"updated_by": by, "updated_at": at, **more}
        self.tasks_there[self.answers_there[number]["task"]]["updated_at"] = at

    def delete_answer(self, number: int) -> None:
        task = self.answers_there.pop(number)["task"]
        self.tasks_there[task]["updated_at"] = self._tick()

    def copy_task(self, task_id: int) -> int:
        """Import a task once more, as a blind retry does."""
        number = self._number()
        self.tasks_there[number] = {**deepcopy(self.tasks_there[task_id]), "id": number}
        return number

    # --- what we ask

    def users(self) -> tuple[ServerUser, ...]:
        with self._call("users"):
            return tuple(self.accounts)

    def clock(self) -> datetime:
        with self._call("clock"):
            return self.time

    def projects(self, ids: Sequence[int]) -> dict[int, ServerProject]:
        if not ids:
            return {}
        with self._call("projects"):
            return {number: self._project(number) for number in ids if number in self.projects_there}

    def projects_titled(self, words: str) -> list[ServerProject]:
        with self._call("projects_titled"):
            return [self._project(n) for n, one in sorted(self.projects_there.items()) if words in one["title"]]

    def create_project(self, *, title: str, description: str, config: str, model_version: str) -> ServerProject:
        with self._call("create_project"):
            assert len(title) in TITLE_LENGTH
            number = self._number()
            self.projects_there[number] = {
                "title": title,
                "description": description,
                "label_config": config,
                "model_version": model_version,
                "created_at": self.time + timedelta(microseconds=number),
            }
        return self._project(number)

    def delete_empty_project(self, project_id: int) -> None:
        with self._call("delete_empty_project"):
            assert not any(task["project"] == project_id for task in self.tasks_there.values())
            del self.projects_there[project_id]

    def set_config(self, project_id: int, config: str) -> None:
        with self._call("set_config"):
            self.projects_there[project_id]["label_config"] = config

    def set_model_version(self, project_id: int, model_version: str) -> None:
        with self._call("set_model_version"):
            self.projects_there[project_id]["model_version"] = model_version

    def import_tasks(self, project_id: int, tasks: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
        with self._call("import_tasks"):
            made = []
            for task in json.loads(json.dumps(list(tasks))):
                number = self._number()
                self.tasks_there[number] = {"id": number, "project": project_id, "updated_at": self._tick(), **task}
                for prediction in task["predictions"]:
                    prediction["id"] = self._number()
                made.append(number)
        return tuple(made)

    def import_predictions(self, project_id: int, predictions: Sequence[Mapping[str, Any]]) -> int:  # noqa: ARG002 - as the real one
        with self._call("import_predictions"):
            for one in json.loads(json.dumps(list(predictions))):
                self.tasks_there[one["task"]]["predictions"].append({**one, "id": self._number()})
        return len(predictions)

    def tasks(self, project_id: int) -> list[ServerTask]:
        with self._call("tasks"):
            return [
                ServerTask(
                    id=task["id"],
                    task_key=task["data"].get("task_key", ""),
                    model_id=task["data"].get("model_id", ""),
                    answers=len(self._answers(task["id"])),
                )
                for task in self._tasks(project_id)
            ]

    def pre_labelled(self, project_id: int, model_version: str) -> set[int]:
        with self._call("pre_labelled"):
            return {
                task["id"]
                for task in self._tasks(project_id)
                if any(one["model_version"] == model_version for one in task["predictions"])
            }

    def existing(self, project_id: int, task_ids: Sequence[int]) -> set[int]:
        with self._call("existing"):
            return {task["id"] for task in self._tasks(project_id)} & set(task_ids)

    def changed(self, project_id: int, since: datetime) -> dict[int, datetime]:
        with self._call("changed"):
            found = {task["id"]: datetime.fromisoformat(task["updated_at"]) for task in self._tasks(project_id)}
            return {number: at for number, at in found.items() if at > since}

    def is_untouched(self, project_id: int, task_id: int) -> bool:  # noqa: ARG002 - as the real one
        with self._call("is_untouched"):
            return not self._answers(task_id) and not self.tasks_there[task_id].get("drafts")

    def delete_task(self, task_id: int) -> None:
        with self._call("delete_task"):
            del self.tasks_there[task_id]
            self.answers_there = {n: one for n, one in self.answers_there.items() if one["task"] != task_id}

    def change_task(self, task_id: int, data: Mapping[str, Any]) -> None:
        with self._call("change_task"):
            self.tasks_there[task_id]["data"] = dict(data)

    def pre_labels(self, task_id: int) -> list[dict[str, Any]]:
        with self._call("pre_labels"):
            return json.loads(json.dumps(self.tasks_there[task_id]["predictions"]))

    def export(self, project_id: int, task_ids: Sequence[int] | None = None) -> list[dict[str, Any]]:
        with self._call("export"):
            chosen = [task for task in self._tasks(project_id) if task_ids is None or task["id"] in task_ids]
            # Pre-labels by their numbers alone, as the real one has them.
            found = [
                {
                    **task,
                    "annotations": self._answers(task["id"]),
                    "predictions": [p["id"] for p in task["predictions"]],
                }
                for task in chosen
            ]
            return json.loads(json.dumps([task for task in found if task["annotations"]]))

    def add_webhook(self, project_id: int, url: str) -> int:  # noqa: ARG002 - as the real one
        with self._call("add_webhook"):
            return self._number()

    def remove_webhook(self, number: int) -> None:  # noqa: ARG002 - as the real one
        with self._call("remove_webhook"):
            pass

    def attach_files(self, project_id: int, folder: Path) -> None:  # noqa: ARG002 - as the real one
        with self._call("attach_files"):
            self.files.append(folder)

    # --- how

    @contextmanager
    def _call(self, name: str) -> Iterator[None]:
        self.calls.append(name)
        number = len(self.calls)
        self.fault(number, name, "before")
        yield
        self.fault(number, name, "after")

    def _number(self) -> int:
        self._last += 1
        return self._last

    def _tick(self) -> str:
        self.time += timedelta(seconds=1)
        return self.time.isoformat()

    def _tasks(self, project_id: int) -> list[dict[str, Any]]:
        return [task for _, task in sorted(self.tasks_there.items()) if task["project"] == project_id]

    def _answers(self, task_id: int) -> list[dict[str, Any]]:
        return [one for one in self.answers_there.values() if one["task"] == task_id]

    def _project(self, number: int) -> ServerProject:
        count = len(self._tasks(number))
        return ServerProject(id=number, task_number=count, **self.projects_there[number])


def user(number: int, email: str) -> ServerUser:
    """Return an account."""
    return ServerUser(id=number, email=email)


def broken(aftermath: Aftermath = Aftermath.UNKNOWN, status: int | None = None) -> ServerError:
    """Return what a connection that broke off is told as."""
    return ServerError("the connection broke off", aftermath=aftermath, status=status)
