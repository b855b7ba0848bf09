"""Passages and where a span of one stands on its page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.geometry import Box
from careatlas.passage import LineAnchor, Passage, PassageKind


@pytest.fixture(scope="module")
def two_lines(document_of, reading_of) -> Passage:
    (made,) = reading_of(document_of(), [["0123456789abcdefghij"]]).passages
    upper, lower = Box(x0=100, y0=10, x1=200, y1=20), Box(x0=100, y0=22, x1=150, y1=32)
    lines = (LineAnchor(char_start=50, char_end=60, box=upper), LineAnchor(char_start=61, char_end=71, box=lower))
    return replace(made, char_start=50, char_end=71, boxes=(upper, lower), lines=lines)


def test_the_whole_passage_is_its_lines(two_lines: Passage):
    assert two_lines.boxes_of(50, 71) == two_lines.boxes


def test_a_span_within_a_line_is_placed_in_proportion(two_lines: Passage):
    (box,) = two_lines.boxes_of(52, 57)
    assert box.as_list() == pytest.approx([120, 10, 170, 20])


def test_a_span_over_two_lines_gives_one_box_for_each(two_lines: Passage):
    first, second = two_lines.boxes_of(58, 63)
    assert first.as_list() == pytest.approx([180, 10, 200, 20])
    assert second.as_list() == pytest.approx([100, 22, 110, 32])


@pytest.mark.parametrize(("start", "end"), [(0, 50), (71, 90), (60, 61), (55, 55), (57, 52)])
def test_a_span_outside_or_between_the_lines_has_no_box(two_lines: Passage, start: int, end: int):
    assert two_lines.boxes_of(start, end) == ()


@given(start=st.integers(40, 80), length=st.integers(0, 40))
def test_the_boxes_of_a_span_lie_in_the_boxes_of_the_passage(two_lines: Passage, start: int, length: int):
    for box in two_lines.boxes_of(start, start + length):
        assert any(line.box.holds(box, slack=1e-6) for line in two_lines.lines)
        assert box.width > 0


def test_headings_contents_and_furniture_are_no_evidence():
    evidence = {kind for kind in PassageKind if kind.is_evidence}
    assert evidence == {
        PassageKind.PARAGRAPH,
        PassageKind.LIST_ITEM,
        PassageKind.TABLE_ROW,
        PassageKind.FOOTNOTE,
    }


def test_the_handmade_reading_keeps_the_contract_of_a_reading(synthetic_reading):
    _, reading = synthetic_reading
    for passage in reading.passages:
        assert reading.text[passage.char_start : passage.char_end] == passage.text
        page = reading.pages[passage.page - 1]
        assert page.text_start <= passage.char_start <= passage.char_end <= page.text_end
