"""Page images on request, from a process that may not read plans itself (the web app)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from careatlas.errors import CareAtlasError
from careatlas.identifiers import Sha256
from careatlas.project import Project
from careatlas.store import readings

_SECONDS = 120.0
_SECONDS_PER_PAGE = 10.0
AHEAD = 2  # pages made along with the one asked for: the reader will turn to them next


def page_image(project: Project, document_id: str, number: int, page_count: int) -> tuple[bytes, str]:
    """Return the image of a page and its media type, asking a worker process to make it where it is not there yet.

    Raises
    ------
    CareAtlasError
        If the worker could not make it; the message says why.
    """
    found = _stored(project, document_id, number)
    if found is not None:
        return found
    said = make_page_images(project, document_id, range(number, min(number + AHEAD, page_count) + 1))
    found = _stored(project, document_id, number)
    if found is None:
        raise CareAtlasError(said or "the page could not be drawn", where=f"{document_id}, page {number}")
    return found


def make_page_images(project: Project, document_id: str, numbers: Sequence[int]) -> str:
    """Let one worker process make those images of a document's pages that are not there yet; return its complaint.

    Raises
    ------
    CareAtlasError
        If it does not end in time.
    """
    # -P: nothing is imported from the current folder, which may be anybody's.
    command = [sys.executable, "-P", "-m", "careatlas", "-q", "-p", str(project.root), "page-image", document_id]
    try:
        done = subprocess.run(
            [*command, *map(str, numbers)],
            capture_output=True,
            text=True,
            timeout=_SECONDS + _SECONDS_PER_PAGE * len(numbers),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CareAtlasError("the pages could not be drawn in time", where=document_id) from error
    return next(iter((done.stderr or done.stdout).strip().splitlines()), "")


def _stored(project: Project, document_id: str, number: int) -> tuple[bytes, str] | None:
    with project.store.read() as connection:
        row = readings.image_of(connection, document_id, number, project.settings.page_images.dpi)
    return None if row is None else (project.blobs.get(Sha256(row[0])), row[1])
