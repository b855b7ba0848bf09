"""What is said of an initiative in words: its fields with who gave them, its history, what was done to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from careatlas.codebook import Codebook
from careatlas.identifiers import initiative_id
from careatlas.initiative import Initiative
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiative_fields import FIELDS, plain_fields
from careatlas.reviewed_initiative import Provenance, ReviewedInitiative
from streamlit_app.adjudicate_layout import when
from streamlit_app.evidence_list import evidence_query
from streamlit_app.initiative_query import EvidenceView, Logged
from streamlit_app.model_in_use import label_of
from streamlit_app.period_words import since_words, until_words
from streamlit_app.plain import plain
from streamlit_app.rowtable import Cell, Link

FACTS_HEADER = ("What", "As it stands", "Who says so")
HISTORY_HEADER = ("Date of the document", "Status", "Said in")
_READ = "read in the documents"
_UNSAID = "no document says"
_UNKNOWN = frozenset({"not known", "not known (no area code)", "open, or not known"})
_NAMES = {
    "area": ("area_code", "area_name"),
    "since": ("start", "precision"),
    "until": ("end", "precision"),
}


def fact_rows(one: ReviewedInitiative, codebook: Codebook) -> list[list[Cell]]:
    """Return the fields of an initiative with who gave each."""
    item, by = one.initiative, _edited_by(one)
    area = f"{item.area_name or 'not known'} ({item.area_code or 'no area code'})"
    values = {
        "area": area,
        "since": since_words(item.period) or "not known",
        "until": until_words(item.period) or "open, or not known",
        "status": item.status.value,
        "setting": item.setting or "not known",
        "population": item.population,
        "partners": ", ".join(item.partners),
        "scale": item.scale,
        "funding": item.funding,
        "codes": ", ".join(label_of(codebook, code) for code in item.codes),
    }
    rows = {name: value for name, value in values.items() if value}
    return [
        [
            name.capitalize(),
            value,
            next((by[field] for field in _NAMES.get(name, (name,)) if field in by), _source(one, value)),
        ]
        for name, value in rows.items()
    ]


def _source(one: ReviewedInitiative, value: str) -> str:
    """Return where a field that nobody edited comes from, and who confirmed it."""
    if value in _UNKNOWN:
        return _UNSAID
    if one.provenance is Provenance.CONFIRMED and one.decided_at:
        return f"{_READ}, confirmed by {one.person}, {one.decided_at.date()}"
    return _READ


def _edited_by(one: ReviewedInitiative) -> dict[str, str]:
    """Return who gave each field that somebody edited; what was said of what was merged into it is no word on it."""
    now, merged, found = plain_fields(one.initiative), _merged(one.events), dict[str, str]()
    for event in one.events:
        if event.action is not InitiativeAction.EDITED or event.initiative_id in merged:
            continue
        for name in FIELDS:
            if name in event.content and event.content[name] == now[name]:
                found[name] = f"edited by {event.person}, {event.made_at.date()}"
    return found


def _merged(events: Sequence[InitiativeEvent]) -> set[str]:
    return {
        str(told["initiative_id"])
        for event in events
        if event.action is InitiativeAction.MERGED
        for told in event.content.get("others", ())
    }


def history_rows(one: ReviewedInitiative, views: Sequence[EvidenceView]) -> list[list[Cell]]:
    """Return what each passage says of the status, by the dates of their documents."""
    known = {view.evidence.evidence_id: view for view in views}
    rows: list[list[Cell]] = []
    for said in one.history:
        view = known.get(said.evidence_id)
        where: Cell = said.evidence_id
        if view and view.document:
            page = f", page {view.passage.page}" if view.passage else ""
            where = Link(text=view.document.shown_title + page, page="evidence", query=evidence_query(view))
        rows.append([said.said_on or "not known", said.status.value, where])
    return rows


def event_words(event: InitiativeEvent, log: Sequence[Logged], codebook: Codebook) -> str:
    """Return what was done, by whom and when, in one line."""
    note = f' \u2013 "{event.note}"' if event.note else ""
    return plain(f"{_act(event, log, codebook)} \u2013 {event.person}, {when(event.made_at)}{note}")


def _act(event: InitiativeEvent, log: Sequence[Logged], codebook: Codebook) -> str:
    content = event.content
    if event.action is InitiativeAction.EDITED:
        changed = [
            f"{name.replace('_', ' ')} {_value(name, content[name], codebook)}" for name in FIELDS if name in content
        ]
        return f"edited: {'; '.join(changed)}"
    if event.action is InitiativeAction.MERGED:
        across = ", across areas" if content.get("across_areas") else ""
        return f"merged {', '.join(sorted(_merged([event])))} into {event.initiative_id}{across}"
    if event.action is InitiativeAction.SPLIT:
        names = content.get("evidence", ())
        return f"split {len(names)} off as {initiative_id('split', event.event_id)}"
    if event.action is InitiativeAction.UNDONE:
        aim = next((one.event for one in log if one.event.event_id == content.get("event")), None)
        return f"undid: {_act(aim, log, codebook)} by {aim.person}" if aim else "undid something"
    return event.action.value


def _value(name: str, value: Any, codebook: Codebook) -> str:
    if name == "codes":
        return ", ".join(label_of(codebook, str(code)) for code in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value) or "nothing"


def option_words(item: Initiative) -> str:
    """Return an initiative as one line to choose it by."""
    since = since_words(item.period)
    facts = [item.area_name or item.area_code or "no area", item.status.value, *([f"since {since}"] if since else [])]
    count = len(item.evidence)
    facts.append(f"{count} passage{'s' * (count != 1)}")
    return plain(f"{item.title or item.initiative_id} \u2013 {', '.join(facts)}")
