"""One request to a Label Studio, for what the server's own commands need; everything else goes through its SDK."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from annotation.server_access import Access
from careatlas.errors import InputError, StageError, UsageError

_MOST_BYTES = 20_000_000
_OK = range(200, 300)
_UNAUTHORISED = (401, 403)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server answered."""

    status: int
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether it did what was asked."""
        return self.status in _OK


def asked(
    url: str,
    path: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 10.0,
) -> Answer:
    """Send one request and return the answer, whatever its status.

    No redirect is followed, so that a token goes to nobody but the server it is for; no proxy is used.

    Parameters
    ----------
    timeout : float
        Seconds for each step of the exchange.

    Raises
    ------
    StageError
        If nobody answers, or with far too much.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request(method, parts.path.rstrip("/") + path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        content = response.read(_MOST_BYTES + 1)
        cookies = tuple(response.headers.get_all("Set-Cookie", ()))
    except (OSError, http.client.HTTPException) as error:
        what = f"Label Studio does not answer: {type(error).__name__}"
        raise StageError(what, where=url, mend="careatlas labelstudio status") from error
    finally:
        connection.close()
    if len(content) > _MOST_BYTES:
        raise StageError("Label Studio answers with far too much", where=url)
    return Answer(status=response.status, body=content, cookies=cookies)


def call(access: Access, path: str, *, method: str = "GET", data: Any = None, timeout: float = 10.0) -> Answer:
    """Send one request with the access's token and return the answer, whatever its status.

    Parameters
    ----------
    data : object, optional
        Sent as JSON.

    Raises
    ------
    StageError
        If nobody answers.
    UsageError
        If the token is a personal one and is not accepted any more.
    """
    headers = {"Authorization": _authorisation(access, timeout), "Accept": "application/json"}
    body = None
    if data is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(data).encode()
    return asked(access.url, path, method=method, body=body, headers=headers, timeout=timeout)


def called(access: Access, path: str, *, method: str = "GET", data: Any = None, timeout: float = 10.0) -> Any:
    """Send one request with the access's token and return the JSON of the answer, ``None`` if it has no content.

    Raises
    ------
    StageError
        If nobody answers, or the server refuses.
    UsageError
        If the token is not accepted.
    InputError
        If the answer is not JSON.
    """
    answer = call(access, path, method=method, data=data, timeout=timeout)
    if answer.status in _UNAUTHORISED:
        raise _token_refused(access)
    if not answer.is_ok:
        raise StageError(f"Label Studio refuses {method} {path}: status {answer.status}", where=access.url)
    return _json(answer, access) if answer.body else None


def told(access: Access, path: str, key: str) -> str:
    """Return one text of the object that a server answers with. Raises as :func:`called` does."""
    answer = called(access, path)
    found = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(found, str):
        raise InputError(f"the answer to {path} has no {key}", where=access.url)
    return found


def _authorisation(access: Access, timeout: float) -> str:
    if access.token.count(".") != 2:  # a JWT has three parts (RFC 7519)
        return f"Token {access.token}"
    # A personal token only fetches others, which live five minutes.
    body = json.dumps({"refresh": access.token}).encode()
    headers = {"Content-Type": "application/json"}
    answer = asked(access.url, "/api/token/refresh/", method="POST", body=body, headers=headers, timeout=timeout)
    found = _json(answer, access) if answer.is_ok else None
    short = found.get("access") if isinstance(found, dict) else None
    if not isinstance(short, str) or not short.isascii() or not short.isprintable():
        raise _token_refused(access)
    return f"Bearer {short}"


def _json(answer: Answer, access: Access) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise InputError("the answer is not what Label Studio gives", where=access.url) from error


def _token_refused(access: Access) -> UsageError:
    return UsageError(
        "Label Studio does not accept the token",
        where=access.url,
        mend="take a new one from its page Account & Settings, and see that legacy tokens are allowed if it is one",
    )
