"""A project's Label Studio: started, stopped, and asked how it is."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from annotation.file_lock import locked
from annotation.server_access import Access, OwnServer, access_in, keep_own_server, new_server, own_server
from annotation.server_call import asked, called
from annotation.server_environment import VERSION, ServerEnvironment, installed
from annotation.server_folder import ServerFolder
from annotation.server_process import ProcessIdentity, end, is_running, launch, running
from annotation.server_settings import HOST, server_variables
from annotation.server_sockets import sockets_of
from annotation.server_template import lay_out, template_of
from careatlas.errors import CareAtlasError, StageError, UsageError
from careatlas.progress import NoProgress, Progress
from careatlas.settings import LabelStudioSettings

PROGRAM = "label_studio.server"
START_SECONDS = 600.0  # 4 s on two quiet cores, 110 s on the same with sixteen others at work
_LOG_BYTES = 10_000_000

_log = logging.getLogger("careatlas")


class State(StrEnum):
    """What a server is doing."""

    RUNNING = "running"
    STOPPED = "stopped"
    EXISTING = "existing"  # not ours: we use it and neither start nor stop it


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """How a project's server is. What is not known is ``None``.

    Attributes
    ----------
    memory_mb : float or None
        Resident memory, of our own server.
    seconds : float or None
        For how long it has been running.
    """

    state: State
    url: str
    healthy: bool
    pid: int | None = None
    memory_mb: float | None = None
    seconds: float | None = None
    version: str | None = None
    users: int | None = None
    projects: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a start did.

    Attributes
    ----------
    already : bool
        Whether it was running before.
    seconds : float
        Until it answered; without what was installed for it.
    """

    url: str
    pid: int
    already: bool
    seconds: float


def start_server(
    folder: ServerFolder, environment: ServerEnvironment, *, port: int, progress: Progress | None = None
) -> Started:
    """Start the project's own server on loopback and return when it answers; nothing happens if it is running.

    Parameters
    ----------
    environment : ServerEnvironment
        Installed first where it is not there.
    port : int
        0 for any that is free.

    Raises
    ------
    UsageError
        If the port is taken, or the data's access file is gone.
    StageError
        If it cannot be installed or does not come up; then no process is left.
    """
    folder.make()
    with locked(folder.lock, "this project's Label Studio"):
        process = running(folder.process, PROGRAM)
        if process is not None:
            server = own_server(folder) or _without_access(folder)
            _until_it_answers(folder, server, process)
            return _started(folder, server, process, already=True, seconds=0.0)
        template = template_of(installed(environment, progress), progress)
        server = _laid_out(folder, template, free_port(port))
        _cut_log(folder.log)
        (progress or NoProgress()).start("starting Label Studio", 1)
        began = time.monotonic()
        process = _launched(folder, environment, server)
        (progress or NoProgress()).advance(server.url)
        return _started(folder, server, process, already=False, seconds=time.monotonic() - began)


def stop_server(folder: ServerFolder, *, grace: float = 10.0) -> bool:
    """Stop the project's own server. Returns whether there was one.

    A request in its middle is cut off; what it has committed stays.

    Raises
    ------
    StageError
        If it does not end.
    """
    if not folder.root.exists():
        return False
    with locked(folder.lock, "this project's Label Studio"):
        process = running(folder.process, PROGRAM)
        if process is not None:
            end(process, grace=grace)
        folder.process.unlink(missing_ok=True)
        return process is not None


def server_status(folder: ServerFolder, settings: LabelStudioSettings) -> ServerStatus:
    """Ask how the server that a project uses is. Raises nothing but for a damaged file.

    Raises
    ------
    InputError
        If what is kept of the server is damaged.
    """
    process = running(folder.process, PROGRAM)
    try:
        access = access_in(folder, settings)
    except UsageError:
        return ServerStatus(state=State.STOPPED, url="", healthy=False)
    if settings.url or folder.existing.exists():
        return _asked(ServerStatus(state=State.EXISTING, url=access.url, healthy=False), access)
    if process is None:
        return ServerStatus(state=State.STOPPED, url=access.url, healthy=False, version=VERSION)
    found = ServerStatus(
        state=State.RUNNING,
        url=access.url,
        healthy=False,
        pid=process.pid,
        memory_mb=process.memory_mb,
        seconds=round(process.seconds, 1),
        version=VERSION,
    )
    return _asked(found, access)


def is_healthy(url: str, *, timeout: float = 5.0) -> bool:
    """Whether a Label Studio at ``url`` says that it is up."""
    try:
        answer = asked(url, "/health", timeout=timeout)
        return answer.is_ok and json.loads(answer.body) == {"status": "UP"}
    except (StageError, ValueError):
        return False


def free_port(port: int) -> int:
    """Return ``port``, or any free one for 0.

    Label Studio itself would silently take the next one.

    Raises
    ------
    UsageError
        If something listens there.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Django's server does
        try:
            tried.bind((HOST, port))
        except OSError as error:
            raise UsageError(
                f"port {port} cannot be used: {error.strerror}",
                where=f"{HOST}:{port}",
                mend="name another one with --port, or in the settings: labelstudio.port",
            ) from error
        found: int = tried.getsockname()[1]
        return found


def _laid_out(folder: ServerFolder, template: Path, port: int) -> OwnServer:
    """Return what is known of the server, with its data and files in their places."""
    url = f"http://{HOST}:{port}"
    known = own_server(folder)
    if known is None and folder.database.exists():
        _without_access(folder)
    if known is not None and known.ready:
        if not folder.database.exists():
            raise StageError(
                "the database of this Label Studio is gone",
                where=str(folder.database),
                mend=f"bring it back from a backup, or remove {folder.access} to start anew",
            )
        server = replace(known, url=url)
        keep_own_server(folder, server)
        return server
    # A first start, or one that was broken off: perhaps the user is there without our token. Nobody can have worked
    # with it, and yet it is put aside rather than removed.
    if folder.data.exists():
        folder.data.rename(folder.root / f"data.unfinished-{time.time_ns()}")
    server = new_server(url)
    keep_own_server(folder, server)
    lay_out(template, folder)
    return server


def _launched(folder: ServerFolder, environment: ServerEnvironment, server: OwnServer) -> ProcessIdentity:
    port = server.url.rpartition(":")[2]
    command = [str(environment.python), "-I", "-u", "-m", PROGRAM, "start", "--no-browser"]
    command += ["--internal-host", HOST, "--port", port]
    process = launch(command, server_variables(folder, server), record=folder.process, log=folder.log)
    try:
        _until_it_answers(folder, server, process)
    except BaseException:  # Ctrl-C too: no server stays that nobody was told of
        with suppress(CareAtlasError):
            end(process)
        folder.process.unlink(missing_ok=True)
        raise
    return process


def _until_it_answers(folder: ServerFolder, server: OwnServer, process: ProcessIdentity) -> None:
    deadline = time.monotonic() + START_SECONDS
    port = int(server.url.rpartition(":")[2])
    while not (_listens(process, port) and is_healthy(server.url)):
        if not is_running(process):
            raise StageError(f"Label Studio ended: {_last_line(folder.log)}", where=str(folder.log))
        if time.monotonic() > deadline:
            raise StageError(f"Label Studio does not answer after {START_SECONDS:.0f} s", where=str(folder.log))
        time.sleep(0.1)
    called(Access(url=server.url, token=server.token), "/api/current-user/whoami")
    if not server.ready:
        keep_own_server(folder, replace(server, ready=True))


def _listens(process: ProcessIdentity, port: int) -> bool:
    return any(one.listening and one.local_port == port for one in sockets_of(process.pid))


def _last_line(log: Path) -> str:
    with suppress(OSError):
        lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-50:]]
        return next((line for line in reversed(lines) if line), "it said nothing")[:300]
    return "it said nothing"


def _started(
    folder: ServerFolder, server: OwnServer, process: ProcessIdentity, *, already: bool, seconds: float
) -> Started:
    _log.debug("Label Studio %s: process %d, log %s", server.url, process.pid, folder.log)
    return Started(url=server.url, pid=process.pid, already=already, seconds=round(seconds, 2))


def _asked(status: ServerStatus, access: Access) -> ServerStatus:
    if not is_healthy(access.url):
        return status
    # Each question by itself: with a token that is not accepted, it is still good to know that the server is up.
    return replace(
        status,
        healthy=True,
        version=status.version or _known(access, "/api/version", lambda found: str(found["release"])),
        users=_known(access, "/api/users/", len),
        projects=_known(access, "/api/projects?page_size=1", lambda found: int(found["count"])),
    )


def _known(access: Access, path: str, taken: Callable[[Any], Any]) -> Any:
    try:
        return taken(called(access, path))
    except (CareAtlasError, KeyError, TypeError, ValueError):
        return None


def _cut_log(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_name("server.log.1"))


def _without_access(folder: ServerFolder) -> OwnServer:
    raise UsageError(
        "there is a Label Studio's data, but not the file with its token and key",
        where=str(folder.access),
        mend=f"bring {folder.access.name} back from a backup; or move {folder.data} away to start anew",
    )
