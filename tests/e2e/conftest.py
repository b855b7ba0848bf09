"""The app in a real browser: a project made from a known PDF, the server, and a guard on every request."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

CHROMIUM = "/usr/bin/chromium"
HOSTILE = "<img src=x onerror=window.hit=1> **bold** [a](javascript:window.hit=1) =HYPERLINK(1)"


@dataclass(frozen=True, slots=True)
class Site:
    """A running server with the project behind it."""

    root: Path
    url: str
    document_id: str
    pdf: Path


@dataclass(slots=True)
class Seen:
    """What went on in the browser during a test."""

    outside: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self._console(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1":
            self.outside.append(url)

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.refused.append(text)


def make_pdf(path: Path) -> None:
    """Write a plan of two pages at known places; the second is turned and cropped."""
    import pymupdf

    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((72, 90), "Our plan for care homes", fontsize=20, fontname="hebo")
    words = (
        "A joint discharge team of the council and the hospital moves people home within a day. "
        "It works every day of the week and answers to one manager. "
    ) * 2
    page.insert_textbox(pymupdf.Rect(72, 120, 520, 220), words, fontsize=11)
    page.insert_textbox(pymupdf.Rect(72, 250, 300, 300), "General practice visits every home each week.", fontsize=11)
    page.insert_text((330, 420), "A passage on the right, far from the others.", fontsize=9)
    page.insert_textbox(pymupdf.Rect(72, 600, 520, 660), HOSTILE, fontsize=11)
    turned = document.new_page(width=595, height=842)
    turned.insert_textbox(
        pymupdf.Rect(120, 150, 480, 260), "Pharmacists review the medicines of each resident twice a year.", fontsize=12
    )
    turned.insert_text((120, 500), "A second line stands further down this page.", fontsize=12)
    turned.set_cropbox(pymupdf.Rect(60, 80, 560, 780))
    turned.set_rotation(90)
    document.set_metadata({"title": HOSTILE})
    document.save(path)
    document.close()


def make_project(root: Path, pdf: Path) -> str:
    """Add the plan, read it, and let a model of ours suggest one code for its first paragraph."""
    from careatlas.adding import add_documents
    from careatlas.identifiers import Code, CodebookId, ModelId
    from careatlas.progress import progress_for
    from careatlas.project import create_project, open_project
    from careatlas.store import documents, passages, suggestions
    from careatlas.suggestion import CodeScore, Suggestion
    from nlp.parsing import parse_stage

    create_project(root)
    with open_project(root) as project, progress_for(quiet=True) as progress:
        add_documents(project, [pdf], progress)
        report = parse_stage(project, progress)
        assert (report.done, report.failed) == (1, 0), report
        with project.store.write() as connection:
            (item,) = documents.listed(connection)
            wanted = [one for one in passages.of_page(connection, item.document_id, 1) if "discharge" in one.text]
            model = suggestions.StoredModel(
                model_id=ModelId("by-hand"),
                codebook_id=CodebookId("care-home-integration"),
                codebook_version="0.3.0",
                made_at="2026-01-01T00:00:00+00:00",
                card={"calibrated": False, "human_labels": 0},
            )
            suggestions.keep_model(connection, model)
            scores = {"discharge": 0.8, "primary-care": 0.2, "home-quality": 0.1}
            made = Suggestion(
                passage_id=wanted[0].passage_id,
                codebook_id=model.codebook_id,
                codebook_version=model.codebook_version,
                model_id=model.model_id,
                scores=tuple(
                    CodeScore(code=Code(code), probability=value, accepted=value > 0.5)
                    for code, value in scores.items()
                ),
                none_probability=0.1,
            )
            suggestions.replace(connection, model.model_id, item.document_id, [made])
        return str(item.document_id)


def wait_until_up(url: str, process: subprocess.Popen[str], log: Path) -> None:
    """Wait until the server answers, for a minute at most."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"the server did not answer: {log.read_text()}")


@contextmanager
def served(root: Path, log: Path) -> Iterator[str]:
    """Start the app of a project on a free port of this machine, give its address, and end it by its own process."""
    from streamlit_app.server import free_port

    port = free_port("127.0.0.1", 0)
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "careatlas", "-p", str(root), "app", "--port", str(port), "--reviewer", "Ada"]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, text=True)
    try:
        wait_until_up(url, process, log)
        assert f"CareAtlas at {url}" in log.read_text()
        yield url
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="session")
def serve() -> Callable[[Path, Path], AbstractContextManager[str]]:
    """Return ``serve(root, log)``, which runs the app of a project for as long as the block lasts."""
    return served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the app on a free port of this machine, and end it by its own process."""
    folder = tmp_path_factory.mktemp("site")
    pdf, root = folder / "plan.pdf", folder / "project"
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper().startswith("CAREATLAS_")]:
            patch.delenv(name)  # the settings of the person who runs the tests
        make_pdf(pdf)
        document_id = make_project(root, pdf)
        with served(root, folder / "server.log") as url:
            yield Site(root, url, document_id, pdf)


# Not for the session: while Playwright is open its event loop runs in this thread, and no other test can start one.
@pytest.fixture(scope="module")
def browser(unavailable: Callable[[str], NoReturn]) -> Iterator[Any]:
    """Debian's Chromium, which finds no name on any network."""
    if not Path(CHROMIUM).exists():
        unavailable(f"there is no Chromium at {CHROMIUM}; on Debian: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture
def seen() -> Seen:
    """What went on in the browser."""
    return Seen()


@pytest.fixture
def page(browser: Any, seen: Seen) -> Iterator[Any]:
    """A page of 1366 pixels in the light theme; the test fails if anything was asked of another machine."""
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, color_scheme="light")
    opened = context.new_page()
    seen.watch(opened)
    yield opened
    context.close()
    assert seen == Seen(), seen


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go; ``E2E_ARTEFACTS`` names another folder."""
    named = os.environ.get("E2E_ARTEFACTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("artefacts")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
