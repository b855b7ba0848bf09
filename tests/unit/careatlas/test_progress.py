"""Progress: a bar on a terminal, lines now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import io
import logging

import pytest

from careatlas import progress
from careatlas.progress import LogProgress, NoProgress, progress_for


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logging.getLogger("careatlas"), "propagate", True)
    caplog.set_level(logging.INFO, logger="careatlas")
    return lambda: [record.getMessage() for record in caplog.records]


def test_quiet_says_nothing(lines, capsys):
    with progress_for(quiet=True) as told:
        assert isinstance(told, NoProgress)
        told.start("reading", 2)
        told.advance("a")
    assert lines() == []
    assert capsys.readouterr() == ("", "")


def test_where_there_is_no_terminal_the_log_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with progress_for() as told:
        assert isinstance(told, LogProgress)


def test_the_log_has_the_start_and_the_end_and_a_line_now_and_then(lines, monkeypatch: pytest.MonkeyPatch):
    clock = iter([0.0, *(n * 2.0 for n in range(1, 11))])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    told = LogProgress()
    told.start("reading", 10)
    for number in range(1, 11):
        told.advance(f"{number}.pdf")
    assert lines() == [
        "reading: 10 to do",
        "reading: 3 of 10 3.pdf",
        "reading: 6 of 10 6.pdf",
        "reading: 9 of 10 9.pdf",
        "reading: 10 of 10 10.pdf",
    ]


def test_a_second_piece_of_work_is_counted_from_nought(lines):
    told = LogProgress()
    for what in ("reading", "suggesting"):
        told.start(what, 1)
        told.advance()
    assert lines() == ["reading: 1 to do", "reading: 1 of 1 ", "suggesting: 1 to do", "suggesting: 1 of 1 "]


def test_on_a_terminal_a_bar_counts(monkeypatch: pytest.MonkeyPatch):
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with progress_for() as told:
        for what in ("reading", "suggesting"):
            told.start(what, 2)
            told.advance("a.pdf")
            told.advance("b.pdf")
    shown = screen.getvalue()
    assert "reading" in shown
    assert "suggesting" in shown
    assert "2/2" in shown
