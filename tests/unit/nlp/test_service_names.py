"""What a passage calls services, told by capitals and by words for services."""

from __future__ import annotations

import time

import pytest

from nlp.service_names import name_key, service_names


def named(text, apart=()):
    return [one.words for one in service_names(text, apart) if one.is_named]


def called(text):
    return [one.words for one in service_names(text) if not one.is_named]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Quiet Nights Service visits every home.", ["Quiet Nights Service"]),
        ("Since May, homes ring the Bridge Hub first.", ["Bridge Hub"]),
        ("Meals and More Scheme began.", ["Meals and More Scheme"]),
        ("We run the Green Folder scheme.", ["Green Folder scheme"]),
        ("Staff use the Safe lifting pathway.", ["Safe lifting pathway"]),
        ("The Quiet Nights Service and the Bridge Hub share a base.", ["Quiet Nights Service", "Bridge Hub"]),
        ("The Quiet Nights Service and Bridge Hub share a base.", ["Quiet Nights Service", "Bridge Hub"]),
        ("The Lifting Scheme in Nether Green was praised.", ["Lifting Scheme", "Nether Green"]),
        ("Quiet Nights: calls from midnight on.", ["Quiet Nights"]),
        ("Members of the Bridge Board met.", ["Bridge Board"]),
        ("We plan a Winter Hub.", ["Winter Hub"]),
    ],
)
def test_names(text, names):
    assert named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Residents Said that the food was good.",  # begins the sentence and ends in no word for a service
        "The Director of Nursing will write to all.",
        "Money comes from the Better Care Fund.",
        "It was agreed by the Health and Wellbeing Board.",
        "Discussed with Netherby Borough Council.",
        "From Monday April the first on.",
        "The Bridge Team manager decides.",
        "everything is in small letters",
        "",
    ],
)
def test_what_is_no_name(text):
    assert named(text) == []


def test_what_a_service_is_called_without_capitals():
    assert called("we will expand the falls lifting service and other support teams") == ["falls lifting service"]
    assert called("care home support team") == []  # says nothing that others would not say


def test_a_name_is_sure_by_its_last_word_or_its_article():
    text = "With Nether Lamps, the Quiet Hour and a Bridge Hub grew."
    found = {one.words: one.is_sure for one in service_names(text)}
    assert found == {"Nether Lamps": False, "Quiet Hour": True, "Bridge Hub": True}


def test_known_places_and_bodies_are_left_out():
    text = "The Netherby Bridge Hub opened."
    (one,) = service_names(text, [(4, 12)])
    assert (one.words, text[one.char_start : one.char_end]) == ("Bridge Hub", "Bridge Hub")


def test_keys_are_alike_without_case_plural_grammar_area_and_a_loose_end():
    key = name_key("The Netherby Red Bags scheme", apart=["netherby"])
    assert key == name_key("red bag") == ("red", "bag")
    assert name_key("Bridge Team") != name_key("Bridge Hub")


def test_a_key_keeps_the_area_where_nothing_else_is_left():
    assert name_key("One Netherby Board", apart=["netherby"]) == ("netherby", "board")


def test_abbreviations_of_the_document_are_spelt_out():
    assert name_key("UCR service", {"UCR": "Urgent Community Response"}) == name_key("urgent community response")


@pytest.mark.parametrize(
    "rubbish", ["Aa " * 40_000, "A" * 100_000, "&" * 100_000, "Team of " * 20_000, "The the " * 20_000]
)
def test_rubbish_takes_no_time(rubbish):
    started = time.perf_counter()
    service_names(rubbish)
    assert time.perf_counter() - started < 2.0


def test_every_name_is_where_it_says(hostile_texts):
    for text in (*hostile_texts, "The Quiet Nights Service, the Bridge Hub (BH) & a falls lifting service."):
        for one in service_names(text):
            assert text[one.char_start : one.char_end] == one.words
