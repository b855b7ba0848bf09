"""Which codes stand on a labelling screen that somebody else made. It is read as from a stranger."""

from __future__ import annotations

from xml.etree.ElementTree import ParseError, fromstring

from annotation.labelling_layout import CODES
from careatlas.identifiers import Code

_MOST_CHARACTERS = 1_000_000


def codes_on_screen(config: str) -> frozenset[Code]:
    """Return what can be ticked in the field of the codes; nothing of a screen that cannot be read."""
    if len(config) > _MOST_CHARACTERS or "<!" in config.replace("<!--", ""):  # entities can grow without end
        return frozenset()
    try:
        root = fromstring(config)  # noqa: S314 - it has no entities
    except (ParseError, ValueError):
        return frozenset()
    fields = [field for field in root.iter() if field.get("name") == CODES]
    choices = [choice for field in fields for choice in field.iter("Choice")]
    return frozenset(Code(choice.get("alias") or choice.get("value") or "") for choice in choices) - {Code("")}
