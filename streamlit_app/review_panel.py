"""The selected passage: what the model says of it, what people say, and the buttons of somebody who may judge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from annotation.reviewing import MAX_NOTE, Click, Shown, judged, shown_of
from careatlas.codebook import Codebook
from careatlas.errors import CareAtlasError
from careatlas.identifiers import Code
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.project import Project
from careatlas.store import judgements
from streamlit_app.evidence_layout import TOP, judgement_lines, kind_name
from streamlit_app.evidence_query import PageContent
from streamlit_app.identity import Reader
from streamlit_app.model_in_use import MACHINE_ONLY, label_of
from streamlit_app.plain import in_markdown, plain

_VERDICTS = {Verdict.PRESENT: "Present", Verdict.ABSENT: "Absent", Verdict.UNSURE: "Unsure"}


def show_passage(project: Project, passage: Passage, content: PageContent, codebook: Codebook, reader: Reader) -> None:
    """Draw the panel of the selected passage."""
    with st.container(border=True, key="selected"):
        st.markdown(f"**{kind_name(passage)}**, page {passage.page}")
        if passage.heading_path:
            st.caption(in_markdown(" \u203a ".join(passage.heading_path)))
        st.text(plain(passage.text))
        suggestion = content.suggestions.get(passage.passage_id)
        shown = shown_of(suggestion, TOP) if suggestion else None
        rows = content.judgements.get(passage.passage_id, ())
        if shown and not judgements.current(rows):
            st.badge(MACHINE_ONLY, icon=":material/smart_toy:", color="orange")
        for line in judgement_lines(rows, codebook):
            st.text(f"\u2713 {line}")
        if _decided(rows, codebook, reader):
            _scores(shown, codebook)
            st.info("You decided between coders here. On the Adjudication page you can undo that, then judge anew.")
        elif reader.person:
            _review(project, passage, content, codebook, reader, shown)
        else:
            _scores(shown, codebook)
            st.info(f"You can read but not judge: {reader.why}.")


def _decided(rows: Sequence[Judgement], codebook: Codebook, reader: Reader) -> bool:
    """Tell whether the reader's decision is in force: a verdict on a single code would take a piece out of it."""
    decisions = [
        row
        for row in rows
        if (row.codebook_id, row.person, row.origin) == (codebook.id, reader.person, Origin.ADJUDICATED)
    ]
    return bool(judgements.current(decisions))


def _scores(shown: Shown | None, codebook: Codebook) -> None:
    for score in shown.scores if shown else ():
        mark = "\u25cf" if score.accepted else "\u25cb"
        end = " (accepted by the model)" if score.accepted else ""
        st.text(f"{mark} {score.probability:.2f} {plain(label_of(codebook, score.code))}{end}")


def _review(
    project: Project, passage: Passage, content: PageContent, codebook: Codebook, reader: Reader, shown: Shown | None
) -> None:
    mine = _mine(passage, content, codebook, reader)
    note_key = f"note-{passage.passage_id}"
    base = Click(
        passage_id=passage.passage_id,
        codebook_id=codebook.id,
        codebook_version=codebook.version,
        code=Code(""),
        verdict=Verdict.NOTHING_HERE,
        person=reader.person,
    )
    desk = _Desk(project, passage, base, shown, note_key)
    for score in shown.scores if shown else ():
        end = ", accepted by the model" if score.accepted else ""
        desk.row(f"{score.probability:.2f} {label_of(codebook, score.code)}{end}", score.code, mine)
    on_screen = {score.code for score in shown.scores} if shown else set()
    others = [code.id for code in codebook.codes if code.id not in on_screen]
    chosen = st.selectbox(
        "Another code",
        others,
        index=None,
        format_func=lambda code: label_of(codebook, code),
        placeholder="Choose a code",
        key=f"other-{passage.passage_id}",
    )
    if chosen:
        desk.row(label_of(codebook, chosen), Code(chosen), mine)
    st.text_input("Note kept with the next verdict", key=note_key, max_chars=MAX_NOTE)
    desk.nothing(mine)
    st.caption(f"You judge as {in_markdown(reader.person)} ({in_markdown(reader.why)}).")


def _mine(passage: Passage, content: PageContent, codebook: Codebook, reader: Reader) -> dict[str, Verdict]:
    rows = judgements.current(content.judgements.get(passage.passage_id, ()))
    return {
        row.code: row.verdict for row in rows.values() if row.person == reader.person and row.codebook_id == codebook.id
    }


class _Desk:
    """The buttons of one passage, and what happens when one is pressed."""

    def __init__(self, project: Project, passage: Passage, base: Click, shown: Shown | None, note_key: str) -> None:
        self._project, self._passage, self._base = project, passage, base
        self._shown, self._note_key = shown, note_key

    def row(self, label: str, code: Code, mine: dict[str, Verdict]) -> None:
        """Draw a code with the three verdicts on it; the one in force is filled."""
        words, buttons = st.columns([6, 7], vertical_alignment="center")
        words.text(plain(label))
        with buttons.container(horizontal=True, gap="xsmall"):
            for verdict, name in _VERDICTS.items():
                self._button(name, code, verdict, in_force=mine.get(code) is verdict)

    def nothing(self, mine: dict[str, Verdict]) -> None:
        """Draw the verdict that no code applies."""
        self._button("Read, nothing here", Code(""), Verdict.NOTHING_HERE, in_force="" in mine)

    def _button(self, name: str, code: Code, verdict: Verdict, *, in_force: bool) -> None:
        st.button(
            name,
            key=f"judge-{code or 'none'}-{verdict.value}-{self._passage.passage_id}",
            type="primary" if in_force else "secondary",
            on_click=self._keep,
            args=(code, verdict),
        )

    def _keep(self, code: Code, verdict: Verdict) -> None:
        note = str(st.session_state.get(self._note_key) or "")
        click = Click(
            passage_id=self._base.passage_id,
            codebook_id=self._base.codebook_id,
            codebook_version=self._base.codebook_version,
            code=code,
            verdict=verdict,
            person=self._base.person,
            note=note,
        )
        try:
            row = judged(click, self._shown, datetime.now(UTC))
            with self._project.store.write() as connection:
                judgements.append(connection, row, self._passage)
        except CareAtlasError as error:
            st.session_state["careatlas-not-kept"] = str(error)
            return
        st.session_state[self._note_key] = ""
        st.toast("Kept", icon=":material/check:")
