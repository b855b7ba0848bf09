from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.language import BLANK, pipeline, read_text
from nlp.population_cues import Population, population_of
from nlp.setting_cues import SETTINGS, setting_of


def doc_of(text):
    return read_text(text, pipeline(BLANK))


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ("care-home", "A pharmacist visits each nursing home."),
        ("care-home", "Care homes share records with the ward."),
        ("older-people", "A frailty clinic for older people opens."),
        ("adult-social-care", "Fees of home care and supported living rise."),
        ("adult-social-care", "Adult social care recruits abroad."),
        ("whole-population", "A shared record for all patients of the hospital."),
        ("whole-population", "A board of health and social care partners meets."),  # not "social care"
        ("whole-population", "It starts soon."),
        ("whole-population", ""),
    ],
)
def test_setting(setting, text):
    assert setting_of(doc_of(text)).value == setting


def test_a_heading_tips_the_scale_and_a_single_weak_word_does_not():
    doc = doc_of("A new offer of reablement.")
    assert setting_of(doc).value == "whole-population"
    assert setting_of(doc, ("Adult social care",)).value == "adult-social-care"


def test_the_part_that_tells_of_the_initiative_goes_before_the_rest():
    text = "Care homes are many. Home care fees rise in supported living."
    assert setting_of(doc_of(text), within=(0, 20)).value == "care-home"
    assert setting_of(doc_of(text), within=(21, len(text))).value == "adult-social-care"


@pytest.mark.parametrize(
    ("population", "text"),
    [
        ("end-of-life", "Advance care plans for residents."),
        ("dementia", "A memory clinic for people living with dementia."),
        ("learning-disability", "Homes for people with a learning disability."),
        ("nursing", "Every nursing home gets a tablet."),
        ("residential", "Beds in a residential home."),
        ("staff", "Care staff are trained."),
        ("carers", "Breaks for unpaid carers."),
        ("providers", "Social care providers meet monthly."),
        ("care-home-residents", "Rounds for care home residents."),
        ("all-residents", "A number for all residents to call."),
    ],
)
def test_population(population, text):
    found = population_of(doc_of(text))
    assert found is not None
    assert found.value == population
    assert text[found.char_start : found.char_end] == found.words != ""


def test_nobody_named_is_nobody():
    assert population_of(doc_of("A pooled budget.")) is None


PIECES = st.sampled_from(
    ("care homes ", "frailty ", "health and social care ", "staff ", "NHS ", "dementia ", ". ", "\n", "é")
)


@given(st.lists(PIECES, max_size=15).map("".join) | st.text(max_size=100), st.lists(PIECES, max_size=2))
def test_any_text_has_a_setting_and_its_cue_in_it(text, heading):
    doc = doc_of(text)
    found = setting_of(doc, heading)
    assert found.value in SETTINGS
    assert doc.text[found.char_start : found.char_end] == found.words
    assert 0 <= found.confidence <= 1
    named = population_of(doc, heading)
    assert named is None or named.value in set(Population)
