"""What is known of tasks and projects on an annotation server. Unlike people's rows, these are brought up to date."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from careatlas.identifiers import SampleId, TaskKey


class TaskState(StrEnum):
    """How far a task has come."""

    SENT = "sent"  # it may or may not have arrived
    CONFIRMED = "confirmed"  # the server has it, once
    GONE = "gone"  # the server had it, and somebody took it away


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteProject:
    """The project of one coder for one sample on one server."""

    server: str
    sample_id: SampleId
    coder: str
    project_id: int
    config_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTask:
    """One task on a server; ``remote_id`` is the server's number for it, once it is known."""

    server: str
    project_id: int
    task_key: TaskKey
    state: TaskState
    remote_id: int | None
    config_hash: str
