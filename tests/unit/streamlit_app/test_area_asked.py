from __future__ import annotations

import pytest

from careatlas.errors import UsageError
from streamlit_app.area_asked import area_asked, area_line


@pytest.mark.parametrize("words", ["E08000003", " e08000003 ", "Manchester", "manchester city council"])
def test_a_code_or_a_name_of_one_area(words: str) -> None:
    area = area_asked(words)
    assert area is not None
    assert area.code == "E08000003"


def test_no_words_are_no_area() -> None:
    assert area_asked("  ") is None


def test_an_unknown_one_is_refused_with_what_is_near() -> None:
    with pytest.raises(UsageError, match="no area has the code") as caught:
        area_asked("Manchestre")
    assert "E08000003 Manchester" in caught.value.mend


def test_a_name_of_several_is_refused_with_their_codes() -> None:
    with pytest.raises(UsageError, match="several areas are called") as caught:
        area_asked("Buckinghamshire")
    assert caught.value.mend.count("Buckinghamshire") > 1


def test_what_the_register_says_stands_beside_the_field() -> None:
    assert area_line("E08000003", "").startswith("E08000003: Manchester, metropolitan district, ")
    assert area_line("", "The north") == "The north, without a code."
    assert "no such code" in area_line("E99999999", "Nowhere")
