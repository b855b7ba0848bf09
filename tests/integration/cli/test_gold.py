"""``careatlas gold validate`` as it is called: exit codes, the table, and JSON that parses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "id": "a",
    "source": "plan.pdf",
    "text": "A trusted assessor visits the wards.",
    "final": {"codes": ["discharge"]},
}
SAID = {"annotator_a": {"codes": ["discharge"]}, "annotator_b": {"codes": ["none"]}}
BOOK = """id: mine
version: 1.0.0
title: Mine
provenance: reconstructed
source: us
codes:
- {id: beds, label: Beds, definition: Beds outside hospital.}
"""


def validate(folder: Path, *rows: object, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "labels.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "careatlas", "gold", "validate", "labels.jsonl", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_sound_file_is_described(tmp_path: Path) -> None:
    done = validate(tmp_path, {**GOOD, **SAID}, {**GOOD, "id": "b", "text": "Roads.", "final": {"codes": ["none"]}})
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "passages            2 from 1 documents" in lines
    assert "two annotators      1 passages, 0 decided by a third" in lines
    (discharge,) = [line.split() for line in lines if line.startswith("discharge ")]
    assert discharge[:5] == ["discharge", "1", "1", "0", "1"]
    assert lines[-1] == "2 passages, 0 problems"


def test_a_file_without_annotators_has_no_column_for_them(tmp_path: Path) -> None:
    done = validate(tmp_path, GOOD)
    assert "kappa" not in done.stdout
    assert "annotators" not in done.stdout


def test_problems_are_listed_and_end_with_1(tmp_path: Path) -> None:
    done = validate(tmp_path, GOOD, "{", {**GOOD, "id": "\x1b[31m", "final": {"codes": ["zzz"]}})
    assert done.returncode == 1
    assert "line 2: not a JSON object of one line" in done.stdout
    assert "line 3: 'final' has codes that care-home-integration 0.3.0 has not: 'zzz'" in done.stdout
    assert done.stdout.endswith("1 passages, 2 problems\n")
    assert "\x1b" not in done.stdout


def test_json_holds_the_whole_report(tmp_path: Path) -> None:
    done = validate(tmp_path, GOOD, "{", options=("--json",))
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["rows"], report["problem_count"]) == (1, 1)
    assert report["agreement"] is None
    assert len(report["codes"]) == 15


def test_another_codebook_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(BOOK)
    row = {"id": "a", "text": "Step-down beds.", "codes": ["beds"], "codebook_version": "1.0.0"}
    done = validate(tmp_path, row, options=("--codebook", "mine.yaml", "--json"))
    assert done.returncode == 0, done.stderr
    assert [one["code"] for one in json.loads(done.stdout)["codes"]] == ["beds"]


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "careatlas", "gold", "validate", "absent.jsonl"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 3
    assert "absent.jsonl" in done.stderr
