"""The evidence of an initiative as a list: the words with what was read from them, and why each belongs to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from careatlas.codebook import Codebook
from careatlas.initiative import Basis, Evidence
from streamlit_app.evidence_layout import judgement_lines
from streamlit_app.evidence_spans import pieces
from streamlit_app.initiative_query import EvidenceView
from streamlit_app.model_in_use import MACHINE_ONLY, label_of
from streamlit_app.part import part
from streamlit_app.period_words import since_words, until_words
from streamlit_app.plain import plain

_HTML = '<ol class="list"></ol>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """What was just clicked in the list: evidence to select, or the query of the Evidence page."""

    picked: str = ""
    opened: Mapping[str, str] | None = None


def draw_evidence(key: str, rows: Sequence[dict[str, Any]], selected: str) -> Clicked:
    """Draw the list and return what was just clicked."""
    data = {"rows": list(rows), "selected": selected}
    mounted = part("evidencelist", _HTML)(
        key=key, data=data, on_picked_change=lambda: None, on_opened_change=lambda: None
    )
    opened = mounted.opened
    query = {str(name): str(value) for name, value in opened.items()} if opened else None
    return Clicked(picked=str(mounted.picked or ""), opened=query)


def evidence_rows(views: Sequence[EvidenceView], codebook: Codebook) -> list[dict[str, Any]]:
    """Return the evidence as plain data for the part that draws it."""
    return [_row(number, view, codebook) for number, view in enumerate(views, 1)]


def evidence_name(number: int, view: EvidenceView) -> str:
    """Return in one line where evidence stands."""
    title = view.document.shown_title if view.document else view.evidence.document_id
    page = f", page {view.passage.page}" if view.passage else ""
    said = f" ({view.evidence.said_on})" if view.evidence.said_on else ""
    return plain(f"{number}. {title}{said}{page}")


def evidence_query(view: EvidenceView) -> dict[str, str]:
    """Return what the Evidence page is asked for to show evidence."""
    if view.passage is None:
        return {"document": view.evidence.document_id}
    passage = view.passage
    return {"document": passage.document_id, "page": str(passage.page), "passage": passage.passage_id}


def _row(number: int, view: EvidenceView, codebook: Codebook) -> dict[str, Any]:
    passage, query = view.passage, evidence_query(view)
    words = pieces(passage.text, view.evidence.spans) if passage else ()
    lost = [] if passage else ["The passage is not in this project any more."]
    return {
        "id": view.evidence.evidence_id,
        "title": evidence_name(number, view),
        "headings": " \u203a ".join(map(plain, passage.heading_path)) if passage else "",
        "pieces": [{"text": one.text, "names": list(one.names)} for one in words],
        "lines": [*lost, *_lines(view, codebook)],
        "query": query,
        "href": f"evidence?{urlencode(query)}" if view.document else "",
    }


def _lines(view: EvidenceView, codebook: Codebook) -> list[str]:
    one = view.evidence
    codes = ", ".join(label_of(codebook, code) for code in one.codes)
    read = [f"status {one.status.value}"]
    read += [f"{name} {words}" for name, words in _period(one) if words]
    if one.area_name or one.area_code:
        read.append(f"area {one.area_name or one.area_code}" + (f" ({one.area_why})" if one.area_why else ""))
    lines = [f"Codes: {codes}", f"Read here: {'; '.join(read)}", f"Why it is here: {_joined(one)}"]
    if one.basis is Basis.JUDGED:
        lines.append("Who says so: a person judged the passage.")
    else:
        lines.append(f"Who says so: {MACHINE_ONLY}; probability {one.probability:.2f}.")
    return [plain(line) for line in lines] + [f"\u2713 {line}" for line in judgement_lines(view.judgements, codebook)]


def _period(one: Evidence) -> tuple[tuple[str, str], ...]:
    return ("since", since_words(one.period)), ("until", until_words(one.period))


def _joined(one: Evidence) -> str:
    if one.joined == "first":
        return "the first passage that tells of it"
    return f"joined: {one.joined}"
