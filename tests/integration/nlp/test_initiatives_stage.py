"""The stage of initiatives on each dialect: what is built, what is a no-op, what makes it build anew."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from careatlas.document_fact import DocumentCorrection, FactName
from careatlas.initiative import InitiativeStatus
from careatlas.initiatives_now import initiatives_now
from careatlas.judgement import Verdict
from careatlas.near_copy import DocumentCopy
from careatlas.project import Project
from careatlas.settings import Settings
from careatlas.store import document_facts, initiatives, judgements, near_copies, runs
from nlp.initiative_building import STAGE_NAME, initiatives_stage
from tests.made_coded_project import BOOK, PLANS, keep_plans, suggest
from tests.made_initiatives import judgement

pytestmark = pytest.mark.integration


class Steps:
    """Remembers what progress it was told of."""

    def __init__(self):
        self.total, self.done = 0, 0

    def start(self, what, total):
        assert what
        self.total = total

    def advance(self, note=""):
        assert note
        self.done += 1


@pytest.fixture
def given(store, tmp_path, document_of, reading_of, keep):
    kept = keep_plans(store, document_of, reading_of, keep)
    return Project(tmp_path, Settings(), store, None), kept


def proposed(project):
    with project.store.read() as connection:
        return initiatives.listed(connection, BOOK.id)


def build(project, steps=None):
    return initiatives_stage(project, steps or Steps())


def test_initiatives_across_documents_and_years(given):
    project, _ = given
    steps = Steps()
    report = build(project, steps)
    assert (report.done, report.unchanged, report.counts["initiatives"], report.counts["evidence"]) == (1, 0, 3, 5)
    assert (steps.total, steps.done) == (3, 3)
    found = {(one.area_name, one.title): one for one in proposed(project)}
    assert found.keys() == {
        ("Manchester", "Bridge Hub"),
        ("Manchester", "Quiet Nights Service"),
        ("Salford", "Bridge Hub"),
    }
    hub, nights = found["Manchester", "Bridge Hub"], found["Manchester", "Quiet Nights Service"]
    assert [part.status for part in hub.evidence] == [InitiativeStatus.PLANNED, InitiativeStatus.IN_PLACE]
    assert (hub.status, hub.period.start) == (InitiativeStatus.IN_PLACE, date(2022, 4, 1))
    assert nights.status is InitiativeStatus.STOPPED


def test_a_second_build_is_a_no_op_and_gives_the_same(given):
    project, _ = given
    build(project)
    first = proposed(project)
    steps = Steps()
    report = build(project, steps)
    assert (report.done, report.unchanged, steps.total) == (0, 1, 0)
    with project.store.read() as connection:
        assert len(runs.listed(connection, stage=STAGE_NAME)) == 1
    with project.store.write() as connection:  # forget that it was built
        initiatives.replace(connection, BOOK.id, BOOK.version, [])
        runs.append(connection, runs.listed(connection)[0].key, outcome="failed", reason="", seconds=0, counts={})
    assert initiatives_stage(project, Steps(), again=True).done == 1
    assert proposed(project) == first


def changed_judgement(connection, kept):
    passage = kept[2][1].passages[0]
    judgements.append(connection, judgement(passage.passage_id, Verdict.NOTHING_HERE, 1), passage)


def changed_copy(connection, kept):
    copy = DocumentCopy(document_id=kept[2][0].document_id, copy_of=kept[0][0].document_id, similarity=0.9)
    near_copies.replace(connection, [copy], [])


@pytest.mark.parametrize("change", [changed_judgement, changed_copy])
def test_what_people_refuse_and_copies_are_built_no_more(given, change):
    project, kept = given
    build(project)
    with project.store.write() as connection:
        change(connection, kept)
    report = build(project)
    assert report.done == 1
    assert {one.area_name for one in proposed(project)} == {"Manchester"}


def test_a_corrected_area_moves_the_initiative(given):
    project, kept = given
    build(project)
    with project.store.write() as connection:
        correction = DocumentCorrection(
            correction_id="c",
            document_id=kept[2][0].document_id,
            name=FactName.AREA,
            value="E08000003",
            label="Manchester",
            person="ann",
            made_at=datetime(2025, 1, 1, tzinfo=UTC),
        )
        document_facts.correct(connection, correction)
    build(project)
    assert {(one.area_name, len(one.evidence)) for one in proposed(project)} == {("Manchester", 3), ("Manchester", 2)}


def test_a_later_plan_keeps_the_names_of_initiatives(given, document_of, reading_of, keep):
    project, _ = given
    build(project)
    before = {one.initiative_id: len(one.evidence) for one in proposed(project)}
    later = [("latest.pdf", {**PLANS[0][1], "published": "2025"}, ["The Bridge Hub is open at night."])]
    keep_plans(project.store, document_of, reading_of, keep, later)
    with project.store.write() as connection:  # as the suggesting stage would
        runs.append(connection, _key("suggest"), outcome="ok", reason="", seconds=0, counts={})
    assert build(project).done == 1
    now = {one.initiative_id: len(one.evidence) for one in proposed(project)}
    assert now.keys() == before.keys()
    assert sum(now.values()) == sum(before.values()) + 1


def _key(stage):
    from careatlas.ledger import RunKey

    return RunKey(stage=stage, subject="d", inputs={}, code_version="1")


def test_what_was_proposed_can_be_replayed(given):
    project, _ = given
    build(project)
    replay = initiatives_now(project.store, BOOK)
    assert [one.initiative for one in replay.initiatives] == proposed(project)


def test_without_coded_passages_there_are_none(store, tmp_path, document_of, reading_of, keep):
    item = document_of("plan.pdf")
    keep(store, item, reading_of(item, [["We eat at noon."]]))
    project = Project(tmp_path, Settings(), store, None)
    assert build(project).counts["initiatives"] == 0
    assert proposed(project) == []


def test_a_model_that_accepts_another_code_changes_the_codes(given):
    project, kept = given
    build(project)
    suggest(project.store, *kept[2], code="discharge")
    with project.store.write() as connection:
        runs.append(connection, _key("suggest"), outcome="ok", reason="", seconds=0, counts={})
    build(project)
    assert {one.codes for one in proposed(project) if one.area_name == "Salford"} == {("discharge",)}
