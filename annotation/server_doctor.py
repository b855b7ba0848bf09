"""Checks of a project's Label Studio: installed whole, closed, silent, and strict with wrong predictions."""

from __future__ import annotations

import secrets
import stat
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import distributions
from typing import Any

from annotation.label_studio_server import PROGRAM, ServerStatus, State, free_port, server_status
from annotation.server_access import Access, access_in
from annotation.server_call import asked, call, called, told
from annotation.server_environment import VERSION, ServerEnvironment, installer
from annotation.server_folder import ServerFolder
from annotation.server_process import running
from annotation.server_sockets import sockets_of
from careatlas.doctor import Check, Health
from careatlas.errors import CareAtlasError, StageError
from careatlas.settings import LabelStudioSettings

_START = "careatlas labelstudio start"
_CONFIG = (
    '<View><Text name="passage" value="$passage"/>'
    '<Choices name="codes" toName="passage"><Choice value="known"/></Choices></View>'
)


def examine_server(folder: ServerFolder, environment: ServerEnvironment, settings: LabelStudioSettings) -> list[Check]:
    """Look at everything about a project's Label Studio.

    A throw-away project is made in the server and deleted again: only trying shows whether it refuses a prediction
    with a label that does not exist.

    Raises
    ------
    InputError
        If what is kept of the server is damaged.
    """
    status = server_status(folder, settings)
    checks = []
    if status.state is not State.EXISTING:
        checks += [*_environment(environment), _secrets(folder), _port(folder, status, settings.port)]
    checks.append(_health(status))
    if status.healthy:
        access = access_in(folder, settings)
        checks += [_address(access), _checked("token", lambda: _token(access))]
        checks.append(_checked("sign-up", lambda: _sign_up(access)))
        checks.append(_checked("predictions", lambda: _predictions(access)))
    return checks


def _environment(environment: ServerEnvironment) -> Iterator[Check]:
    yield Check(name="installer", health=Health.OK, found=installer())
    if not environment.is_complete:
        yield Check(name="environment", health=Health.NOTE, found="not installed yet", mend=_START)
        return
    found = _installed_version(environment)
    yield Check(
        name="environment",
        health=Health.OK if found == VERSION else Health.WRONG,
        found=f"Label Studio {found or 'missing'} in {environment.folder}",
        mend="" if found == VERSION else f"remove the folder {environment.folder}, then {_START}",
    )
    there = environment.template.exists()
    yield Check(
        name="template",
        health=Health.OK if there else Health.NOTE,
        found="made" if there else "not made yet: the next start makes it",
    )


def _installed_version(environment: ServerEnvironment) -> str:
    places = [str(path) for path in environment.venv.glob("lib/python3*/site-packages")]
    return next((one.version for one in distributions(name="label-studio", path=places)), "")


def _secrets(folder: ServerFolder) -> Check:
    kept = [path for path in (folder.root, folder.access, folder.existing, folder.log) if path.exists()]
    opened = [path for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]
    return Check(
        name="secrets",
        health=Health.WRONG if opened else Health.OK,
        found=f"others can read: {', '.join(map(str, opened))}" if opened else "readable by you alone",
        mend=f"chmod go= {' '.join(map(str, opened))}" if opened else "",
    )


def _port(folder: ServerFolder, status: ServerStatus, port: int) -> Check:
    process = running(folder.process, PROGRAM)
    if process is None:
        return _checked("port", lambda: f"{free_port(port) if port else 'any'} is free")
    outside = [str(one) for one in sockets_of(process.pid) if not one.is_local]
    return Check(
        name="connections",
        health=Health.WRONG if outside else Health.OK,
        found=", ".join(outside) or f"only on this computer ({status.url})",
        mend="stop the server, and report this" if outside else "",
    )


def _health(status: ServerStatus) -> Check:
    if status.state is State.STOPPED:
        return Check(name="server", health=Health.NOTE, found="not running", mend=_START)
    return Check(
        name="server",
        health=Health.OK if status.healthy else Health.WRONG,
        found=f"{status.url}, {status.version or 'version unknown'}" if status.healthy else "it does not answer",
        mend="" if status.healthy else "look at labelstudio/server.log, or at the address of the server",
    )


def _address(access: Access) -> Check:
    safe = access.is_loopback or access.url.startswith("https:")
    return Check(
        name="address",
        health=Health.OK if safe else Health.NOTE,
        found=access.url,
        mend="" if safe else "without https, the token and the answers can be read on the way",
    )


def _token(access: Access) -> str:
    return f"accepted, for {told(access, '/api/current-user/whoami', 'email')}"


def _sign_up(access: Access) -> str:
    """Send an empty form without an invitation: a closed server refuses, an open one complains of the fields."""
    page = asked(access.url, "/user/signup/")
    jar = dict(cookie.split(";")[0].partition("=")[::2] for cookie in page.cookies)
    sent = asked(
        access.url,
        "/user/signup/",
        method="POST",
        body=urllib.parse.urlencode({"email": "", "password": ""}).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items()),
            "X-CSRFToken": jar.get("csrftoken", ""),
            "Referer": f"{access.url}/user/signup/",
        },
    )
    if sent.is_ok:
        raise StageError(
            "anybody who reaches the server can make an account", mend="set LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK"
        )
    if b"CSRF" in sent.body:
        raise StageError("whether anybody can make an account cannot be told: the form was refused for another reason")
    return "by invitation only"


def _predictions(access: Access) -> str:
    title = f"CareAtlas check {secrets.token_hex(4)}"
    project = called(access, "/api/projects", method="POST", data={"title": title, "label_config": _CONFIG})["id"]
    try:
        task = called(access, "/api/tasks", method="POST", data={"project": project, "data": {"passage": "x"}})["id"]
        good, bad = (_prediction(access, task, label) for label in ("known", "unknown"))
    finally:
        with suppress(CareAtlasError):
            called(access, f"/api/projects/{int(project)}", method="DELETE")
    if good not in range(200, 300):
        raise StageError(f"a right prediction is refused with status {good}")
    if bad in range(200, 300):
        raise StageError(
            "a prediction with a label that does not exist is accepted, and would silently not be shown",
            mend="set fflag_feat_utc_210_prediction_validation_15082025=true for the server",
        )
    return f"a wrong one is refused (status {bad})"


def _prediction(access: Access, task: int, label: str) -> int:
    result = {"from_name": "codes", "to_name": "passage", "type": "choices", "value": {"choices": [label]}}
    return call(access, "/api/predictions", method="POST", data={"task": task, "result": [result]}).status


def _checked(name: str, look: Callable[[], Any]) -> Check:
    try:
        return Check(name=name, health=Health.OK, found=str(look()))
    except CareAtlasError as error:
        return Check(name=name, health=Health.WRONG, found=error.what, mend=error.mend)
    except (KeyError, TypeError, ValueError):
        return Check(name=name, health=Health.WRONG, found="the answer is not what Label Studio gives")
