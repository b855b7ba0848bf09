"""The real command line: exit codes, data on standard output, JSON that parses, and where the project is found."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pymupdf
import pytest

from careatlas import errors

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
PASSAGES = [
    "A general practitioner visits every care home in the town each week and sees those who need it.",
    "The discharge team works seven days a week with the care homes and the hospital.",
]
MINE = """id: {name}
version: 1.0.0
title: Mine
provenance: reconstructed
source: us
codes:
- {{id: beds, label: {label}, definition: Beds outside hospital.}}
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith("CAREATLAS_")}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **changes}


def careatlas(*arguments: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "careatlas", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd or "/", env=environment(**env), capture_output=True, text=True, timeout=120, check=False
    )


def data(done: subprocess.CompletedProcess[str], code: int = 0) -> object:
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project with one plan that was read and suggested for."""
    folder = tmp_path_factory.mktemp("made")
    with pymupdf.open() as pdf:
        for words in PASSAGES:
            pdf.new_page().insert_textbox((72, 72, 500, 300), words, fontsize=11)
        pdf.save(folder / "plan.pdf")
    (folder / "register.csv").write_text(
        "path,title,area_code,area_name,published\nplan.pdf,Our plan,E08000003,Town,2023\n"
    )
    root = folder / "project"
    for arguments in (["init", root], ["-p", root, "add", folder / "register.csv"], ["-p", root, "-q", "run"]):
        done = careatlas(*arguments)
        assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Give a copy of the project to change."""
    return Path(shutil.copytree(made, tmp_path / "project"))


# --- a project from nothing to its passages


def test_init_makes_a_project_once(tmp_path: Path):
    done = careatlas("init", tmp_path / "new")
    assert (done.returncode, done.stdout) == (0, f"made {tmp_path}/new/careatlas.toml\n")
    again = careatlas("init", tmp_path / "new")
    assert again.returncode == 2
    assert again.stdout == ""
    assert again.stderr.startswith("error: ")
    assert "is a project already" in again.stderr


def test_add_says_what_is_new_what_is_known_and_what_failed(root: Path, tmp_path: Path):
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "one.pdf").write_bytes(b"%PDF-1.7 one")
    assert data(careatlas("-p", root, "add", plans, "--json")) == {"new": 1, "already_there": 0, "not_added": []}
    (plans / "register.csv").write_text("path\none.pdf\nabsent\x1b[31m.pdf\n")
    done = careatlas("-p", root, "add", plans / "register.csv")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == "0 new, 1 already there, 1 not added"
    assert "absent\\u001b[31m.pdf: line 3 of the register: it cannot be read" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    failed = data(careatlas("-p", root, "add", plans / "register.csv", "--json"), 1)
    assert failed["not_added"][0]["reason"] == "line 3 of the register: it cannot be read: No such file or directory"


def test_documents_are_listed_as_a_table_and_as_data(made: Path):
    (row,) = data(careatlas("-p", made, "documents", "--json"))
    assert (row["name"], row["title"], row["outcome"], row["page_count"]) == ("plan.pdf", "Our plan", "ok", 2)
    assert row["passage_count"] >= 2
    assert row["paths"] == [str(made.parent / "plan.pdf")]
    assert row["dropped"] == {}
    lines = careatlas("-p", made, "documents", "our", "plan").stdout.splitlines()
    assert lines[0].split()[:2] == ["document", "outcome"]
    assert lines[1].startswith(row["document_id"])
    assert data(careatlas("-p", made, "documents", "--outcome", "crashed", "--json")) == []


def test_search_finds_the_sentence_and_its_place(made: Path):
    (hit,) = data(careatlas("-p", made, "search", "discharge", "seven days", "--json"))
    assert (hit["page"], hit["source_name"]) == (2, "plan.pdf")
    assert hit["text"].startswith("The discharge team works")
    assert len(hit["boxes"][0]) == 4
    done = careatlas("-p", made, "search", "care", "--limit", "1")
    assert done.stdout.splitlines()[-1] == "1 passages (the first 1; more with --limit)"
    assert careatlas("-p", made, "search", '"', "OR", "NEAR(").returncode == 0


@pytest.mark.parametrize("export_format", ["jsonl", "csv", "parquet"])
def test_passages_are_exported_in_each_form(made: Path, tmp_path: Path, export_format: str):
    out = tmp_path / f"out.{export_format}"
    done = careatlas("-p", made, "passages", "export", "--format", export_format, "--out", out, "--json")
    said = data(done)
    if export_format == "jsonl":
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    elif export_format == "parquet":
        rows = pq.read_table(out).to_pylist()
    else:
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    assert said == {"rows": len(rows), "out": str(out), "format": export_format}
    texts = " ".join(row["text"] for row in rows)
    assert all(" ".join(words.split()[:4]) in texts for words in PASSAGES)


def test_a_second_run_does_nothing_and_the_ledger_says_what_was_done(made: Path):
    reports = data(careatlas("-p", made, "-q", "run", "--json"))
    assert [(row["stage"], row["done"], row["unchanged"], row["failed"]) for row in reports] == [
        ("parse", 0, 1, 0),
        ("describe", 0, 1, 0),
        ("suggest", 0, 1, 0),
        ("initiatives", 0, 1, 0),
    ]
    rows = data(careatlas("-p", made, "runs", "--json"))
    # One for the document and one for the copies among all of them.
    stages = ["initiatives", "suggest", "describe", "describe", "parse"]
    assert [(row["stage"], row["outcome"]) for row in rows] == [(name, "ok") for name in stages]
    assert rows[-1]["counts"]["pages"] == 2
    assert data(careatlas("-p", made, "runs", "--stage", "parse", "--limit", "1", "--json"))[0]["stage"] == "parse"
    assert careatlas("-p", made, "runs").stdout.splitlines()[0].split()[:3] == ["started", "stage", "subject"]


@pytest.mark.parametrize("stage", ["parse", "describe", "suggest"])
def test_a_stage_can_be_run_alone(made: Path, stage: str):
    report = data(careatlas("-p", made, "-q", stage, "--json"))
    assert (report["stage"], report["done"], report["unchanged"]) == (stage, 0, 1)


def test_one_file_is_read_without_a_project(made: Path, tmp_path: Path):
    plan = made.parent / "plan.pdf"
    said = data(careatlas("parse", plan, "--json"))
    assert (said["outcome"], said["pages"]) == ("ok", 2)
    assert len(said["rows"]) == said["passages"]
    done = careatlas("parse", plan, "--out", tmp_path / "out.jsonl")
    assert done.returncode == 0
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == said["passages"]


def test_page_images_are_made(root: Path):
    (row,) = data(careatlas("-p", root, "documents", "--json"))
    said = data(careatlas("-p", root, "page-image", row["document_id"], "1", "--json"))
    assert list(said) == ["1"]


def test_rows_are_classified_without_a_project(tmp_path: Path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "1", "text": PASSAGES[1]}) + "\nnot json\n")
    done = careatlas("-q", "classify", tmp_path / "in.jsonl", "--out", tmp_path / "out.jsonl", "--json")
    said = data(done, 1)
    assert (said["rows"], said["wrong"]) == (2, 1)
    first, second = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert (first["id"], second["line"]) == ("1", 2)
    assert "error" in second


# --- codebooks


def test_codebooks_are_listed_shown_and_compared(tmp_path: Path):
    listed = data(careatlas("codebook", "list", "--json"))
    assert {"care-home-integration", "ehch-v2"} <= {row["id"] for row in listed["codebooks"]}
    assert listed["crosswalks"]
    assert "crosswalk from" in careatlas("codebook", "list").stdout
    shown = data(careatlas("codebook", "show", "ehch-v2", "--json"))
    code = data(careatlas("codebook", "show", "ehch-v2", "--code", "1b-home-round", "--json"))
    assert code in shown["codes"]
    assert code["label"] in careatlas("codebook", "show", "ehch-v2", "--code", "1b-home-round").stdout
    assert careatlas("codebook", "show", "ehch-v2", "--code", "nothing").returncode == 2
    same = careatlas("codebook", "diff", "selfie", "selfie", "--json")
    assert data(same) == []
    (tmp_path / "a.yaml").write_text(MINE.format(name="a", label="Beds"))
    (tmp_path / "b.yaml").write_text(MINE.format(name="a", label="Other"))
    (change,) = data(careatlas("codebook", "diff", tmp_path / "a.yaml", tmp_path / "b.yaml", "--json"), 1)
    assert (change["field"], change["before"], change["after"]) == ("label", "Beds", "Other")
    text = careatlas("codebook", "diff", tmp_path / "a.yaml", tmp_path / "b.yaml")
    assert text.returncode == 1
    assert text.stdout.splitlines()[1:] == ["    - Beds", "    + Other"]


def test_a_codebook_is_validated(tmp_path: Path):
    assert data(careatlas("codebook", "validate", "selfie", "--json"))["problems"] == []
    wrong = MINE.format(name="a", label="Beds") + "- {id: beds, label: Other, definition: '', parent: x}\n"
    (tmp_path / "wrong.yaml").write_text(wrong)
    said = data(careatlas("codebook", "validate", tmp_path / "wrong.yaml", "--json"), 1)
    assert len(said["problems"]) == 3
    done = careatlas("codebook", "validate", tmp_path / "wrong.yaml")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "a 1.0.0: 2 codes, 3 problems"


def test_a_codebook_with_background_is_imported_without_a_warning(root: Path, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(MINE.format(name="mine", label="Beds") + "background: [Minutes.]\n")
    done = careatlas("-p", root, "codebook", "import", tmp_path / "mine.yaml")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


def test_an_imported_codebook_is_known_wherever_the_project_is(root: Path, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(MINE.format(name="mine", label="Beds"))
    done = careatlas("-p", root, "codebook", "import", tmp_path / "mine.yaml")
    assert done.returncode == 0
    assert 'suggest.codebook = "mine"' in done.stdout
    assert "not for suggestions" in done.stdout
    (root / "below").mkdir()
    for ways in ({}, {"cwd": root}, {"cwd": root / "below"}, {"CAREATLAS_PROJECT": str(root)}):
        before = () if ways else ("-p", root)
        assert data(careatlas(*before, "codebook", "show", "mine", "--json", **ways))["title"] == "Mine"
        listed = data(careatlas(*before, "codebook", "list", "--json", **ways))
        assert "mine" in {row["id"] for row in listed["codebooks"]}
    assert careatlas("codebook", "show", "mine").returncode == 2
    (tmp_path / "mine.yaml").write_text(MINE.format(name="mine", label="Changed"))
    refused = careatlas("-p", root, "codebook", "import", tmp_path / "mine.yaml")
    assert refused.returncode == 3
    assert "in the project already" in refused.stderr


# --- the doctor


def test_the_doctor_looks_at_the_installation_and_at_the_project(made: Path):
    checks = data(careatlas("doctor", "--json"))
    assert "project" not in {check["name"] for check in checks}
    checks = {check["name"]: check for check in data(careatlas("-p", made, "doctor", "--json"))}
    assert checks["project"]["health"] == "ok"
    assert "package models" in careatlas("doctor").stdout


def test_the_doctor_ends_with_1_where_something_is_wrong_and_gives_no_secret_away(root: Path):
    secret = "hunter2-secret"
    (root / "careatlas.toml").write_text(f'[store]\nurl = "postgresql://u:{secret}@127.0.0.1:1/db?password={secret}"\n')
    for arguments in (["doctor"], ["doctor", "--json"], ["documents"], ["documents", "--json"], ["-v", "runs"]):
        done = careatlas("-p", root, *arguments)
        assert done.returncode == (1 if "doctor" in arguments else 5)
        assert secret not in done.stdout + done.stderr


# --- exit codes and errors


@pytest.fixture
def wrong(root: Path, tmp_path: Path) -> dict[str, list[object]]:
    """Give, for each class of error, arguments that lead to it."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "careatlas.toml").write_text("[parse]\nworker = 1\n")
    full = tmp_path / "newer"
    shutil.copytree(root, full)
    import sqlite3

    connection = sqlite3.connect(full / "store.sqlite")
    connection.execute("INSERT INTO schema_version VALUES (999, 'later')")
    connection.commit()
    connection.close()
    return {
        "UsageError": ["-p", tmp_path, "documents"],
        "InputError": ["-p", root, "add", tmp_path / "absent.pdf"],
        "SettingsError": ["-p", other, "documents"],
        "StoreError": ["-p", full, "documents"],
    }


@pytest.mark.parametrize("kind", ["UsageError", "InputError", "SettingsError", "StoreError"])
def test_each_class_of_error_has_its_exit_code_and_its_two_forms(wrong, kind: str):
    code = getattr(errors, kind).exit_code
    done = careatlas(*wrong[kind])
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    said = data(careatlas(*wrong[kind], "--json"), code)
    assert (said["error"], said["exit_code"]) == (kind, code)
    assert said["what"].splitlines()[0] in done.stderr


def test_something_that_is_not_installed_is_exit_code_6(root: Path, tmp_path: Path):
    (tmp_path / "hide").mkdir()
    (tmp_path / "hide" / "psycopg.py").write_text("raise ModuleNotFoundError('psycopg', name='psycopg')")
    (root / "careatlas.toml").write_text('[store]\nurl = "postgresql://h/d"\n')
    done = careatlas("-p", root, "documents", PYTHONPATH=f"{tmp_path / 'hide'}:{ROOT}")
    assert done.returncode == 6
    assert "careatlas[postgres]" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["runs", "--limit", "0"],
        ["search"],
        ["documents", "--nothing"],
        ["passages", "export"],
        ["passages", "export", "--out", "x", "--format", "xlsx"],
        ["init"],
    ],
)
def test_wrong_use_is_exit_code_2_on_standard_error(made: Path, arguments: list[str]):
    done = careatlas("-p", made, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr


def test_an_unknown_setting_in_the_environment_stops_every_command_of_a_project(made: Path):
    done = careatlas("-p", made, "documents", CAREATLAS_PARSE__WORKER="1")
    assert done.returncode == 4
    assert "did you mean CAREATLAS_PARSE__WORKERS" in done.stderr


# --- where the project is


def test_the_project_is_the_one_named_else_in_the_environment_else_here_or_above(made: Path, tmp_path: Path):
    (made / "below" / "deeper").mkdir(parents=True, exist_ok=True)
    other = tmp_path / "other"
    assert careatlas("init", other).returncode == 0
    assert len(data(careatlas("-p", made, "documents", "--json", cwd=other, CAREATLAS_PROJECT=str(other)))) == 1
    assert len(data(careatlas("--project", "project", "documents", "--json", cwd=made.parent))) == 1
    assert len(data(careatlas("documents", "--json", CAREATLAS_PROJECT=str(made), cwd=other))) == 1
    assert len(data(careatlas("documents", "--json", cwd=made / "below" / "deeper"))) == 1
    nowhere = careatlas("documents", cwd=tmp_path)
    assert nowhere.returncode == 2
    assert "careatlas init" in nowhere.stderr


# --- output


def test_data_goes_to_standard_output_and_the_log_to_standard_error(root: Path, tmp_path: Path):
    (tmp_path / "more.pdf").write_bytes(b"%PDF-1.7 more")
    done = careatlas("--log-json", "-p", root, "add", tmp_path / "more.pdf")
    assert done.stdout == "1 new, 0 already there, 0 not added\n"
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["message"] for line in lines] == ["adding: 1 to do", "adding: 1 of 1 more.pdf"]
    assert careatlas("-q", "-p", root, "add", tmp_path / "more.pdf").stderr == ""


@pytest.mark.parametrize("arguments", [["codebook", "show", "ehch-v2"], ["codebook", "list"], ["--help"], ["doctor"]])
def test_a_reader_that_goes_away_is_no_error(arguments: list[str]):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "careatlas", *arguments]
    done = subprocess.run(command, env=environment(), cwd="/", stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


def test_head_takes_the_first_line_and_leaves():
    head = shutil.which("head")
    command = [sys.executable, "-m", "careatlas", "codebook", "show", "ehch-v2", "--json"]
    with subprocess.Popen(
        command, env=environment(), cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as writer:
        first = subprocess.run([head, "-1"], stdin=writer.stdout, capture_output=True, check=True)
        writer.stdout.close()
        assert writer.stderr.read() == b""
    assert first.stdout == b"{\n"
    assert writer.returncode == 0


def opened_for_writing(fifo: Path) -> int:
    """Open a pipe as soon as someone reads from it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_ctrl_c_says_that_the_next_run_goes_on(root: Path):
    fifo = root / "waits.csv"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "careatlas", "-p", str(root), "add", str(fifo)]
    process = subprocess.Popen(command, env=environment(), cwd="/", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    writer = opened_for_writing(fifo)
    time.sleep(0.2)  # it reads now, and waits for someone to write the register
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    os.close(writer)
    assert (process.returncode, stdout) == (130, b"")
    assert stderr == b"stopped; the next run goes on from here\n"
