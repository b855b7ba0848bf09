"""What an annotation server says, checked: its people, its projects, its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

PROJECT_FIELDS = "id,title,description,label_config,created_at,task_number,model_version"
TASK_FIELDS = "id,data,total_annotations,cancelled_annotations"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerUser:
    """Somebody who has an account on the server."""

    id: int
    email: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProject:
    """A project as it is on the server now.

    Attributes
    ----------
    created_at : datetime
        With the number, this names a project wherever the server is moved to.
    model_version : str
        Whose pre-labels are shown; empty for nobody's.
    """

    id: int
    title: str
    description: str
    label_config: str
    created_at: datetime
    task_number: int
    model_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTask:
    """A task as it is on the server now.

    Attributes
    ----------
    task_key : str
        As we gave it; empty for a task that is not ours.
    model_id : str
        The model that the screen speaks of; empty for a blind task.
    answers : int
        Submitted and skipped ones.
    """

    id: int
    task_key: str
    model_id: str
    answers: int


def checked(kind: type[_T], value: Any) -> _T:
    """Return ``value`` as what it should be. Raises ValueError if it is not."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{error.error_count()} fields of a reply are not what they should be") from None


def user_of(item: Any) -> ServerUser:
    """Return a person from a reply. Raises ValueError if it is none; so do the functions below."""
    return checked(ServerUser, _fields(ServerUser, item))


def project_of(item: Any) -> ServerProject:
    """Return a project from a reply."""
    empty = {"description": "", "label_config": "", "task_number": 0, "model_version": ""}
    return checked(ServerProject, empty | _fields(ServerProject, item))


def task_of(item: Any) -> ServerTask:
    """Return a task from a reply."""
    data = getattr(item, "data", None)
    data = data if isinstance(data, dict) else {}
    answers = [checked(int, getattr(item, name, None) or 0) for name in ("total_annotations", "cancelled_annotations")]
    return ServerTask(
        id=number_of(item), task_key=_text(data, "task_key"), model_id=_text(data, "model_id"), answers=sum(answers)
    )


def number_of(item: Any) -> int:
    """Return the number that the server gave to something."""
    return checked(int, getattr(item, "id", None))


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _fields(kind: Any, item: Any) -> dict[str, Any]:
    # What the server leaves out or says to be null is left to the defaults.
    found = {name: getattr(item, name, None) for name in kind.__dataclass_fields__}
    return {name: value for name, value in found.items() if value is not None}
