"""Sending the readings that were asked for to the server, each of them once, whatever breaks off in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from annotation.coder_project import (
    CoderProject,
    NewProject,
    found_project,
    known_projects,
    made_project,
    open_projects,
    screen_restored,
)
from annotation.file_lock import locked
from annotation.label_studio import LabelStudio
from annotation.labelling_layout import Layout
from annotation.outbox import Outbox
from annotation.page_pictures import PagePictures
from annotation.reconciling import Reconciled
from annotation.sample_codebook import sample_codebook
from annotation.scoring_model import sample_models
from annotation.server_folder import server_folder
from annotation.server_task import server_tasks
from careatlas.identifiers import TaskKey
from careatlas.progress import NoProgress, Progress
from careatlas.project import Project
from careatlas.remote_task import TaskState
from careatlas.sample import Assignment
from careatlas.store import samples

BATCH = 1_000  # tasks of one import, all of which the server takes or none


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOrder:
    """What is to be sent, and how.

    Attributes
    ----------
    sample_id : str
        Empty for the only sample that there is.
    check : bool
        Whether to look at every task on the server, and to send again what somebody took away there.
    restore_screen : bool
        Whether a labelling screen that was changed on the server is put back.
    layout : Layout
        How the codes stand on the screen of a project that is not there yet.
    """

    sample_id: str = ""
    check: bool = False
    restore_screen: bool = False
    layout: Layout = Layout.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderPush:
    """How the work of one coder stands after a push.

    Attributes
    ----------
    sent, restored : int
        Tasks sent now, and those among them that somebody had taken away.
    gone : int
        Tasks that somebody took away on the server and that were not sent again.
    lost : int
        Readings whose passage a new version of the reader did not find again.
    removed, doubled, foreign : int
        As :class:`annotation.reconciling.Reconciled` has them.
    project_is_gone : bool
        Whether somebody took the whole project away.
    screen_changed : bool
        Whether the screen on the server is not the one that we put there; nothing is sent then.
    """

    coder: str
    address: str = ""
    asked: int = 0
    sent: int = 0
    restored: int = 0
    gone: int = 0
    lost: int = 0
    removed: int = 0
    doubled: int = 0
    foreign: int = 0
    project_is_gone: bool = False
    screen_changed: bool = False

    @property
    def is_in_trouble(self) -> bool:
        """Whether a person should look at it."""
        return bool(self.gone or self.doubled or self.project_is_gone or self.screen_changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    """What a push did."""

    sample_id: str
    coders: tuple[CoderPush, ...]
    has_pictures: bool
    pages_without_picture: int

    @property
    def is_in_trouble(self) -> bool:
        """Whether a person should look at any of it."""
        return any(one.is_in_trouble for one in self.coders)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


class Pusher:
    """Sends the readings of one sample.

    Parameters
    ----------
    project : Project
        Where the sample and its passages are.
    studio : LabelStudio
        The server.
    pictures : PagePictures or None
        Page images, where the server is ours.

    Raises
    ------
    UsageError
        If there is no such sample, or its codebook is not here.
    """

    def __init__(
        self,
        project: Project,
        studio: LabelStudio,
        order: PushOrder,
        pictures: PagePictures | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._store, self._studio, self._order = project.store, studio, order
        self._pictures, self._progress = pictures, progress or NoProgress()
        self._folder = server_folder(project.root)
        self._folder.make()
        with self._store.read() as connection:
            self._sample = samples.get(connection, order.sample_id)
            asked = samples.assignments_of(connection, self._sample.sample_id)
        self._asked: dict[str, dict[TaskKey, Assignment]] = {}
        for one in asked:
            self._asked.setdefault(one.coder, {})[one.task_key] = one
        self._codebook = sample_codebook(project.root, self._sample)

    def push(self) -> PushReport:
        """Bring the server to what was asked for; where it is so already, that is one cheap request.

        Raises
        ------
        ServerError
            If the server cannot be reached or refuses. Nothing is lost by that: the next push finds out what of it
            arrived.
        """
        with locked(self._folder.root / "push.lock", "the tasks"):
            return self._push()

    def _push(self) -> PushReport:
        known = known_projects(self._store, self._studio.url, self._sample)
        there = open_projects(self._studio, self._store, self._sample, self._asked)
        done = [self._push_coder(coder, there.get(coder), was_there=coder in known) for coder in self._asked]
        return PushReport(
            sample_id=self._sample.sample_id,
            coders=tuple(done),
            has_pictures=self._pictures is not None,
            pages_without_picture=self._pictures.missing if self._pictures else 0,
        )

    def _push_coder(self, coder: str, project: CoderProject | None, *, was_there: bool) -> CoderPush:
        report = CoderPush(coder=coder, asked=len(self._asked[coder]))
        if project is None:
            project = self._project_for(coder, make=self._order.check or not was_there)
        if project is None:
            return replace(report, project_is_gone=True)
        report = replace(report, address=f"{self._studio.url}/projects/{project.id}")
        if not project.has_our_screen:
            if not self._order.restore_screen:
                return replace(report, screen_changed=True)
            project = screen_restored(self._studio, self._store, project, self._codebook)
        return self._fill(project, self._asked[coder], report)

    def _project_for(self, coder: str, *, make: bool) -> CoderProject | None:
        new = NewProject(
            sample=self._sample,
            coder=coder,
            codebook=self._codebook,
            layout=self._order.layout,
            pictures=self._pictures,
        )
        found = found_project(self._studio, self._store, new)
        return found or (made_project(self._studio, self._store, new) if make else None)

    def _fill(self, project: CoderProject, asked: Mapping[TaskKey, Assignment], report: CoderPush) -> CoderPush:
        outbox = Outbox(self._studio, self._store, project, asked)
        if self._order.check or outbox.is_doubtful(project.live.task_number):
            report = _with(report, outbox.reconcile())
        rows = outbox.rows()
        gone = {key for key, row in rows.items() if row.state is TaskState.GONE}
        sure = {key for key, row in rows.items() if row.state is TaskState.CONFIRMED}
        unsent = [one for key, one in asked.items() if key not in (sure if self._order.check else sure | gone)]
        sent = self._send(project, outbox, unsent)
        if sent and outbox.is_doubtful(self._studio.projects([project.id])[project.id].task_number):
            report = _with(report, outbox.reconcile())
        return replace(
            report,
            sent=len(sent),
            restored=len(sent & gone),
            gone=len(gone - sent),
            lost=len(unsent) - len(sent),
        )

    def _send(self, project: CoderProject, outbox: Outbox, unsent: Sequence[Assignment]) -> set[TaskKey]:
        if not unsent:
            return set()
        self._progress.start(f"sending tasks to {project.coder}", len(unsent))
        model_id = self._model_of(project)
        sent: set[TaskKey] = set()
        for start in range(0, len(unsent), BATCH):
            batch = unsent[start : start + BATCH]
            tasks = dict(
                server_tasks(
                    self._store,
                    project,
                    batch,
                    self._codebook,
                    model_id=model_id,
                    pictures=self._pictures,
                )
            )
            if tasks:
                outbox.deliver(tasks)
            sent |= tasks.keys()
            for _ in batch:
                self._progress.advance()
        return sent

    def _model_of(self, project: CoderProject) -> str:
        """Return the model that a project shows: a newer one than the sample's, if its suggestions were pushed."""
        shown = project.live.model_version
        with self._store.read() as connection:
            # It may also be the name of a backend, or whatever somebody chose there.
            is_model = shown in sample_models(connection, self._sample)
        return shown if is_model else self._sample.model_id or ""


def _with(report: CoderPush, found: Reconciled) -> CoderPush:
    return replace(report, removed=report.removed + found.removed, doubled=found.doubled, foreign=found.foreign)
