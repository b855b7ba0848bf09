from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation.retraining import NICENESS, Phase, Retraining, TrainingState

ROOT = Path(__file__).resolve().parents[3]
# Stands for ``careatlas``: writes down how it was called, then does what the file of its step's name says.
PROGRAM = """
import json, os, sys, time
from pathlib import Path
folder, arguments = Path(sys.argv[1]), sys.argv[2:]
step = {"annotate": "pull", "models": "promote"}.get(arguments[0], arguments[0])
with (folder / "calls").open("a") as file:
    file.write(json.dumps({"arguments": arguments, "nice": os.nice(0), "pid": os.getpid()}) + "\\n")
print("working on", step, file=sys.stderr)
exec((folder / f"{step}.py").read_text())
"""
TRAINED = "print(json.dumps({'model': 'stack-1'}))"
PROMOTED = "print(json.dumps({'promoted': True, 'reason': 'not worse'}))"
REFUSED = "print(json.dumps({'promoted': False, 'reason': 'not shown to be as good'})); sys.exit(1)"
SUGGESTED = "print(json.dumps({'done': 3, 'failed': 0}))"
BLOCKED = "\nwhile not (folder / 'go').exists(): time.sleep(0.01)"


class Bench:
    """A stand-in for the command line, and a retraining that calls it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "training.log"
        (folder / "program.py").write_text(PROGRAM)
        self.does(pull="print('{}'); sys.exit(1)", train=TRAINED, promote=PROMOTED, suggest=SUGGESTED)
        self.made: list[Retraining] = []

    def does(self, **steps: str) -> None:
        for step, text in steps.items():
            (self.folder / f"{step}.py").write_text(text)

    def retraining(self, *samples: str, seconds_between: float = 0.0) -> Retraining:
        command = [sys.executable, "-I", "-S", str(self.folder / "program.py"), str(self.folder)]
        self.made.append(Retraining(command, log=self.log, pulled=lambda: samples, seconds_between=seconds_between))
        return self.made[-1]

    def go(self) -> None:
        """Let the blocked programs go on."""
        (self.folder / "go").touch()

    @property
    def calls(self) -> list[dict[str, Any]]:
        try:
            return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]
        except FileNotFoundError:
            return []


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.go()
    for one in made.made:
        one.stop()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def ended(retraining: Retraining) -> TrainingState:
    until(lambda: bool(retraining.state.ended_at))
    return retraining.state


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_model_is_trained_promoted_and_used(bench: Bench) -> None:
    retraining = bench.retraining()
    assert retraining.state == TrainingState()
    assert retraining.ask().waiting
    state = ended(retraining)
    assert (state.phase, state.model_id, state.in_use) == (Phase.FINISHED, "stack-1", True)
    assert state.said == "stack-1 is in use and has read 3 documents, 0 failed"
    assert [call["arguments"] for call in bench.calls] == [
        ["train", "--json"],
        ["models", "promote", "stack-1", "--by", "retraining", "--json"],
        ["suggest", "--json"],
    ]
    assert {call["nice"] for call in bench.calls} == {min(19, os.nice(0) + NICENESS)}


def test_answers_are_brought_home_first(bench: Bench) -> None:
    retraining = bench.retraining("first", "second")  # of which some are in quarantine: exit code 1
    retraining.ask()
    assert ended(retraining).phase is Phase.FINISHED
    assert [call["arguments"][:3] for call in bench.calls[:3]] == [
        ["annotate", "pull", "first"],
        ["annotate", "pull", "second"],
        ["train", "--json"],
    ]


def test_nothing_is_learned_while_answers_cannot_be_had(bench: Bench) -> None:
    bench.does(pull="print(json.dumps({'what': 'Label Studio does not answer'})); sys.exit(7)")
    retraining = bench.retraining("first")
    retraining.ask()
    assert (ended(retraining).phase, retraining.state.step) == (Phase.FAILED, "pull")
    assert len(bench.calls) == 1


def test_a_refused_model_ends_the_run_without_harm(bench: Bench) -> None:
    bench.does(promote=REFUSED)
    retraining = bench.retraining()
    retraining.ask()
    state = ended(retraining)
    assert (state.phase, state.model_id, state.in_use) == (Phase.FINISHED, "stack-1", False)
    assert "not shown to be as good" in state.said
    assert [call["arguments"][0] for call in bench.calls] == ["train", "models"]


@pytest.mark.parametrize(
    ("step", "does", "said"),
    [
        ("train", "print(json.dumps({'what': 'too few labels'})); sys.exit(3)", "train failed: too few labels"),
        ("train", "raise SystemExit(1)", "train failed: exit code 1"),
        ("train", "print('no JSON')", "train failed: exit code 0"),
        ("train", "print('[' * 100_000)", "train failed: exit code 0"),
        ("train", "print('{}')", "the training names no model"),
        ("train", "print('{\"model\": 7}')", "the training names no model"),
        ("promote", "os.kill(os.getpid(), 9)", "promote failed: exit code -9"),
        ("suggest", "print(json.dumps({'what': 'the store is full'})); sys.exit(5)", "suggest failed: the store is"),
    ],
)
def test_a_step_that_fails_is_named(bench: Bench, step: str, does: str, said: str) -> None:
    bench.does(**{step: does})
    retraining = bench.retraining()
    retraining.ask()
    state = ended(retraining)
    assert (state.phase, state.step) == (Phase.FAILED, step)
    assert said in state.said


def test_after_a_failure_it_can_be_asked_again(bench: Bench) -> None:
    bench.does(train="sys.exit(3)")
    retraining = bench.retraining()
    retraining.ask()
    assert ended(retraining).phase is Phase.FAILED
    bench.does(train=TRAINED)
    retraining.ask()
    until(lambda: retraining.state.phase is Phase.FINISHED)


def test_whatever_is_asked_meanwhile_is_one_more_run(bench: Bench) -> None:
    bench.does(train=TRAINED + BLOCKED)
    retraining = bench.retraining()
    retraining.ask()
    until(lambda: len(bench.calls) == 1)
    for _ in range(50):
        assert retraining.ask().phase is Phase.RUNNING
    assert len(bench.calls) == 1
    bench.go()
    until(lambda: len(bench.calls) == 6 and retraining.state.phase is Phase.FINISHED)
    time.sleep(0.1)
    assert not retraining.state.waiting
    assert len(bench.calls) == 6


def test_runs_keep_their_distance(bench: Bench) -> None:
    retraining = bench.retraining(seconds_between=3_600.0)
    retraining.ask()
    until(lambda: retraining.state.phase is Phase.FINISHED)
    assert retraining.ask().waiting
    time.sleep(0.1)
    assert (len(bench.calls), retraining.state.waiting) == (3, True)


def test_two_servers_of_a_project_do_not_train_at_once(bench: Bench) -> None:
    bench.does(train=TRAINED + BLOCKED)
    first, second = bench.retraining(), bench.retraining()
    first.ask()
    until(lambda: len(bench.calls) == 1)
    second.ask()
    assert ended(second).phase is Phase.FAILED
    assert "another training of this project is running" in second.state.said
    assert len(bench.calls) == 1


def test_it_ends_with_everything_that_it_started(bench: Bench) -> None:
    child = "import subprocess; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid,"
    bench.does(train=f"{child} file=(folder / 'child').open('w'), flush=True)" + BLOCKED)
    retraining = bench.retraining()
    retraining.ask()
    until(lambda: (bench.folder / "child").exists() and (bench.folder / "child").read_text() != "")
    pids = [bench.calls[0]["pid"], int((bench.folder / "child").read_text())]
    assert all(map(is_there, pids))
    retraining.stop()
    until(lambda: not any(map(is_there, pids)))
    assert (retraining.state.phase, retraining.state.said) == (Phase.FAILED, "stopped")


def test_a_program_that_does_not_want_to_end_is_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.retraining._GRACE", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); (folder / 'deaf').touch()"
    bench.does(train=deaf + BLOCKED)
    retraining = bench.retraining()
    retraining.ask()
    until((bench.folder / "deaf").exists)
    retraining.stop()
    assert not is_there(bench.calls[0]["pid"])


def test_a_step_has_its_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotation.retraining.MOST_SECONDS", 1.0)
    bench.does(train=TRAINED + BLOCKED)
    retraining = bench.retraining()
    retraining.ask()
    assert "train was ended after" in ended(retraining).said
    # On a busy machine the step may be ended before it has written down that it began.
    assert not any(is_there(call["pid"]) for call in bench.calls)


def test_what_a_killed_server_left_behind_is_not_doubled(bench: Bench) -> None:
    # The training of a server that was killed goes on, and holds the lock although its server does not.
    bench.does(train=TRAINED + BLOCKED)
    command = [sys.executable, "-I", "-S", str(bench.folder / "program.py"), str(bench.folder)]
    lines = (
        "import time; from pathlib import Path; from annotation.retraining import Retraining",
        f"Retraining({command!r}, log=Path({str(bench.log)!r})).ask(); time.sleep(60)",
    )
    server = subprocess.Popen([sys.executable, "-c", "\n".join(lines)], cwd=ROOT)
    until(lambda: len(bench.calls) == 1)
    server.kill()
    server.wait()
    left = bench.calls[0]["pid"]
    assert is_there(left)
    retraining = bench.retraining()
    retraining.ask()
    assert "another training of this project is running" in ended(retraining).said
    bench.go()
    until(lambda: not is_there(left))


def test_what_programs_say_is_for_the_owner_alone(bench: Bench) -> None:
    bench.log.write_text("from the last run\n")
    retraining = bench.retraining()
    retraining.ask()
    ended(retraining)
    assert stat.S_IMODE(bench.log.stat().st_mode) == 0o600
    assert bench.log.read_text().splitlines() == ["working on train", "working on promote", "working on suggest"]
    assert bench.log.with_name("training.log.1").read_text() == "from the last run\n"


def test_the_state_is_plain_data() -> None:
    assert json.loads(json.dumps(TrainingState(phase=Phase.RUNNING, step="train").as_dict()))["phase"] == "running"
