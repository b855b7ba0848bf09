"""Judgements as training examples: persons put together, blank left unknown, other versions left out and counted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped
from careatlas.errors import StageError
from careatlas.identifiers import judgement_id
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage, PassageKind
from careatlas.project import Project
from careatlas.store import judgements
from models.judged_examples import JudgedExamples, judged_examples

BOOK = shipped("care-home-integration")
ALL = len(BOOK.codes)
NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
PAGES = [["One.", "Two.", "Three."], ["Four.", "Five."]]

Say = Callable[..., None]


@pytest.fixture
def passages(project: Project, document_of, reading_of, keep) -> list[Passage]:
    """Five passages on two pages of a plan with an area; the second is a heading."""
    item = document_of("plan.pdf", area_code="E08000003")
    reading = reading_of(item, PAGES)
    made = [replace(one, kind=PassageKind.HEADING) if one.text == "Two." else one for one in reading.passages]
    keep(project.store, item, replace(reading, passages=tuple(made)))
    return made


@pytest.fixture
def say(project: Project) -> Say:
    """Give ``say(passage, verdict, code, person, **changes)``, which keeps a judgement; each is later than the last."""
    numbers = count()

    def keep_one(passage: Passage, verdict: str, code: str = "", person: str = "ann", **changes: object) -> None:
        number = next(numbers)
        row = Judgement(
            judgement_id=judgement_id(str(number)),
            passage_id=passage.passage_id,
            codebook_id=BOOK.id,
            codebook_version=BOOK.version,
            code=code,
            verdict=Verdict(verdict),
            person=person,
            made_at=NOON + timedelta(seconds=number),
            origin=Origin.MANUAL,
        )
        with project.store.write() as connection:
            judgements.append(connection, replace(row, **changes), passage)

    return keep_one


def targets(found: JudgedExamples, row: int = 0) -> dict[str, int]:
    examples = found.examples
    known = zip(examples.codes, examples.targets[row].tolist(), strict=True)
    return {code: value for code, value in known if value != -1}


def read(project: Project, codebook: Codebook = BOOK) -> JudgedExamples:
    return judged_examples(project.store, codebook)


def test_nothing_judged_gives_no_examples(project: Project, passages: list[Passage]) -> None:
    found = read(project)
    assert len(found.examples) == 0
    assert found.examples.targets.shape == (0, ALL)
    assert (found.people, found.disagreements, found.unsure, found.lost, found.outdated) == (0, 0, 0, 0, 0)


def test_what_was_not_judged_is_unknown(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "discharge")
    say(passages[0], "absent", "digital-data")
    say(passages[0], "unsure", "primary-care")
    found = read(project)
    assert targets(found) == {"discharge": 1, "digital-data": 0}
    assert (found.people, found.disagreements, found.unsure) == (1, 0, 1)
    assert found.examples.origins == ("judgement",)
    assert found.examples.ids == (passages[0].passage_id,)
    assert math.isnan(found.examples.inclusion[0])


def test_nothing_here_makes_every_code_absent(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "discharge")
    say(passages[0], "nothing-here")
    say(passages[3], "nothing-here")
    say(passages[3], "present", "discharge")
    found = read(project)
    assert targets(found, 0) == dict.fromkeys((code.id for code in BOOK.codes), 0)
    assert targets(found, 1) == {"discharge": 1}  # the later word ends "nothing here": the rest is unknown again


def test_persons_who_disagree_leave_it_unknown(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "discharge", "ann")
    say(passages[0], "absent", "discharge", "bob")
    say(passages[0], "present", "digital-data", "ann")
    say(passages[0], "present", "digital-data", "bob")
    say(passages[0], "absent", "primary-care", "ann")
    say(passages[0], "unsure", "primary-care", "bob")
    say(passages[3], "present", "discharge", "ann")
    say(passages[3], "nothing-here", person="bob")
    found = read(project)
    assert targets(found, 0) == {"digital-data": 1, "primary-care": 0}
    assert targets(found, 1) == {code.id: 0 for code in BOOK.codes if code.id != "discharge"}
    assert (found.people, found.disagreements, found.unsure) == (2, 2, 0)


def test_a_change_of_mind_counts_and_its_origin_does_not(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "discharge")
    say(passages[0], "absent", "discharge", origin=Origin.CHANGED)
    assert targets(read(project)) == {"discharge": 0}


def test_a_passage_without_any_known_label_is_no_example(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "unsure", "discharge")
    say(passages[3], "present", "discharge", "ann")
    say(passages[3], "absent", "discharge", "bob")
    found = read(project)
    assert len(found.examples) == 0
    assert (found.disagreements, found.unsure) == (1, 1)


def test_neighbours_are_the_nearest_that_carry_statements(project: Project, passages: list[Passage], say: Say) -> None:
    for passage in passages:
        say(passage, "present", "discharge")
    found = read(project).examples
    assert found.texts == ("One.", "Two.", "Three.", "Four.", "Five.")
    assert found.before == ("", "One.", "One.", "Three.", "Four.")  # "Two." is a heading
    assert found.after == ("Three.", "Three.", "Four.", "Five.", "")
    assert found.headings[0] == ("Our plan", "Part 1")
    assert found.headings[4] == ("Our plan", "Part 2")


def test_passages_are_grouped_by_area_else_by_document(
    project: Project, passages: list[Passage], say: Say, document_of, reading_of, keep
) -> None:
    other = document_of("other.pdf")
    reading = reading_of(other, [["Six."]])
    keep(project.store, other, reading)
    say(passages[0], "present", "discharge")
    say(reading.passages[0], "present", "discharge")
    groups = dict(zip(read(project).examples.texts, read(project).examples.groups, strict=True))
    assert groups == {"One.": "E08000003", "Six.": other.document_id}


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ([0.25], 0.25),
        ([0.25, 0.25], 0.25),
        ([0.25, None], 0.25),
        ([None, 0.25], 0.25),
        ([None], None),
        ([0.25, 0.5], None),
    ],
)
def test_the_design_that_drew_a_passage_gives_its_inclusion_probability(
    project: Project, passages: list[Passage], say: Say, drawn: list[float | None], expected: float | None
) -> None:
    for probability in drawn:  # the later supersede the earlier
        say(passages[0], "present", "discharge", inclusion_probability=probability)
    found = float(read(project).examples.inclusion[0])
    assert math.isnan(found) if expected is None else found == expected


def test_other_codebooks_are_left_alone(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "beds", codebook_id="mine", codebook_version="9.0.0")
    say(passages[0], "nothing-here", codebook_id="mine", codebook_version="9.0.0", inclusion_probability=0.5)
    say(passages[3], "present", "discharge", codebook_id=BOOK.id)
    found = read(project)
    assert found.examples.ids == (passages[3].passage_id,)
    assert (found.people, found.lost) == (1, 0)


def test_other_versions_are_left_out_and_counted(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "discharge", codebook_version="0.1.0")
    say(passages[0], "nothing-here", person="bob", codebook_version="0.2.0")
    say(passages[3], "present", "gone", codebook_version="0.2.0")
    say(passages[4], "present", "discharge", "cat")
    found = read(project)
    assert found.examples.ids == (passages[4].passage_id,)
    assert (found.people, found.outdated, found.lost) == (1, 3, 0)


def test_only_other_versions_is_refused_with_how_many_rows(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "discharge", codebook_version="0.1.0")
    say(passages[0], "nothing-here", person="bob", codebook_version="0.2.0")
    say(passages[3], "present", "discharge", codebook_version="0.2.0")
    with pytest.raises(StageError) as caught:
        read(project)
    assert caught.value.what.endswith("than 0.3.0: 1 with 0.1.0, 2 with 0.2.0")
    assert "careatlas codebook migrate OLD NEW --apply" in caught.value.mend


def test_what_was_carried_over_is_not_counted_as_left_out(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "leaving", codebook_version="0.1.0")
    say(passages[0], "present", "beds", codebook_version="0.1.0")
    say(passages[0], "present", "discharge", note="carried over from care-home-integration 0.1.0 (leaving)")
    found = read(project)
    assert targets(found) == {"discharge": 1}
    assert found.outdated == 1


def test_a_decision_of_another_version_does_not_prevail(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "absent", "discharge", "cat", origin=Origin.ADJUDICATED, codebook_version="0.1.0")
    say(passages[0], "present", "discharge")
    found = read(project)
    assert targets(found) == {"discharge": 1}
    assert found.outdated == 1


def test_what_is_taken_back_is_taken_back_with_whatever_version(
    project: Project, passages: list[Passage], say: Say
) -> None:
    say(passages[0], "present", "discharge")
    say(passages[3], "present", "discharge")
    say(passages[0], "withdrawn", codebook_version="0.1.0")
    assert read(project).examples.ids == (passages[3].passage_id,)


def test_a_superseded_version_is_no_hindrance(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "discharge", codebook_version="0.1.0")
    say(passages[0], "absent", "discharge")
    assert targets(read(project)) == {"discharge": 0}


def test_a_code_that_the_codebook_has_not_is_refused(project: Project, passages: list[Passage], say: Say) -> None:
    say(passages[0], "present", "gone")
    say(passages[0], "present", "discharge")
    with pytest.raises(StageError, match="has not: gone"):
        read(project)


def test_a_new_reading_carries_judgements_over_or_counts_them_as_lost(
    project: Project, passages: list[Passage], say: Say, document_of, reading_of, keep
) -> None:
    say(passages[0], "present", "discharge")
    say(passages[3], "present", "digital-data")
    item = document_of("plan.pdf", area_code="E08000003")
    keep(project.store, item, reading_of(item, [["One."], ["Something else altogether."]], version="test-2"))
    found = read(project)
    assert found.examples.texts == ("One.",)
    assert found.examples.ids[0] != passages[0].passage_id
    assert targets(found) == {"discharge": 1}
    assert found.lost == 1


def test_many_judged_passages_are_asked_for_in_parts(
    project: Project, say: Say, document_of, reading_of, keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.judged_examples._BATCH", 2)
    item = document_of("long.pdf")
    reading = reading_of(item, [[f"Text {number}." for number in range(5)]])
    keep(project.store, item, reading)
    for passage in reading.passages:
        say(passage, "present", "discharge")
    assert len(read(project).examples) == 5


def test_a_decision_is_the_label_and_withdrawing_it_opens_the_question(
    project: Project, passages: list[Passage], say: Say
) -> None:
    say(passages[0], "present", "discharge", "ann")
    say(passages[0], "absent", "discharge", "bob")
    say(passages[0], "absent", "discharge", "cat", origin=Origin.ADJUDICATED)
    assert targets(read(project)) == {"discharge": 0}
    say(passages[0], "withdrawn", "", "cat", origin=Origin.ADJUDICATED)
    assert len(read(project).examples) == 0
    assert read(project).disagreements == 1
