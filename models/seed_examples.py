"""Training examples out of the codebook itself: what there is before anybody has labelled anything."""

from __future__ import annotations

from collections.abc import Iterator

from careatlas.codebook import Codebook
from careatlas.identifiers import Code
from models.examples import Example, Examples, examples_of


def seed_examples(codebook: Codebook) -> Examples:
    """Return the codebook's own texts as examples: its definitions, notes, and the passages written for it.

    A code's negative examples and the background passages are examples of no code: they are near misses, written so
    that nothing applies. The labels are complete: a text written for one code counts as absent for the others.
    """
    return examples_of([code.id for code in codebook.codes], _rows(codebook))


def _rows(codebook: Codebook) -> Iterator[Example]:
    for code in codebook.codes:
        for_it = (f"{code.label}. {code.definition}", *code.include, *code.positive)
        for number, text in enumerate(for_it):
            yield _row(codebook, f"{code.id}:for:{number}", text, frozenset({code.id}))
        for number, text in enumerate(code.negative):
            yield _row(codebook, f"{code.id}:not:{number}", text, frozenset())
    for number, text in enumerate(codebook.background):
        yield _row(codebook, f"background:{number}", text, frozenset())


def _row(codebook: Codebook, name: str, text: str, present: frozenset[Code]) -> Example:
    absent = frozenset(code.id for code in codebook.codes) - present
    return Example(id=name, text=text, present=present, absent=absent, origin="codebook")
