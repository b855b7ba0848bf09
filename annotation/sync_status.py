"""How far the work on a sample is: what was asked for, what is on the server, what came back."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from annotation.coder_project import known_projects, open_projects
from annotation.label_studio import LabelStudio
from annotation.server_access import Access
from annotation.server_error import ServerError
from careatlas.answer import AnswerState
from careatlas.identifiers import TaskKey
from careatlas.project import Project
from careatlas.remote_task import RemoteProject, TaskState
from careatlas.sample import Assignment, Sample
from careatlas.store import answers, remote_tasks, samples
from careatlas.store.engine import Store

GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderStatus:
    """How far one coder is.

    Attributes
    ----------
    sent, unsure, gone : int
        Tasks that are on the server as far as we know, that may be, and that somebody took away.
    kept, quarantined, skipped, deleted, task_gone : int
        Answers by what became of their last state.
    on_server : int or None
        Tasks that the server counts in the project; ``None`` if it cannot be asked, or has no such project.
    screen : str
        ``ours``, ``changed``, ``gone`` with the whole project, or empty where it is not known.
    """

    coder: str
    address: str
    asked: int
    sent: int
    unsure: int
    gone: int
    kept: int
    quarantined: int
    skipped: int
    deleted: int
    task_gone: int
    on_server: int | None = None
    screen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """How far a sample is.

    Attributes
    ----------
    trouble : str
        Why the server could not be asked; empty if it could.
    """

    sample_id: str
    server: str
    trouble: str
    coders: tuple[CoderStatus, ...]

    @property
    def is_in_trouble(self) -> bool:
        """Whether a person should look at it."""
        odd = any(one.quarantined or one.gone or one.screen in ("changed", GONE) for one in self.coders)
        return bool(self.trouble) or odd

    @property
    def projects_gone(self) -> tuple[str, ...]:
        """Coders whose project was on the server and is not any more."""
        return tuple(one.coder for one in self.coders if one.screen == GONE)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def sync_status(project: Project, access: Access, sample_id: str) -> SyncStatus:
    """Return how far a sample is. A server that is away is no error here.

    Raises
    ------
    UsageError
        If there is no such sample.
    """
    with project.store.read() as connection:
        sample = samples.get(connection, sample_id)
        asked = samples.assignments_of(connection, sample.sample_id)
        states = _states(connection, {one.task_key: one for one in asked})
    known = known_projects(project.store, access.url, sample)
    coders = tuple(dict.fromkeys(one.coder for one in asked))
    live, trouble = _asked_of_server(project.store, access, sample, coders)
    if not trouble:
        live |= {coder: {"screen": GONE} for coder in known if coder not in live}
    return SyncStatus(
        sample_id=sample.sample_id,
        server=access.url,
        trouble=trouble,
        coders=tuple(
            CoderStatus(
                coder=coder,
                address=f"{access.url}/projects/{known[coder].project_id}" if coder in known else "",
                asked=sum(one.coder == coder for one in asked),
                **_tasks(project.store, known.get(coder)),
                **_counted(states, coder),
                **live.get(coder, {}),
            )
            for coder in coders
        ),
    )


def _states(connection: Any, asked: dict[TaskKey, Assignment]) -> Counter[tuple[str, AnswerState]]:
    found: Counter[tuple[str, AnswerState]] = Counter()
    for state in AnswerState:
        for one in answers.newest(connection, state):
            if one.task_key in asked:
                found[asked[one.task_key].coder, state] += 1
    return found


def _counted(states: Counter[tuple[str, AnswerState]], coder: str) -> dict[str, Any]:
    return {state.value.replace("-", "_"): states[coder, state] for state in AnswerState}


def _tasks(store: Store, known: RemoteProject | None) -> dict[str, Any]:
    found: Counter[TaskState] = Counter()
    if known is not None:
        with store.read() as connection:
            found.update(row.state for row in remote_tasks.tasks(connection, known.server, known.project_id).values())
    names = {"sent": TaskState.CONFIRMED, "unsure": TaskState.SENT, "gone": TaskState.GONE}
    return {name: found[state] for name, state in names.items()}


def _asked_of_server(
    store: Store, access: Access, sample: Sample, coders: tuple[str, ...]
) -> tuple[dict[str, dict[str, Any]], str]:
    try:
        there = open_projects(LabelStudio(access), store, sample, coders)
    except ServerError as error:
        return {}, str(error)
    return {
        coder: {"on_server": one.live.task_number, "screen": "ours" if one.has_our_screen else "changed"}
        for coder, one in there.items()
    }, ""
