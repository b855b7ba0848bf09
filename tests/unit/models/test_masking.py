"""Masking: what is replaced, what is left, that doing it twice changes nothing, and that no text makes it slow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.masking import masked

NAMES = ("Leeds City Council", "London Borough of Hackney", "Greater Manchester", "Reading", "Bath")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By 2024 and in 1999.", "By YEAR and in YEAR."),
        ("In 2023/24, 2023-24, 2023–24, 2023 / 24 or 2023/2024", "In YEAR, YEAR, YEAR, YEAR or YEAR"),
        ("FY2023/24 and FY 2024", "YEAR and YEAR"),
        ("from 1 April 2024, Sept 2023 and 31st May, 2025", "from YEAR, YEAR and YEAR"),
        ("01/04/2023 (2023)", "01/04/YEAR (YEAR)"),
        ("1989, 2060, 12024, 2024a, £2024 and 2,024", "1989, 2060, 12024, 2024a, £2024 and 2,024"),
        ("we may meet in April", "we may meet in April"),
    ],
)
def test_years(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("with Wakefield Council's team", "with ORGANISATION's team"),
        ("The North Moor County Council will", "The ORGANISATION will"),
        ("Bath and North East Somerset Council", "ORGANISATION"),
        ("Guy's and St Thomas’ NHS Foundation Trust", "ORGANISATION"),
        ("Moorland Partnership NHS Trust", "ORGANISATION"),
        ("NHS West Dale Integrated Care Board", "ORGANISATION"),
        ("West Dale ICB, Dale CCG and West Dale ICS", "ORGANISATION, ORGANISATION and ORGANISATION"),
        ("University Hospitals of Dale NHS Trust is", "ORGANISATION is"),
        ("Oxford University Hospitals NHS Foundation Trust", "ORGANISATION"),
        ("University Hospitals Dale. Staff", "ORGANISATION. Staff"),
        ("DALE COUNCIL", "ORGANISATION"),
        ("the NHS and Dale County Council agreed", "the NHS and ORGANISATION agreed"),
        ("in Dale. Moor Council", "in Dale. ORGANISATION"),
        ("Leader of the Council", "Leader of the Council"),
        (
            "The Council, Full Council, our Council, the County Council",
            "The Council, Full Council, our Council, the County Council",
        ),
        ("the ICB and both CCGs; university hospitals", "the ICB and both CCGs; university hospitals"),
        ("a council, Dale council tax", "a council, Dale council tax"),
    ],
)
def test_organisations(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in Leeds, LEEDS and Leeds-based", "in PLACE, PLACE and PLACE-based"),
        ("Leeds City Council and Leeds Council", "ORGANISATION and ORGANISATION"),
        ("Greater\n Manchester", "PLACE"),
        ("Hackney", "PLACE"),
        ("reading in Reading, bath, Bathing in Bath", "reading in PLACE, bath, Bathing in PLACE"),
        ("Readings and Reading's", "Readings and PLACE's"),
        ("Manchester", "Manchester"),
    ],
)
def test_places(text: str, expected: str) -> None:
    assert masked(text, NAMES) == expected


def test_names_that_name_nothing_are_passed_over() -> None:
    text = "A Council of the City, E, YEAR One and a PLACE"
    assert masked(text, ("", " ", "Council", "City Council", "E", "Year One", "PLACE", "of")) == text


def test_a_name_is_no_pattern() -> None:
    assert masked("St. Moor (East) and St Moor", ("St. Moor (East", ".*")) == "PLACE) and St Moor"


WORDS = (
    "Leeds City Council Council's council of and the The NHS Foundation Trust ICB University Hospitals Integrated Care"
    " Board 2023 2023/24 1 April May FY Greater Manchester PLACE ORGANISATION YEAR Reading Dale & - ' / . , 's 20 24"
)
GAPS = (" ", " ", " ", "", "-", "\n", ", ")


@given(st.lists(st.tuples(st.sampled_from(WORDS.split()), st.sampled_from(GAPS)), max_size=14))
def test_masking_twice_is_masking_once(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in parts)
    for names in ((), (*NAMES, "City Council of Dale", "Dale ORGANISATION", "Trust ICB")):
        once = masked(text, names)
        assert masked(once, names) == once


@given(st.text())
def test_any_text_is_masked_once(text: str) -> None:
    assert masked(masked(text, NAMES), NAMES) == masked(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "A" * 100_000,
        "A " * 50_000,
        "A and " * 17_000,
        "Council " * 12_500,
        "NHS Foundation " * 6_700,
        "University Hospitals " * 4_800,
        " " * 100_000,
        "A" + " " * 100_000 + "Council",
        "Greater" + " " * 50_000 + "Greater" + " " * 50_000,
        "Greater " * 12_500,
        "2023/" * 20_000,
        "1 May " * 17_000,
        "20" * 50_000,
        "'" * 100_000,
        "A's " * 25_000,
    ],
    ids=lambda text: repr(text[:15]),
)
def test_no_text_makes_it_slow(text: str) -> None:
    names = (*NAMES, *(f"Greater Town {number}" for number in range(300)))
    masked("", names)  # makes the pattern
    started = time.process_time()
    masked(text, names)
    assert time.process_time() - started < 2
