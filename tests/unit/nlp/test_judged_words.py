"""What people say beside the codes: their values and marked words prevail, a decision before all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from careatlas.initiative import InitiativeStatus
from careatlas.judgement import AttributeJudgement
from careatlas.period import Period, Precision, calendar_year, months
from nlp.judged_words import judged_words, period_of_spans

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
TEXT = "From May the hub in Netherby takes calls, with Nether Lamps."


def said(name, value, minute=0, person="ann", answer="", place=None):
    start = TEXT.index(value) if place is None and value in TEXT else place
    return AttributeJudgement(
        attribute_judgement_id=f"{name}{value}{minute}{person}",
        answer_id=answer or f"{person}{minute}",
        passage_id="p",
        codebook_id="b",
        codebook_version="1",
        name=name,
        value=value,
        person=person,
        made_at=NOON + timedelta(minutes=minute),
        char_start=start,
        char_end=None if start is None else start + len(value),
    )


def test_the_later_of_two_people_prevails():
    found = judged_words([said("status", "planned", 2, "bo"), said("status", "in-place", 1)], TEXT)
    assert found.known_status is InitiativeStatus.PLANNED


def test_a_decision_prevails_over_what_comes_later():
    rows = [said("status", "in-place", 1, "chair", "decided"), said("status", "planned", 2, "bo")]
    assert judged_words(rows, TEXT, {"decided"}).known_status is InitiativeStatus.IN_PLACE


@pytest.mark.parametrize("value", ["not-applicable", "unclear", "nonsense"])
def test_no_status_is_said_by_these(value):
    assert judged_words([said("status", value)], TEXT).known_status is None


def test_a_setting_that_does_not_apply_is_none():
    assert judged_words([said("setting", "not-applicable")], TEXT).setting == ""
    assert judged_words([said("setting", "care-home")], TEXT).setting == "care-home"


def test_marked_words_keep_their_place_and_person():
    rows = [said("area", "Netherby", answer="one"), said("partner", "Nether Lamps", answer="one")]
    found = judged_words(rows, TEXT)
    assert [(one.name, one.words, one.person) for one in found.spans] == [
        ("area", "Netherby", "ann"), ("partner", "Nether Lamps", "ann"),
    ]  # fmt: skip
    assert found.of("area", (0, len(TEXT)))[0].char_start == TEXT.index("Netherby")
    assert found.of("area", (0, 5)) == ()


def test_words_without_a_place_are_found_again_if_they_stand_once():
    bare = replace(said("start", "May"), char_start=None, char_end=None)
    assert judged_words([bare], TEXT).spans[0].char_start == 5
    assert judged_words([bare], "May or May not").spans == ()


def test_words_that_no_longer_stand_there_are_left_out():
    assert judged_words([said("area", "Netherby", place=0)], TEXT).spans == ()


READ = Period(start=date(2020, 1, 1), end=date(2022, 1, 1), precision=Precision.YEAR)


def test_a_marked_side_takes_the_place_of_what_was_read():
    assert period_of_spans([], [], READ) == READ
    found = period_of_spans([months(2021, 5)], [], READ)
    assert found == Period(start=date(2021, 5, 1), end=date(2022, 1, 1), precision=Precision.MONTH)
    assert period_of_spans([], [calendar_year(2024)], None).end == date(2025, 1, 1)


def test_a_marked_side_that_contradicts_the_read_one_stands_alone():
    assert period_of_spans([months(2023, 5)], [], READ) == Period(
        start=date(2023, 5, 1), end=None, precision=Precision.MONTH
    )
    assert period_of_spans([], [calendar_year(2015)], READ).start is None


def test_marked_sides_that_contradict_each_other_leave_what_was_read():
    assert period_of_spans([months(2023, 5)], [calendar_year(2015)], READ) == READ
