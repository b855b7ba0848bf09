from __future__ import annotations

import asyncio
from typing import Any

from streamlit_app.headers import HEADERS, SecurityHeaders


def answered(kind: str, headers: list[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    """Return the headers with which an application answers behind the middleware."""
    sent: list[Any] = []

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": f"{kind}.response.start", "status": 200, "headers": headers})
        await send({"type": f"{kind}.response.body", "body": b"x"})

    async def receive() -> Any:
        return {"type": f"{kind}.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(SecurityHeaders(application)({"type": kind}, receive, send))
    return [(name.decode().lower(), value.decode()) for name, value in sent[0]["headers"]]


def test_every_answer_carries_the_headers_once() -> None:
    found = answered("http", [(b"x-frame-options", b"ALLOWALL"), (b"X-Own", b"kept")])
    assert sorted(found) == sorted([("x-own", "kept"), *((name.lower(), value) for name, value in HEADERS.items())])


def test_a_websocket_is_left_alone() -> None:
    assert answered("websocket", [(b"x-own", b"kept")]) == [("x-own", "kept")]


def test_the_policy_allows_nothing_from_outside() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "http" not in policy
    assert "*" not in policy
    assert "script-src 'self' blob: 'wasm-unsafe-eval' 'sha256-" in policy
    assert "'unsafe-eval'" not in policy
