"""``careatlas codebook migrate`` as it is called: exit codes, JSON that parses, rows added once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.project import Project
from careatlas.store import judgements

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
BOOK = """id: mine
version: {version}
title: Mine
provenance: reconstructed
source: us
codes:
- {{id: beds, label: Beds, definition: Beds outside hospital.}}
- {{id: {code}, label: Another, definition: Something else.}}
"""


@pytest.fixture
def folder(project: Project, keep, synthetic_reading) -> Path:
    """Give a project with a judgement of the older of two versions, whose files lie in it."""
    item, reading = synthetic_reading
    keep(project.store, item, reading)
    row = Judgement(
        judgement_id="j1",
        passage_id=reading.passages[0].passage_id,
        codebook_id="mine",
        codebook_version="1.0.0",
        code="old",
        verdict=Verdict.PRESENT,
        person="ann",
        made_at=datetime(2025, 3, 1, tzinfo=UTC),
        origin=Origin.MANUAL,
    )
    with project.store.write() as connection:
        judgements.append(connection, row, reading.passages[0])
    for version, code in (("1.0.0", "old"), ("2.0.0", "new")):
        (project.root / f"{version}.yaml").write_text(BOOK.format(version=version, code=code))
    (project.root / "map.toml").write_text('from = "mine 1.0.0"\n[codes]\nold = "new"\n')
    return project.root


def migrate(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "careatlas", "codebook", "migrate", "1.0.0.yaml", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_told_applied_and_told_again(folder: Path) -> None:
    told = migrate(folder, "2.0.0.yaml", "--json")
    assert told.returncode == 0, told.stderr
    assert [one["code"] for one in json.loads(told.stdout)["looks"]] == ["old"]
    options = ("2.0.0.yaml", "--map", "map.toml", "--apply", "--json")
    first, second = (json.loads(migrate(folder, *options).stdout) for _ in range(2))
    assert (first["new"], first["there"], first["looks"]) == (1, 0, [])
    assert (second["new"], second["there"]) == (0, 1)


def test_exit_codes(folder: Path) -> None:
    assert migrate(folder, "1.0.0.yaml").returncode == 2
    assert migrate(folder, "absent.yaml").returncode == 3
    (folder / "map.toml").write_text('[codes]\nold = "newer"\n')
    wrong = migrate(folder, "2.0.0.yaml", "--map", "map.toml", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout)["error"]) == (3, "InputError")
