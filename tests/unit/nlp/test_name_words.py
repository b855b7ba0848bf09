from hypothesis import given
from hypothesis import strategies as st

from nlp.language import BLANK, pipeline, read_text
from nlp.name_words import name_words, words_of_name


def words(text):
    return name_words(read_text(text, pipeline(BLANK)))


def test_spellings_of_a_name_are_alike():
    assert words("St. Helens").words == words_of_name("St Helens")
    assert words("Newcastle-under-Lyme").words == words_of_name("Newcastle under Lyme")
    assert words("Kent & Medway").words == words_of_name("KENT AND MEDWAY")
    assert words("King’s Lynn").words == words_of_name("King's Lynn")
    assert words("Kent\nCounty  Council").words == words_of_name("Kent County Council")


def test_words_lead_back_to_the_text():
    text = "In  Stoke-on-\nTrent, they"
    found = words(text)
    start, end = found.chars(1, 4)
    assert text[start:end] == "Stoke-on-\nTrent"
    assert found.shown(1) == "Stoke"
    assert found.word(99) == found.shown(-1) == ""


def test_hyphens_and_dashes_before_a_word():
    found = words("Bromley-by Bow – Poplar")
    assert [found.is_hyphenated(place) for place in range(5)] == [False, True, False, False, False]
    assert [found.is_dashed(place) for place in range(5)] == [False, True, False, True, False]


def test_words_are_kept_with_their_document():
    doc = read_text("Kent", pipeline(BLANK))
    assert name_words(doc) is name_words(doc)
    part = doc[:1].as_doc(copy_user_data=True)
    assert name_words(part).doc is part


@given(st.text(max_size=80))
def test_any_text_is_read(text):
    found = words(text)
    assert len(found.words) == len(found.tokens) == len(found.texts)
    for place in range(len(found.words)):
        start, end = found.chars(place, place + 1)
        assert found.text[start:end] == found.texts[place]
