"""Fixtures that every level of the tests shares: handmade rows, projects, and a store on each dialect.

What a test machine may lack is asked for through fixtures here, so that it is skipped with a reason, or fails where
``CAREATLAS_REQUIRE_ALL=1`` says that everything must be there.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

from careatlas.document import Document, DocumentOutcome, Page, PageStatus
from careatlas.errors import CareAtlasError
from careatlas.geometry import Box
from careatlas.identifiers import document_id, passage_id, sha256_of
from careatlas.offsets import packed
from careatlas.passage import LineAnchor, Passage, PassageKind
from careatlas.project import Project, create_project, open_project
from careatlas.reading import Dropped, Reading
from careatlas.store import documents, readings
from careatlas.store.engine import Store, sqlite_url
from tests.label_studio import RunningServer, running_server

ROOT = Path(__file__).resolve().parents[1]
# Taken out of the environment at once: CareAtlas itself refuses variables of ours that it does not know.
REQUIRE_ALL = os.environ.pop("CAREATLAS_REQUIRE_ALL", "") == "1"
# An environment of 0.8 GB is kept from one session to the next.
LABEL_STUDIO_HOME = os.environ.get("CAREATLAS_LABELSTUDIO_HOME")
# A bare machine installs the server (10 to 90 s) and makes its template (60 to 150 s) within the first test.
LABEL_STUDIO_SECONDS = 1_200

# Two cores shared with others: a slow example is not a wrong one.
hypothesis.settings.register_profile("careatlas", deadline=None, max_examples=50, print_blob=True)
hypothesis.settings.load_profile("careatlas")

HOSTILE = (
    "<script>alert('x')</script> & <img src=x onerror=alert(1)>",
    '=HYPERLINK("http://example.invalid","click")',
    "+44 20 7946 0000",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "control \x01\x07\x1b]0;title\x07\x1b[31mred\x1b[0m and \x7f and \x9b31m",
    "\u202egnp.exe\u202c and \u200fright-to-left\u200e",
    "a carriage return\rover it",
    "'; DROP TABLE passage; --",
    "emoji \U0001f3e5, ligature \ufb01, combining e\u0301, ideograph \u533b",
)

TextsByPage = Sequence[Sequence[str]]
DocumentOf = Callable[..., Document]
ReadingOf = Callable[..., Reading]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the person who runs the tests out of them."""
    for name in os.environ:
        if name.upper().startswith("CAREATLAS_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def unavailable() -> Callable[[str], NoReturn]:
    """Return what to call where something is not installed: it skips, or fails where everything must be there."""

    def say(reason: str) -> NoReturn:
        if REQUIRE_ALL:
            pytest.fail(f"{reason} (and CAREATLAS_REQUIRE_ALL=1)")
        pytest.skip(reason)

    return say


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real plans and reference data beside the repository; users do not have it."""
    folder = ROOT.parent / "shared"
    if not (folder / "corpus").is_dir():
        pytest.skip(f"the real plans are not here: {folder} is absent")
    return folder


@pytest.fixture
def hostile_texts() -> tuple[str, ...]:
    """Return texts that try to be something other than text, all of them storable on every dialect."""
    return HOSTILE


# --- handmade rows


def _document(name: str = "plan.pdf", content: str = "", **facts: object) -> Document:
    digest = sha256_of((content or name).encode("utf-8"))
    made = Document(document_id=document_id(digest), sha256=digest, byte_count=len(content or name), name=name)
    return replace(made, **facts)


def _line_box(line: int, words: str) -> Box:
    return Box(x0=72.0, y0=100.0 + 14.0 * line, x1=72.0 + 5.0 * max(len(words), 1), y1=112.0 + 14.0 * line)


def _page(item: Document, number: int, texts: Sequence[str], start: int) -> Page:
    length = sum(len(words) + 1 for words in texts)
    return Page(
        document_id=item.document_id,
        number=number,
        width=595.0,
        height=842.0,
        rotation=0,
        status=PageStatus.TEXT if texts else PageStatus.SCANNED,
        glyph_count=sum(len("".join(words.split())) for words in texts),
        tagged_share=0.0,
        text_start=start,
        text_end=start + length,
    )


def _passages(
    item: Document, number: int, texts: Sequence[str], start: int, version: str, kind: PassageKind
) -> Iterator[Passage]:
    for position, words in enumerate(texts):
        box = _line_box(position, words)
        yield Passage(
            passage_id=passage_id(item.sha256, number, position, version),
            document_id=item.document_id,
            page=number,
            position=position,
            kind=kind,
            text=words,
            char_start=start,
            char_end=start + len(words),
            heading_path=("Our plan", f"Part {number}"),
            boxes=(box,),
            lines=(LineAnchor(char_start=start, char_end=start + len(words), box=box),),
            evidence="font",
            confidence=0.75,
            ocr=False,
            parser_version=version,
        )
        start += len(words) + 1


def _reading(
    item: Document,
    pages: TextsByPage,
    *,
    version: str = "test-1",
    kind: PassageKind = PassageKind.PARAGRAPH,
    title: str = "",
    dropped: Sequence[tuple[int, str, int]] = (),
) -> Reading:
    made_pages, made_passages, start = [], [], 0
    for number, texts in enumerate(pages, start=1):
        made_pages.append(_page(item, number, texts, start))
        made_passages += _passages(item, number, texts, start, version, kind)
        start = made_pages[-1].text_end
    text = "".join(words + "\n" for texts in pages for words in texts)
    return Reading(
        outcome=DocumentOutcome.OK,
        title=title,
        parser_version=version,
        text=text,
        offset_map=packed([(0, len(text), 0, len(text))] if text else []),
        pages=tuple(made_pages),
        passages=tuple(made_passages),
        dropped=tuple(Dropped(page=page, reason=reason, glyph_count=glyphs) for page, reason, glyphs in dropped),
        seconds=0.5,
        peak_mb=64.0,
    )


@pytest.fixture(scope="session")
def document_of() -> DocumentOf:
    """Return a maker of documents: ``document_of(name, content, **facts)``; equal contents, equal identifiers."""
    return _document


@pytest.fixture(scope="session")
def reading_of() -> ReadingOf:
    """Return a maker of readings: ``reading_of(document, [[text, ...], ...], version=..., kind=...)``."""
    return _reading


@pytest.fixture
def synthetic_reading() -> tuple[Document, Reading]:
    """Return a document and its reading: two pages of care plans and one page that needs OCR."""
    item = _document("greendale.pdf", area_code="E08000003", area_name="Greendale", published="2023-04")
    pages = [
        ["Care homes will have a weekly round by a GP.", "The discharge team works seven days a week."],
        ["A falls service visits every care home.", "Funding of 1.2m was agreed for step-down beds."],
        [],
    ]
    return item, _reading(item, pages, dropped=[(1, "control character", 3)])


@pytest.fixture
def hostile_reading() -> tuple[Document, Reading]:
    """Return a document whose every word is hostile, with its reading."""
    name = '=cmd|"calc"<b>\u202efdp.pdf'
    item = _document(name, title="<script>alert(1)</script>", area_code="E09000001", area_name="@area")
    return item, _reading(item, [HOSTILE])


def _keep(store: Store, item: Document, reading: Reading | None = None) -> readings.CarriedOver | None:
    with store.write() as connection:
        documents.add(connection, item, f"/plans/{item.name}")
        return None if reading is None else readings.save(connection, item, reading)


@pytest.fixture(scope="session")
def keep() -> Callable[..., readings.CarriedOver | None]:
    """Return ``keep(store, document, reading)``, which puts both into a store."""
    return _keep


# --- projects and stores


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Give a fresh project, opened."""
    create_project(tmp_path / "project")
    with open_project(tmp_path / "project") as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres_url(unavailable: Callable[[str], NoReturn]) -> Iterator[str]:
    """Start a PostgreSQL of our own on a socket in a private folder and give the URL of its first database."""
    initdb, postgres = _postgres_program("initdb"), _postgres_program("postgres")
    if initdb is None or postgres is None:
        unavailable("PostgreSQL is not installed: no initdb in PATH or /usr/lib/postgresql")
    try:
        import psycopg
    except ImportError:
        unavailable("psycopg is not installed: pip install 'careatlas[postgres]'")
    owner = _owner()
    if os.geteuid() == 0 and owner is None:
        unavailable("PostgreSQL refuses to run as root and there is no user 'postgres' to run it as")
    home = Path(tempfile.mkdtemp(prefix="careatlas-pg-"))
    server = None
    try:
        if owner is not None:
            shutil.chown(home, owner)
        run_as = {} if owner is None else {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}
        data = home / "data"
        make = [initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        made = subprocess.run(make, cwd=home, capture_output=True, text=True, timeout=120, check=False, **run_as)
        assert made.returncode == 0, made.stderr
        options = {"listen_addresses": "", "unix_socket_directories": home, "fsync": "off", "full_page_writes": "off"}
        command = [postgres, "-D", data, *(part for key, value in options.items() for part in ("-c", f"{key}={value}"))]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=home, stdout=log, stderr=log, **run_as)
        _until_it_answers(psycopg, home, server)
        yield f"postgresql://postgres@/postgres?host={home}"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            server.wait(timeout=60)
        shutil.rmtree(home, ignore_errors=True)


def _postgres_program(name: str) -> Path | None:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = versions[-1] if versions else shutil.which(name)
    return None if found is None else Path(found)


def _owner() -> str | None:
    if os.geteuid() != 0:
        return None
    return next((user.pw_name for user in pwd.getpwall() if user.pw_name == "postgres"), None)


def _until_it_answers(psycopg: object, home: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"host={home} user=postgres dbname=postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{(home / 'log').read_text(errors='replace')}")
            time.sleep(0.05)


_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """Return the name of a database of the newest version, to copy: ten times faster than migrating each anew."""
    name = "careatlas_newest"
    url = _postgres_database(postgres_url, name)
    newest = Store(url)
    newest.migrate()
    newest.close()
    return name


def _postgres_database(postgres_url: str, name: str, template: str = "template0") -> str:
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return postgres_url.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def dialect(request: pytest.FixtureRequest) -> str:
    """Give the name of each dialect in turn."""
    return request.param


@pytest.fixture
def store_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a fresh and empty database, on each dialect in turn."""
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path}/empty.sqlite"
    return _postgres_database(request.getfixturevalue("postgres_url"), f"empty_{next(_numbers)}")


@pytest.fixture
def store(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give a fresh store of the newest version, on each dialect in turn."""
    if dialect == "sqlite":
        opened = Store(sqlite_url(tmp_path / "store.sqlite"))
        opened.migrate()
    else:
        template = request.getfixturevalue("postgres_template")
        url = request.getfixturevalue("postgres_url")
        opened = Store(_postgres_database(url, f"test_{next(_numbers)}", template))
    yield opened
    opened.close()


# --- a real Label Studio: installed once on this computer, started from its template, with a folder of its own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "label_studio_home" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(LABEL_STUDIO_SECONDS))


@pytest.fixture(scope="session")
def label_studio_home(unavailable: Callable[[str], NoReturn]) -> Path:
    """Return the folder of server environments, with this one installed and its template made."""
    from annotation.server_environment import environment_in, installed
    from annotation.server_template import template_of
    from careatlas.progress import LogProgress

    home = Path(LABEL_STUDIO_HOME) if LABEL_STUDIO_HOME else None
    try:
        environment = installed(environment_in(home), LogProgress())
    except CareAtlasError as error:  # no package index in reach, or no room
        unavailable(f"Label Studio cannot be installed: {error}")
    template_of(environment, LogProgress())
    return environment.folder.parent


@pytest.fixture(scope="session")
def label_studio(label_studio_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Give a running server that all tests share: make projects of your own, and leave those of others alone."""
    with running_server(tmp_path_factory.mktemp("label-studio") / "labelstudio", label_studio_home) as server:
        yield server


@pytest.fixture
def fresh_label_studio(label_studio_home: Path, tmp_path: Path) -> Iterator[RunningServer]:
    """Give a running server for this test alone: to kill, fill or break."""
    with running_server(tmp_path / "labelstudio", label_studio_home) as server:
        yield server
