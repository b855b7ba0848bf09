"""Telling a Label Studio server of our machine learning backend: once for each project, and that it is to be shown."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from annotation.labelling_task import PLACE_VERSION
from annotation.ml_guard import USER
from annotation.server_access import Access
from annotation.server_call import Answer, call, called
from careatlas.errors import CareAtlasError, InputError, StageError
from careatlas.identifiers import SampleId
from careatlas.project import Project
from careatlas.remote_task import RemoteProject
from careatlas.store import remote_tasks, samples

TITLE = "CareAtlas"  # a project whose model version is called so asks us
_SECONDS = 60.0  # the server asks us back, several times, before it answers
_MOST_EXPLAINED = 400  # characters of the server's own words
_GONE = (404, 410)

_log = logging.getLogger("careatlas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How a project of the server came to know of the backend.

    Attributes
    ----------
    number : int
        The server's number for the backend in this project.
    is_new : bool
        Whether it did not know of it before.
    shown_before : str
        Whose pre-labels were shown.
    """

    project_id: int
    coder: str
    number: int
    is_new: bool
    shown_before: str


def known_remote_projects(project: Project, access: Access) -> list[RemoteProject]:
    """Return the coders' projects that were made on a server."""
    with project.store.read() as connection:
        return remote_tasks.projects(connection, access.url)


@contextmanager
def connected(
    access: Access, project: Project, rows: Sequence[RemoteProject], url: str, password: str
) -> Iterator[list[Connection]]:
    """Let the server ask the backend while the block runs, and show what was shown before at its end.

    It stays registered: a backend that is started again at the same address is known already. But a project that shows
    a backend's pre-labels shows none while the backend is away, not even those that were sent with the tasks.

    Parameters
    ----------
    rows : sequence of RemoteProject
        Those that are gone from the server are left out.
    url : str
        Where the server reaches the backend.

    Raises
    ------
    StageError
        If the server does not answer, or cannot reach the backend.
    UsageError, InputError
        If the token is not accepted, or an answer is not what Label Studio gives.
    """
    made: list[Connection] = []
    try:
        for row in rows:
            found = _connect(access, project, row, url, password)
            if found is not None:
                made.append(found)
        yield made
    finally:
        for one in made:
            _show_again(access, one)


def _connect(access: Access, project: Project, row: RemoteProject, url: str, password: str) -> Connection | None:
    shown = _shown(access, row.project_id)
    if shown is None:
        _log.warning("project %d of %s is gone from the server", row.project_id, row.coder)
        return None
    there = called(access, f"/api/ml?project={row.project_id}", timeout=_SECONDS)
    ours = [one for one in there if _is_ours(one, url)] if isinstance(there, list) else []
    facts = {
        "project": row.project_id,
        "url": url,
        "title": TITLE,
        "description": "Suggestions of the project's newest model, from its store.",
        "is_interactive": False,
        "auth_method": "BASIC_AUTH",
        "basic_auth_user": USER,
        "basic_auth_pass": password,
    }
    path, method = (f"/api/ml/{ours[0]['id']}", "PATCH") if ours else ("/api/ml", "POST")
    made = _object(_accepted(call(access, path, method=method, data=facts, timeout=_SECONDS), access), access)
    number = made.get("id")
    if not isinstance(number, int):
        raise InputError("the server gives the backend no number", where=access.url)
    _show(access, row.project_id, TITLE)
    before = shown if shown not in ("", TITLE) else _shown_at_first(project, row)
    return Connection(project_id=row.project_id, coder=row.coder, number=number, is_new=not ours, shown_before=before)


def _shown(access: Access, project_id: int) -> str | None:
    """Return whose pre-labels a project shows, ``None`` if it is gone."""
    answer = call(access, f"/api/projects/{project_id}/", timeout=_SECONDS)
    if answer.status in _GONE:
        return None
    return str(_object(_accepted(answer, access), access).get("model_version") or "")


def _shown_at_first(project: Project, row: RemoteProject) -> str:
    """Return what a project showed when it was made; needed where a backend before us was killed."""
    with project.store.read() as connection:
        return samples.get(connection, SampleId(row.sample_id)).model_id or PLACE_VERSION


def _show(access: Access, project_id: int, version: str) -> None:
    data = {"model_version": version}
    _accepted(call(access, f"/api/projects/{project_id}/", method="PATCH", data=data, timeout=_SECONDS), access)


def _show_again(access: Access, connection: Connection) -> None:
    try:
        if _shown(access, connection.project_id) == TITLE:  # else somebody chose otherwise meanwhile
            _show(access, connection.project_id, connection.shown_before)
    except CareAtlasError as error:
        _log.warning(
            "project %d goes on showing the pre-labels of a backend that is away, which are none: %s",
            connection.project_id,
            error,
        )


def _is_ours(one: Any, url: str) -> bool:
    return (
        isinstance(one, dict)
        and isinstance(one.get("id"), int)
        and (one.get("title") == TITLE or one.get("url") == url)
    )


def _accepted(answer: Answer, access: Access) -> Answer:
    if answer.is_ok:
        return answer
    raise StageError(
        f"Label Studio refuses the backend ({answer.status}): {_explained(answer)}",
        where=access.url,
        mend="it must reach the backend: see that ML_BLOCK_LOCAL_IP is false if both run on one computer",
    )


def _explained(answer: Answer) -> str:
    """Return the server's own words, which it gives as lists of sentences by field."""
    try:
        said = json.loads(answer.body)
        errors = said.get("validation_errors") or said.get("detail") or ""
    except (ValueError, RecursionError, AttributeError):
        return "it does not say why"
    sentences = (
        [str(text) for texts in errors.values() for text in texts] if isinstance(errors, dict) else [str(errors)]
    )
    return " ".join(sentences)[:_MOST_EXPLAINED] or "it does not say why"


def _object(answer: Answer, access: Access) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError("the answer is not what Label Studio gives", where=access.url)
    return found
