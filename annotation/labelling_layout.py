"""What the labelling screen and the answers from it agree on: the controls by name, and the form that codes take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from careatlas.codebook import Codebook, problems
from careatlas.errors import InputError
from careatlas.identifiers import Code

CODES, NOTHING, UNSURE, SPAN, BOX, NOTE = "codes", "nothing", "unsure", "span", "box", "note"
PASSAGE, PAGE = "passage", "page"
NOTHING_HERE, NOT_SURE, THE_PASSAGE = "nothing-here", "unsure", "passage"
SPAN_KINDS = ("area", "start", "end", "partner", "funding")
GRID_CODES = 30  # more than this is more than a screen of check boxes
MAX_VALUE = 100  # characters of an attribute's value

_TAKEN = frozenset({CODES, NOTHING, UNSURE, SPAN, BOX, NOTE, PASSAGE, PAGE, "before", "after", "top"})
_TAKEN_ROWS = frozenset(SPAN_KINDS)  # they stand beside the attributes in the store
_CODE = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")  # nothing that Label Studio reads as a path, a list or a variable
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")


class Layout(StrEnum):
    """How the codes stand on the screen."""

    TAXONOMY = "taxonomy"  # a list that opens and is searched
    GRID = "grid"  # check boxes, all of them visible, each with a key
    AUTO = "auto"  # check boxes where they fit on a screen


def layout_of(codebook: Codebook, layout: Layout) -> Layout:
    """Return the layout that a codebook gets: for ``AUTO`` a grid up to 30 codes and two levels."""
    if layout is not Layout.AUTO:
        return layout
    deep = any(len(codebook.path(code.id)) > 2 for code in codebook.codes)
    return Layout.TAXONOMY if deep or len(codebook.codes) > GRID_CODES else Layout.GRID


def axes(codebook: Codebook) -> tuple[str, ...]:
    """Return the axes by which codes without parents are grouped; empty where parents group them, or nothing does."""
    names = dict.fromkeys(code.axis for code in codebook.codes)
    flat = all(code.parent is None for code in codebook.codes)
    return tuple(names) if flat and len(names) > 1 and all(names) else ()


def taxonomy_paths(codebook: Codebook) -> Mapping[Code, tuple[str, ...]]:
    """Return the path of each code in the list that opens, as Label Studio stores it: identifiers, the code last."""
    groups = {axis: axis_alias(number) for number, axis in enumerate(axes(codebook))}
    return MappingProxyType(
        {
            code.id: (*([groups[code.axis]] if groups else []), *(step.id for step in codebook.path(code.id)))
            for code in codebook.codes
        }
    )


def axis_alias(number: int) -> str:
    """Return what an axis is called in a path; no code can be called so."""
    return f"axis:{number}"


def check_codebook(codebook: Codebook) -> None:
    """Refuse a codebook of which no screen can be made.

    Raises
    ------
    InputError
        If it is unsound, or a code or an attribute has a name that Label Studio would read as something else.
    """
    found = [*problems(codebook)]
    found += [f"{code.id!r}: not an identifier of a code" for code in codebook.codes if not _CODE.fullmatch(code.id)]
    names = [attribute.name for attribute in codebook.attributes]
    for attribute in codebook.attributes:
        if (
            not _NAME.fullmatch(attribute.name)
            or attribute.name in _TAKEN | _TAKEN_ROWS
            or names.count(attribute.name) > 1
        ):
            found.append(f"{attribute.name!r}: an attribute cannot be called so, or is called like another field")
        if not attribute.values or not all(_is_value(value) for value in attribute.values):
            found.append(f"{attribute.name}: it has no values, or one that is empty, too long or not a line of text")
    if found:
        raise InputError(
            "\n".join(found),
            where=f"codebook {codebook.id} {codebook.version}",
            mend="mend these in the codebook and give it a new version",
        )


def _is_value(value: str) -> bool:
    return bool(value.strip()) and len(value) <= MAX_VALUE and value.isprintable()
