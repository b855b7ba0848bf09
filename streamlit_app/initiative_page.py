"""One initiative: what it is, what it stands on, what people did with it, and the desk to do so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from careatlas.codebook import Codebook
from careatlas.project import Project
from careatlas.reviewed_initiative import Provenance, Replay, ReviewedInitiative, Vanished
from streamlit_app.evidence_list import draw_evidence, evidence_rows
from streamlit_app.identity import Reader
from streamlit_app.initiative_acts import REFUSED, Acts
from streamlit_app.initiative_data import initiatives_shown
from streamlit_app.initiative_desk import show_desk, show_log
from streamlit_app.initiative_query import (
    EvidenceView,
    Logged,
    Sought,
    all_events,
    chosen_evidence,
    evidence_views,
    sought,
    split_off,
)
from streamlit_app.initiative_rows import provenance_words
from streamlit_app.initiative_words import FACTS_HEADER, HISTORY_HEADER, fact_rows, history_rows, option_words
from streamlit_app.model_in_use import project_codebook
from streamlit_app.passage_sheet import draw_sheet
from streamlit_app.plain import in_markdown, plain
from streamlit_app.rowtable import Link, show_table

Follow = Callable[[str, Mapping[str, str]], None]
_COLORS = {
    Provenance.MACHINE: "orange",
    Provenance.CONFIRMED: "green",
    Provenance.EDITED: "blue",
    Provenance.REJECTED: "red",
}


def show_initiative(project: Project, reader: Reader, follow: Follow) -> None:
    """Draw the initiative that the address means.

    Parameters
    ----------
    follow : callable
        Opens a page of the app with a query.
    """
    st.title("Initiative", anchor=False)
    refused = st.session_state.pop(REFUSED, "")
    if refused:
        st.error(f"Nothing was kept: {in_markdown(refused, limit=800)}")
    asked = st.query_params.get("id", "")
    if not asked:
        st.info("Choose an initiative on the Initiatives page; each title there opens its page here.")
        _to_list(follow)
        return
    codebook = project_codebook(project)
    replay = initiatives_shown(project, codebook).replay
    events = all_events(project, codebook)
    found = sought(replay, events, asked, st.query_params.get("evidence", ""))
    for line in found.said:
        (st.info if found.one or found.vanished else st.error)(line)
    acts = Acts(project=project, codebook=codebook, reader=reader, one=found.one, event_count=len(events))
    if found.one:
        _Page(acts, found.one, found, replay, follow).show()
    else:
        _gone(acts, found, follow)


def _to_list(follow: Follow) -> None:
    if st.button("To the initiatives"):
        follow("initiatives", {})


def _gone(acts: Acts, found: Sought, follow: Follow) -> None:
    one: Vanished | None = found.vanished
    if one:
        st.subheader(in_markdown(one.title or one.initiative_id), anchor=False)
        who = f" ({one.person}, {one.vanished_at.date()})" if one.person and one.vanished_at else ""
        st.warning(f"It is no more: {in_markdown(one.why + who, limit=500)}.")
        st.text("It stood on:")
        rows = [[Link(text=name, page="evidence", query={"passage": name.partition(".")[0]})] for name in one.evidence]
        show_table("stood-on", "", ("Passage",), rows, follow=follow)
        _trace(one.trace)
    if found.log:
        st.subheader("What people did", anchor=False)
        show_log(acts, found.log)
    _to_list(follow)


def _trace(lines: Sequence[str]) -> None:
    st.subheader("What happened to it", anchor=False)
    for line in lines:
        st.text(f"\u2022 {plain(line)}")
    if not lines:
        st.text("Nothing since the machine proposed it.")


class _Page:
    """The page of an initiative that is there."""

    def __init__(self, acts: Acts, one: ReviewedInitiative, found: Sought, replay: Replay, follow: Follow) -> None:
        self._acts, self._one, self._replay, self._follow = acts, one, replay, follow
        self._log: tuple[Logged, ...] = found.log
        self._views = evidence_views(acts.project, one)

    def show(self) -> None:
        """Draw the page."""
        left, right = st.columns([6, 5], gap="medium")
        with left:
            self._head()
        with right, st.container(border=True, key="desk"):
            show_desk(self._acts, self._one, self._replay, self._views, self._log)
        self._evidence()
        left, right = st.columns(2, gap="medium")
        with left:
            self._history()
        with right:
            _trace(self._one.trace)
        with st.expander(f"What people did ({len(self._log):,})", key=f"log-{self._one.initiative.initiative_id}"):
            show_log(self._acts, self._log)

    def _head(self) -> None:
        one, item = self._one, self._one.initiative
        st.subheader(in_markdown(item.title or "(without a title)"), anchor=False)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(in_markdown(provenance_words(one)), color=_COLORS[one.provenance])  # type: ignore[arg-type]
            st.caption(f"{item.initiative_id}, confidence of the machine {item.confidence:.2f} (not calibrated)")
        if one.provenance is Provenance.REJECTED:
            st.text("A rejected initiative counts nowhere. Confirming it ends that.")
        show_table("facts", "", FACTS_HEADER, fact_rows(one, self._codebook))
        near = split_off(one, self._replay)
        if near:
            rows = [
                [Link(text=option_words(o.initiative), page="initiative", query={"id": o.initiative.initiative_id})]
                for o in near
            ]
            show_table("related", "", ("Split off it, or what it was split off",), rows, follow=self._follow)

    @property
    def _codebook(self) -> Codebook:
        return self._acts.codebook

    def _history(self) -> None:
        st.subheader("Status over time", anchor=False)
        rows = history_rows(self._one, self._views)
        if rows:
            show_table("history", "As each passage says it.", HISTORY_HEADER, rows, follow=self._follow)
        else:
            st.text("No passage says how far it has come.")

    def _evidence(self) -> None:
        st.subheader(f"Evidence ({len(self._views):,})", anchor=False)
        chosen = chosen_evidence(self._one, self._replay, st.query_params.get("evidence", ""))
        if chosen.said:
            st.warning(chosen.said)
        if chosen.elsewhere and st.button("Open that initiative"):
            self._open(chosen.elsewhere.initiative.initiative_id, st.query_params.get("evidence", ""))
        left, right = st.columns([6, 5], gap="medium")
        with left:
            clicked = draw_evidence("evidencelist", evidence_rows(self._views, self._codebook), chosen.name or "")
        if clicked.opened:
            self._follow("evidence", clicked.opened)
        with right:
            view = next((one for one in self._views if one.evidence.evidence_id == chosen.name), None)
            picked = self._sheet(view)
        if picked := clicked.picked or picked:
            self._open(self._one.initiative.initiative_id, picked)

    def _sheet(self, view: EvidenceView | None) -> str:
        """Draw the page that chosen evidence stands on; return the evidence that was clicked there."""
        if view is None:
            st.caption("Choose a passage in the list to see the page that it stands on.")
            return ""
        if view.passage is None:
            st.warning("This passage is not in the project any more.")
            return ""
        furniture = st.toggle("Show running heads and feet", key="furniture", bind="query-params")
        clicked = draw_sheet(self._acts.project, self._codebook, view.passage, furniture=furniture)
        if not clicked or clicked == view.passage.passage_id:
            return ""
        mine = {one.passage.passage_id: one.evidence.evidence_id for one in self._views if one.passage}
        if clicked not in mine:
            query = {"document": view.passage.document_id, "page": str(view.passage.page), "passage": clicked}
            self._follow("evidence", query)
            return ""
        return mine[clicked]  # type: ignore[index]

    def _open(self, name: str, evidence: str) -> None:
        if (st.query_params.get("id"), st.query_params.get("evidence")) == (name, evidence):
            return
        st.query_params["id"] = name
        st.query_params["evidence"] = evidence
        st.rerun()
