"""The form that corrects the fields of an initiative."""

from __future__ import annotations

from typing import Any

import streamlit as st

from careatlas.errors import CareAtlasError
from careatlas.initiative import InitiativeStatus
from careatlas.initiative_fields import MAX_WORDS, plain_fields
from careatlas.initiative_reviewing import MAX_NOTE, edited
from careatlas.period import Precision
from careatlas.reviewed_initiative import ReviewedInitiative
from streamlit_app.area_asked import area_asked, area_line
from streamlit_app.initiative_acts import REFUSED, Acts
from streamlit_app.model_in_use import label_of
from streamlit_app.plain import in_markdown

_MAX_PARTNERS = 20_000  # characters of all of them
_WORDS = ("population", "scale", "funding")


class EditForm:
    """The widgets of a correction of one initiative in one state."""

    def __init__(self, acts: Acts, one: ReviewedInitiative) -> None:
        self._acts, self._one = acts, one
        self._now = plain_fields(one.initiative)

    def draw(self) -> None:
        """Draw the form."""
        now = self._now
        with st.form(self._key("form"), enter_to_submit=False, border=False):
            self._text("title", "Title")
            st.text_input(
                "Area (code, or a name that only one area has)",
                now["area_code"] or now["area_name"],
                key=self._key("area"),
                max_chars=200,
            )
            st.caption(in_markdown(area_line(now["area_code"], now["area_name"])))
            self._time()
            left, right = st.columns(2)
            with left:
                self._choice("status", "Status", tuple(InitiativeStatus))
            with right:
                self._choice("setting", "Setting", self._settings())
            self._codes()
            st.text_area(
                "Partners, one in a line",
                "\n".join(now["partners"]),
                key=self._key("partners"),
                max_chars=_MAX_PARTNERS,
            )
            for name in _WORDS:
                self._text(name, name.capitalize())
            st.text_input("Note kept with the edit", key=self._key("note"), max_chars=MAX_NOTE)
            st.form_submit_button("Keep the edit", on_click=self._keep, key=self._key("submit"))

    def _time(self) -> None:
        first, last, unit = st.columns(3)
        with first:
            self._text("start", "Start (YYYY-MM-DD)")
        with last:
            self._text("end", "End (first day after it)")
        with unit:
            self._choice("precision", "Known to the", ("", *Precision))

    def _codes(self) -> None:
        book = self._acts.codebook
        options = list(dict.fromkeys([*(code.id for code in book.codes), *self._now["codes"]]))
        st.multiselect(
            "Codes",
            options,
            self._now["codes"],
            format_func=lambda code: label_of(book, code),
            key=self._key("codes"),
            select_all=False,
        )

    def _settings(self) -> tuple[str, ...]:
        given = (one.values for one in self._acts.codebook.attributes if one.name == "setting")
        known = [value for values in given for value in values if value != "not-applicable"]
        return tuple(dict.fromkeys(["", *known, self._now["setting"]]))

    def _key(self, name: str) -> str:
        return f"edit-{name}-{self._acts.stamp}"

    def _text(self, name: str, label: str) -> None:
        st.text_input(label, self._now[name], key=self._key(name), max_chars=MAX_WORDS)

    def _choice(self, name: str, label: str, values: tuple[str, ...]) -> None:
        options = [str(value) for value in values]
        st.selectbox(
            label,
            options,
            index=options.index(self._now[name]),
            format_func=lambda value: value.replace("-", " ") or "not known",
            key=self._key(name),
        )

    def _said(self, name: str) -> str:
        return str(st.session_state.get(self._key(name)) or "").strip()

    def _fields(self) -> dict[str, Any]:
        names = ("title", "start", "end", "precision", "status", "setting", *_WORDS)
        fields: dict[str, Any] = {name: self._said(name) for name in names}
        fields["partners"] = [line for one in self._said("partners").splitlines() if (line := one.strip())]
        fields["codes"] = sorted(st.session_state.get(self._key("codes")) or [])
        said = self._said("area")
        if said != (self._now["area_code"] or self._now["area_name"]):
            area = area_asked(said)
            fields |= {"area_code": area.code if area else "", "area_name": area.name if area else ""}
        # What is shown in another way than it is kept (line breaks, order) is no change.
        shown = {**self._now, "codes": sorted(self._now["codes"])}
        shown |= {name: str(shown[name]).strip() for name in names}
        return {name: value for name, value in fields.items() if value != shown.get(name)}

    def _keep(self) -> None:
        try:
            fields = self._fields()
        except CareAtlasError as error:
            st.session_state[REFUSED] = str(error)
            return
        note = self._said("note")
        self._acts.keep(
            lambda now: edited(self._one, fields, self._acts.reader.person, now, note=note), "The edit was kept"
        )
