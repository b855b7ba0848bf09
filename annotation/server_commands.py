"""What the commands about the server do with a project's settings, and what they then say."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from annotation.label_studio_server import is_healthy, start_server, stop_server
from annotation.server_access import Access, access_of, checked_access, existing_server, own_server, register_server
from annotation.server_call import told
from annotation.server_environment import VERSION, environment_in
from annotation.server_folder import ServerFolder, server_folder
from careatlas.errors import StageError, UsageError
from careatlas.progress import Progress
from careatlas.project import Project

_log = logging.getLogger("careatlas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command answers: lines to read, and the same as plain data."""

    lines: tuple[str, ...]
    facts: Mapping[str, object]


def start_or_register(project: Project, *, port: int | None, url: str, token: str, progress: Progress) -> Said:
    """Start the project's own server; or, with an address, let the project use the server that runs there.

    Parameters
    ----------
    port : int or None
        For our own server; the settings' one if ``None``.
    token : str
        For a server that is not ours; the settings' one if empty, which is then not written down.

    Raises
    ------
    UsageError
        If the options do not go together, or the port is taken.
    StageError
        If the server does not come up, or the other one does not answer or does not accept the token.
    """
    folder = server_folder(project.root)
    settings = project.settings.labelstudio
    if url:
        if port is not None:
            raise UsageError("--port is for our own server, --url for one that is running")
        return _registered(folder, checked_access(url, token or settings.token), keep_token=bool(token))
    if token:
        raise UsageError("--token goes with --url: our own server makes its token itself")
    existing = folder.existing.exists()
    if settings.url or existing:
        if port is not None:
            mend = (
                "careatlas labelstudio stop, first" if existing else "take labelstudio.url out of the settings, first"
            )
            raise UsageError("the project uses a Label Studio that is not ours", mend=mend)
        return _in_use(access_of(project))
    started = start_server(folder, environment_in(), port=settings.port if port is None else port, progress=progress)
    known = own_server(folder)
    how = "was running already" if started.already else f"answered after {started.seconds:.1f} s"
    return Said(
        lines=(
            f"Label Studio {VERSION} at {started.url} {how} (process {started.pid})",
            f"sign in as {known.email if known else ''} with the password in {folder.access}",
            "let coders in: careatlas labelstudio invite",
        ),
        facts={**asdict(started), "version": VERSION, "access": str(folder.access), "log": str(folder.log)},
    )


def stop_or_forget(project: Project) -> Said:
    """Stop the project's own server, and forget the one that was registered.

    Raises
    ------
    StageError
        If the server does not end.
    """
    folder = server_folder(project.root)
    existing = existing_server(folder)
    folder.existing.unlink(missing_ok=True)
    stopped = stop_server(folder)
    lines = []
    if existing is not None:
        lines.append(f"{existing.url} is forgotten; it goes on running")
    if stopped or existing is None:
        lines.append("Label Studio is stopped" if stopped else "no Label Studio of this project was running")
    forgotten = None if existing is None else existing.url
    return Said(lines=tuple(lines), facts={"stopped": stopped, "forgotten": forgotten})


def invitation(access: Access) -> str:
    """Return the address at which a person makes an account of their own.

    Raises
    ------
    StageError, UsageError
        If the server does not answer, or not to this token.
    InputError
        If the answer holds no invitation.
    """
    path = told(access, "/api/invite", "invite_url")
    return path if path.startswith(("http://", "https://")) else f"{access.url}/{path.lstrip('/')}"


def _registered(folder: ServerFolder, access: Access, *, keep_token: bool) -> Said:
    said = _in_use(access)
    register_server(folder, access, keep_token=keep_token)
    if not access.is_loopback and not access.url.startswith("https:"):
        _log.warning("%s has no https: the token and the answers can be read on the way", access.url)
    return said


def _in_use(access: Access) -> Said:
    if not is_healthy(access.url):
        raise StageError("no Label Studio answers there", where=access.url, mend="check the address, and that it runs")
    email = told(access, "/api/current-user/whoami", "email")
    version = told(access, "/api/version", "release")
    return Said(
        lines=(f"the project uses Label Studio {version} at {access.url}, as {email}",),
        facts={"url": access.url, "version": version, "email": email},
    )
