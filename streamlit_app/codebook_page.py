"""The codebook: what each code means, takes in and leaves out, and whether that was checked."""

from __future__ import annotations

import streamlit as st

from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.codebook_shelf import all_codebooks
from careatlas.project import Project
from streamlit_app.codebook_layout import TreeCode, axes, mark, tree
from streamlit_app.plain import in_markdown, plain

_LISTS = {"Takes in": "include", "Leaves out": "exclude", "Shows it": "positive", "Does not": "negative"}


def show_codebook(project: Project) -> None:
    """Draw one codebook of those that the project can use."""
    st.title("Codebook", anchor=False)
    books = {str(book.id): book for book in reversed(all_codebooks(project.root))}  # the project's own wins
    names = sorted(books)
    asked = st.query_params.get("codebook", "")
    if asked and asked not in books:
        st.warning(f"The link asks for the codebook {in_markdown(asked)}, which is not here.")
    used = project.settings.suggest.codebook
    chosen = st.selectbox(
        "Codebook",
        names,
        index=names.index(used) if used in books else 0,
        format_func=lambda name: f"{books[name].title}{' (in use)' if name == used else ''}",
        key="book",
        width=640,
    )
    book = books[str(chosen)]
    _head(book)
    words = st.text_input("Find a code", key="find", max_chars=100, width=420)
    found = [item for item in tree(book) if _matches(item.code, words or "")]
    if not found:
        st.info("No code has these words in its name or definition.")
    for axis in axes(book):
        mine = [item for item in found if book.path(item.code.id)[0].axis == axis]
        if axis and mine:
            st.subheader(in_markdown(axis.capitalize()), anchor=False)
        for item in mine:
            _code(item)


def _head(book: Codebook) -> None:
    st.text(f"{book.id} {book.version}, {len(book.codes)} codes")
    _mark(book.provenance)
    st.text(plain(book.source))
    if book.summary:
        st.text(plain(book.summary))
    if book.rules or book.none_definition:
        with st.expander("Rules for coding"):
            for number, rule in enumerate(book.rules, start=1):
                st.text(f"{number}. {plain(rule)}")
            if book.none_definition:
                st.text(f"None: {plain(book.none_definition)}")


def _mark(provenance: Provenance) -> None:
    verified = provenance is Provenance.VERIFIED
    icon = ":material/verified:" if verified else ":material/construction:"
    st.badge(mark(provenance), icon=icon, color="green" if verified else "orange")


def _code(item: TreeCode) -> None:
    code = item.code
    indent = "\u2003\u21b3 " * item.depth
    reconstructed = "" if code.provenance is Provenance.VERIFIED else " \u00b7 reconstructed"
    with st.expander(f"{indent}**{in_markdown(code.label)}** \u00b7 {in_markdown(code.id)}{reconstructed}"):
        st.text(plain(code.definition))
        _mark(code.provenance)
        if code.source:
            st.text(f"Source: {plain(code.source)}")
        for title, name in _LISTS.items():
            entries = getattr(code, name)
            if entries:
                st.markdown(f"**{title}**")
                st.text("\n".join(f"\u2022 {plain(entry)}" for entry in entries))


def _matches(code: CodeDefinition, words: str) -> bool:
    text = f"{code.id} {code.label} {code.definition}".casefold()
    return all(word in text for word in words.casefold().split())
