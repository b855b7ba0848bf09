"""Respondents counted: one voice each, whatever they answered before, with the interval of Wilson."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from annotation.survey_voices import SurveyVoice, survey_voices
from careatlas.judgement import Verdict
from careatlas.survey import SurveyAnswer

NOON = datetime(2025, 10, 1, 12, tzinfo=UTC)


def said(verdict: str, respondent: str = "s1", role: str = "GP", at: int = 0, **changes: object) -> SurveyAnswer:
    made = SurveyAnswer(
        survey_answer_id="",
        survey="autumn",
        respondent=respondent,
        role=role,
        area_code="E1",
        area_name="Town",
        codebook_id="b",
        codebook_version="1.0.0",
        code="beds",
        question="q1",
        verdict=Verdict(verdict),
        value="",
        answered_on="",
        file_digest="",
        row=1,
        imported_at=NOON + timedelta(days=at),
    )
    return replace(made, **changes)


def counts(*answers: SurveyAnswer, role: str = "") -> tuple[int, int, int]:
    voice = survey_voices(answers)[role, "E1", "beds"]
    return voice.present, voice.absent, voice.unsure


def test_respondents_are_counted_for_all_and_by_role() -> None:
    answers = [said("present"), said("absent", "s2", "manager"), said("unsure", "s3"), said("present", "s4", "")]
    assert counts(*answers) == (2, 1, 1)
    assert counts(*answers, role="GP") == (1, 0, 1)
    assert counts(*answers, role="manager") == (0, 1, 0)
    assert {role for role, _, _ in survey_voices(answers)} == {"", "GP", "manager"}


def test_the_last_import_of_an_answer_counts() -> None:
    assert counts(said("present", at=1), said("absent", at=2), said("unsure", at=0)) == (0, 1, 0)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["present", "absent"], (1, 0, 0)),
        (["present", "unsure"], (1, 0, 0)),
        (["absent", "absent"], (0, 1, 0)),
        (["absent", "unsure"], (0, 0, 1)),
    ],
)
def test_several_questions_on_one_code_are_one_voice(verdicts: list[str], expected: tuple[int, int, int]) -> None:
    assert counts(*(said(verdict, question=f"q{at}") for at, verdict in enumerate(verdicts))) == expected


def test_a_respondent_speaks_for_each_area_apart() -> None:
    found = survey_voices([said("present"), said("absent", area_code="E2")])
    assert (found["", "E1", "beds"].present, found["", "E2", "beds"].absent) == (1, 1)


def test_where_nobody_is_sure_there_is_no_share() -> None:
    voice = SurveyVoice(unsure=3)
    assert (voice.share, voice.interval) == (None, None)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_interval_is_that_of_scipy(present: int, absent: int) -> None:
    voice = SurveyVoice(present=present, absent=absent)
    if not voice.sure:
        return
    low, high = voice.interval
    expected = binomtest(present, present + absent).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert 0 <= low <= voice.share <= high <= 1
