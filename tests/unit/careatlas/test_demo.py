"""The demo, as far as it can be looked at without making plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from careatlas import demo
from careatlas.errors import MissingDependencyError, StageError
from careatlas.progress import NoProgress
from careatlas.settings import FILE_NAME
from careatlas.stage import StageReport


def test_the_generator_is_where_the_demo_looks_for_it():
    assert (Path(demo.__file__).resolve().parents[1] / demo.GENERATOR).is_file()


def test_outside_a_source_checkout_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(demo, "GENERATOR", Path("no") / "generator.py")
    with pytest.raises(MissingDependencyError, match="source checkout"):
        demo.make_demo(tmp_path / "demo", 20, NoProgress())
    assert not (tmp_path / "demo" / FILE_NAME).exists()


def test_a_generator_that_fails_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    script = tmp_path / "generate.py"
    script.write_text("raise SystemExit('no typesetter here')")
    monkeypatch.setattr(demo, "GENERATOR", script)
    with pytest.raises(StageError, match="could not be made") as caught:
        demo.make_demo(tmp_path / "demo", 20, NoProgress())
    assert caught.value.mend == "no typesetter here"


def test_plans_are_made_once_for_a_seed_and_added_to_one_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = []

    def generate(plans: Path, seed: int) -> None:
        made.append(seed)
        plans.mkdir(parents=True)
        (plans / "a.pdf").write_bytes(f"%PDF {seed}".encode())
        (plans / "register.csv").write_text("path,title\na.pdf,A plan\n")

    def run_stages(project: object, names: list[str], progress: object) -> list[StageReport]:
        assert names == ["parse", "describe", "suggest", "initiatives"]
        return [StageReport(stage="parse", done=1, unchanged=2, failed=0, seconds=0)]

    monkeypatch.setattr(demo, "_generate", generate)
    monkeypatch.setattr(demo, "run_stages", run_stages)
    for seed in (20, 20, 21):
        lines = demo.make_demo(tmp_path / "demo", seed, NoProgress())
        assert lines[0].startswith("1 synthetic plans in ")
        assert lines[1] == "parse: 1 done, 2 unchanged, 0 failed"
        assert "synthetic" in lines[-1]
    assert made == [20, 21]
