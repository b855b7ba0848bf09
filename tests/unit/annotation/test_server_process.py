"""A process apart from us: written down by itself, known by more than its number, ended with those it started."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation import server_process
from annotation.server_process import ProcessIdentity, end, is_running, launch, running
from careatlas.errors import StageError

SLEEP = ["sleep", "60"]
Launch = Callable[..., ProcessIdentity]


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "server.pid"


@pytest.fixture
def started(record: Path, tmp_path: Path) -> Iterator[Launch]:
    made: list[ProcessIdentity] = []

    def start(*command: str, **variables: str) -> ProcessIdentity:
        made.append(launch(command, {"PATH": os.environ["PATH"], **variables}, record=record, log=tmp_path / "log"))
        return made[-1]

    yield start
    for process in made:
        end(process, grace=0)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_process_is_found_again_and_ended(started: Launch, record: Path):
    process = started(*SLEEP)
    assert running(record, "sleep") == process
    assert os.getsid(process.pid) == process.pid  # no Ctrl-C of ours reaches it
    assert is_running(process)
    assert 0 < process.memory_mb < 100
    assert 0 <= process.seconds < 60
    end(process)
    assert not is_running(process)
    assert running(record, "sleep") is None
    assert process.memory_mb == 0
    end(process)  # nothing is there to end
    assert not Path(f"/proc/{process.pid}").exists()  # it was our child and is not left behind


def test_what_it_says_goes_to_a_file_that_others_cannot_read(started: Launch, tmp_path: Path):
    started(
        "sh", "-c", 'echo "$WORD"; echo wrong >&2; pwd; umask; read -r x || echo no input; exec sleep 60', WORD="said"
    )
    log = tmp_path / "log"
    until(lambda: log.read_text().count("\n") == 5)
    assert log.read_text() == "said\nwrong\n/\n0077\nno input\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    started("sh", "-c", "echo more; exec sleep 60")
    until(lambda: log.read_text().endswith("\nmore\n"))  # added, not written over


def test_it_has_the_environment_that_it_was_given_and_no_other(
    started: Launch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("SECRET_OF_MINE", "x")
    started("sh", "-c", "env; exec sleep 60", ONE="1")
    log = tmp_path / "log"
    until(lambda: "ONE=1" in log.read_text())
    assert "SECRET_OF_MINE" not in log.read_text()


def test_a_program_that_is_not_there_leaves_a_record_of_nothing(record: Path, tmp_path: Path):
    process = launch(["/no/such/program"], {}, record=record, log=tmp_path / "log")
    until(lambda: not is_running(process))
    assert running(record, "program") is None
    assert "not found" in (tmp_path / "log").read_text()


def test_a_record_that_cannot_be_written_is_an_error(tmp_path: Path):
    with pytest.raises(StageError, match="ended at once"):
        launch(SLEEP, {"PATH": os.environ["PATH"]}, record=tmp_path / "none" / "pid", log=tmp_path / "log")


def test_who_does_not_listen_is_forced(started: Launch, tmp_path: Path):
    process = started("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done")
    until(lambda: "deaf" in (tmp_path / "log").read_text())
    began = time.monotonic()
    end(process, grace=0.3)
    assert time.monotonic() - began >= 0.3
    assert not is_running(process)


def test_those_that_it_started_end_with_it(started: Launch, tmp_path: Path):
    process = started("sh", "-c", "sleep 60 & echo $!; wait")
    log = tmp_path / "log"
    until(lambda: log.read_text().strip().isdigit())
    child = Path(f"/proc/{log.read_text().strip()}")
    assert child.exists()
    end(process)
    until(lambda: not child.exists() or ") Z " in (child / "stat").read_text())


def test_another_program_another_start_and_another_number_are_strangers(started: Launch, record: Path):
    process = started(*SLEEP)
    line = record.read_text()
    assert running(record, "label_studio.server") is None
    record.write_text(line.replace(f" {process.started} ", f" {process.started + 1} "))
    assert running(record, "sleep") is None
    record.write_text(line.replace(str(process.pid), str(os.getpid()), 1))
    assert running(record, "") is None
    assert is_running(process)


def test_a_stranger_with_the_same_number_is_not_ended(started: Launch):
    process = started(*SLEEP)
    end(ProcessIdentity(pid=process.pid, started=process.started - 1))
    assert is_running(process)


def test_a_process_that_has_ended_and_waits_to_be_noticed_does_not_run():
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        until(lambda: ") Z " in Path(f"/proc/{child.pid}/stat").read_text())
        line = Path(f"/proc/{child.pid}/stat").read_text()
        found = server_process._identity(line)
        assert found is not None
        assert not is_running(found)


def test_another_users_process_is_an_error(monkeypatch: pytest.MonkeyPatch, started: Launch):
    process = started(*SLEEP)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patched:
        patched.setattr(os, "killpg", refuse)
        with pytest.raises(StageError, match="another user's"):
            end(process)


def test_a_process_without_a_group_of_its_own_is_ended_alone():
    with subprocess.Popen(SLEEP) as child:  # in our own group
        found = server_process._identity(Path(f"/proc/{child.pid}/stat").read_text())
        assert found is not None
        end(found)
    assert child.returncode in (-signal.SIGTERM, 0)


@pytest.mark.parametrize("text", ["", "\n", "12", "12 (sh", "12 (sh) S 1 2", "x (sh) S " + "1 " * 30, "\x00\xff"])
def test_a_damaged_record_names_nobody(record: Path, text: str):
    record.write_text(text)
    assert running(record, "") is None


@pytest.mark.parametrize("pid", ["0", "1", "-1", "-5"])
def test_a_number_that_means_many_processes_is_none(pid: str):
    assert server_process._identity(f"{pid} (sh) S " + "7 " * 40) is None


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=16), st.integers(2, 2**22), st.integers(0, 2**60))
def test_a_program_of_any_name_is_read_right(name: str, pid: int, start: int):
    fields = ["S", *("9" for _ in range(18)), str(start), *("8" for _ in range(20))]
    found = server_process._identity(f"{pid} ({name}) {' '.join(fields)}")
    assert found == ProcessIdentity(pid=pid, started=start)
