from __future__ import annotations

import pytest

from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.codebook_file import shipped, shipped_names
from careatlas.identifiers import Code, CodebookId
from streamlit_app.codebook_layout import axes, mark, tree


def test_each_code_stands_under_its_parent() -> None:
    codes = [("b", "a"), ("c", None), ("a", None), ("d", "b")]
    book = Codebook(
        id=CodebookId("x"),
        version="1.0.0",
        title="x",
        provenance=Provenance.VERIFIED,
        source="",
        codes=tuple(
            CodeDefinition(id=Code(code), label=code, definition=code, parent=Code(parent) if parent else None)
            for code, parent in codes
        ),
    )
    assert [(item.code.id, item.depth) for item in tree(book)] == [("c", 0), ("a", 0), ("b", 1), ("d", 2)]


@pytest.mark.parametrize("name", shipped_names())
def test_no_code_of_a_shipped_codebook_is_left_out(name: str) -> None:
    book = shipped(name)
    found = tree(book)
    assert {item.code.id for item in found} == {code.id for code in book.codes}
    assert all(book.path(item.code.id)[0].axis in axes(book) for item in found)


def test_marks_are_words() -> None:
    assert "not verified" in mark(Provenance.RECONSTRUCTED)
    assert "not" not in mark(Provenance.VERIFIED)
