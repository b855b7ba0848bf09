"""Partners: the organisations that a passage names besides the one whose document it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.body_mentions import BodyMention, body_key, body_mentions
from nlp.place_context import PlaceContext

if TYPE_CHECKING:
    from spacy.tokens import Doc

LEAST = 0.5


def partner_mentions(doc: Doc, context: PlaceContext) -> tuple[BodyMention, ...]:
    """Return the partners named in a passage, each once, where it is first named.

    Parameters
    ----------
    doc : Doc
        As :func:`nlp.language.read_text` makes it, by any pipeline.
    context : PlaceContext
        What is known of the document; its own body is no partner.
    """
    found: dict[str, BodyMention] = {}
    for one in body_mentions(doc, context.on, context):
        if not one.is_own and one.confidence >= LEAST:
            found.setdefault(body_key(one.name), one)
    return tuple(found.values())
