"""The labelling screen: Label Studio's configuration, generated from a codebook."""

from __future__ import annotations

import hashlib
from xml.etree.ElementTree import Element, SubElement, tostring

from annotation.labelling_codes import add_grid, add_taxonomy, grid_order
from annotation.labelling_elements import add_choice, add_data_header, add_header, titled
from annotation.labelling_hotkeys import NOTHING_KEY, SPAN_KEYS, UNSEEN_KEY, UNSURE_KEY, Keys, hotkeys
from annotation.labelling_layout import (
    BOX,
    CODES,
    NOT_SURE,
    NOTE,
    NOTHING,
    NOTHING_HERE,
    PAGE,
    PASSAGE,
    SPAN,
    SPAN_KINDS,
    THE_PASSAGE,
    UNSURE,
    Layout,
    check_codebook,
    layout_of,
)
from annotation.labelling_style import STYLE
from careatlas.codebook import Attribute, Codebook

_SPAN_COLOURS = ("#0072b2", "#009e73", "#d55e00", "#cc79a7", "#b8860b")  # told apart without red and green
_RULE = "Read the whole passage against every code. A code that is not ticked counts as absent."


def labelling_config(codebook: Codebook, *, layout: Layout = Layout.AUTO, page_image: bool = True) -> str:
    """Return the XML of the labelling screen for a codebook; the same codebook gives the same text.

    Parameters
    ----------
    layout : Layout
        How the codes stand on the screen.
    page_image : bool
        Whether tasks bring an image of the page.

    Raises
    ------
    InputError
        If no screen can be made of the codebook.
    """
    check_codebook(codebook)
    chosen = layout_of(codebook, layout)
    in_grid = grid_order(codebook) if chosen is Layout.GRID else []
    keys = hotkeys(in_grid, {one.name: tuple(dict.fromkeys(one.values)) for one in codebook.attributes})
    root = Element("View")
    SubElement(root, "Style").text = STYLE
    screen = SubElement(root, "View", className="ca-screen")
    _reading(SubElement(screen, "View", className="ca-left"), page_image=page_image)
    _answering(SubElement(screen, "View", className="ca-right"), codebook, chosen, keys)
    return tostring(root, encoding="unicode")


def config_hash(config: str) -> str:
    """Return the digest by which a task says which screen it was made for."""
    return hashlib.sha256(config.encode("utf-8")).hexdigest()


def _reading(view: Element, *, page_image: bool) -> None:
    add_data_header(view, "title", "ca-title")
    add_data_header(view, "place", "ca-place")
    add_data_header(view, "heading", "ca-heading")
    spans = SubElement(view, "Labels", name=SPAN, toName=PASSAGE, showInline="true")
    for kind, key, colour in zip(SPAN_KINDS, SPAN_KEYS, _SPAN_COLOURS, strict=True):
        SubElement(spans, "Label", value=kind, hotkey=key, background=colour)
    _text(view, "before", "ca-around")
    _text(view, PASSAGE, "ca-passage")
    _text(view, "after", "ca-around")
    if page_image:
        hidden = SubElement(view, "View", className="ca-unseen")
        labels = SubElement(hidden, "RectangleLabels", name=BOX, toName=PAGE)
        SubElement(labels, "Label", value=THE_PASSAGE, hotkey=UNSEEN_KEY, background="#e69f00")
        image = SubElement(view, "View", className="ca-page")
        SubElement(image, "Image", name=PAGE, value=f"${PAGE}", zoom="true", zoomControl="true")


def _answering(view: Element, codebook: Codebook, layout: Layout, keys: Keys) -> None:
    _text(view, "top", "ca-top")
    add_header(view, _RULE, "ca-rule")
    nothing = _choices(view, NOTHING, "multiple")
    add_choice(nothing, NOTHING_HERE, "Read, nothing here", hint=codebook.none_definition, hotkey=NOTHING_KEY)
    codes = {
        "name": CODES,
        "toName": PASSAGE,
        "visibleWhen": "choice-unselected",  # on the control itself: then what is hidden is not submitted either
        "whenTagName": NOTHING,
        "required": "true",
        "requiredMessage": "Tick at least one code, or 'Read, nothing here'.",
    }
    frame = SubElement(view, "View", className=f"ca-codes ca-{layout}")
    if layout is Layout.GRID:
        add_grid(SubElement(frame, "Choices", {**codes, "choice": "multiple"}), codebook, keys)
    else:
        add_taxonomy(SubElement(frame, "Taxonomy", {**codes, "showFullPath": "true"}), codebook)
    unsure = _choices(view, UNSURE, "multiple", visibleWhen="choice-unselected", whenTagName=NOTHING)
    add_choice(unsure, NOT_SURE, "Not sure", hint="The ticked codes are recorded as unsure.", hotkey=UNSURE_KEY)
    for attribute in codebook.attributes:
        _attribute(view, attribute, keys)
    add_header(view, "Note", "ca-field")
    SubElement(
        view,
        "TextArea",
        name=NOTE,
        toName=PASSAGE,
        rows="2",
        maxSubmissions="1",
        editable="true",
        showSubmitButton="false",
        placeholder="Anything a later reader should know",
    )


def _attribute(view: Element, attribute: Attribute, keys: Keys) -> None:
    add_header(view, titled(attribute.name), "ca-field")
    choices = _choices(view, attribute.name, "single-radio")
    for value in dict.fromkeys(attribute.values):
        add_choice(choices, value, value, hint=attribute.note, hotkey=keys.get((attribute.name, value), ""))


def _choices(view: Element, name: str, choice: str, **more: str) -> Element:
    frame = SubElement(view, "View", className=f"ca-{choice}")
    attributes = {"name": name, "toName": PASSAGE, "choice": choice, "showInline": "true", **more}
    return SubElement(frame, "Choices", attributes)


def _text(view: Element, name: str, style: str) -> None:
    frame = SubElement(view, "View", className=style)
    SubElement(frame, "Text", name=name, value=f"${name}", granularity="word" if name == PASSAGE else "symbol")
