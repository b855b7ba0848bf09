"""One coder's answers on the server, set against those that are kept, and the difference kept too."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import Any

from annotation.answer_context import AnswerContext
from annotation.answer_judgements import NOT_OUR_SCREEN, AnswerRows, answer_rows, is_same_state
from annotation.coder_project import CoderProject
from annotation.label_studio import LabelStudio
from annotation.observed_answer import SOURCE, ObservedAnswer, dated, observed_answers, with_pre_labels
from annotation.pull_report import PullReport
from annotation.reconciling import task_row
from annotation.screen_codes import codes_on_screen
from annotation.withdrawing import gone_rows, withdrawn
from careatlas.answer import Answer, AnswerState
from careatlas.identifiers import TaskKey
from careatlas.remote_task import TaskState
from careatlas.store import answers, attribute_judgements, judgements, remote_tasks
from careatlas.store.engine import Store

BATCH = 200  # answers of one transaction
_THERE = (AnswerState.KEPT, AnswerState.QUARANTINED, AnswerState.SKIPPED)


class AnswerReading:
    """Reads one coder's project once.

    Parameters
    ----------
    context : AnswerContext
        What answers are read with.
    report : PullReport
        What is found is counted there.
    """

    def __init__(
        self, store: Store, studio: LabelStudio, context: AnswerContext, project: CoderProject, report: PullReport
    ) -> None:
        self.project = project
        on_screen = None if project.has_our_screen else codes_on_screen(project.live.label_config)
        self._context = replace(context, on_screen=on_screen)
        self._store, self._studio, self._report = store, studio, report

    @cached_property
    def _known(self) -> dict[str, Answer]:
        with self._store.read() as connection:
            return answers.latest(connection, SOURCE, self.project.place)

    def read_all(self) -> None:
        """Keep every answer that is new or changed, and what was deleted."""
        seen = self._exported(None)
        self._keep_new(seen.values())
        self._keep_gone(seen.keys())

    def read_some(self, task_ids: Collection[int]) -> bool:
        """Keep what is new of some tasks; return whether all answers to them that there were are there still."""
        seen = self._exported(sorted(task_ids))
        self._keep_new(seen.values())
        return not any(_task_of(one) in task_ids for one in self._missing(seen.keys()))

    def _exported(self, task_ids: Sequence[int] | None) -> dict[str, ObservedAnswer]:
        return {one.key: one for one in observed_answers(self._studio.export(self.project.id, task_ids))}

    def _keep_new(self, seen: Iterable[ObservedAnswer]) -> None:
        now = datetime.now(UTC)
        new = sorted(filter(self._may_be_new, seen), key=lambda one: dated(one.updated_at, None, now)[0])
        # Looked up batch by batch, and before the batch is written: nothing waits for the server within a transaction.
        self._keep(map(self._with_model, new), self._rows, self.project.coder)

    def _with_model(self, one: ObservedAnswer) -> ObservedAnswer:
        if one.opened is None or one.task_id is None:
            return one
        return with_pre_labels(one, self._studio.pre_labels(one.task_id))

    def _may_be_new(self, one: ObservedAnswer) -> bool:
        last = self._known.get(one.key)
        return last is None or not is_same_state(one, last) or self._may_be_mended(last)

    def _may_be_mended(self, last: Answer) -> bool:
        # What was in quarantine is tried again: its task may have been mended, or its passage be here again. Not what
        # came from another screen than ours: that ours is put back does not tell what could be ticked on the other.
        is_ours = self._context.on_screen is None and NOT_OUR_SCREEN not in last.reason
        return last.state is AnswerState.QUARANTINED and is_ours

    def _rows(self, connection: Any, one: ObservedAnswer) -> AnswerRows | None:
        last = self._known.get(one.key)
        rows = answer_rows(connection, one, self._context, self.project.place, last, datetime.now(UTC))
        if last is not None and rows.answer.state is AnswerState.QUARANTINED and is_same_state(one, last):
            return None
        took_back = last is not None and rows.answer.state is AnswerState.SKIPPED and not rows.answer.editor
        if took_back and rows.passage is not None:
            return withdrawn(connection, rows.answer, rows.passage, rows.answer.person)
        return rows

    def _missing(self, keys: Collection[str]) -> list[Answer]:
        return [one for key, one in self._known.items() if one.state in _THERE and key not in keys]

    def _keep_gone(self, keys: Collection[str]) -> None:
        missing = self._missing(keys)
        if not missing:
            return
        # An answer that is missing in a reply is gone only if the server says so when it is asked for it by name.
        there = self._studio.existing(self.project.id, sorted({number for one in missing if (number := _task_of(one))}))
        found = self._exported(sorted(there)) if there else {}
        self._keep_new(found.values())
        gone = [one for one in missing if one.key not in found]

        def rows(connection: Any, one: Answer) -> AnswerRows:
            state = AnswerState.DELETED if _task_of(one) in there else AnswerState.TASK_GONE
            return gone_rows(connection, one, state, datetime.now(UTC))

        self._keep(gone, rows)
        self._mark_gone({one.task_key for one in gone if _task_of(one) not in there})

    def _keep(self, items: Iterable[Any], rows_of: Callable[[Any, Any], AnswerRows | None], coder: str = "") -> None:
        left = iter(items)
        while batch := list(islice(left, BATCH)):
            made: list[AnswerRows] = []
            with self._store.write() as connection:
                for item in batch:
                    rows = rows_of(connection, item)
                    if rows is not None:
                        _append(connection, rows)
                        made.append(rows)
            for rows in made:  # counted only when they are kept
                key = rows.answer.key
                self._report.count(rows, self._known.get(key), coder)
                self._known[key] = rows.answer

    def _mark_gone(self, keys: Collection[TaskKey]) -> None:
        with self._store.write() as connection:
            known = remote_tasks.tasks(connection, self.project.known.server, self.project.id)
            rows = [row for key, row in known.items() if key in keys and row.state is TaskState.CONFIRMED]
            gone = [task_row(self.project, row.task_key, TaskState.GONE, row.remote_id) for row in rows]
            remote_tasks.keep_tasks(connection, gone)


def _append(connection: Any, rows: AnswerRows) -> None:
    answers.append(connection, [rows.answer])
    if rows.passage is not None:
        judgements.append_many(connection, rows.judgements, rows.passage)
    attribute_judgements.append(connection, rows.attributes)


def _task_of(answer: Answer) -> int | None:
    number = json.loads(answer.content).get("task")
    return number if type(number) is int and number > 0 else None
