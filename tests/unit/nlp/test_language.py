from __future__ import annotations

import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import MissingDependencyError
from nlp.language import (
    AUTO,
    BLANK,
    LONGEST_PARSED,
    TRAINED,
    is_tagged,
    pipeline,
    read_text,
    read_texts,
    sentences,
)


def test_a_pipeline_is_loaded_once():
    assert pipeline(BLANK) is pipeline(BLANK)


def test_a_pipeline_that_is_not_installed_says_how_to_get_it():
    with pytest.raises(MissingDependencyError, match=r"xx_no_such_pipeline.*careatlas\[language\]"):
        pipeline("xx_no_such_pipeline")


def test_the_trained_pipeline_loads_without_a_word_and_is_what_auto_means(unavailable):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            nlp = pipeline(TRAINED)
        except MissingDependencyError as error:
            unavailable(str(error))
    assert pipeline(AUTO) is nlp
    assert is_tagged(read_text("The team visits every home.", nlp))


def test_the_blank_pipeline_ends_sentences_and_tags_nothing():
    doc = read_text("A hub opened. Homes call it.", pipeline(BLANK))
    assert [one.text for one in sentences(doc)] == ["A hub opened.", "Homes call it."]
    assert not is_tagged(doc)


def test_an_empty_text_is_an_empty_document():
    assert sentences(read_text("", pipeline(BLANK))) == ()


def test_batches_read_what_single_texts_read():
    texts = [f"Home {number} has {number} beds." for number in range(300)]
    assert [doc.text for doc in read_texts(texts, pipeline(BLANK))] == texts


@given(st.text(max_size=400))
def test_characters_stay_where_they_are(text):
    doc = read_text(text, pipeline(BLANK))
    assert len(doc.text) == len(text)
    assert all(doc.text[token.idx : token.idx + len(token)] == token.text for token in doc)


@pytest.mark.parametrize("rubbish", ["(", "_", "a.", "\ufffd", "http://"])
def test_rubbish_without_white_space_is_read_in_the_time_of_its_length(rubbish):
    text = rubbish * (LONGEST_PARSED // len(rubbish))
    begun = time.process_time()
    doc = read_text(text, pipeline(BLANK))
    assert time.process_time() - begun < 5  # spaCy's tokeniser alone takes hours
    assert len(doc.text) == len(text)
