"""Page images: taken from the blobs where they are, asked of a worker process where they are not."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from careatlas import page_images
from careatlas.errors import CareAtlasError
from careatlas.page_images import page_image
from careatlas.project import Project
from careatlas.store import readings

PNG = b"\x89PNG\r\n\x1a\n pixels"


@pytest.fixture
def document(project: Project, keep, document_of, reading_of):
    item = document_of()
    keep(project.store, item, reading_of(item, [["one"], ["two"], ["three"], ["four"]]))
    return item


def store_image(project: Project, document_id: str, number: int, dpi: int) -> None:
    digest = project.blobs.put(PNG)
    with project.store.write() as connection:
        readings.keep_image(connection, document_id, number, dpi, digest, "image/png")


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch):
    calls: list[list[str]] = []

    def works(then=lambda: None, *, stderr: str = "", stdout: str = "") -> list[list[str]]:
        def run(command: list[str], **options: object) -> SimpleNamespace:
            assert options["timeout"]
            calls.append(command)
            then()
            return SimpleNamespace(stderr=stderr, stdout=stdout, returncode=0)

        monkeypatch.setattr(page_images.subprocess, "run", run)
        return calls

    return works


def test_an_image_that_is_there_starts_no_process(project: Project, document, worker):
    store_image(project, document.document_id, 2, project.settings.page_images.dpi)
    calls = worker()
    assert page_image(project, document.document_id, 2, 4) == (PNG, "image/png")
    assert calls == []


def test_an_image_of_another_resolution_is_another_image(project: Project, document, worker):
    store_image(project, document.document_id, 1, 300)
    dpi = project.settings.page_images.dpi
    calls = worker(lambda: store_image(project, document.document_id, 1, dpi))
    page_image(project, document.document_id, 1, 4)
    assert len(calls) == 1


@pytest.mark.parametrize(("number", "asked"), [(1, ["1", "2", "3"]), (3, ["3", "4"]), (4, ["4"])])
def test_the_next_pages_are_made_along_but_none_behind_the_last(
    project: Project, document, worker, number: int, asked: list[str]
):
    dpi = project.settings.page_images.dpi
    calls = worker(lambda: store_image(project, document.document_id, number, dpi))
    page_image(project, document.document_id, number, 4)
    (command,) = calls
    assert command[:4] == [sys.executable, "-P", "-m", "careatlas"]
    assert command[-len(asked) - 2 :] == ["page-image", document.document_id, *asked]
    assert str(project.root) in command


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"stderr": "error: the page is broken\n  where: 1"}, "error: the page is broken"),
        ({"stdout": "page 1: failed"}, "page 1: failed"),
        ({}, "the page could not be drawn"),
    ],
)
def test_what_the_worker_said_is_passed_on(project: Project, document, worker, said: dict, what: str):
    worker(**said)
    with pytest.raises(CareAtlasError) as caught:
        page_image(project, document.document_id, 1, 4)
    assert caught.value.what == what
    assert caught.value.where == f"{document.document_id}, page 1"


def test_the_worker_imports_nothing_from_the_current_folder(
    project: Project, document, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "typer.py").write_text("from pathlib import Path\nPath('ran').touch()\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CareAtlasError):  # the document of the test has no bytes to draw
        page_image(project, document.document_id, 1, 1)
    assert not (tmp_path / "ran").exists()


def test_a_worker_that_does_not_answer_is_given_up(project: Project, document, monkeypatch: pytest.MonkeyPatch):
    def run(command: list[str], **options: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(page_images.subprocess, "run", run)
    with pytest.raises(CareAtlasError, match="in time"):
        page_image(project, document.document_id, 1, 4)
