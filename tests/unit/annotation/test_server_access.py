"""Which server a project uses: settings, then a registered one, then its own; and no token where it can be read."""

from __future__ import annotations

import json
import stat
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.server_access import (
    Access,
    access_in,
    access_of,
    checked_access,
    existing_server,
    keep_own_server,
    new_server,
    own_server,
    register_server,
)
from annotation.server_folder import ServerFolder, keep_secret, server_folder
from careatlas.errors import InputError, StageError, UsageError
from careatlas.project import Project
from careatlas.settings import LabelStudioSettings, Settings

TOKEN = "0123456789abcdef0123456789abcdef01234567"
OTHER = Access(url="https://labels.example.org", token=TOKEN)
DEFAULTS = LabelStudioSettings()


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    made = ServerFolder(tmp_path / "labelstudio")
    made.make()
    return made


def test_nothing_that_is_secret_is_shown(folder: ServerFolder):
    server = new_server("http://127.0.0.1:8080")
    settings = Settings(labelstudio=LabelStudioSettings(token=TOKEN))
    shown = f"{OTHER!r} {OTHER} {server!r} {settings!r} {settings}"
    for secret in (TOKEN, server.token, server.password, server.secret_key):
        assert secret not in shown
    assert "labels.example.org" in shown


def test_a_new_server_has_secrets_of_its_own():
    one, two = new_server("http://127.0.0.1:1"), new_server("http://127.0.0.1:1")
    assert int(one.token, 16) >= 0
    assert len(one.token) == 40
    assert min(len(one.password), len(one.secret_key)) >= 20
    assert not {one.token, one.password, one.secret_key} & {two.token, two.password, two.secret_key}
    assert one.ready is False


def test_what_is_kept_comes_back_and_only_its_owner_can_read_it(folder: ServerFolder):
    server = replace(new_server("http://127.0.0.1:8080"), ready=True)
    keep_own_server(folder, server)
    register_server(folder, OTHER, keep_token=True)
    assert (own_server(folder), existing_server(folder)) == (server, OTHER)
    for path in (folder.access, folder.existing):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.root.stat().st_mode) == 0o700
    assert (folder.root / ".gitignore").read_text() == "*\n"
    assert sorted(path.name for path in folder.root.iterdir()) == [
        ".gitignore",
        "access.json",
        "existing.json",
        "files",
    ]


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(folder: ServerFolder):
    folder.access.write_text("{}")
    folder.access.chmod(0o666)
    keep_own_server(folder, new_server("http://127.0.0.1:1"))
    assert stat.S_IMODE(folder.access.stat().st_mode) == 0o600


def test_settings_come_first_then_a_registered_server_then_our_own(folder: ServerFolder):
    with pytest.raises(UsageError) as caught:
        access_in(folder, DEFAULTS)
    assert caught.value.mend == "careatlas labelstudio start"
    own = new_server("http://127.0.0.1:8080")
    keep_own_server(folder, own)
    with pytest.raises(UsageError):  # its first start has not ended
        access_in(folder, DEFAULTS)
    keep_own_server(folder, replace(own, ready=True))
    assert access_in(folder, DEFAULTS) == Access(url=own.url, token=own.token)
    register_server(folder, OTHER, keep_token=True)
    assert access_in(folder, DEFAULTS) == OTHER
    settings = LabelStudioSettings(url="http://localhost:9/sub/", token="mine")
    assert access_in(folder, settings) == Access(url="http://localhost:9/sub", token="mine")


def test_a_token_of_the_settings_goes_with_any_address(folder: ServerFolder):
    register_server(folder, OTHER, keep_token=False)
    assert TOKEN not in folder.existing.read_text()
    with pytest.raises(UsageError, match="no token") as caught:
        access_in(folder, DEFAULTS)
    assert "CAREATLAS_LABELSTUDIO__TOKEN" in caught.value.mend
    assert access_in(folder, LabelStudioSettings(token="mine")) == Access(url=OTHER.url, token="mine")
    with pytest.raises(UsageError, match="no token"):
        access_in(folder, LabelStudioSettings(url="https://labels.example.org"))


def test_a_project_is_asked_by_its_folder_and_settings(project: Project):
    with pytest.raises(UsageError):
        access_of(project)
    register_server(server_folder(project.root), OTHER, keep_token=True)
    assert access_of(project) == OTHER


@pytest.mark.parametrize(
    "url",
    ["", "labels.example.org", "ftp://labels.example.org", "http://", "http://u:p@h", "http://h?a=1", "http://h#a",
     "http://h:99999", "http://[::1", "javascript:alert(1)", "http://h:0"],
)  # fmt: skip
def test_what_is_no_address_of_a_server_is_refused(url: str):
    with pytest.raises(UsageError, match="not the address"):
        checked_access(url, TOKEN)


@pytest.mark.parametrize("token", ["", " ", "a b", "a\r\nHost: evil", "t\u00f6ken", "a\x00b"])
def test_what_is_no_token_is_refused_without_being_repeated(token: str):
    with pytest.raises(UsageError, match="token") as caught:
        checked_access(OTHER.url, token)
    assert not token.strip() or token not in str(caught.value)


@given(st.text(), st.text())
def test_an_access_is_always_fit_for_a_header_and_an_address(url: str, token: str):
    for one in (url, f"http://{url}", f"https://h/{url}"):
        try:
            access = checked_access(one, token)
        except UsageError:
            continue
        assert access.url.startswith(("http://", "https://"))
        assert not access.url.endswith("/")
        assert access.token
        assert not set(access.token) & set("\r\n ")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [("http://127.0.0.1:8080", True), ("http://127.9.9.9", True), ("http://localhost:1", True),
     ("http://[::1]:1", True), ("http://192.168.0.2", False), ("http://localhost.example.org", False),
     ("https://127.0.0.1.example.org", False)],
)  # fmt: skip
def test_loopback_is_told_by_the_address(url: str, loopback: bool):
    assert Access(url=url, token="t").is_loopback is loopback


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b"null", b"{}", b'{"url": 5, "token": "hunter2-secret"}', b'{"url": "hunter2-secret"}',
     b'{"url": "http://h", "token": ["hunter2-secret"]}', b" " * 30_000 + b"{}"],
)  # fmt: skip
def test_a_damaged_file_is_an_error_that_repeats_nothing_of_it(folder: ServerFolder, content: bytes):
    for path, read in ((folder.access, own_server), (folder.existing, existing_server)):
        path.write_bytes(content)
        with pytest.raises(InputError, match="damaged") as caught:
            read(folder)
        assert caught.value.where == str(path)
        assert "hunter2-secret" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


def test_a_write_that_fails_leaves_what_was_there(folder: ServerFolder, monkeypatch: pytest.MonkeyPatch):
    server = new_server("http://127.0.0.1:1")
    keep_own_server(folder, server)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StageError, match="No space left"):
        keep_secret(folder.access, {**asdict(server), "url": "http://127.0.0.1:2"})
    assert own_server(folder) == server
    assert json.loads(folder.access.read_text())["url"] == "http://127.0.0.1:1"
