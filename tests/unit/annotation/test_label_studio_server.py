"""What can be told of starting and stopping without a server: ports, states, and the template."""

from __future__ import annotations

import socket
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from annotation import label_studio_server, server_template
from annotation.label_studio_server import State, free_port, server_status, stop_server
from annotation.server_access import Access, keep_own_server, new_server, register_server
from annotation.server_environment import ServerEnvironment
from annotation.server_folder import ServerFolder
from annotation.server_template import lay_out, template_of
from careatlas.errors import StageError, UsageError
from careatlas.settings import LabelStudioSettings

NOBODY = "http://127.0.0.1:9"
TABLES = "CREATE TABLE htx_user (id); CREATE TABLE organization (id); CREATE TABLE authtoken_token (key);"
# "Label Studio" that makes a database where it is told to.
PYTHON = """#!/bin/sh
test "$*" = "-I -m label_studio.server init --quiet" || exit 9
mkdir -p "$LABEL_STUDIO_BASE_DATA_DIR"
{make}
"""


@pytest.fixture
def folder(tmp_path: Path) -> ServerFolder:
    made = ServerFolder(tmp_path / "labelstudio")
    made.make()
    return made


@pytest.fixture
def environment(tmp_path: Path) -> ServerEnvironment:
    made = ServerEnvironment(tmp_path / "environment")
    made.python.parent.mkdir(parents=True)
    return made


def label_studio(environment: ServerEnvironment, tables: str = TABLES, make: str = "") -> None:
    """Put a Python there that makes a database of these tables."""
    database = environment.folder / "made.sqlite3"
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(tables)
    copy = f'cp {database} "$LABEL_STUDIO_BASE_DATA_DIR/label_studio.sqlite3"'
    environment.python.write_text(PYTHON.replace("{make}", make or copy))
    environment.python.chmod(0o755)


def test_a_port_that_is_taken_is_refused_and_a_free_one_given_back():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used") as caught:
            free_port(port)
        assert "--port" in caught.value.mend
    assert free_port(port) == port  # at once, though closed just now
    assert free_port(0) != 0


def test_states_without_a_server(folder: ServerFolder, tmp_path: Path):
    defaults = LabelStudioSettings()
    nothing = server_status(ServerFolder(tmp_path / "none"), defaults)
    assert (nothing.state, nothing.url, nothing.healthy) == (State.STOPPED, "", False)
    keep_own_server(folder, replace(new_server(NOBODY), ready=True))
    stopped = server_status(folder, defaults)
    assert (stopped.state, stopped.url, stopped.pid, stopped.users) == (State.STOPPED, NOBODY, None, None)
    register_server(folder, Access(url=NOBODY, token="t"), keep_token=True)
    assert server_status(folder, defaults).state is State.EXISTING
    folder.existing.unlink()
    other = server_status(folder, LabelStudioSettings(url=NOBODY, token="t"))
    assert (other.state, other.healthy, other.version) == (State.EXISTING, False, None)


def test_stopping_what_was_never_started_makes_no_folder(tmp_path: Path):
    assert stop_server(ServerFolder(tmp_path / "none")) is False
    assert not (tmp_path / "none").exists()


def test_a_long_log_is_put_aside(folder: ServerFolder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(label_studio_server, "_LOG_BYTES", 10)
    folder.log.write_text("0123456789")
    label_studio_server._cut_log(folder.log)
    assert folder.log.exists()
    folder.log.write_text("0123456789a")
    label_studio_server._cut_log(folder.log)
    assert (folder.root / "server.log.1").read_text() == "0123456789a"
    assert not folder.log.exists()


@pytest.mark.parametrize(
    ("log", "said"),
    [("one\ntwo\n\n", "two"), ("", "it said nothing"), ("x" * 900, "x" * 300), (None, "it said nothing")],
)
def test_the_last_words_of_a_server_are_found(tmp_path: Path, log: str | None, said: str):
    if log is not None:
        (tmp_path / "log").write_text(log)
    assert label_studio_server._last_line(tmp_path / "log") == said


# --- the template


def test_the_template_is_made_once_and_copied(environment: ServerEnvironment, folder: ServerFolder):
    label_studio(environment)
    template = template_of(environment)
    assert template == environment.template
    assert not [path for path in environment.folder.iterdir() if path.name.startswith(".template-")]
    label_studio(environment, make="exit 1")
    assert template_of(environment) == template  # not made again
    lay_out(template, folder)
    assert folder.database.read_bytes() == template.read_bytes()
    assert stat.S_IMODE(folder.database.stat().st_mode) == 0o600
    assert [path.name for path in folder.data.iterdir()] == ["label_studio.sqlite3"]


def test_a_database_that_is_there_is_never_written_over(environment: ServerEnvironment, folder: ServerFolder):
    label_studio(environment)
    folder.data.mkdir()
    folder.database.write_text("people's work")
    with pytest.raises(StageError, match="a database already"):
        lay_out(template_of(environment), folder)
    assert folder.database.read_text() == "people's work"


@pytest.mark.parametrize("table", ["htx_user", "organization", "authtoken_token"])
def test_a_template_with_somebody_in_it_is_refused(environment: ServerEnvironment, table: str):
    label_studio(environment, TABLES + f"INSERT INTO {table} VALUES (1);")
    with pytest.raises(StageError, match="made no database"):
        template_of(environment)
    assert not environment.template.exists()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        ("echo 'no such module' >&2; exit 1", "no such module"),
        ("true", "it said nothing"),
        ('echo nonsense > "$LABEL_STUDIO_BASE_DATA_DIR/label_studio.sqlite3"', "made no database"),
    ],
)
def test_a_template_that_cannot_be_made_says_why(environment: ServerEnvironment, make: str, says: str):
    label_studio(environment, make=make)
    with pytest.raises(StageError, match=says) as caught:
        template_of(environment)
    assert str(environment.folder) in caught.value.mend
    assert not environment.template.exists()


def test_a_template_that_takes_for_ever_is_given_up(environment: ServerEnvironment, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(server_template, "SECONDS", 0.2)
    label_studio(environment, make="exec sleep 5")
    with pytest.raises(StageError, match="no database after"):
        template_of(environment)


def test_a_database_without_all_tables_is_none(environment: ServerEnvironment):
    label_studio(environment, "CREATE TABLE htx_user (id);")
    with pytest.raises(StageError, match="made no database"):
        template_of(environment)
