"""The codes on the labelling screen: as check boxes in groups, or as a list that opens and is searched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from annotation.labelling_elements import add_choice, add_header, hint_of, shown, titled
from annotation.labelling_hotkeys import Keys
from annotation.labelling_layout import CODES, axes, axis_alias
from careatlas.codebook import Codebook, CodeDefinition
from careatlas.identifiers import Code

_INDENT = 18  # pixels for each level


def add_grid(parent: Element, codebook: Codebook, keys: Keys) -> None:
    """Add a check box for every code, grouped by axis, or by the topmost parent."""
    parents = {code.parent for code in codebook.codes}
    for title, codes in _groups(codebook):
        block = SubElement(parent, "View", className="ca-group")
        if title:
            add_header(block, title, "ca-axis")
        for code in codes:
            depth = len(codebook.path(code.id)) - 1
            heads = not depth and code.id in parents
            place = SubElement(block, "View", className="ca-parent") if heads else block
            style = f"margin-left: {_INDENT * depth}px" if depth else ""
            hotkey = keys.get((CODES, code.id), "")
            add_choice(place, code.id, code.label, hint=code_hint(code), hotkey=hotkey, style=style)


def grid_order(codebook: Codebook) -> list[Code]:
    """Return the codes in the order in which the check boxes stand."""
    return [code.id for _, codes in _groups(codebook) for code in codes]


def add_taxonomy(parent: Element, codebook: Codebook) -> None:
    """Add the codes as a tree; where axes group them, an axis itself cannot be ticked."""
    made: dict[str, Element] = {}
    for number, axis in enumerate(axes(codebook)):
        parent.set("leafsOnly", "true")
        made[axis_alias(number)] = SubElement(parent, "Choice", value=shown(titled(axis)), alias=axis_alias(number))
    under_axis = dict(zip(axes(codebook), made.values(), strict=True))
    for code in in_tree_order(codebook):
        under = made[code.parent] if code.parent else under_axis.get(code.axis, parent)
        hint = hint_of(code_hint(code))
        made[code.id] = SubElement(under, "Choice", value=shown(code.label), alias=code.id, hint=hint)


def in_tree_order(codebook: Codebook) -> list[CodeDefinition]:
    """Return the codes with each parent before its children and the children together, else as in the codebook."""
    place = {code.id: number for number, code in enumerate(codebook.codes)}
    return sorted(codebook.codes, key=lambda code: [place[step.id] for step in codebook.path(code.id)])


def code_hint(code: CodeDefinition) -> str:
    """Return what a code means, what it takes in (+) and leaves out (–), and one example."""
    return "\n".join(
        [
            code.definition,
            *(f"+ {entry}" for entry in code.include),
            *(f"– {entry}" for entry in code.exclude),
            *(f"e.g. {entry}" for entry in code.positive[:1]),
        ]
    )


def _groups(codebook: Codebook) -> Iterator[tuple[str, Iterable[CodeDefinition]]]:
    for axis in axes(codebook):
        yield titled(axis), (code for code in codebook.codes if code.axis == axis)
    if axes(codebook):
        return
    parents = {code.parent for code in codebook.codes}

    def family(code: CodeDefinition) -> str:
        top = codebook.path(code.id)[0].id
        return top if top in parents else ""  # codes that stand alone share a block

    for _, codes in groupby(in_tree_order(codebook), key=family):
        yield "", codes
