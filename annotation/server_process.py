"""The process of a server: started apart from us, found again by more than its number, and ended. Linux only.

Process numbers are used again. What we end is the process that has the number, the start time and the program that
we wrote down, or nothing.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from careatlas.errors import StageError

_ENDED = ("Z", "X")
_POLL_SECONDS = 0.05
# The process writes down itself who it is before it becomes the server. So there is no moment at which a server runs
# that nobody knows of, however the process that started it ends.
_BECOME = (
    'umask 077; cd /; read -r line < "/proc/$$/stat"; printf "%s\\n" "$line" > "$1.draft" '
    '&& mv -f "$1.draft" "$1" && shift && exec "$@"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """Which process something is.

    Attributes
    ----------
    started : int
        In clock ticks since the computer was started.
    """

    pid: int
    started: int

    @property
    def memory_mb(self) -> float:
        """Its resident memory in MB, 0 if it has ended."""
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("VmRSS:"):
                    return round(int(line.split()[1]) * 1_024 / 1_000_000, 1)
        return 0.0

    @property
    def seconds(self) -> float:
        """For how long it has been running."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) - self.started / os.sysconf("SC_CLK_TCK")


def launch(command: Sequence[str], variables: Mapping[str, str], *, record: Path, log: Path) -> ProcessIdentity:
    """Start a program in a session of its own, so that it outlives us and no Ctrl-C of ours reaches it.

    Parameters
    ----------
    variables : Mapping
        Its whole environment.
    record : Path
        Where the process writes down which it is.
    log : Path
        What it says is added here; made readable by its owner alone.

    Raises
    ------
    StageError
        If it does not start.
    """
    record.unlink(missing_ok=True)
    writing = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        pid = os.posix_spawn(
            "/bin/sh",
            ["sh", "-c", _BECOME, "sh", str(record), *command],
            variables,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(log), writing, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
            setsigdef=[signal.SIGPIPE, signal.SIGINT],
        )
    except OSError as error:
        raise StageError(f"the server does not start: {error.strerror}", where=str(log)) from error
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = _recorded(record)
        if found is not None and found.pid == pid:
            return found
        if _start_time(pid) is None:
            break
        time.sleep(_POLL_SECONDS)
    raise StageError("the server does not start: its process ended at once", where=str(log))


def running(record: Path, program: str) -> ProcessIdentity | None:
    """Return the process that a record names if it is still that process, ``None`` otherwise.

    Parameters
    ----------
    program : str
        What stands in its command line.
    """
    found = _recorded(record)
    if found is None or _start_time(found.pid) != found.started:
        return None
    with suppress(OSError):
        if program.encode() in Path(f"/proc/{found.pid}/cmdline").read_bytes():
            return found
    return None


def is_running(process: ProcessIdentity) -> bool:
    """Whether this very process is alive."""
    return _start_time(process.pid) == process.started


def end(process: ProcessIdentity, *, grace: float = 10.0) -> None:
    """End a process and those it started: ask first, then force it.

    Parameters
    ----------
    grace : float
        Seconds between the two.

    Raises
    ------
    StageError
        If it is there still, or is another user's.
    """
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 10.0)):
        if not is_running(process):
            break
        _send(process, number)
        deadline = time.monotonic() + patience
        while is_running(process) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    if is_running(process):
        raise StageError("the process does not end", where=f"process {process.pid}")
    with suppress(ChildProcessError):  # ours only if this very process started it
        os.waitpid(process.pid, os.WNOHANG)


def _send(process: ProcessIdentity, number: signal.Signals) -> None:
    try:
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, number)
        else:
            os.kill(process.pid, number)
    except ProcessLookupError:
        return
    except PermissionError as error:
        raise StageError("the process is another user's", where=f"process {process.pid}") from error


def _recorded(record: Path) -> ProcessIdentity | None:
    try:
        return _identity(record.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def _start_time(pid: int) -> int | None:
    """Return when a process was started, ``None`` if there is none or it has ended and only waits to be noticed."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        found = _identity(text)
        # Its first thread may have ended while others still hold its sockets.
        if found is None or (_fields(text)[0] in _ENDED and len(os.listdir(f"/proc/{pid}/task")) <= 1):  # noqa: PTH208
            return None
    except OSError:
        return None
    return found.started


def _identity(stat: str) -> ProcessIdentity | None:
    """Read a line of the form of ``/proc/PID/stat`` (proc_pid_stat(5)); ``None`` if it is none."""
    fields = _fields(stat)
    try:
        found = ProcessIdentity(pid=int(stat.split(maxsplit=1)[0]), started=int(fields[19]))  # the 22nd of the line
    except (IndexError, ValueError):
        return None
    return found if found.pid > 1 else None  # 0 and less mean whole groups where signals are sent


def _fields(stat: str) -> list[str]:
    # The program's name, the second, is in brackets and may hold anything: count from its end.
    return stat.rpartition(")")[2].split()
