"""A drawing stays well-formed whatever its words are."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas import svg


@given(st.text(), st.text())
def test_words_stay_words(content: str, value: str) -> None:
    element = ET.fromstring(svg.tag("text", content, some_name=value))
    printable = "".join(one if one.isprintable() else " " for one in content)
    assert (element.text or "") == printable
    assert list(element) == []
    assert list(element.attrib) == ["some-name"]


def test_what_is_drawn_already_stands_inside() -> None:
    element = ET.fromstring(svg.around("g", svg.escaped("a < b") + svg.line(0, 1.26, 2, 3, svg.INK)))
    assert element.text == "a < b"
    assert element[0].attrib == {"stroke": svg.INK, "x1": "0", "y1": "1.3", "x2": "2", "y2": "3"}


@pytest.mark.parametrize(("anchor", "size"), [("start", 12), ("end", 9)])
def test_words_have_a_place(anchor: str, size: int) -> None:
    element = ET.fromstring(svg.words("x & y", 1.04, 2, anchor=anchor, size=size))
    assert element.text == "x & y"
    assert (element.get("x"), element.get("text-anchor"), element.get("font-size")) == ("1.0", anchor, str(size))
