from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import MissingDependencyError
from careatlas.initiative import InitiativeStatus
from nlp.language import BLANK, TRAINED, pipeline, read_text
from nlp.status_cues import UNCLEAR, status_of
from nlp.status_words import PATTERNS, cues, status_matcher

EITHER = (
    ("in-place", "The falls team visits every care home once a week."),
    ("in-place", "A discharge hub has been set up at the infirmary."),
    ("in-place", "The hub was launched in May."),
    ("in-place", "There is a weekly ward round in each nursing home."),
    ("in-place", "We have continued to fund the bridging service."),
    ("in-place", "We plan to stop the block-bed contract next year."),  # it still runs
    ("in-place", "The service will close in 2026."),
    ("planned", "We will open a frailty hub in autumn."),
    ("planned", "The pathway will be developed and tested in May."),
    ("planned", "Partners must agree a joint contract."),
    ("planned", "Councils are asked to name a lead officer."),
    ("planned", "The council has committed two million to step-down beds."),
    ("planned", "Recruit two pharmacists for the homes."),
    ("planned", "• Recruit two pharmacists • Name a lead nurse"),
    ("planned", "The shared record is to be rolled out to all homes."),
    ("planned", "The team was not yet in place at the end of the year."),
    ("planned", "The contract is due to start in June."),
    ("planned", "We won't wait: the council will fund it."),
    ("aspiration", "We aim to bring therapy into every home."),
    ("aspiration", "Homes should have a named nurse."),
    ("aspiration", "The board wants to explore a pooled budget."),
    ("aspiration", "A joint post could help with transfers."),
    ("aspiration", "If money is found, we will open ten beds."),
    ("stopped", "The telemedicine pilot ended in 2022."),
    ("stopped", "The service has been decommissioned."),
    ("stopped", "Red bags are no longer used."),
    ("stopped", "The contract will not be renewed."),
    ("stopped", "The provider forum has been stood down."),
    ("stopped", "The pilot concluded in March 2023."),
    ("stopped", "The service ceased with effect from 1 April 2023."),
    ("stopped", "The council stopped funding the red bags in 2021/22."),
    ("stopped", "The protocol has been superseded."),
    ("planned", "Status: not started. A named doctor for each home."),
    ("in-place", "Status: complete. A named doctor for each home."),
    ("unclear", "NHSmail in each home – complete"),  # no task: it has no object
    ("unclear", "Following a long wait, ten beds."),
    ("unclear", "The training has not been delivered."),
    ("unclear", "Enhanced health in care homes."),
    ("unclear", ""),
)


@pytest.fixture(scope="module")
def trained(unavailable):
    try:
        return pipeline(TRAINED)
    except MissingDependencyError as error:
        unavailable(str(error))


def read(text, nlp=None, **options):
    return status_of(read_text(text, nlp or pipeline(BLANK)), **options)


@pytest.mark.parametrize(("status", "text"), EITHER)
def test_status_without_a_trained_pipeline(status, text):
    assert read(text).status == status


@pytest.mark.parametrize(("status", "text"), EITHER)
def test_status_with_a_trained_pipeline(status, text, trained):
    assert read(text, trained).status == status


def test_a_trained_pipeline_knows_a_present_tense_that_no_list_has(trained):
    text = "Pharmacists telephone each manager every Monday."
    assert read(text).status is InitiativeStatus.UNCLEAR
    assert read(text, trained).status is InitiativeStatus.IN_PLACE


def test_what_a_document_says_of_itself_is_no_news(trained):
    assert read("This report outlines falls.", trained) == UNCLEAR


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        ("Achievements", "in-place"),
        ("Next steps", "planned"),
        ("Our ambition", "aspiration"),
        ("Services closed", "unclear"),
    ],
)
def test_a_heading_decides_where_the_passage_says_nothing(heading, status):
    found = status_of(read_text("Falls training.", pipeline(BLANK)), ("A plan", heading))
    assert (found.status, found.words) == (status, "")


def test_the_innermost_heading_speaks():
    doc = read_text("Falls training.", pipeline(BLANK))
    assert status_of(doc, ("Next steps", "What has been achieved: achievements")).status is InitiativeStatus.IN_PLACE


def test_the_part_that_tells_of_the_initiative_goes_before_the_rest():
    text = "The old pilot has been decommissioned. We will open a hub."
    assert read(text).status is InitiativeStatus.STOPPED
    assert read(text, within=(39, len(text))).status is InitiativeStatus.PLANNED
    assert read("Falls. We will open a hub.", within=(0, 6)).status is InitiativeStatus.PLANNED  # the part says nothing


def test_the_month_of_may_is_no_wish():
    assert read("A hub in May.").status is InitiativeStatus.UNCLEAR


def test_the_reading_points_at_the_cue():
    text = "In spring we will open a hub."
    found = read(text)
    assert text[found.char_start : found.char_end] == found.words == "will"
    assert found.confidence == 1.0


def test_every_row_of_cues_is_in_the_matcher():
    assert len(status_matcher(pipeline(BLANK).vocab)) == len(PATTERNS) == len(cues())


WORDS = st.sampled_from(
    ("will", "not", "be", "if", "should", "has", "been", "closed", "no", "longer", "Develop", "•", ".", "was", "n't")
)


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.text(max_size=100))
def test_any_text_has_a_status_and_a_cue_in_it(text):
    doc = read_text(text, pipeline(BLANK))
    found = status_of(doc)
    assert doc.text[found.char_start : found.char_end] == found.words
    assert 0 <= found.confidence <= 1


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_case_of_the_ending_and_trailing_space_change_nothing(text):
    assert read(text + "  ").status == read(text).status


@pytest.mark.parametrize("rubbish", ["will not if in ", "n't ", ". ", "opened opened "])
def test_rubbish_is_read_in_linear_time(rubbish):
    seconds = []
    for length in (5_000, 20_000):
        doc = read_text(rubbish * (length // len(rubbish)), pipeline(BLANK))
        begun = time.process_time()
        status_of(doc)
        seconds.append(time.process_time() - begun)
    assert seconds[1] < 12 * seconds[0] + 0.5  # four times the length; quadratic would be sixteen times
