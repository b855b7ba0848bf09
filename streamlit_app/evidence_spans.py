"""A passage cut into pieces, so that the words which facts were read from can be marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from careatlas.initiative import Span
from streamlit_app.plain import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words of a passage, safe to show, and what was read from them; ``names`` empty for nothing."""

    text: str
    names: tuple[str, ...] = ()


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """Return a text cut at the ends of spans.

    A span that the text does not hold (the document was read anew since) marks nothing: a wrong mark is worse.
    """
    held = [one for one in spans if _is_held(text, one)]
    cuts = sorted({0, len(text), *(one.char_start for one in held), *(one.char_end for one in held)})
    found = []
    for start, end in pairwise(cuts):
        names = dict.fromkeys(one.name for one in held if one.char_start <= start and end <= one.char_end)
        found.append(Piece(text=plain(text[start:end]), names=tuple(names)))
    return tuple(found)


def _is_held(text: str, span: Span) -> bool:
    inside = 0 <= span.char_start < span.char_end <= len(text)
    return inside and text[span.char_start : span.char_end].split() == span.words.split()
