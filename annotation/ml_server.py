"""Running the machine learning backend as a server of its own, until it is stopped."""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from annotation.ml_backend import MlBackend
from annotation.ml_connection import Connection, connected, known_remote_projects
from annotation.ml_guard import kept_password, new_password
from annotation.retraining import Retraining
from annotation.server_access import Access, access_of
from annotation.server_folder import server_folder
from careatlas.console import say
from careatlas.errors import UsageError
from careatlas.project import Project

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_CONCURRENCY = 64  # connections beyond are told to come back later
_CLOSING_SECONDS = 5

_log = logging.getLogger("careatlas")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendOrder:
    """How the backend is to run.

    Attributes
    ----------
    host : str
        An address of this computer.
    port : int
        0 for any that is free.
    connect : bool
        Whether Label Studio is told of it.
    train : bool
        Whether Label Studio's people may start a training.
    """

    host: str = "127.0.0.1"
    port: int = 9090
    connect: bool = False
    train: bool = False


def run_backend(project: Project, order: BackendOrder) -> None:
    """Answer Label Studio until the process is told to end (Ctrl-C, SIGTERM).

    Raises
    ------
    UsageError
        If it would be open to a network without a password, the port is taken, or there is nothing to connect.
    StageError
        If Label Studio does not answer or cannot reach the backend.
    """
    folder = server_folder(project.root)
    folder.make()
    access = access_of(project) if order.connect else None
    password = kept_password(folder) or (new_password(folder) if order.connect else "")
    check_host(order.host, password)
    with ExitStack() as stack:
        stack.enter_context(_told_to_end_by_signal())
        retraining = None
        if order.train:
            retraining = Retraining(
                careatlas_command(project.root),
                log=folder.root / "training.log",
                pulled=partial(samples_on_server, project),
            )
            stack.callback(retraining.stop)
        backend = MlBackend(project, retraining)
        url = stack.enter_context(served(backend, order.host, order.port, password))
        say(f"machine learning backend at {url}  (stop with Ctrl+C)")
        if access is not None:
            for one in stack.enter_context(_connections(access, project, url, password)):
                say(f"{'connected' if one.is_new else 'connected as before'}: project {one.project_id} of {one.coder}")
        sys.stdout.flush()
        _wait()


@contextmanager
def served(backend: MlBackend, host: str, port: int, password: str = "") -> Iterator[str]:
    """Serve a backend from a thread while the block runs, and give its address.

    Raises
    ------
    UsageError
        If the port cannot be used.
    """
    import uvicorn

    names = None if _is_wildcard(host) else LOOPBACK_NAMES | {host.strip("[]").lower()}
    config = uvicorn.Config(
        backend.application(names=names, password=password),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONCURRENCY,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
    )
    server = uvicorn.Server(config)
    with _listening(host, port) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="ml-backend", daemon=True)
        thread.start()
        try:
            yield address(host, listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


def check_host(host: str, password: str) -> None:
    """Refuse to listen to a network without a password. Raises UsageError."""
    if not password and host.strip("[]").lower() not in LOOPBACK_NAMES:
        raise UsageError(
            f"the backend does not listen on {host} without a password",
            mend="start it with --connect, which gives one to Label Studio, or use 127.0.0.1",
        )


def address(host: str, port: int) -> str:
    """Return the address under which a server on this computer reaches the backend."""
    host = "127.0.0.1" if _is_wildcard(host) else host.strip("[]")
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def careatlas_command(root: Path) -> Sequence[str]:
    """Return our own command line for a project, as a program."""
    # -P: nothing is imported from the current folder, which may be anybody's.
    return [sys.executable, "-P", "-m", "careatlas", "-p", str(root.absolute())]


def samples_on_server(project: Project) -> list[str]:
    """Return the samples that the server of a project has tasks of; none where the project has no server."""
    try:
        access = access_of(project)
    except UsageError:
        return []
    return sorted({row.sample_id for row in known_remote_projects(project, access)})


@contextmanager
def _connections(access: Access, project: Project, url: str, password: str) -> Iterator[list[Connection]]:
    rows = known_remote_projects(project, access)
    if not rows:
        raise UsageError("no coder has a project there yet", where=access.url, mend="careatlas annotate push, first")
    if not access.is_loopback:
        _log.warning("%s is another computer: it reaches the backend only if --host is an address it knows", access.url)
    with connected(access, project, rows, url, password) as made:
        yield made


def _listening(host: str, port: int) -> socket.socket:
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    try:
        return socket.create_server((name, port), family=family, backlog=_CONCURRENCY)
    except OSError as error:
        raise UsageError(
            f"port {port} on {host} cannot be used: {error.strerror or error}", mend="choose another with --port"
        ) from error


def _is_wildcard(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


def _wait() -> None:
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


@contextmanager
def _told_to_end_by_signal() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, so that the block ends in order."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
