"""A map of areas: tiles of equal size or real outlines, each area a button with a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from streamlit import runtime

from careatlas.areas.map_shapes import MapShapes
from careatlas.identifiers import AreaCode
from streamlit_app.map_classes import MapClasses, map_classes
from streamlit_app.part import part
from streamlit_app.plain import plain

_HTML = (
    '<figure class="map">\n<figcaption></figcaption>\n<p class="failed" role="alert" hidden></p>\n'
    '<svg class="plane" role="group" focusable="false"></svg>\n<ul class="legend"></ul>\n'
    '<p class="beside"></p>\n<p class="note"></p>\n</figure>\n'
)
SCHEMATIC = "schematic: every area is drawn in equal size"
_LONGEST_BESIDE = 12  # areas named below the map; the others are counted


class AreaState(StrEnum):
    """How much is known of an area."""

    KNOWN = "known"
    LOW = "low"  # something was read, too little to rest on
    MISSING = "missing"  # nothing was read: not zero


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaValue:
    """What a map says of an area.

    Attributes
    ----------
    value : float or None
        At least 0; ``None`` exactly where ``state`` is missing.
    label : str
        In words, as a screen reader says it after the name: ``12 initiatives, 40% confirmed``.
    text : str
        A few characters to stand in the area, such as ``12``.

    Raises
    ------
    ValueError
        If the value does not fit its state: what is missing is no number, and least of all zero.
    """

    value: float | None
    label: str
    state: AreaState = AreaState.KNOWN
    text: str = ""

    def __post_init__(self) -> None:
        if (self.value is None) != (self.state is AreaState.MISSING):
            raise ValueError(f"value {self.value!r} does not fit the state {self.state.value!r}")
        if self.value is not None and not 0 <= self.value < float("inf"):
            raise ValueError(f"a map shows values from 0 on, not {self.value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWords:
    """What stands around a map.

    Attributes
    ----------
    title : str
        What is shown; of tiles it is added that they are schematic.
    zero, missing, low : str
        What the legend says of areas with the value 0, without a value, and with too little behind their value. The
        last two are also said after the label of such an area.
    """

    title: str
    zero: str = "none found in the documents read"
    missing: str = "no document read"
    low: str = "few documents read"


def show_map(
    key: str,
    shapes: MapShapes,
    values: Mapping[AreaCode, AreaValue],
    selected: str = "",
    *,
    words: MapWords,
    classes: MapClasses | None = None,
) -> str:
    """Draw a map and return the code of the area that was just chosen, or an empty text.

    Parameters
    ----------
    key : str
        The name of this map on its page.
    values : mapping
        By code. An area of the map without an entry is drawn as missing; an entry for an area that is not on the map is
        listed below it.
    selected : str
        The area that is outlined.
    words : MapWords
        Title and legend.
    classes : MapClasses, optional
        Bounds of the colours; keep them fixed where a slider moves through time. By default from these values.
    """
    url = runtime.get_instance().media_file_mgr.add(_json_of(shapes), "application/json", f"areamap-{key}")
    data = {"shapes": url, **map_data(shapes, values, selected, words=words, classes=classes)}
    mounted = part("areamap", _HTML)(key=key, data=data, on_picked_change=lambda: None)
    return str(mounted.picked or "")


def map_data(
    shapes: MapShapes,
    values: Mapping[AreaCode, AreaValue],
    selected: str = "",
    *,
    words: MapWords,
    classes: MapClasses | None = None,
) -> dict[str, Any]:
    """Return what is drawn besides the shapes: the words around, and for each code fill, label, mark and short text."""
    shown = [one for code, one in values.items() if code in shapes.codes]
    bounds = classes or map_classes(one.value for one in shown if one.value is not None)
    missing = AreaValue(value=None, label="", state=AreaState.MISSING)
    return {
        "title": f"{plain(words.title)} ({SCHEMATIC})" if shapes.kind == "tiles" else plain(words.title),
        "selected": selected,
        "values": {area.code: _drawn(values.get(area.code, missing), bounds, words) for area in shapes.areas},
        "legend": _legend(shown, bounds, words),
        "beside": _beside(shapes, values),
        "note": plain(shapes.note),
    }


def off_map(shapes: MapShapes, values: Mapping[AreaCode, AreaValue]) -> tuple[AreaCode, ...]:
    """Return the codes that have a value and no place on the map."""
    return tuple(sorted(values.keys() - shapes.codes))


@lru_cache(maxsize=8)
def _json_of(shapes: MapShapes) -> bytes:
    return shapes.as_json()


def _drawn(one: AreaValue, bounds: MapClasses, words: MapWords) -> list[str | int]:
    said = {AreaState.KNOWN: "", AreaState.LOW: words.low, AreaState.MISSING: words.missing}[one.state]
    label = ", ".join(plain(text) for text in (one.label, said) if text)
    return [_fill(one.value, bounds), label, int(one.state is AreaState.LOW), plain(one.text)]


def _fill(value: float | None, bounds: MapClasses) -> str:
    if value is None:
        return "missing"
    return f"c{bounds.colour(value)}" if value else "zero"


def _legend(shown: Sequence[AreaValue], bounds: MapClasses, words: MapWords) -> list[list[str]]:
    rows = [["missing", plain(words.missing)], ["zero", plain(words.zero)]]
    rows += [[f"c{colour}", text] for colour, text in zip(bounds.colours, bounds.texts, strict=True)]
    if any(one.state is AreaState.LOW for one in shown):
        rows.append(["low", plain(words.low)])
    return rows


def _beside(shapes: MapShapes, values: Mapping[AreaCode, AreaValue]) -> str:
    codes = off_map(shapes, values)
    if not codes:
        return ""
    named = "; ".join(f"{plain(code)}: {plain(values[code].label)}" for code in codes[:_LONGEST_BESIDE])
    more = f"; and {len(codes) - _LONGEST_BESIDE} more" if len(codes) > _LONGEST_BESIDE else ""
    return f"Not on this map ({len(codes)}): {named}{more}"
