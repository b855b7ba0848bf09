"""The reading stage on a project: what is kept, what is done again, and what a kill leaves behind."""

import json
import os
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from careatlas.adding import add_documents
from careatlas.document import DocumentOutcome, PageStatus
from careatlas.errors import InputError, UsageError
from careatlas.progress import NoProgress
from careatlas.settings import ParseSettings
from careatlas.store import documents, readings, runs
from nlp.page_image import make_page_images
from nlp.parsing import parse_file, parse_stage

pytestmark = pytest.mark.integration


@pytest.fixture
def folder(tmp_path, made_pdfs, bombs):
    """A folder of plans: two good ones, one encrypted, one broken, one scanned."""
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "tagged.pdf").write_bytes(made_pdfs.tagged())
    (plans / "heads.pdf").write_bytes(made_pdfs.running_heads())
    (plans / "locked.pdf").write_bytes(bombs.locked(made_pdfs.untagged(), user="x"))
    (plans / "broken.pdf").write_bytes(bombs.garbage())
    (plans / "scan.pdf").write_bytes(made_pdfs.image_only())
    return plans


def outcomes(project):
    with project.store.read() as connection:
        return {one.name: one.outcome for one in documents.listed(connection)}


def stored(project):
    """What the store holds of every document, as plain data."""
    tables = ("document_text", "page", "passage", "dropped")
    with project.store.read() as connection:
        return {
            table: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {table}").all())) for table in tables
        }


def ledger(project):
    with project.store.read() as connection:
        return runs.listed(connection, stage="parse", limit=1_000)


def test_every_document_gets_an_outcome(project_at, folder):
    project = project_at()
    add_documents(project, [folder], NoProgress())
    report = parse_stage(project, NoProgress())
    assert (report.done, report.unchanged, report.failed) == (3, 0, 2)
    assert report.counts["pages that need OCR"] == 1
    assert any("locked.pdf: encrypted: the file needs a password" in one for one in report.problems)
    assert outcomes(project) == {
        "tagged.pdf": DocumentOutcome.OK,
        "heads.pdf": DocumentOutcome.OK,
        "scan.pdf": DocumentOutcome.OK,
        "locked.pdf": DocumentOutcome.ENCRYPTED,
        "broken.pdf": DocumentOutcome.MALFORMED,
    }
    assert Counter(row.outcome for row in ledger(project)) == {"ok": 3, "encrypted": 1, "malformed": 1}
    with project.store.read() as connection:
        scan = next(one for one in documents.listed(connection) if one.name == "scan.pdf")
        (page,) = readings.pages(connection, scan.document_id)
    assert page.status is PageStatus.SCANNED
    assert scan.ocr_page_count == 1


def test_a_second_run_does_nothing(project_at, folder):
    project = project_at()
    add_documents(project, [folder], NoProgress())
    parse_stage(project, NoProgress())
    before, rows = stored(project), len(ledger(project))
    report = parse_stage(project_at(), NoProgress())
    assert (report.done, report.unchanged, report.failed) == (0, 5, 0)
    assert stored(project_at()) == before
    assert len(ledger(project_at())) == rows


def test_again_tries_what_failed_and_only_that(project_at, folder):
    project = project_at()
    add_documents(project, [folder], NoProgress())
    parse_stage(project, NoProgress())
    before = stored(project)
    report = parse_stage(project, NoProgress(), again=True)
    assert (report.done, report.unchanged, report.failed) == (0, 3, 2)
    assert stored(project) == before


def test_changed_settings_read_everything_again_and_give_the_same(project_at, folder, monkeypatch):
    project = project_at()
    add_documents(project, [folder], NoProgress())
    parse_stage(project, NoProgress())
    before = stored(project)
    monkeypatch.setenv("CAREATLAS_PARSE__MAX_PAGES", "4")
    report = parse_stage(project_at(), NoProgress())
    assert report.unchanged == 0
    assert outcomes(project_at())["heads.pdf"] is DocumentOutcome.TOO_BIG
    assert stored(project_at()) == before, "what an earlier reading gave is kept"
    monkeypatch.setenv("CAREATLAS_PARSE__WORKERS", "1")
    assert parse_stage(project_at(), NoProgress()).unchanged == 5, "how many workers read changes nothing"


def test_a_blob_that_vanished_is_missing(project_at, folder):
    project = project_at()
    add_documents(project, [folder / "tagged.pdf", folder / "heads.pdf"], NoProgress())
    with project.store.read() as connection:
        item = next(one for one in documents.listed(connection) if one.name == "tagged.pdf")
    Path(project.blobs.path(item.sha256)).unlink()
    report = parse_stage(project, NoProgress())
    assert (report.done, report.failed) == (1, 1)
    assert outcomes(project)["tagged.pdf"] is DocumentOutcome.MISSING
    add_documents(project, [folder / "tagged.pdf"], NoProgress())
    assert parse_stage(project, NoProgress(), again=True).done == 1
    assert outcomes(project)["tagged.pdf"] is DocumentOutcome.OK


def test_a_single_file(tmp_path, made_pdfs, bombs):
    path = tmp_path / "one.pdf"
    path.write_bytes(made_pdfs.tagged())
    assert parse_file(path, ParseSettings())[1].outcome is DocumentOutcome.OK
    with pytest.raises(InputError, match=r"parse\.max_bytes"):
        parse_file(path, ParseSettings(max_bytes=100))
    with pytest.raises(InputError, match="no such file"):
        parse_file(tmp_path / "none.pdf", ParseSettings())
    path.write_bytes(bombs.locked(made_pdfs.tagged(), user="x"))
    with pytest.raises(InputError, match="needs a password") as caught:
        parse_file(path, ParseSettings())
    assert "--password" in caught.value.mend
    assert parse_file(path, ParseSettings(), password="x")[1].outcome is DocumentOutcome.OK


def test_the_command_reads_a_single_file(careatlas, tmp_path, made_pdfs, bombs):
    path, out = tmp_path / "one.pdf", tmp_path / "one.jsonl"
    path.write_bytes(bombs.locked(made_pdfs.tagged(), user="x"))
    refused = careatlas("parse", str(path), "--json")
    assert refused.returncode == 3
    assert json.loads(refused.stdout)["what"].startswith("encrypted")
    done = careatlas("parse", str(path), "--password", "x", "--out", str(out), "--json")
    assert done.returncode == 0
    summary = json.loads(done.stdout)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert summary["outcome"] == "ok"
    assert summary["passages"] == len(rows) == 15
    assert rows[0]["text"] == "Aims of the plan"


def test_text_made_to_harm_acts_on_no_terminal(careatlas, tmp_path, made_pdfs):
    path = tmp_path / "x.pdf"
    path.write_bytes(made_pdfs.hostile_text())
    shown = careatlas("parse", str(path)).stdout
    assert "<script>" in shown
    assert not set(shown) & set("\u001b\u0007\u202e\u200f")


def png_size(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def test_page_images(project_at, folder, careatlas):
    project = project_at()
    add_documents(project, [folder], NoProgress())
    with project.store.read() as connection:
        ids = {one.name: one.document_id for one in documents.listed(connection)}
    done = careatlas("page-image", ids["heads.pdf"], "1", "6", "7", "0", "--json")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert (answers["1"], answers["6"]) == ("made", "made")
    assert answers["7"] == "there is no page 7: the document has 6"
    assert answers["0"] == "there is no page 0: the document has 6"
    with project.store.read() as connection:
        digest, media_type = readings.image_of(connection, ids["heads.pdf"], 1, project.settings.page_images.dpi)
        assert readings.image_of(connection, ids["heads.pdf"], 7, project.settings.page_images.dpi) is None
    width, height = png_size(project.blobs.get(digest))
    assert media_type == "image/png"
    assert (width, height) == (pytest.approx(595 * 110 / 72, abs=1), pytest.approx(842 * 110 / 72, abs=1))
    assert make_page_images(project, ids["heads.pdf"], [1, 1, 2]) == {1: "already there", 2: "made"}
    assert make_page_images(project, ids["locked.pdf"], [1]) == {1: "the file needs a password"}
    assert "malformed" not in make_page_images(project, ids["broken.pdf"], [1])[1]
    with pytest.raises(UsageError, match="no document"):
        make_page_images(project, "dnone", [1])
    assert careatlas("page-image", "dnone", "1").returncode == 2


def test_the_image_of_a_huge_page_is_made_smaller(project_at, tmp_path, made_pdfs):
    import pymupdf

    with pymupdf.open("pdf", made_pdfs.untagged()) as file:
        file[0].set_mediabox(pymupdf.Rect(0, 0, 14_400, 14_400))
        (tmp_path / "wide.pdf").write_bytes(file.tobytes())
    project = project_at()
    add_documents(project, [tmp_path / "wide.pdf"], NoProgress())
    with project.store.read() as connection:
        (item,) = documents.listed(connection)
    assert make_page_images(project, item.document_id, [1]) == {1: "made"}
    with project.store.read() as connection:
        digest, _ = readings.image_of(connection, item.document_id, 1, project.settings.page_images.dpi)
    width, height = png_size(project.blobs.get(digest))
    assert width * height <= 25_100_000
    assert width == pytest.approx(height, abs=1)


def documents_read(root):
    """How many documents the store says are read, asked as an outsider."""
    with sqlite3.connect(f"file:{root / 'store.sqlite'}?mode=ro", uri=True, timeout=5) as connection:
        return connection.execute("SELECT count(*) FROM document WHERE outcome != 'waiting'").fetchone()[0]


def test_a_run_that_is_killed_goes_on_where_it_was(project_at, careatlas, tmp_path, bombs):
    plans = tmp_path / "plans"
    plans.mkdir()
    for seed in range(30):
        (plans / f"plan{seed:02d}.pdf").write_bytes(bombs.plan(seed, 12))
    add_documents(project_at(), [plans], NoProgress())
    root = tmp_path / "project"
    command = [sys.executable, "-m", "careatlas", "-q", "-p", str(root), "run"]
    settings = {**os.environ, "CAREATLAS_PARSE__WORKERS": "1"}
    process = subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while documents_read(root) < 4 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    project = project_at()
    with project.store.read() as connection:
        half = [one for one in documents.listed(connection) if one.outcome is not DocumentOutcome.WAITING]
        integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
    assert integrity == "ok"
    assert 4 <= len(half) < 30, "the kill came too late to show anything"
    assert Counter(row.key.subject for row in ledger(project)) == dict.fromkeys((one.document_id for one in half), 1)
    done = careatlas("parse", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["done"], report["unchanged"], report["failed"]) == (30 - len(half), len(half), 0)
    project = project_at()
    assert set(outcomes(project).values()) == {DocumentOutcome.OK}
    assert Counter(row.key.subject for row in ledger(project)).most_common(1)[0][1] == 1
    assert len(ledger(project)) == 30
    killed = stored(project)
    with project.store.read() as connection:
        for item in documents.listed(connection)[::5]:
            _, alone = parse_file(plans / item.name, ParseSettings())
            text, _ = readings.text(connection, item.document_id)
            assert text == alone.text
            assert item.passage_count == len(alone.passages) > 0
            assert len(readings.pages(connection, item.document_id)) == 12
    report = parse_stage(project, NoProgress())
    assert (report.done, report.unchanged) == (0, 30)
    assert stored(project) == killed
