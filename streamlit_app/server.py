"""Starting the web server: where it may listen, and with which settings."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import tomllib
from pathlib import Path

from careatlas.console import say
from careatlas.errors import MissingDependencyError, SettingsError, UsageError
from careatlas.project import open_project
from streamlit_app.identity import REVIEWER, is_loopback

_MAIN = Path(__file__).parent / "asgi.py"
_FIXED = {
    "server.fileWatcherType": "none",
    "server.enableXsrfProtection": "true",
    "server.enableCORS": "true",
    "server.enableStaticServing": "false",
    "server.maxUploadSize": "1",  # MB: nothing is uploaded here
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.disableDataExport": "true",
    "logger.hideWelcomeMessage": "true",
    "theme.light.primaryColor": "#1e5f96",
    "theme.dark.primaryColor": "#2b78b8",
}


def serve(
    project_dir: Path, *, host: str = "", port: int | None = None, reviewer: str = "", browser: bool = False
) -> None:
    """Turn this process into the web server of a project; it ends when the server is stopped.

    Parameters
    ----------
    host, port
        Where to listen; empty and ``None`` for what the project's settings say. Port 0 takes any free one.
    reviewer : str
        Who judges, on this machine only.
    browser : bool
        Whether to open a browser.

    Raises
    ------
    UsageError
        If the project is not there, the port is taken, or the app would be open to a network without a login.
    """
    with open_project(project_dir) as project:
        settings = project.settings.app
    host = host or settings.host
    secrets = secrets_file(project_dir)
    check_host(host, reviewer, secrets)
    port = free_port(host, settings.port if port is None else port)
    environment = {**os.environ, "CAREATLAS_PROJECT": str(project_dir.resolve())}
    if reviewer.strip():
        environment[REVIEWER] = reviewer.strip()
    say(f"CareAtlas at {address(host, port)}  (stop with Ctrl+C)")
    sys.stdout.flush()
    command = command_line(host, port, secrets, browser=browser)
    os.execve(command[0], command, environment)  # noqa: S606 - no shell, our own interpreter


def command_line(host: str, port: int, secrets: Path, *, browser: bool) -> list[str]:
    """Return the command that runs the server."""
    options = {
        **_FIXED,
        "server.address": host,
        "server.port": str(port),
        "server.headless": "false" if browser else "true",
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    if is_loopback(host):
        # A page elsewhere must not reach us by giving its own name this machine's address (DNS rebinding).
        flags += [f"--server.allowedHosts={name}" for name in ("localhost", "127.0.0.1", "::1")]
    if secrets.exists():
        flags.append(f"--secrets.files={secrets}")
    # -P: nothing is imported from the current folder, which may be anybody's.
    return [sys.executable, "-P", "-m", "streamlit", "run", str(_MAIN), *flags]


def secrets_file(project_dir: Path) -> Path:
    """Return where a project keeps the settings of its login."""
    return project_dir.resolve() / ".streamlit" / "secrets.toml"


def check_host(host: str, reviewer: str, secrets: Path) -> None:
    """Refuse to listen to a network without a login, or with a reviewer named on the command line.

    Raises
    ------
    UsageError
        If it must be refused.
    MissingDependencyError
        If the login needs a package that is not installed.
    """
    if is_loopback(host):
        return
    if reviewer.strip():
        raise UsageError(
            "--reviewer is for this machine only: on a network everybody would judge under that name",
            mend="leave it out; people log in and judge under their own name",
        )
    if not has_login(secrets):
        raise UsageError(
            f"the app does not listen on {host} without a login",
            where=str(secrets),
            mend="configure OpenID Connect ([auth] in that file, see docs/app.md), or use 127.0.0.1",
        )
    if importlib.util.find_spec("authlib") is None:
        raise MissingDependencyError("the login needs Authlib", mend="pip install 'streamlit[auth]'")


def has_login(secrets: Path) -> bool:
    """Tell whether OpenID Connect is configured in a secrets file.

    Raises
    ------
    SettingsError
        If the file is not TOML.
    """
    try:
        section = tomllib.loads(secrets.read_text(encoding="utf-8")).get("auth")
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError("the login's settings cannot be read", where=str(secrets)) from error
    return isinstance(section, dict) and {"redirect_uri", "cookie_secret"} <= section.keys()


def free_port(host: str, port: int) -> int:
    """Return the port if nothing listens on it; for 0, any free one.

    Raises
    ------
    UsageError
        If it is taken or cannot be used.
    """
    name = host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((name, port))
        except OSError as error:
            raise UsageError(
                f"port {port} on {host} cannot be used: {error.strerror or error}", mend="choose another with --port"
            ) from error
        return int(probe.getsockname()[1])


def address(host: str, port: int) -> str:
    """Return the address to open in a browser."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"http://{shown}:{port}"
