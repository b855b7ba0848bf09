from __future__ import annotations

import asyncio
import base64
import json
import stat
from pathlib import Path
from typing import NoReturn

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message

from annotation import ml_guard
from annotation.ml_guard import MOST_BYTES, USER, Guard, bounded_body, kept_password, new_password
from annotation.server_folder import ServerFolder
from careatlas.errors import InputError

NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


async def _echo(request: Request) -> Response:
    return JSONResponse({"length": len(await bounded_body(request))})


def client(*, password: str = "", names: frozenset[str] | None = NAMES) -> TestClient:
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    return TestClient(Guard(app, names=names, password=password), base_url="http://127.0.0.1:9090")


@pytest.mark.parametrize("host", ["127.0.0.1:9090", "localhost", "LOCALHOST:1", "[::1]:9090"])
def test_our_own_names_are_let_in(host: str) -> None:
    assert client().get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["attacker.example", "127.0.0.1.attacker.example", "", "[::1", "localhost@evil", "\xe9"]
)
def test_another_name_for_our_address_is_not(host: str) -> None:
    found = client().get("/", headers={"Host": host.encode("latin-1")})
    assert found.status_code == 421
    assert "attacker" not in found.text


def test_any_name_will_do_where_the_names_are_not_known() -> None:
    assert client(names=None, password="secret").get("/", headers={"Host": "plans.example"}).status_code == 401


def test_the_password_must_come_with_every_request() -> None:
    asking = client(password="secret")
    assert asking.get("/", auth=(USER, "secret")).status_code == 200
    for auth in (None, (USER, "Secret"), ("admin", "secret"), (USER, "secret ")):
        found = asking.get("/", auth=auth)
        assert found.status_code == 401
        assert found.headers["WWW-Authenticate"].startswith("Basic ")
    token = base64.b64encode(b"secret").decode()
    assert asking.get("/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_what_a_web_page_may_send_anywhere_is_not_read(kind: str) -> None:
    assert client().post("/", content=b"{}", headers={"Content-Type": kind}).status_code == 415


def test_json_is_read() -> None:
    found = client().post("/", content=b"{}", headers={"Content-Type": "application/json; charset=utf-8"})
    assert (found.status_code, found.json()) == (200, {"length": 2})


@pytest.mark.parametrize(("length", "status"), [(MOST_BYTES, 200), (MOST_BYTES + 1, 413)])
def test_a_body_has_its_length(length: int, status: int) -> None:
    headers = {"Content-Type": "application/json"}
    assert client().post("/", content=b" " * length, headers=headers).status_code == status
    parts = (b" " * 1_000_000 for _ in range(length // 1_000_000 + 1))  # of a length that is not said beforehand
    assert client().post("/", content=parts, headers=headers).status_code == 413


def test_nothing_is_read_of_a_stranger() -> None:
    async def never(*_given: object) -> NoReturn:
        raise AssertionError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost")]}
    asyncio.run(Guard(never, names=NAMES, password="secret")(scope, never, send))
    assert [message.get("status") for message in sent] == [401, None]


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ml_guard, "_BODY_SECONDS", 0.05)

    async def nothing() -> NoReturn:
        await asyncio.sleep(60)
        raise AssertionError

    with pytest.raises(HTTPException) as caught:
        asyncio.run(bounded_body(Request({"type": "http", "method": "POST"}, nothing)))
    assert caught.value.status_code == 408


def test_every_answer_says_that_it_is_no_page() -> None:
    for found in (client().get("/"), client(password="secret").get("/"), client().get("/nowhere")):
        assert found.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in found.headers["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in found.headers


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    made = ServerFolder(tmp_path / "labelstudio")
    made.make()
    return made


def test_a_password_is_kept_for_the_owner_alone(folder: ServerFolder) -> None:
    assert kept_password(folder) == ""
    made = new_password(folder)
    assert kept_password(folder) == made
    assert len(made) >= 32
    assert new_password(folder) != made
    assert stat.S_IMODE((folder.root / "backend.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"password": ""}', '{"password": 7}', "\x00"])
def test_a_damaged_password_is_not_taken_for_none(folder: ServerFolder, content: str) -> None:
    (folder.root / "backend.json").write_text(content)
    with pytest.raises(InputError, match="damaged"):
        kept_password(folder)


def test_a_damaged_password_is_not_repeated(folder: ServerFolder) -> None:
    (folder.root / "backend.json").write_text(json.dumps({"password": ["very-secret"]}))
    with pytest.raises(InputError) as caught:
        kept_password(folder)
    assert "very-secret" not in str(caught.value)
    assert caught.value.__cause__ is None
