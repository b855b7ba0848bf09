"""Progress on long work: a bar on a terminal, a log line now and then otherwise, nothing with ``--quiet``."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

LOG_SECONDS = 5.0

_log = logging.getLogger("careatlas")


class Progress(Protocol):
    """Something that can be told how far work has come."""

    def start(self, what: str, total: int) -> None:
        """Begin a piece of work of ``total`` steps."""

    def advance(self, note: str = "") -> None:
        """Say that one more step is done."""


class NoProgress:
    """Says nothing."""

    def start(self, what: str, total: int) -> None:
        """Say nothing."""

    def advance(self, note: str = "") -> None:
        """Say nothing."""


class LogProgress:
    """Writes a log line at the start, at the end, and every few seconds between."""

    def __init__(self) -> None:
        self._what, self._total, self._done, self._said = "", 0, 0, 0.0

    def start(self, what: str, total: int) -> None:
        """Begin a piece of work."""
        self._what, self._total, self._done, self._said = what, total, 0, time.monotonic()
        _log.info("%s: %d to do", what, total)

    def advance(self, note: str = "") -> None:
        """Count a step, and write a line if the last one was some time ago."""
        self._done += 1
        now = time.monotonic()
        if self._done == self._total or now - self._said >= LOG_SECONDS:
            self._said = now
            _log.info("%s: %d of %d %s", self._what, self._done, self._total, note)


@contextmanager
def progress_for(*, quiet: bool = False) -> Iterator[Progress]:
    """Give the progress that fits: a rich bar where standard error is a terminal, log lines otherwise."""
    if quiet:
        yield NoProgress()
    elif not sys.stderr.isatty():
        yield LogProgress()
    else:
        with _bar() as bar:
            yield bar


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as RichProgress

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with RichProgress(*columns, console=Console(stderr=True)) as rich:

        class Bar:
            def start(self, what: str, total: int) -> None:
                self.task = rich.add_task(what, total=total)

            def advance(self, note: str = "") -> None:
                del note
                rich.advance(self.task)

        yield Bar()
