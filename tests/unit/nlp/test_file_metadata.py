"""What a PDF says of itself: read apart from its pages, and never believed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import msgspec
import pymupdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.settings import ParseSettings
from nlp import file_metadata as module
from nlp.file_metadata import MAX_CHARACTERS, FileMetadata, day_of, send_metadata
from nlp.limits import Limits


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], FileMetadata]:
    """Run the worker's function in this process."""
    monkeypatch.setattr(module, "limit_process", lambda *_: None)

    def run(path: Path) -> FileMetadata:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        with ours, theirs:
            send_metadata(str(path), Limits.of(ParseSettings()), theirs)
            return msgspec.msgpack.decode(ours.recv_bytes(), type=FileMetadata)

    return run


@pytest.fixture
def file_with(tmp_path: Path) -> Callable[..., Path]:
    """Make a PDF of one page with the given information dictionary."""

    def make(**fields: str) -> Path:
        with pymupdf.open() as pdf:
            pdf.new_page()
            pdf.set_metadata(fields)
            pdf.save(tmp_path / "made.pdf")
        return tmp_path / "made.pdf"

    return make


def test_title_author_program_and_dates_are_read(read, file_with) -> None:
    found = read(
        file_with(
            title="A  plan\n for Town", author="Town Council", creationDate="D:20240131120000Z", modDate="D:20240203"
        )
    )
    assert (found.title, found.author) == ("A plan for Town", "Town Council")
    assert (found.created, found.modified, found.problem) == ("2024-01-31", "2024-02-03", "")


def test_a_file_that_is_none_is_a_problem_not_an_error(read, tmp_path: Path) -> None:
    (tmp_path / "none.pdf").write_bytes(b"not at all")
    assert "not a PDF" in read(tmp_path / "none.pdf").problem
    assert "cannot be read" in read(tmp_path / "absent.pdf").problem


def test_hostile_fields_are_short_and_plain(read, file_with, hostile_texts: tuple[str, ...]) -> None:
    found = read(file_with(title="x" * 5_000, author="\x00\x1b[31m" + hostile_texts[6]))
    assert len(found.title) == MAX_CHARACTERS
    assert found.author.isprintable()
    assert found.title.encode()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("D:20250130103015+01'00'", "2025-01-30"),
        ("20250130", "2025-01-30"),
        ("D:2025", "2025-01-01"),
        ("D:202506", "2025-06-01"),
        ("2025-01-30T10:00:00", "2025-01-30"),
        ("D:20250230", ""),
        ("D:00000101", ""),
        ("D:19700101000000Z", ""),  # a clock that was not set
        ("yesterday", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_dates_of_pdf_are_days_or_nothing(written: object, day: str) -> None:
    assert day_of(written) == day


@given(st.one_of(st.text(max_size=60), st.integers(), st.binary(max_size=30)))
def test_no_value_is_an_error(value: object) -> None:
    found = day_of(value)
    assert found == "" or len(found) == len("2024-01-31")
