"""Opening, transactions, and what several processes do to one store at the same time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from careatlas.errors import MissingDependencyError, StoreError
from careatlas.ledger import RunKey
from careatlas.store import documents, runs
from careatlas.store.engine import Store, sqlite_url

ROOT = Path(__file__).resolve().parents[3]
SECRET = "hunter2-secret"


@pytest.fixture
def url(store: Store) -> str:
    return store._engine.url.render_as_string(hide_password=False)


def start(script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# --- transactions


def test_what_is_written_is_kept_together_or_not_at_all(store: Store, document_of):
    twice = document_of("a.pdf")
    other = replace(document_of("other.pdf"), sha256=twice.sha256)
    with pytest.raises(StoreError), store.write() as connection:  # noqa: PT012 - the first must go with the second
        documents.add(connection, twice, "/a")
        documents.add(connection, other, "/a")
    with store.write() as connection:
        documents.add(connection, document_of("b.pdf"), "/b")
    with store.read() as connection:
        assert [item.name for item in documents.listed(connection)] == ["b.pdf"]


def test_a_reader_sees_one_state_from_its_first_look_to_its_last(store: Store, document_of):
    with store.read() as reader:
        assert documents.count(reader) == 0
        with store.write() as writer:
            documents.add(writer, document_of("a.pdf"), "/a")
        assert documents.count(reader) == 0
    with store.read() as reader:
        assert documents.count(reader) == 1


def test_what_is_written_is_not_seen_before_its_end(store: Store, document_of):
    with store.write() as writer:
        documents.add(writer, document_of("a.pdf"), "/a")
        with store.read() as reader:
            assert documents.count(reader) == 0


def test_a_reader_keeps_nothing(store: Store, document_of):
    with store.read() as connection:
        documents.add(connection, document_of("a.pdf"), "/a")
    with store.read() as connection:
        assert documents.count(connection) == 0


def test_a_foreign_key_is_kept_on_every_connection(store: Store):
    for _ in range(3):
        with pytest.raises(StoreError, match="refused"), store.write() as connection:
            connection.execute(text("INSERT INTO document_source VALUES ('nowhere', '/x')"))


def test_an_error_of_the_database_is_ours_with_the_store_named(store: Store):
    with pytest.raises(StoreError, match="nosuch") as caught, store.read() as connection:
        connection.execute(text("SELECT * FROM nosuch"))
    assert caught.value.where == store.url
    assert caught.value.exit_code == 5


# --- opening


def test_sqlite_is_opened_for_many_readers_and_one_writer(tmp_path: Path):
    opened = Store(sqlite_url(tmp_path / "store.sqlite"))
    with opened.read() as connection:
        pragma = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys")
        }
    assert pragma == {"journal_mode": "wal", "foreign_keys": 1}
    opened.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "not an address",
        f"nosuch://u:{SECRET}@h/d",
        f"mysql://u:{SECRET}@h/d",
        f"oracle://u:{SECRET}@h/d",
        f"postgresql://u:{SECRET}@h:port/d",
        f"postgresql://u:{SECRET}@h:99999999/d",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(url: str):
    with pytest.raises(StoreError) as caught:
        Store(url).version()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgresql://u:{SECRET}@h:5433/d", "u:***@h:5433/d"),
        (f"postgres://u:{SECRET}@h/d", "u:***@h/d"),
        (f"postgresql://h/d?user=u&password={SECRET}", "user=u"),
        (f"postgresql://h/d?sslpassword={SECRET}&sslkey=k", "sslkey=k"),
        (f"postgresql+psycopg://u:{SECRET}%40{SECRET}@h/d", "u:***@h/d"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str):
    pytest.importorskip("psycopg")
    opened = Store(url)
    assert shown in opened.url
    assert SECRET not in opened.url
    assert SECRET not in repr(opened)
    opened.close()


def test_a_database_that_does_not_answer_is_an_error_without_the_password():
    pytest.importorskip("psycopg")
    opened = Store(f"postgresql://user:{SECRET}@127.0.0.1:1/db?connect_timeout=2&sslpassword={SECRET}")
    with pytest.raises(StoreError, match="refused") as caught:
        opened.version()
    assert "127.0.0.1" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert SECRET not in str(caught.value.as_dict())


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingDependencyError, match="driver for PostgreSQL") as caught:
        Store("postgresql://h/d")
    assert "careatlas[postgres]" in caught.value.mend


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path):
    opened = Store(sqlite_url(tmp_path / "absent" / "store.sqlite"))
    with pytest.raises(StoreError, match="unable to open") as caught:
        opened.version()
    assert "absent" in caught.value.where


# --- several processes

WRITER = """
import sys
from careatlas.ledger import RunKey
from careatlas.store import runs
from careatlas.store.engine import Store
store = Store(sys.argv[1])
for number in range(40):
    key = RunKey(stage="parse", subject=f"{sys.argv[2]}-{number}", inputs={}, code_version="1")
    with store.write() as connection:
        runs.listed(connection, limit=3)  # reads first, then writes: the order in which a late lock would fail
        runs.append(connection, key, outcome="ok", reason="", seconds=0.0, counts={})
store.close()
"""


def test_processes_that_write_at_once_all_succeed(store: Store, url: str):
    processes = [start(WRITER, url, str(number)) for number in range(3)]
    for process in processes:
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 0, stderr
    with store.read() as connection:
        subjects = [row.key.subject for row in runs.listed(connection, limit=1_000)]
    assert sorted(subjects) == sorted(f"{process}-{number}" for process in range(3) for number in range(40))


KILLED = """
import sys, time
from sqlalchemy import text
from careatlas.ledger import RunKey
from careatlas.store import runs
from careatlas.store.engine import Store
store = Store(sys.argv[1])
def write(connection, subject):
    key = RunKey(stage="parse", subject=subject, inputs={"filler": "x" * 5_000}, code_version="1")
    runs.append(connection, key, outcome="ok", reason="", seconds=0.0, counts={})
for number in range(20):
    with store.write() as connection:
        write(connection, f"kept-{number}")
with store.write() as connection:
    if store.dialect == "sqlite":
        connection.execute(text("PRAGMA cache_size = 10"))  # so that the unfinished rows reach the file
    for number in range(500):
        write(connection, f"lost-{number}")
    print("in the middle", flush=True)
    time.sleep(600)
"""


def test_a_process_killed_in_the_middle_loses_nothing_that_was_kept(store: Store, url: str, document_of):
    process = start(KILLED, url)
    try:
        assert process.stdout.readline() == "in the middle\n", process.stderr.read()
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL
    again = Store(url)
    assert again.migrate() == ()
    with again.read() as connection:
        assert {row.key.subject for row in runs.listed(connection, limit=1_000)} == {f"kept-{n}" for n in range(20)}
        if again.dialect == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
    with again.write() as connection:
        documents.add(connection, document_of(), "/after")
    with again.read() as connection:
        assert documents.count(connection) == 1
    again.close()


# --- a full disk


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a tiny disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_costs_nothing_that_was_kept(tiny_disk: Path, document_of):
    opened = Store(sqlite_url(tiny_disk / "store.sqlite"))
    opened.migrate()
    with opened.write() as connection:
        documents.add(connection, document_of("kept.pdf"), "/kept")
    big = RunKey(stage="parse", subject="big", inputs={"filler": "x" * 2_000_000}, code_version="1")
    with pytest.raises(StoreError, match=r"full|I/O") as caught, opened.write() as connection:
        runs.append(connection, big, outcome="ok", reason="", seconds=0.0, counts={})
    assert "make room" in caught.value.mend
    with opened.write() as connection:
        documents.add(connection, document_of("after.pdf"), "/after")
    with opened.read() as connection:
        assert [item.name for item in documents.listed(connection)] == ["after.pdf", "kept.pdf"]
        assert runs.listed(connection) == []
    opened.close()
