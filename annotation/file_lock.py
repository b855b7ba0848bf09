"""A lock between processes: one at a time installs, starts or stops."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from careatlas.errors import StageError

_log = logging.getLogger("careatlas")


@contextmanager
def locked(path: Path, what: str) -> Iterator[None]:
    """Hold the lock that the file ``path`` stands for, after those who hold it now.

    Parameters
    ----------
    path : Path
        Made where it is not there, and left. The system gives the lock back when the process ends, however it ends.
    what : str
        What is locked, for the line that says that another process is waited for.

    Raises
    ------
    StageError
        If the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a", encoding="utf-8")
    except OSError as error:
        raise StageError(f"{what} cannot be locked: {error.strerror}", where=str(path)) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _log.info("another process is at work on %s; waiting for it", what)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
