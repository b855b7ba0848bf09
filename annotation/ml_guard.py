"""Who may talk to the machine learning backend, and how much they may say."""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotation.server_folder import ServerFolder, keep_secret
from careatlas.errors import InputError

USER = "label-studio"
MOST_BYTES = 10_000_000
_BODY_SECONDS = 30.0  # for which a body is waited for
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cache-control": b"no-store",
}


class Guard:
    """Middleware that turns strangers away before anything is read of what they say.

    Parameters
    ----------
    names : frozenset of str or None
        The names under which we may be asked, in lower case; ``None`` for any. A web page could give its own name our
        address (DNS rebinding), but cannot hide that name.
    password : str
        What must come with every request, as :data:`USER`'s; empty for none.
    """

    def __init__(self, app: ASGIApp, *, names: frozenset[str] | None, password: str = "") -> None:
        self._app, self._names = app, names
        self._expected = _credentials(password) if password else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it pass."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS.items()]
            await send(message)

        refusal = self._refusal(dict(scope["headers"]), scope["method"])
        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, headers: Mapping[bytes, bytes], method: str) -> JSONResponse | None:
        if self._names is not None and _name(headers.get(b"host", b"")) not in self._names:
            return _refused(421, "this is not a name of this server")
        if self._expected and not hmac.compare_digest(headers.get(b"authorization", b""), self._expected):
            return _refused(401, "the password is missing or wrong", {"WWW-Authenticate": 'Basic realm="CareAtlas"'})
        # A web page may send a form or plain text anywhere, but JSON only where it is welcome, which it is not here.
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if method == "POST" and kind != b"application/json":
            return _refused(415, "only JSON is read")
        return None


async def bounded_body(request: Request) -> bytes:
    """Return the body of a request.

    Raises
    ------
    HTTPException
        If it is longer than :data:`MOST_BYTES`, or does not come.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise HTTPException(413, f"more than {MOST_BYTES:,} bytes")
    except TimeoutError:
        raise HTTPException(408, "the request does not come to its end") from None
    return bytes(body)


def kept_password(folder: ServerFolder) -> str:
    """Return the password that Label Studio was told, empty if it was told none.

    Raises
    ------
    InputError
        If what was kept is damaged.
    """
    path = _password_file(folder)
    try:
        found = TypeAdapter(dict[str, str]).validate_json(path.read_bytes(), strict=True)["password"]
    except FileNotFoundError:
        return ""
    except (OSError, ValidationError, KeyError):
        found = ""
    if not found:
        raise InputError("the file is damaged", where=str(path), mend="remove it, and start with --connect again")
    return found


def new_password(folder: ServerFolder) -> str:
    """Make a password and keep it where only the owner can read it. Raises StageError if it cannot be written."""
    password = secrets.token_urlsafe(24)
    keep_secret(_password_file(folder), {"password": password})
    return password


def _password_file(folder: ServerFolder) -> Path:
    return folder.root / "backend.json"


def _credentials(password: str) -> bytes:
    return b"Basic " + base64.b64encode(f"{USER}:{password}".encode())  # RFC 7617


def _name(host: bytes) -> str:
    try:
        return urlsplit(f"//{host.decode('ascii')}").hostname or ""
    except ValueError:
        return ""


def _refused(status: int, why: str, headers: Mapping[str, Any] | None = None) -> JSONResponse:
    return JSONResponse({"error": why}, status, headers)
