"""The adjudicator's desk: what the coders say of a passage, the decision on it, and what happens around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from annotation.adjudication import Standing, no_adjudicator, no_decision, no_locking, no_undoing, no_unlocking
from annotation.adjudication_record import comment, decide, lock, undo, unlock
from annotation.adjudication_rows import Act
from annotation.reviewing import MAX_NOTE, Shown, shown_of
from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError, UsageError
from careatlas.project import Project
from careatlas.store.engine import Store
from streamlit_app.adjudicate_form import DecisionForm
from streamlit_app.adjudicate_layout import (
    STANDINGS,
    Coder,
    attribute_rows,
    coder_lines,
    coders_of,
    event_line,
    proposal_line,
    table_of,
    when,
)
from streamlit_app.adjudicate_query import Matter
from streamlit_app.evidence_layout import TOP
from streamlit_app.identity import Reader
from streamlit_app.plain import in_markdown, plain

REFUSED = "careatlas-not-decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One passage before one reader.

    Attributes
    ----------
    address : str
        The passage by the identifier that stands in the address of the page.
    move : callable
        Opens a passage.
    onward : str
        The passage that opens after a decision.
    """

    project: Project
    codebook: Codebook
    reader: Reader
    found: Matter
    address: str
    move: Callable[[str], None]
    onward: str

    def show(self) -> None:
        """Draw the desk."""
        case, person = self.found.case, self.reader.person
        with st.container(horizontal=True, vertical_alignment="center"):
            self._standing()
            names = st.toggle("Show the coders' names", key="names")
            shown = self._suggestion()
        self._decided()
        coders = coders_of(case, names=names)
        self._beside(coders)
        refused = no_decision(case, person)
        form = DecisionForm(
            key=f"{case.passage_id}-{len(case.seen)}", codebook=self.codebook, closed=refused is not None
        )
        form.draw(
            table_of(case, self.codebook, coders, self.found.likely, shown),
            attribute_rows(case, self.codebook, coders, self.found.attributes),
            case.decision.reason if case.decision else "",
            lambda and_lock: self._decide(form, shown, and_lock=and_lock),
        )
        st.caption(in_markdown(proposal_line(case, self.found.no_model, shown), limit=500))
        if refused:
            mend = refused.mend[:1].upper() + refused.mend[1:]
            st.info(f"You cannot decide: {in_markdown(refused.what)}. {in_markdown(mend)}")
        self._after()
        self._events()

    def _standing(self) -> None:
        standing = self.found.case.standing
        color = {Standing.OPEN: "orange", Standing.DECIDED: "blue", Standing.LOCKED: "green"}[standing]
        st.badge(STANDINGS[standing], color=color)  # type: ignore[arg-type]

    def _decided(self) -> None:
        case, decision = self.found.case, self.found.case.decision
        if decision:
            reason = f': "{plain(decision.reason)}"' if decision.reason else ""
            st.text(f"Decided by {plain(decision.person)}, {when(decision.made_at)}{reason}")
        if case.coded_since:
            st.warning("A coder judged this passage after the decision, which still prevails.")

    def _suggestion(self) -> Shown | None:
        """Return what is on the screen of the machine: unless asked for, only where a coder saw it too."""
        if self.found.suggestion is None:
            return None
        saw = any(row.shown_model_id for one in self.found.case.voices for row in one.rows)
        asked = st.toggle("Show the suggestion", saw, key=f"machine-{self.found.passage.passage_id}")
        return shown_of(self.found.suggestion, TOP) if asked else None

    def _beside(self, coders: tuple[Coder, ...]) -> None:
        with st.container(key="coders"):
            for coder in coders:
                st.text("\n".join(coder_lines(coder, self.codebook, self.found.attributes)))

    # --- acts

    def _act(self) -> Act:
        return Act(
            codebook=self.codebook,
            passage_id=self.found.passage.passage_id,
            person=self.reader.person,
            made_at=datetime.now(UTC),
        )

    def _check_in_place(self) -> None:
        """Refuse what was pressed on a desk that is still on the screen while another is already asked for."""
        if st.query_params.get("passage", "") != self.address:
            raise UsageError("the page was still moving to another passage", mend="look at it, then press again")

    def _decide(self, form: DecisionForm, shown: Shown | None, *, and_lock: bool) -> None:
        seen = self.found.case.seen
        try:
            self._check_in_place()
            decide(self.project.store, self._act(), form.ruling(), seen=seen, shown=shown, lock=and_lock)
        except CareAtlasError as error:
            st.session_state[REFUSED] = str(error)
            return
        st.toast("Decided and locked" if and_lock else "Decided", icon=":material/check:")
        self.move(self.onward)

    def _do(self, act: Callable[[Store, Act], None]) -> None:
        try:
            self._check_in_place()
            act(self.project.store, self._act())
        except CareAtlasError as error:
            st.session_state[REFUSED] = str(error)

    def _after(self) -> None:
        case, person = self.found.case, self.reader.person
        if not case.decisions and not case.locked:
            return
        with st.container(horizontal=True):
            if case.locked:
                self._button("Unlock", "Alt+L", unlock, no_unlocking(case, person) is None)
            else:
                self._button("Done and lock", "Alt+L", lock, no_locking(case, person) is None)
            self._button("Undo the decision", "Alt+U", undo, no_undoing(case, person) is None)

    def _button(self, name: str, shortcut: str, act: Callable[[Store, Act], None], able: bool) -> None:
        st.button(name, shortcut=shortcut, disabled=not able, on_click=self._do, args=(act,))

    def _events(self) -> None:
        for event in self.found.events:
            st.text(event_line(event))
        if no_adjudicator(self.found.case.coders, self.reader.person):
            return
        key = f"comment-{self.found.passage.passage_id}"
        with st.form(f"form-{key}", border=False, enter_to_submit=False):
            st.text_input("Comment", key=key, max_chars=MAX_NOTE)
            st.form_submit_button("Keep the comment", on_click=self._comment, args=(key,))

    def _comment(self, key: str) -> None:
        words = str(st.session_state.get(key) or "")
        self._do(lambda store, act: comment(store, act, words))
        if REFUSED not in st.session_state:
            st.session_state[key] = ""
