"""Elements of the labelling screen. The text in them comes from codebooks, which anybody may have written."""

from __future__ import annotations

import re
from html import escape
from xml.etree.ElementTree import Element, SubElement

from careatlas.plain_text import for_terminal

MAX_HINT = 1_800  # characters: about twenty lines, a third of a small screen
_NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def shown(text: str) -> str:
    """Return text as it may stand on the screen.

    Control and direction characters are written out, what XML cannot hold is replaced, and a word joiner after each
    dollar sign keeps Label Studio from putting task data in for ``$name``.
    """
    return _NOT_IN_XML.sub("\ufffd", for_terminal(text)).replace("$", "$\u2060")


def titled(name: str) -> str:
    """Return a name from a codebook as the title of what stands under it."""
    return f"{name[:1].upper()}{name[1:]}"


def hint_of(text: str) -> str:
    """Return text for the box that opens under the mouse, cut where it would not fit on a screen."""
    hint = shown(text)
    return hint if len(hint) <= MAX_HINT else f"{hint[: MAX_HINT - 1]}…"


def add_header(view: Element, text: str, style: str) -> None:
    """Add a line of text."""
    frame = SubElement(view, "View", className=style)
    SubElement(frame, "Header", value=shown(text), size="5")


def add_data_header(view: Element, name: str, style: str) -> None:
    """Add a line that each task brings in its data under ``name``."""
    frame = SubElement(view, "View", className=style)
    SubElement(frame, "Header", value=f"${name}", size="5")


def add_choice(parent: Element, value: str, label: str, *, hint: str = "", hotkey: str = "", style: str = "") -> None:
    """Add a box to tick: ``label`` on the screen, ``value`` in the answer."""
    # The alias is what is stored, even where the value had to be changed for the screen.
    made = SubElement(parent, "Choice", value=shown(value), alias=value, html=escape(shown(label)))
    for name, text in (("hint", hint_of(hint)), ("hotkey", hotkey), ("style", style)):
        if text:
            made.set(name, text)
