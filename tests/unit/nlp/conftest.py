"""What the tests of the reader share: self-made PDFs, their readings, and the lossless accounting."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pymupdf
import pytest

from careatlas.geometry import Box
from careatlas.identifiers import sha256_of
from careatlas.reading import Reading
from nlp.assemble import assemble
from nlp.line import Line, PageLines, Pages, Place
from nlp.reader import open_pdf, read_pages


def _beside(name: str) -> ModuleType:
    """Load a module that lies beside this file: folders of tests are no packages."""
    full = f"careatlas_tests_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


@dataclass(frozen=True)
class Made:
    """A self-made PDF as read: the file, its lines, and the reading."""

    path: Path
    pages: Pages
    reading: Reading

    def open(self) -> Any:
        return pymupdf.open(self.path)

    def texts(self, *kinds: str) -> list[str]:
        return [one.text for one in self.reading.passages if not kinds or one.kind in kinds]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "any_made" in metafunc.fixturenames:
        metafunc.parametrize("any_made", list(_beside("made_pdfs").GOOD), indirect=True)


@pytest.fixture(scope="session")
def made_pdfs() -> ModuleType:
    return _beside("made_pdfs")


@pytest.fixture(scope="session")
def accounting() -> ModuleType:
    return _beside("accounting")


@pytest.fixture(scope="session")
def read_bytes(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Made]:
    """Read a PDF given as bytes, in this process."""
    folder = tmp_path_factory.mktemp("pdfs")

    def read(data: bytes) -> Made:
        digest = sha256_of(data)
        path = folder / f"{digest}.pdf"
        path.write_bytes(data)
        document = open_pdf(path)
        pages = read_pages(document, digest, max_glyphs=1_000_000, on_page=lambda _: None)
        document.close()
        return Made(path, pages, assemble(pages))

    return read


@pytest.fixture(scope="session")
def made(made_pdfs: ModuleType, read_bytes: Callable[[bytes], Made]) -> Callable[[str], Made]:
    """Read a self-made PDF by its name, once."""
    known: dict[str, Made] = {}

    def get(name: str) -> Made:
        if name not in known:
            known[name] = read_bytes(made_pdfs.GOOD[name]())
        return known[name]

    return get


@pytest.fixture
def any_made(request: pytest.FixtureRequest, made: Callable[[str], Made]) -> Iterator[Made]:
    """Every self-made PDF in turn."""
    return made(request.param)


LINE_HEIGHT = 12.0


@pytest.fixture(scope="session")
def line_at() -> Callable[..., Line]:
    """Make a line: ``line_at("words", x, y, role="P", node=(1,), size=11, bold=False)``."""

    def make(
        text: str,
        x: float = 72,
        y: float = 100,
        *,
        size: float = 11,
        bold: bool = False,
        width: float | None = None,
        place: Place | None = None,
        role: str = "",
        node: tuple[int, ...] = (-1, 0),
        inside: bool = False,
        **rest: Any,
    ) -> Line:
        wide = 5.0 * max(len(text), 1) if width is None else width
        where = place or Place(role, node, inside=inside or bool(role) or bool(rest), **rest)
        return Line(text, Box(x0=x, y0=y, x1=x + wide, y1=y + LINE_HEIGHT), size, bold, where)

    return make


@pytest.fixture(scope="session")
def page_of() -> Callable[..., PageLines]:
    """Make a page of given lines, A4."""

    def make(*lines: Line, number: int = 1, width: float = 595, height: float = 842) -> PageLines:
        from careatlas.document import PageStatus
        from nlp.line import glyphs

        count = sum(glyphs(line.text) for line in lines)
        return PageLines(number, width, height, 0, PageStatus.TEXT, tuple(lines), count)

    return make
