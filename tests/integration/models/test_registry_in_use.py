"""The registry as it is used: the command line's exit codes, and two processes that promote at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from careatlas.project import create_project
from models.model_aliases import ModelAliases
from models.registry import ModelRegistry

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
PROMOTE = """
import sys, time
from pathlib import Path
from careatlas.errors import StageError
from models.model_aliases import ModelAliases

aliases = ModelAliases(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
try:
    aliases.move("production", sys.argv[2], by=sys.argv[2], why="")
    print("moved")
except StageError:
    print("second")
"""


def careatlas(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "careatlas", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CAREATLAS_MODEL_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_of_processes_that_promote_at_once_one_moves_the_alias(tmp_path):
    names = [f"stack-{number}" for number in range(4)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", PROMOTE, str(tmp_path / "models"), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for name in names
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    outcomes = [one.communicate(timeout=60)[0].strip() for one in started]
    assert sorted(outcomes) == ["moved", "second", "second", "second"]
    aliases = ModelAliases(tmp_path / "models")
    assert aliases.current()["production"].model_id == names[outcomes.index("moved")]
    assert len(aliases.history()) == 1


def test_the_shipped_model_is_sound_and_has_its_papers(tmp_path):
    done = careatlas(tmp_path, "models", "show", "shipped", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts["shipped"]
    assert facts["synthetic"]
    assert "Trained on synthetic passages only" in facts["card"]


def test_outside_a_project_the_models_of_this_computer_are_listed(tmp_path):
    done = careatlas(tmp_path, "models", "list")
    assert done.returncode == 0
    assert "shipped" in done.stdout
    assert not (tmp_path / "cache").exists()  # looking makes nothing


def test_exit_codes(tmp_path):
    create_project(tmp_path / "project")
    project = tmp_path / "project"
    assert careatlas(project, "models", "show", "nothing").returncode == 2
    assert careatlas(project, "models", "promote", "shipped", "--force").returncode == 2
    missing = careatlas(project, "models", "evaluate", "shipped", "--labels", "nowhere.jsonl", "--json")
    assert missing.returncode == 3
    assert json.loads(missing.stdout)["where"] == "nowhere.jsonl"
    (project / "models").write_text("a file where the folder should be")
    unwritable = careatlas(project, "models", "promote", "shipped")
    assert unwritable.returncode == 5
    assert "cannot be written" in unwritable.stderr


def test_the_shipped_model_can_be_made_production_and_taken_back_to(tmp_path):
    create_project(tmp_path / "project")
    done = careatlas(tmp_path / "project", "models", "promote", "shipped", "--by", "Ann")
    assert done.returncode == 0
    assert done.stdout.endswith("is now production: it is the one in use\n")
    entry = ModelRegistry(tmp_path / "project" / "models").find("production")
    assert entry.shipped
