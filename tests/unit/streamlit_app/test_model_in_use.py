from __future__ import annotations

import pytest

from careatlas.codebook_file import shipped
from streamlit_app.footer import labels_warning, source_url
from streamlit_app.model_in_use import calibration_line, card_rows, label_of

BOOK = shipped("care-home-integration")


@pytest.mark.parametrize(
    ("card", "words"),
    [({"calibrated": True}, "were calibrated"), ({"calibrated": False}, "not calibrated"), ({}, "does not say")],
)
def test_the_honesty_line(card: dict[str, object], words: str) -> None:
    assert words in calibration_line(card)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({"human_labels": 0}, "No person's label"),
        ({"reference_labels": "Machine-made"}, "made by a machine"),
        ({"human_labels": 12}, ""),
        ({}, ""),
    ],
)
def test_what_a_card_admits(card: dict[str, object], words: str) -> None:
    assert words in labels_warning(card)
    assert bool(labels_warning(card)) is bool(words)


def test_card_rows_and_labels() -> None:
    assert card_rows({"made_from": "x", "config": {"a": 1}}) == [("made from", "x"), ("config", "{'a': 1}")]
    assert label_of(BOOK, "not-there") == "not-there"
    assert label_of(BOOK, BOOK.codes[0].id) == BOOK.codes[0].label


def test_the_source_is_named() -> None:
    assert source_url().startswith("https://")
