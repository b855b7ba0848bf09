"""Answers out of Label Studio's own export files, taken as a pull from the server would take them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from annotation.answer_context import AnswerContext
from annotation.answer_judgements import AnswerRows, answer_rows
from annotation.file_import import BATCH, FileImport
from annotation.observed_answer import SOURCE, ObservedAnswer, digest_of, observed_answers, state_digest
from annotation.outside_table import MAX_BYTES, storable
from annotation.sample_codebook import sample_codebook
from annotation.server_people import ServerPeople
from annotation.server_replies import ServerUser
from annotation.withdrawing import withdrawn
from careatlas.answer import Answer, AnswerState
from careatlas.errors import InputError
from careatlas.identifiers import SampleId, TaskKey
from careatlas.project import Project
from careatlas.store import answers, samples

PLACE = "exported files"
_ANYBODY = 1  # the number of whoever answered, where the file has none


def import_export(project: Project, path: Path, *, coder: str = "", dry_run: bool = False) -> FileImport:
    """Take in a file that Label Studio exported as JSON. Answers that are there already add nothing.

    Parameters
    ----------
    coder : str
        Whose answers all of it is; empty for the coder that each task was made for. A file knows people only by the
        numbers of accounts on a server that we do not ask.

    Raises
    ------
    InputError
        If the file is no such export.
    UsageError
        If no sample was drawn in this project, or the codebook of one is not here.
    """
    seen = list(observed_answers(_tasks(path)))
    reading = _Reading(project, _contexts(project, seen), coder.strip(), FileImport(file=path.name, dry_run=dry_run))
    for start in range(0, len(seen), BATCH):
        with project.store.read() if dry_run else project.store.write() as connection:
            for one in seen[start : start + BATCH]:
                reading.read(connection, one)
    return reading.report


def _tasks(path: Path) -> list[Mapping[str, Any]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"an export has at most {MAX_BYTES:,} bytes", where=str(path))
        tree = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"the export cannot be read: {error.strerror or error}", where=str(path)) from error
    except (ValueError, RecursionError) as error:
        raise InputError("the file is not JSON", where=str(path), mend="--format csv or jsonl") from error
    if not isinstance(tree, list) or not all(isinstance(one, dict) for one in tree):
        raise InputError("the file is not a list of tasks", where=str(path), mend="in Label Studio: Export, JSON")
    if tree and not any(isinstance(one.get("annotations"), list) for one in tree):
        raise InputError(
            "no task in the file has a list of annotations",
            where=str(path),
            mend="in Label Studio: Export, JSON (not JSON-MIN, which leaves out who answered)",
        )
    return tree


def _contexts(project: Project, seen: Iterable[ObservedAnswer]) -> dict[SampleId, AnswerContext]:
    with project.store.read() as connection:
        known = {one.sample_id: one for one in samples.listed(connection)}
        keys = sorted({storable(one.task_key) for one in seen if one.task_key})
        asked = samples.assignments_by_key(connection, keys)
        wanted = {one.sample_id for one in asked.values()} or set(list(known)[-1:])
        if not wanted:
            samples.get(connection, "")  # says that none was drawn
        found = {}
        for name in wanted:
            drawn = samples.passages_of(connection, name)
            found[name] = AnswerContext(
                sample=known[name],
                codebook=sample_codebook(project.root, known[name]),
                asked={key: one for key, one in asked.items() if one.sample_id == name},
                chances={one.passage_id: one.inclusion_probability for one in drawn},
                people=ServerPeople([], []),
                is_live=False,
            )
    return found


class _Reading:
    """A file that is being read."""

    def __init__(
        self, project: Project, contexts: Mapping[SampleId, AnswerContext], coder: str, report: FileImport
    ) -> None:
        self._contexts, self._coder, self.report = contexts, coder, report
        self._asked = {key: one for context in contexts.values() for key, one in context.asked.items()}
        with project.store.read() as connection:
            self._known = answers.latest(connection, SOURCE, PLACE)
            stored = answers.listed(connection)
        self._states = {(one.task_key, digest_of(one.content)): one for one in stored if one.source == SOURCE}

    def read(self, connection: Any, one: ObservedAnswer) -> None:
        """Keep an answer if it is new, or changed since it was seen last."""
        self.report.answers += 1
        task_key = TaskKey(storable(one.task_key))
        state = (task_key, state_digest(one.annotation))
        key = f"{task_key or 'no task'} {one.key}"
        last = self._known.get(key)
        known = self._states.get(state)
        is_tried_again = known is not None and known == last and known.state is AnswerState.QUARANTINED
        if known is not None and not is_tried_again:
            self.report.count_known(known)
            return
        if last is not None and not is_tried_again and _is_older(one, last):
            self.report.older += 1
            return
        rows = self._rows(connection, replace(one, key=key), last)
        if known is not None and rows.answer.state is AnswerState.QUARANTINED:
            self.report.count_known(known)
            return
        self.report.keep(connection, rows)
        self._known[key] = rows.answer
        self._states[state] = rows.answer

    def _rows(self, connection: Any, one: ObservedAnswer, last: Answer | None) -> AnswerRows:
        asked = self._asked.get(TaskKey(one.task_key))
        context = self._contexts[asked.sample_id] if asked else next(iter(self._contexts.values()))
        coder = self._coder or (asked.coder if asked else "")
        number = one.completed_by or one.updated_by or _ANYBODY
        if coder:
            user = ServerUser(id=number, email=coder)
            context = replace(context, people=ServerPeople([user], [coder]))
        seen = replace(one, completed_by=number if coder else one.completed_by)
        rows = answer_rows(connection, seen, context, PLACE, last, datetime.now(UTC))
        took_back = last is not None and rows.answer.state is AnswerState.SKIPPED and not rows.answer.editor
        if took_back and rows.passage is not None:
            return withdrawn(connection, rows.answer, rows.passage, rows.answer.person)
        return rows


def _is_older(one: ObservedAnswer, last: Answer) -> bool:
    try:
        moment = datetime.fromisoformat(one.updated_at)
    except ValueError:
        return False
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < last.made_at
