"""``careatlas agreement``: files in each form, tables, JSON, the picture, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from annotation import commands_agreement
from annotation.coded_passages import CodedPassage
from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError, InputError, UsageError


@pytest.fixture
def run(tmp_path):
    """Return a runner of the command in a folder: exit code and output; errors of ours are raised."""
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=tmp_path / "project", quiet=True, verbose=False, log_json=False)

    commands_agreement.register(app)

    def call(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["agreement", *map(str, words)])
        if isinstance(done.exception, CareAtlasError):
            raise done.exception
        return done.exit_code, done.output

    return call


def written(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path):
    rows = [{"id": f"p{at}", "document": f"d{at % 3}", "codes": ["discharge"] if at % 2 else []} for at in range(12)]
    ann = written(tmp_path / "ann.jsonl", *({**row, "status": "planned"} for row in rows))
    return ann, written(tmp_path / "ben.jsonl", {**rows[0], "codes": ["discharge"]}, *rows[1:])


def test_two_files_as_tables(run, files) -> None:
    code, said = run(*files)
    assert code == 0
    lines = said.splitlines()
    assert lines[0].split() == ["coders", "ann", "(12),", "ben", "(12)"]
    assert "coded by two or more  12 from 3 documents" in lines
    (row,) = [line.split() for line in lines if line.startswith("discharge ")]
    assert row[:5] == ["discharge", "*", "12", "3", "7"]
    assert lines[-2].startswith("note: given in fewer than 10 passages")
    assert lines[-1].startswith("note: the intervals rest on 3 documents")


def test_json_is_the_whole_report(run, files) -> None:
    code, said = run(*files, "--json", "--resamples", 20, "--seed", 7)
    report = json.loads(said)
    assert code == 0
    assert (report["resamples"], report["seed"], report["passages"]) == (20, 7, 12)
    assert report["between"]["rows"][0]["name"] == "discharge"
    assert report["between"]["sets"]["exact"]["value"] == pytest.approx(11 / 12)


def test_the_same_seed_gives_the_same_intervals(run, files) -> None:
    first, again, other = (run(*files, "--json", "--resamples", 50, "--seed", seed)[1] for seed in (1, 1, 2))
    assert first == again
    assert json.loads(first)["between"]["sets"]["exact"] != json.loads(other)["between"]["sets"]["exact"]


def test_a_codebook_brings_its_codes_and_its_domains(run, files) -> None:
    _, said = run(*files, "--codebook", "care-home-integration", "--json", "--resamples", 5)
    report = json.loads(said)
    assert len([row for row in report["between"]["rows"] if row["kind"] == "code"]) == 15
    assert report["codebook"].startswith("care-home-integration ")
    _, said = run(*files, "--codebook", "rainbow", "--json", "--resamples", 5)
    report = json.loads(said)
    assert report["domains"] is not None
    assert "codes that the codebook has not: discharge" in report["warnings"]


def test_one_file_in_the_gold_form(run, tmp_path) -> None:
    coded = {"codes": ["discharge"], "status": "planned", "setting": "care-home"}
    row = {"id": "a", "source": "plan.pdf", "final": coded, "annotator_a": coded, "annotator_b": {"codes": ["none"]}}
    code, said = run(written(tmp_path / "labels.jsonl", row), "--json", "--resamples", 5)
    assert code == 0
    assert json.loads(said)["between"]["coders"] == ["annotator_a", "annotator_b"]


def test_the_picture_is_written(run, files, tmp_path) -> None:
    run(*files, "--picture", tmp_path / "agreement.svg", "--resamples", 5)
    assert "discharge" in (tmp_path / "agreement.svg").read_text(encoding="utf-8")


def test_wrong_files_and_a_single_coder_are_refused(run, files, tmp_path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        run(tmp_path / "absent.jsonl", files[0])
    with pytest.raises(UsageError, match="no passage was coded twice"):
        run(files[0])
    assert run(*files, "--resamples", 0)[0] == 2


def test_without_files_the_store_is_asked_with_the_projects_codebook(run, tmp_path, monkeypatch) -> None:
    from careatlas.project import create_project

    create_project(tmp_path / "project")
    asked = []

    def stored(project: object, codebook: object) -> list[CodedPassage]:
        asked.append((project.root.name, codebook.id))
        return [CodedPassage(id="1", document="d", annotator=coder, codes=frozenset()) for coder in "AB"]

    monkeypatch.setattr("annotation.stored_codings.stored_codings", stored)
    code, said = run("--json", "--resamples", 5)
    assert (code, json.loads(said)["passages"]) == (0, 1)
    run("--codebook", "rainbow", "--resamples", 5)
    assert asked == [("project", "care-home-integration"), ("project", "rainbow")]


def test_naming_the_command_imports_nothing_heavy() -> None:
    heavy = "numpy", "annotation.agreement_report", "nltk", "pandas", "scipy", "label_studio_sdk"
    look = f"import sys, annotation.commands_agreement; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
