"""What is known of a document, with where it comes from, and the form that corrects it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from careatlas.document import Document
from careatlas.document_correcting import MAX_CHARACTERS, corrections_of
from careatlas.document_fact import FactName
from careatlas.errors import CareAtlasError, UsageError
from careatlas.plan_type import PlanType
from careatlas.project import Project
from careatlas.store import document_facts
from streamlit_app.area_asked import area_line
from streamlit_app.document_facts_query import (
    HEADER,
    NAMES,
    DocumentKnowledge,
    correction_lines,
    fact_rows,
    given_of,
    knowledge_of,
)
from streamlit_app.identity import Reader
from streamlit_app.plain import in_markdown
from streamlit_app.rowtable import show_table

_SAID = "careatlas-facts-said"
_HINTS = {
    FactName.AREA: "Area (code, or a name that only one area has)",
    FactName.COVERS: "Covers (2023/24, 2023, or 2023-04-01/2025-04-01)",
    FactName.PUBLISHED: "Published (2023, 2023-04 or 2023-04-01)",
}


def show_document_facts(
    project: Project, item: Document, reader: Reader, follow: Callable[[str, Mapping[str, str]], None]
) -> None:
    """Draw what is known of a document.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    for kind, words in st.session_state.pop(_SAID, ()):
        (st.error if kind == "error" else st.warning)(in_markdown(words, limit=800))
    found = knowledge_of(project, item)
    with st.expander("What is known of this document", key=f"facts-{item.document_id}"):
        show_table(f"facts-table-{item.document_id}", "", HEADER, fact_rows(found), follow=follow)
        for line in correction_lines(found):
            st.text(f"\u2713 {line}")
        if reader.person:
            _FactsForm(project, item, reader, found).draw()
        else:
            st.info(f"You can read but not correct: {in_markdown(reader.why)}.")


class _FactsForm:
    """The widgets of a correction; made anew when anything is said of the document."""

    def __init__(self, project: Project, item: Document, reader: Reader, found: DocumentKnowledge) -> None:
        self._project, self._item, self._reader, self._found = project, item, reader, found

    def _key(self, name: str) -> str:
        return f"fact-{name}-{self._item.document_id}-{len(self._found.corrections)}"

    def draw(self) -> None:
        """Draw the form."""
        with st.form(self._key("form"), enter_to_submit=False, border=False):
            columns = st.columns(2)
            for place, (name, label) in enumerate(NAMES.items()):
                with columns[place % 2]:
                    self._field(name, label)
            st.text_input("Note kept with the correction", key=self._key("note"), max_chars=MAX_CHARACTERS)
            st.form_submit_button("Keep the correction", on_click=self._keep, key=self._key("submit"))
        st.caption(
            "A field that a person corrected and that you empty takes the correction back. Initiatives follow with the"
            " next build."
        )

    def _field(self, name: FactName, label: str) -> None:
        if name is FactName.DOC_TYPE:
            self._kind(label)
            return
        now = self._found.value(name)
        st.text_input(_HINTS.get(name, label), now, key=self._key(name), max_chars=MAX_CHARACTERS)
        if name is FactName.AREA:
            known = self._found.known.get(name)
            st.caption(in_markdown(area_line(now, known.label if known else "")))

    def _kind(self, label: str) -> None:
        now = self._found.value(FactName.DOC_TYPE)
        labels = {str(one): one.label for one in PlanType}
        options = list(dict.fromkeys(["", now, *labels]))
        st.selectbox(
            label,
            options,
            index=options.index(now),
            format_func=lambda value: labels.get(value, value) or "not known",
            key=self._key(FactName.DOC_TYPE),
        )

    def _said(self, name: str) -> str:
        return str(st.session_state.get(self._key(name)) or "")

    def _keep(self) -> None:
        try:
            if not self._reader.person:
                raise UsageError("a correction names the person who makes it")
            given = given_of(self._found, {name: self._said(name) for name in NAMES})
            if all(value is None for value in given.values()):
                raise UsageError("nothing was changed")
            checked = corrections_of(
                self._item.document_id,
                given,
                self._found.known,
                person=self._reader.person,
                note=self._said("note"),
            )
            with self._project.store.write() as connection:
                for one in checked.corrections:
                    document_facts.correct(connection, one)
        except CareAtlasError as error:
            st.session_state[_SAID] = [("error", f"The correction was not kept: {error}")]
            return
        st.session_state[_SAID] = [("warning", words) for words in checked.warnings]
        st.toast("Kept", icon=":material/check:")
