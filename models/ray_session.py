"""Ray, started here or connected to: on loopback, quiet, without telemetry, and ended by whoever started it."""

from __future__ import annotations

import importlib.util
import logging
import os
import secrets
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from functools import cache
from importlib import import_module
from typing import Any

from careatlas.errors import MissingDependencyError, StageError, UsageError

MEND = "pip install 'careatlas[ray]'"
_MEBIBYTE = 1 << 20
_PATIENCE = 5.0  # seconds
# What Ray reads when it is imported. The last two say what its own defaults say on other systems or in other versions.
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_BACKEND_LOG_LEVEL": "fatal",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else a warning
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # else a driver under ``uv run`` sends its whole folder to the workers
}
# As on macOS: every server listens on loopback only, and nothing looks for the address of this machine in the network.
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


def require_ray() -> None:
    """Say so if Ray is not installed, without importing it.

    Raises
    ------
    MissingDependencyError
        If it is not.
    """
    if importlib.util.find_spec("ray") is None:
        raise MissingDependencyError("the engine 'ray' needs Ray Data, which is not installed", mend=MEND)


@contextmanager
def ray_session(*, address: str = "", workers: int = 0) -> Iterator[int]:
    """Give the number of workers once Ray is there; a session that is open already is used and left open.

    Parameters
    ----------
    address : str
        Of a running cluster, ``HOST:PORT`` as ``ray start`` says it, or ``auto``; empty for a Ray of our own, on this
        machine, for as long as the block runs.
    workers : int
        0 for one per core of this machine, or of the cluster.

    Raises
    ------
    MissingDependencyError
        If Ray Data is not installed.
    UsageError
        If the address is none.
    StageError
        If Ray does not start, or there is none at the address.
    """
    require_ray()
    if address:
        _require_listener(address)
    with ExitStack() as stack:
        stack.enter_context(_environment({**_QUIET, **({} if address else {**_LOOPBACK, **_token()})}))
        with quiet_ray():
            try:
                ray: Any = import_module("ray")
                import_module("ray.data")
            except ImportError as error:
                raise MissingDependencyError(f"Ray Data cannot be imported: {error}", mend=MEND) from error
            for name in ("ray", "ray.data"):
                logging.getLogger(name).setLevel(logging.CRITICAL)
            if not ray.is_initialized():
                _start(ray, stack, address, workers or len(os.sched_getaffinity(0)))
        yield workers or max(1, int(ray.cluster_resources().get("CPU", 1)))


@contextmanager
def quiet_ray() -> Iterator[None]:
    """Keep Ray off standard output, where our data goes, and its warnings of its own ways to itself."""
    with redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"ray\.")
        yield


def _start(ray: Any, stack: ExitStack, address: str, workers: int) -> None:
    options: dict[str, Any] = {"address": address}
    if not address:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="careatlas-ray-", ignore_cleanup_errors=True))
        options = {
            "address": "local",  # whatever RAY_ADDRESS says
            "num_cpus": workers,
            "include_dashboard": False,
            "object_store_memory": min(256 + 64 * workers, 4_096) * _MEBIBYTE,
            "_temp_dir": home,  # private, and gone afterwards: texts may be spilled there
        }
    stack.callback(ray.shutdown)  # of a cluster, only our connection
    try:
        with _hushed():
            ray.init(**options, log_to_driver=False, configure_logging=False, logging_level=logging.CRITICAL)
    except (OSError, RuntimeError, ValueError) as error:
        raise StageError(
            f"Ray does not start: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            where=address or "this machine",
            mend="check the address of the cluster" if address else "the engine 'local' needs no Ray",
        ) from error


def _require_listener(address: str) -> None:
    """Find out in seconds what Ray would find out in minutes."""
    host, _, port = address.rpartition(":")
    if address == "auto":
        return
    if not host or "/" in host or not port.isdecimal():
        raise UsageError(f"{address!r} is no address of Ray", mend="HOST:PORT, as `ray start` says it, or auto")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        raise StageError(
            f"no Ray answers: {error}", where=address, mend="check the address; is the cluster running?"
        ) from error


@contextmanager
def _hushed() -> Iterator[None]:
    """Send the standard error of native code nowhere: Ray's says there what level of log it was asked for."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@cache
def _token() -> Mapping[str, str]:
    """Return a secret of this process, without which nobody else on this machine can give our Ray work to do.

    In the environment Ray finds it; else it would write one into the user's home.
    """
    if "ray" in sys.modules:  # it has settled already whether it asks for one
        return {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    return {"RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_AUTH_MODE": "token"}


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables that are not set, until the end of the block."""
    new = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            os.environ.pop(name, None)
