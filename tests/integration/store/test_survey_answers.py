"""Survey answers are only ever added, once, on each dialect."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from careatlas.judgement import Verdict
from careatlas.store import survey_answers
from careatlas.store.engine import Store
from careatlas.survey import SurveyAnswer

ANSWER = SurveyAnswer(
    survey_answer_id="e1",
    survey="autumn",
    respondent="s1",
    role="commissioner",
    area_code="E08000003",
    area_name="Greendale",
    codebook_id="care-home-integration",
    codebook_version="0.3.0",
    code="discharge",
    question="Is there a pathway?",
    verdict=Verdict.UNSURE,
    value="Don't know",
    answered_on="2025-09",
    file_digest="f" * 64,
    row=1,
    imported_at=datetime(2025, 10, 1, 12, 0, 0, 5, tzinfo=UTC),
)


def append(store: Store, *items: SurveyAnswer) -> int:
    with store.write() as connection:
        return survey_answers.append(connection, items)


def listed(store: Store, survey: str = "") -> list[SurveyAnswer]:
    with store.read() as connection:
        return survey_answers.listed(connection, survey)


def test_an_answer_comes_back_as_it_was_given(store: Store, hostile_texts: tuple[str, ...]) -> None:
    words = " | ".join(hostile_texts)
    full = replace(ANSWER, role=words, area_name=words, question=words, value=words)
    assert append(store, full) == 1
    (found,) = listed(store)
    assert found == full
    assert found.verdict is Verdict.UNSURE


def test_the_same_answer_is_added_once(store: Store) -> None:
    assert append(store, ANSWER, ANSWER) == 1
    assert append(store, ANSWER, replace(ANSWER, survey_answer_id="e2", respondent="s2")) == 1
    assert append(store) == 0
    assert len(listed(store)) == 2


def test_a_known_identifier_never_changes_what_is_there(store: Store) -> None:
    append(store, ANSWER)
    assert append(store, replace(ANSWER, verdict=Verdict.PRESENT)) == 0
    assert listed(store) == [ANSWER]


def test_answers_are_listed_by_area_code_and_respondent(store: Store) -> None:
    second = replace(ANSWER, survey_answer_id="e2", area_code="E08000001", respondent="s9")
    third = replace(ANSWER, survey_answer_id="e3", code="beds")
    other = replace(ANSWER, survey_answer_id="e4", survey="winter")
    append(store, other, ANSWER, third, second)
    assert listed(store, "autumn") == [second, third, ANSWER]
    assert listed(store) == [second, third, ANSWER, other]
    assert listed(store, "summer") == []


def test_surveys_are_named_with_how_many_answers_they_have(store: Store) -> None:
    append(
        store, ANSWER, replace(ANSWER, survey_answer_id="e2"), replace(ANSWER, survey_answer_id="e3", survey="winter")
    )
    with store.read() as connection:
        assert survey_answers.names(connection) == {"autumn": 2, "winter": 1}


def test_what_fails_half_way_leaves_nothing(store: Store) -> None:
    def half_way() -> None:
        with store.write() as connection:
            survey_answers.append(connection, [ANSWER])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    assert listed(store) == []


def test_nothing_in_the_store_changes_an_answer(store: Store) -> None:
    public = {name for name in vars(survey_answers) if not name.startswith("_")}
    assert not {name for name in public if name.startswith(("update", "delete", "replace", "remove"))}
    append(store, ANSWER)
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM survey_answer")).scalar() == 1
