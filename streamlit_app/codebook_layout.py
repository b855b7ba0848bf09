"""The codes of a codebook as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from careatlas.codebook import Codebook, CodeDefinition, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeCode:
    """A code and how deep it stands; 0 for the topmost."""

    code: CodeDefinition
    depth: int


def tree(book: Codebook) -> list[TreeCode]:
    """Return the codes, each right after its parent, siblings in the order of the codebook."""
    return list(_under(book, None, 0))


def axes(book: Codebook) -> list[str]:
    """Return the axes of the topmost codes in the order of the codebook; empty text for those without one."""
    return list(dict.fromkeys(code.axis for code in book.codes if code.parent is None))


def mark(provenance: Provenance) -> str:
    """Return what is said of a definition's origin."""
    return "verified against its source" if provenance is Provenance.VERIFIED else "reconstructed, not verified"


def _under(book: Codebook, parent: str | None, depth: int) -> Iterator[TreeCode]:
    for code in book.codes:
        if code.parent == parent:
            yield TreeCode(code=code, depth=depth)
            yield from _under(book, code.id, depth + 1)
