"""The describing stage on a project: metadata from workers, facts, copies, and nothing done twice."""

from __future__ import annotations

import os
from pathlib import Path

import pymupdf
import pytest

from careatlas.adding import add_documents
from careatlas.document_fact import FactName
from careatlas.progress import NoProgress
from careatlas.settings import ParseSettings
from careatlas.store import document_facts, documents, near_copies, runs
from nlp import describing, file_metadata
from nlp.describing import COPIES, FAILED, STAGE_NAME, describe_stage
from nlp.limits import Limits
from nlp.parsing import parse_stage

pytestmark = pytest.mark.integration

WORDS = " ".join(f"word{number}" for number in range(60))
SHARED = "Every resident has a named lead who knows the plan of care by heart."


def write_plan(path: Path, *lines: str) -> None:
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        for place, line in enumerate(lines):
            page.insert_textbox((72, 72 + 90 * place, 520, 150 + 90 * place), line, fontsize=10)
        pdf.set_metadata({"title": "A plan", "creationDate": "D:20240304100000Z", "modDate": "D:20240304100000Z"})
        pdf.save(path)


@pytest.fixture
def project(project_at, tmp_path: Path):
    """Plans of three boroughs, one of them twice, and a broken file; read."""
    plans = tmp_path / "plans"
    plans.mkdir()
    for name in ("Bolton", "Bury", "Wigan"):
        write_plan(plans / f"{name}.pdf", f"{name.upper()} COUNCIL", "Locality plan", f"{WORDS} {name}", SHARED)
    write_plan(plans / "again.pdf", "WIGAN COUNCIL", "Locality plan", f"{WORDS} Wigan", SHARED, "One more line.")
    (plans / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    made = project_at()
    add_documents(made, [plans], NoProgress())
    parse_stage(made, NoProgress())
    return made


def named(project) -> dict[str, str]:
    with project.store.read() as connection:
        return {one.name: one.document_id for one in documents.listed(connection)}


def facts(project, name: str):
    with project.store.read() as connection:
        return document_facts.known(connection, named(project)[name])[named(project)[name]]


def test_facts_and_copies_are_kept_and_nothing_is_done_twice(project) -> None:
    report = describe_stage(project, NoProgress())
    assert (report.done, report.unchanged, report.failed) == (4, 0, 0)
    assert report.counts["copies of documents"] == 1
    assert report.counts["passages several areas share"] == 4
    wigan = facts(project, "Wigan.pdf")
    assert wigan[FactName.AREA].value == "E08000010"
    assert (wigan[FactName.PUBLISHED].value, wigan[FactName.DOC_TYPE].value) == ("2024-03", "place-plan")
    names = named(project)
    with project.store.read() as connection:
        (copy,) = near_copies.documents(connection).values()
        before = runs.listed(connection, stage=STAGE_NAME)
    assert (copy.document_id, copy.copy_of) == (names["Wigan.pdf"], names["again.pdf"])
    again = describe_stage(project, NoProgress())
    assert (again.done, again.unchanged, again.failed, again.counts) == (0, 4, 0, {})
    with project.store.read() as connection:
        assert runs.listed(connection, stage=STAGE_NAME) == before


def test_a_correction_makes_only_the_copies_anew(project) -> None:
    from careatlas.document_correcting import correction_of

    describe_stage(project, NoProgress())
    name = named(project)["again.pdf"]
    with project.store.write() as connection:
        document_facts.correct(connection, correction_of(name, FactName.AREA, "E08000003", person="ann"))
    report = describe_stage(project, NoProgress())
    assert (report.done, report.unchanged) == (0, 4)
    assert report.counts["copies of documents"] == 0
    assert facts(project, "again.pdf")[FactName.AREA].person == "ann"


def test_a_document_that_fails_is_one_row_and_is_tried_again_when_asked(project, monkeypatch) -> None:
    whole = describing.document_facts

    def failing(read):
        if read.item.name == "Bury.pdf":
            raise RuntimeError("no reason")
        return whole(read)

    monkeypatch.setattr(describing, "document_facts", failing)
    report = describe_stage(project, NoProgress())
    assert (report.done, report.failed) == (3, 1)
    assert report.problems == ("Bury.pdf: failed: RuntimeError: no reason",)
    assert facts(project, "Bury.pdf") == {}
    with project.store.read() as connection:
        assert runs.latest(connection, STAGE_NAME)[named(project)["Bury.pdf"]].outcome == FAILED
        assert runs.latest(connection, STAGE_NAME)[COPIES].outcome == "ok"
    monkeypatch.setattr(describing, "document_facts", whole)
    assert describe_stage(project, NoProgress()).done == 0
    assert describe_stage(project, NoProgress(), again=True).done == 1
    assert facts(project, "Bury.pdf")[FactName.AREA].value == "E08000002"


def test_metadata_come_from_a_worker_that_dies_alone(tmp_path: Path, bombs, no_worker_is_left, monkeypatch) -> None:
    limits = Limits.of(ParseSettings())
    write_plan(tmp_path / "plan.pdf", "A plan")
    assert file_metadata.file_metadata(str(tmp_path / "plan.pdf"), limits).created == "2024-03-04"
    (tmp_path / "locked.pdf").write_bytes(bombs.locked((tmp_path / "plan.pdf").read_bytes(), user="x"))
    assert "password" in file_metadata.file_metadata(str(tmp_path / "locked.pdf"), limits).problem
    os.mkfifo(tmp_path / "never.pdf")  # opening it waits for somebody to write
    monkeypatch.setattr(file_metadata, "_WALL_SECONDS", 0.3)
    assert "in time" in file_metadata.file_metadata(str(tmp_path / "never.pdf"), limits).problem


def test_other_areas_make_the_facts_anew(project, monkeypatch) -> None:
    describe_stage(project, NoProgress())
    monkeypatch.setattr(describing, "tables_digest", lambda: "of other tables")
    assert describe_stage(project, NoProgress()).done == 4
