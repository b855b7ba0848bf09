"""Bringing answers home from the server. What it holds now is the truth, and every state of it that we see is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from annotation.answer_context import AnswerContext, answer_context
from annotation.answer_reading import AnswerReading
from annotation.coder_project import CoderProject, NewProject, known_projects, open_projects, titled_project
from annotation.file_lock import locked
from annotation.label_studio import LabelStudio
from annotation.pull_report import PullReport
from annotation.server_folder import server_folder
from careatlas.project import Project

OVERLAP = timedelta(minutes=1)  # asked for twice: the server dates a change before it commits it


class Puller:
    """Reads the answers to one sample.

    Parameters
    ----------
    project : Project
        Where they are kept.
    studio : LabelStudio
        The server.
    sample_id : str
        Empty for the only sample that there is.
    """

    def __init__(self, project: Project, studio: LabelStudio, sample_id: str = "") -> None:
        self._project, self._studio, self._sample_id = project, studio, sample_id
        self._seen_until: dict[int, datetime] = {}
        self._seen_tasks: dict[int, dict[int, datetime]] = {}

    def full(self) -> PullReport:
        """Read every answer, and find out what was deleted.

        Raises
        ------
        ServerError
            If the server cannot be reached or refuses. What was read until then is kept.
        """
        return self._pull(self._everything)

    def recent(self) -> PullReport:
        """Read the answers to the tasks that changed since the last pull: a cheap question where nothing did.

        Deletions are found out by a full pull, which follows at once where a task has lost an answer.
        """
        return self._pull(self._changes)

    def _pull(self, read: Callable[[AnswerReading], None]) -> PullReport:
        started = time.monotonic()
        folder = server_folder(self._project.root)
        folder.make()
        with locked(folder.root / "pull.lock", "the answers"):
            context = answer_context(self._project, self._studio, self._sample_id)
            report = PullReport(sample_id=context.sample.sample_id)
            report.without_account = [coder for coder in context.coders if not context.people.is_known(coder)]
            known = known_projects(self._project.store, self._studio.url, context.sample)
            there = self._found(context, known)
            report.projects = len(there)
            report.projects_gone = [coder for coder in known if coder not in there]
            report.screens_changed = [one.coder for one in there.values() if not one.has_our_screen]
            for one in there.values():
                read(AnswerReading(self._project.store, self._studio, context, one, report))
        report.seconds = round(time.monotonic() - started, 2)
        return report

    def _found(self, context: AnswerContext, known: Collection[str]) -> dict[str, CoderProject]:
        there = open_projects(self._studio, self._project.store, context.sample, context.coders)
        for coder in context.coders:
            if coder not in known:  # its server may have moved to another address since; the next push keeps that
                new = NewProject(sample=context.sample, coder=coder, codebook=context.codebook)
                found = titled_project(self._studio, new)
                there |= {coder: found} if found else {}
        return there

    def _everything(self, reading: AnswerReading) -> None:
        number = reading.project.id
        self._seen_until[number] = self._studio.clock()
        self._seen_tasks[number] = {}
        reading.read_all()

    def _changes(self, reading: AnswerReading) -> None:
        number = reading.project.id
        if number not in self._seen_until:
            self._everything(reading)
            return
        seen, asked_at = self._seen_tasks[number], self._studio.clock()
        changed = self._studio.changed(number, self._seen_until[number] - OVERLAP)
        fresh = [task for task, at in changed.items() if seen.get(task) != at]
        if fresh and not reading.read_some(fresh):
            self._everything(reading)
        self._seen_tasks[number] = changed
        self._seen_until[number] = asked_at  # also where the clock went back: it dates what comes next
