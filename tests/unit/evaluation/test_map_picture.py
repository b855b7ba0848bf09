"""The picture of a map is well formed, says its numbers in words, and runs nothing."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from careatlas.errors import InputError
from evaluation.map_picture import map_svg, shade, write_picture
from evaluation.policy_map import policy_map
from tests.made_map import CODES, SALFORD, asked, document, said, stands

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def found():
    documents = [document("d", "2021-06"), document("s", "2022-06", area_code=SALFORD, area_name="<script>Salford")]
    return policy_map([stands(f"i{n}", said(f"p{n}", "d")) for n in range(9)], documents, CODES, asked())


def squares(text: str) -> list[ET.Element]:
    return [one for one in ET.fromstring(text).iter(f"{SPACE}rect") if one.find(f"{SPACE}title") is not None]


def test_every_square_says_what_it_shows(found):
    said_of = [one.find(f"{SPACE}title").text for one in squares(map_svg(found, "2021/22"))]
    assert len(said_of) == 2 * 3
    assert "Manchester, Discharge: 9 initiatives, 0% confirmed" in said_of
    assert "Manchester, Workforce: 0 initiatives" in said_of
    assert "<script>Salford, Workforce: not known: no document was read" in said_of


def test_missing_is_hatched_and_zero_is_white(found):
    fills = {
        one.find(f"{SPACE}title").text.split(":")[1]: one.get("fill") for one in squares(map_svg(found, "2021/22"))
    }
    assert fills[" not known"] == "url(#missing)"
    assert fills[" 0 initiatives"] == shade(0) == "#ffffff"


def test_the_last_period_is_drawn_without_a_name_and_an_empty_map_is_a_picture(found):
    assert "2022/23" in map_svg(found)
    assert "nothing was read" in map_svg(policy_map([], [], CODES, asked()))


def test_shades_go_from_light_to_dark_in_steps_of_two():
    shades = [shade(count) for count in (0, 1, 2, 3, 4, 7, 8, 15, 16, 5_000)]
    assert len(set(shades)) == 6
    light = [sum(int(one[n : n + 2], 16) for n in (1, 3, 5)) for one in shades]
    assert light == sorted(light, reverse=True)


def test_a_picture_that_cannot_be_written_is_said(found, tmp_path):
    write_picture(found, tmp_path / "map.svg")
    assert (tmp_path / "map.svg").read_text(encoding="utf-8") == map_svg(found)
    with pytest.raises(InputError, match="cannot be written"):
        write_picture(found, tmp_path / "none" / "map.svg")
