import pytest

from careatlas.areas.area import AreaKind
from nlp.area_forms import AreaForm, named_form, without_form
from nlp.language import BLANK, pipeline, read_text
from nlp.name_words import name_words, words_of_name


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Kent County Council", "Kent"),
        ("London Borough of Hackney", "Hackney"),
        ("Royal Borough of Kensington and Chelsea", "Kensington and Chelsea"),
        ("City of Bradford Metropolitan District Council", "Bradford"),
        ("NHS Kent and Medway Integrated Care Board", "Kent and Medway"),
        ("NHS Bury CCG", "Bury"),
        ("The Council", "Council"),
        ("Liverpool City Region Combined Authority", "Liverpool City Region"),
        ("Liverpool City Region", "Liverpool City Region"),
        ("NHS", "NHS"),
    ],
)
def test_the_place_in_an_official_name(name, place):
    assert without_form(words_of_name(name)) == words_of_name(place)


@pytest.mark.parametrize(
    ("text", "form", "whole"),
    [
        ("x Kent county council", AreaForm.COUNTY, (1, 4)),
        ("x Kent county", AreaForm.PLACE, (1, 2)),
        ("x Kent County", AreaForm.COUNTY, (1, 3)),
        ("borough of Kent", AreaForm.PLACE, (2, 3)),
        ("Borough of Kent", AreaForm.BOROUGH, (0, 3)),
        ("NHS Kent icb", AreaForm.PLACE, (0, 2)),
        ("NHS Kent ICB", AreaForm.ICB, (0, 3)),
        ("x Kent Health and Wellbeing Board", AreaForm.COUNCIL, (1, 6)),
    ],
)
def test_as_what_a_place_is_named(text, form, whole):
    words = name_words(read_text(text, pipeline(BLANK)))
    place = words.words.index("kent")
    found = named_form(words, place, place + 1)
    assert (found.form, (found.start, found.end)) == (form, whole)


def test_every_form_has_kinds_and_a_place_may_be_any():
    assert all(form.kinds for form in AreaForm)
    assert set(AreaForm.PLACE.kinds) == set(AreaKind)
