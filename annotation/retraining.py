"""Training a new model in the background while people go on working, one run at a time."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from careatlas.errors import CareAtlasError, StageError

SECONDS_BETWEEN = 600.0  # between the starts of two runs, however often one is asked for
MOST_SECONDS = 6 * 3_600.0  # for one step of a run
NICENESS = 10
_GRACE = 10.0  # seconds between asking a run to end and ending it
_POLL_SECONDS = 0.05
_MOST_SAID = 10_000_000  # bytes

_log = logging.getLogger("careatlas")


class Phase(StrEnum):
    """What the background is doing."""

    IDLE = "idle"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingState:
    """How the last run stands.

    Attributes
    ----------
    step : str
        What it is at, or was at when it failed.
    model_id : str
        The model that was trained, empty until there is one.
    in_use : bool
        Whether it took the place of the one before.
    said : str
        How it ended, in one sentence.
    started_at, ended_at : str
        In UTC; empty where it has not come to that.
    waiting : bool
        Whether one more run was asked for since.
    """

    phase: Phase = Phase.IDLE
    step: str = ""
    model_id: str = ""
    in_use: bool = False
    said: str = ""
    started_at: str = ""
    ended_at: str = ""
    waiting: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


class Retraining:
    """Runs ``annotate pull``, ``train``, ``models promote`` and ``suggest`` as programs of their own, of low priority.

    A model that may not take the place of the present one ends the run without harm. Whatever is asked for while one is
    running is one more run after it.

    Parameters
    ----------
    command : sequence of str
        The program and its first arguments, to which a step's are added.
    pulled : callable
        Says, when a run begins, of which samples the answers are brought home first.
    log : Path
        What the programs say; of the last run, and beside it of the one before. Readable by its owner alone.
    seconds_between : float
        The least time from the start of one run to the start of the next.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        pulled: Callable[[], Sequence[str]] = tuple,
        seconds_between: float = SECONDS_BETWEEN,
    ) -> None:
        self._command, self._pulled, self._log, self._between = tuple(command), pulled, log, seconds_between
        self._state = TrainingState()
        self._changed = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self._next_start = 0.0
        self._thread = threading.Thread(target=self._work, name="retraining", daemon=True)
        self._thread.start()

    @property
    def state(self) -> TrainingState:
        """How it stands now."""
        with self._changed:
            return self._state

    def ask(self) -> TrainingState:
        """Ask for a run and return how things stand; it never waits."""
        with self._changed:
            self._state = replace(self._state, waiting=True)
            self._changed.notify_all()
            return self._state

    def stop(self) -> None:
        """End the run and everything that it started. Nothing can be asked for afterwards."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            self._signal(signal.SIGTERM)
        self._thread.join(_GRACE)
        with self._changed:
            self._signal(signal.SIGKILL)
        self._thread.join()

    def _work(self) -> None:
        while self._wanted():
            said, phase = "", Phase.FINISHED
            try:
                with _alone(self._log.with_suffix(".lock")) as lock, self._opened_log() as log:
                    said = self._run(log, lock)
            except (CareAtlasError, OSError) as error:
                said, phase = str(error), Phase.FAILED
            self._say(phase=phase, said=said, ended_at=_now())
            _log.info("training %s: %s", phase, said)

    def _wanted(self) -> bool:
        """Wait until a run is asked for and may start; return whether it shall, which it shall not at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._state.waiting)
            while not self._stopping and (left := self._next_start - time.monotonic()) > 0:
                self._changed.wait(left)
            self._next_start = time.monotonic() + self._between
            if not self._stopping:
                self._state = TrainingState(phase=Phase.RUNNING, started_at=_now())
            return not self._stopping

    def _run(self, log: int, lock: int) -> str:
        for sample in self._pulled():
            self._step("pull", ["annotate", "pull", sample], log, lock)
        trained = self._step("train", ["train"], log, lock)
        model_id = trained.get("model")
        if not isinstance(model_id, str) or not model_id:
            raise StageError("the training names no model")
        self._say(model_id=model_id)
        promoted = self._step("promote", ["models", "promote", model_id, "--by", "retraining"], log, lock)
        reason = promoted.get("reason")
        if promoted.get("promoted") is not True:
            return f"{model_id} does not take the place of the present model: {reason}"
        self._say(in_use=True)
        found = self._step("suggest", ["suggest"], log, lock)
        return f"{model_id} is in use and has read {found.get('done')} documents, {found.get('failed')} failed"

    def _step(self, name: str, arguments: Sequence[str], log: int, lock: int) -> Mapping[str, Any]:
        """Run one program and return what it says. A check that says no (exit code 1) is no failure."""
        self._say(step=name)
        with tempfile.TemporaryFile() as said:
            process = self._launched([*self._command, *arguments, "--json"], said, log, lock)
            in_time = _ended(process, time.monotonic() + MOST_SECONDS)
            with self._changed:
                self._signal(signal.SIGKILL)  # it, if it is late, and whatever it leaves behind
                code = process.wait()
                self._process = None
            said.seek(0)
            found = _object(said.read(_MOST_SAID))
        if self._stopping:
            raise StageError("stopped")
        if not in_time:
            raise StageError(f"{name} was ended after {MOST_SECONDS / 3_600:g} hours")
        if found is None or code not in (0, 1):
            what = f"exit code {code}" if found is None else found.get("what")
            raise StageError(f"{name} failed: {what}", where=str(self._log))
        return found

    def _launched(self, command: Sequence[str], said: IO[bytes], log: int, lock: int) -> subprocess.Popen[bytes]:
        with self._changed:
            if self._stopping:
                raise StageError("stopped")
            # The lock goes along: should we be killed, nobody starts another run beside what goes on without us.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=log, process_group=0, pass_fds=(lock,)
            )
            with suppress(OSError):
                os.setpriority(os.PRIO_PGRP, self._process.pid, NICENESS)
            return self._process

    def _signal(self, number: signal.Signals) -> None:
        # Under the lock, and forgotten when it was waited for: until then nobody else can have its number.
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _say(self, **facts: Any) -> None:
        with self._changed:
            self._state = replace(self._state, **facts)

    @contextmanager
    def _opened_log(self) -> Iterator[int]:
        with suppress(FileNotFoundError):
            self._log.replace(self._log.with_name(f"{self._log.name}.1"))
        handle = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            yield handle
        finally:
            os.close(handle)


@contextmanager
def _alone(path: Path) -> Iterator[int]:
    """Hold the lock of a project's training, for us and for what is given the file.

    Raises
    ------
    StageError
        If another process holds it.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StageError("another training of this project is running", where=str(path)) from None
        yield handle
    finally:
        os.close(handle)


def _ended(process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Wait for a process, and leave its number with it so that its group can still be signalled."""
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _object(said: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(said)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
