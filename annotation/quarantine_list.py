"""Answers that could not be read, to be looked at."""

from __future__ import annotations

from typing import Any

from careatlas.answer import AnswerState
from careatlas.project import Project
from careatlas.store import answers


def quarantined(project: Project) -> list[dict[str, Any]]:
    """Return the answers that are in quarantine now, the oldest first, as plain data. Mended ones are left out."""
    with project.store.read() as connection:
        found = answers.newest(connection, AnswerState.QUARANTINED)
    return [
        {
            "answer_id": one.answer_id,
            "made_at": one.made_at.isoformat(timespec="seconds"),
            "person": one.editor or one.person,
            "passage_id": one.passage_id,
            "task_key": one.task_key,
            "source": one.source,
            "place": one.place,
            "key": one.key,
            "reason": one.reason,
            "content": one.content,
        }
        for one in found
    ]
