from __future__ import annotations

import json
import re
from datetime import date

import pytest

from careatlas.areas.map_shapes import AreaShape, MapShapes, tile_shapes
from careatlas.areas.tiles import tiles_of
from careatlas.identifiers import AreaCode
from streamlit_app.areamap import AreaState, AreaValue, MapWords, map_data, off_map
from streamlit_app.map_classes import MapClasses
from streamlit_app.part import asset

A, B, C, D = (AreaCode(code) for code in ("E06000001", "E06000002", "E06000003", "E06000004"))
WORDS = MapWords(title="Initiatives")
HOSTILE = "<img src=x onerror=alert(1)>\u202e=1"


def shapes(kind: str = "tiles", note: str = "") -> MapShapes:
    areas = tuple(
        AreaShape(code=code, name=f"Area {code[-1]}", path="M0 0L1 0L1 1Z", x=index, y=0)
        for index, code in enumerate((A, B, C))
    )
    return MapShapes(kind=kind, width=3, height=1, areas=areas, note=note)  # type: ignore[arg-type]


def known(value: float, label: str = "", **more: str) -> AreaValue:
    return AreaValue(value=value, label=label or f"{value} initiatives", **more)


def test_zero_missing_and_counts_are_told_apart() -> None:
    values = {A: known(0), B: known(12, "12 initiatives, 40% confirmed", text="12")}
    drawn = map_data(shapes(), values, words=WORDS)["values"]
    assert drawn[A] == ["zero", "0 initiatives", 0, ""]
    assert drawn[B] == ["c4", "12 initiatives, 40% confirmed", 0, "12"]
    assert drawn[C] == ["missing", "no document read", 0, ""]


def test_little_behind_a_value_is_marked_and_said() -> None:
    low = AreaValue(value=2, label="2 initiatives", state=AreaState.LOW)
    data = map_data(shapes(), {A: low}, words=WORDS)
    assert data["values"][A] == ["c4", "2 initiatives, few documents read", 1, ""]
    assert ["low", "few documents read"] in data["legend"]
    assert not any(row[0] == "low" for row in map_data(shapes(), {A: known(2)}, words=WORDS)["legend"])


def test_missing_may_say_more() -> None:
    gone = AreaValue(value=None, label="abolished in 2023", state=AreaState.MISSING)
    assert map_data(shapes(), {A: gone}, words=WORDS)["values"][A][1] == "abolished in 2023, no document read"


def test_the_legend_says_what_each_fill_stands_for() -> None:
    values = {A: known(1), B: known(4), C: known(9)}
    legend = map_data(shapes(), values, words=WORDS)["legend"]
    assert legend == [
        ["missing", "no document read"],
        ["zero", "none found in the documents read"],
        ["c0", "1"],
        ["c2", "2\u20134"],
        ["c4", "5\u20139"],
    ]


def test_bounds_can_be_kept_while_values_change() -> None:
    classes = MapClasses((5, 50), whole=True)
    drawn = map_data(shapes(), {A: known(5), B: known(6), C: known(500)}, words=WORDS, classes=classes)["values"]
    assert [drawn[code][0] for code in (A, B, C)] == ["c0", "c4", "c4"]


def test_tiles_say_that_they_are_schematic_and_outlines_their_source() -> None:
    data = map_data(shapes(), {}, words=WORDS)
    assert data["title"] == "Initiatives (schematic: every area is drawn in equal size)"
    real = map_data(shapes("boundaries", note="Somebody, OGL v3"), {}, words=WORDS)
    assert (real["title"], real["note"]) == ("Initiatives", "Somebody, OGL v3")


def test_what_is_not_on_the_map_is_listed_and_counted() -> None:
    values = {A: known(1), D: known(3, "3 initiatives")}
    assert off_map(shapes(), values) == (D,)
    assert map_data(shapes(), values, words=WORDS)["beside"] == "Not on this map (1): E06000004: 3 initiatives"
    assert map_data(shapes(), {A: known(1)}, words=WORDS)["beside"] == ""
    many = {AreaCode(f"E0700{number:04}"): known(1) for number in range(20)}
    assert map_data(shapes(), many, words=WORDS)["beside"].endswith("; and 8 more")


def test_words_from_outside_stay_words() -> None:
    words = MapWords(title=HOSTILE, zero=HOSTILE, missing=HOSTILE, low=HOSTILE)
    data = map_data(shapes(note=HOSTILE), {A: known(1, HOSTILE, text=HOSTILE), D: known(1, HOSTILE)}, words=words)
    said = json.dumps({**data, "selected": ""}, ensure_ascii=False)
    assert "\u202e" not in said
    assert "<img src=x onerror=alert(1)>\\\\u202e=1" in said


@pytest.mark.parametrize(
    ("value", "state"),
    [(None, AreaState.KNOWN), (None, AreaState.LOW), (0.0, AreaState.MISSING), (3.0, AreaState.MISSING)],
)
def test_missing_is_no_number_and_a_number_is_not_missing(value: float | None, state: AreaState) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        AreaValue(value=value, label="", state=state)


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_a_map_shows_values_from_zero_on(value: float) -> None:
    with pytest.raises(ValueError, match="from 0 on"):
        AreaValue(value=value, label="")


def test_153_areas_are_small_on_the_wire() -> None:
    tiles = tile_shapes(tiles_of("utla", date(2023, 4, 1)))
    values = {code: known(123, "123 initiatives, 40% confirmed by people", text="123") for code in tiles.codes}
    data = json.dumps(map_data(tiles, values, words=WORDS))
    assert len(data) < 20_000
    assert "M2" not in data  # shapes come on another way, once
    assert len(data) + len(tiles.as_json()) < 100_000


# the script and the style


def test_streamlit_cannot_take_the_assets_for_paths_and_no_text_becomes_html() -> None:
    script = asset("areamap.js")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script)
    assert "http" not in script
    assert "\n" in script
    assert "\n" in asset("areamap.css")


def luminance(colour: str) -> float:
    """Return relative luminance (WCAG 2.2)."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def colours(theme: int) -> dict[str, str]:
    """Return the colours of the light (0) or dark (1) theme, with Streamlit's page."""
    css = asset("areamap.css")
    found = {
        name: (light, dark)[theme] for name, light, dark in re.findall(r"--(\S+): light-dark\((\S+), (\S+)\)", css)
    }
    found |= dict(re.findall(r"--(\S+): (#\w+);", css))
    return {**found, "page": ("#ffffff", "#0e1117")[theme]}


@pytest.mark.parametrize("theme", [0, 1])
def test_words_in_areas_can_be_read(theme: int) -> None:
    shade = colours(theme)
    ink = {"zero": "on-pale", "c0": "on-pale", "c1": "on-pale", "c2": "on-c2", "c3": "on-strong", "c4": "on-strong"}
    assert {fill: round(contrast(shade[fill], shade[words]), 1) for fill, words in ink.items()}
    assert min(contrast(shade[fill], shade[words]) for fill, words in ink.items()) >= 4.5


@pytest.mark.parametrize("theme", [0, 1])
def test_shades_differ_in_lightness_and_edges_stand_out(theme: int) -> None:
    shade = colours(theme)
    steps = [luminance(shade[fill]) for fill in ("zero", "c0", "c1", "c2", "c3", "c4")]
    assert steps == sorted(steps, reverse=theme == 0)
    pairs = zip(("zero", "c0", "c1", "c2", "c3"), ("c0", "c1", "c2", "c3", "c4"), strict=True)
    assert min(contrast(shade[one], shade[other]) for one, other in pairs) > 1.15
    for mark in ("edge", "hatch", "select", "ink"):
        assert contrast(shade[mark], shade["page"]) >= 3, mark
