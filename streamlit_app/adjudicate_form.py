"""The form of a decision: the coders side by side, a tick for each code, the attributes, a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from annotation.adjudication import Ruling
from annotation.reviewing import MAX_NOTE
from careatlas.codebook import Codebook
from careatlas.identifiers import Code
from streamlit_app.adjudicate_layout import AttributeRow, CodeRow, Table
from streamlit_app.plain import in_markdown, plain

_FIRST, _CODER, _OTHER = 4.4, 1.9, 1.7  # widths of columns, relative to each other
_SHORTCUTS = {"Decide": "Ctrl+Enter", "Decide and lock": "Ctrl+Shift+Enter"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionForm:
    """The widgets of a decision on one passage.

    Attributes
    ----------
    key : str
        Names the passage in one state: when anything is said of it, the ticks are made anew.
    closed : bool
        Whether nothing can be decided: everything is shown, nothing can be pressed.
    """

    key: str
    codebook: Codebook
    closed: bool

    def draw(
        self, table: Table, attributes: Sequence[AttributeRow], reason: str, decide: Callable[[bool], None]
    ) -> None:
        """Draw the form.

        Parameters
        ----------
        reason : str
            The reason of the decision in force.
        decide : callable
            Called with whether the passage is to be locked, when a button is pressed.
        """
        with st.form(f"desk-{self.key}", enter_to_submit=False):
            with st.container(key=f"codes-{self.key}", gap=None):
                self._line("head", table, [f"**{in_markdown(name)}**" for name in table.head])
                for row in table.rows:
                    self._code(row, table)
                for item in attributes:
                    self._attribute(item, table)
            if table.quiet:
                with st.expander(f"Codes that nobody sees here ({len(table.quiet)})"):
                    for row in table.quiet:
                        self._code(row, table)
            self._end(reason, decide)

    def ruling(self) -> Ruling:
        """Return what is filled in."""
        values = {one.name: str(self._value(f"says-{one.name}") or "") for one in self.codebook.attributes}
        return Ruling(
            codes=frozenset(code.id for code in self.codebook.codes if self._value(f"tick-{code.id}")),
            nothing=bool(self._value(f"tick-{_name_of(Code(''))}")),
            attributes={name: value for name, value in values.items() if value},
            reason=str(self._value("reason") or ""),
        )

    def _value(self, name: str) -> object:
        return st.session_state.get(self._named(name))

    def _named(self, name: str) -> str:
        return f"{name}-{self.key}"

    def _line(self, name: str, table: Table, cells: Sequence[str]) -> None:
        with st.container(key=self._named(f"row-{name}")):
            for column, cell in zip(_columns(table)[1:], cells, strict=True):
                column.markdown(cell)

    def _code(self, row: CodeRow, table: Table) -> None:
        name = _name_of(row.code)
        with st.container(key=self._named(f"{'differs' if row.differs else 'row'}-{name}")):
            first, *others = _columns(table)
            first.checkbox(
                in_markdown(row.label), row.ticked, key=self._named(f"tick-{name}"), disabled=self.closed, wrap=True
            )
            for column, cell in zip(others, row.cells, strict=True):
                column.text(plain(cell))

    def _attribute(self, item: AttributeRow, table: Table) -> None:
        name = item.attribute.name
        options = ["", *item.attribute.values]
        with st.container(key=self._named(f"{'differs' if len(set(item.said)) > 1 else 'row'}-{name}")):
            first, *others = _columns(table)
            first.selectbox(
                name.capitalize(),
                options,
                index=options.index(item.value),
                format_func=lambda value: f"{name.capitalize()}: {value or 'not said'}",
                key=self._named(f"says-{name}"),
                disabled=self.closed,
                label_visibility="collapsed",
            )
            for column, value in zip(others, item.said, strict=False):  # beside the coders stands nothing
                column.text(plain(value) or "not said")

    def _end(self, reason: str, decide: Callable[[bool], None]) -> None:
        st.text_area(
            "Reason (needed where you go against the coders)",
            reason,
            key=self._named("reason"),
            max_chars=MAX_NOTE,
            height=68,
            disabled=self.closed,
        )
        with st.container(horizontal=True):
            for number, (name, shortcut) in enumerate(_SHORTCUTS.items()):
                st.form_submit_button(
                    name,
                    type="secondary" if number else "primary",
                    on_click=decide,
                    args=(bool(number),),
                    shortcut=shortcut,
                    disabled=self.closed,
                    key=self._named(f"submit-{number}"),
                )


def _columns(table: Table) -> list[DeltaGenerator]:
    others = len(table.head) - table.coders
    widths = [_FIRST, *([_CODER] * table.coders), *([_OTHER] * others)]
    return st.columns(widths, vertical_alignment="center")


def _name_of(code: Code) -> str:
    return code or "nothing here"  # with a space, which no code has
