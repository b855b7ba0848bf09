"""What is known of a document, what is proposed beside it, and how a form's answers become corrections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from careatlas.document import Document
from careatlas.document_fact import DocumentCorrection, DocumentFact, FactName, FactSource, KnownFact, known_facts
from careatlas.errors import InputError, UsageError
from careatlas.period import period_of
from careatlas.project import Project
from careatlas.store import document_facts
from streamlit_app.adjudicate_layout import when
from streamlit_app.area_asked import area_asked
from streamlit_app.period_words import since_words, until_words
from streamlit_app.plain import plain
from streamlit_app.rowtable import Cell, Figure, Link

NAMES = {
    FactName.AREA: "Area",
    FactName.BODY: "Organisation",
    FactName.DOC_TYPE: "Kind",
    FactName.COVERS: "Covers",
    FactName.PUBLISHED: "Published",
}
HEADER = ("What", "As it is known", "Who says so", "Confidence", "Why", "Words")
_SOURCES = {
    FactSource.READ: "machine, not checked",
    FactSource.REGISTER: "register",
    FactSource.CORRECTED: "a person",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKnowledge:
    """What counts as known of a document, what the machine proposes, what people said."""

    known: Mapping[FactName, KnownFact]
    proposals: tuple[DocumentFact, ...]
    corrections: tuple[DocumentCorrection, ...]

    def value(self, name: FactName) -> str:
        """Return the value that counts, empty where none is known."""
        return self.known[name].value if name in self.known else ""


def knowledge_of(project: Project, item: Document) -> DocumentKnowledge:
    """Return what is known of a document."""
    name = item.document_id
    with project.store.read() as connection:
        proposals = document_facts.proposals(connection, name).get(name, [])
        said = document_facts.corrections(connection, name).get(name, [])
    return DocumentKnowledge(
        known=known_facts(item, proposals, said), proposals=tuple(proposals), corrections=tuple(said)
    )


def fact_rows(found: DocumentKnowledge) -> list[list[Cell]]:
    """Return what is known as rows: each fact, then what else the machine proposes for it."""
    rows: list[list[Cell]] = []
    for name, label in NAMES.items():
        known = found.known.get(name)
        if known:
            source = f"{_SOURCES[known.source]}{f': {known.person}' if known.person else ''}"
            words = shown_value(name, known.value, known.label)
            rows.append([label, words, source, Figure(f"{known.confidence:.2f}"), known.why, _words(known.proposal)])
        else:
            rows.append([label, "not known", "", None, "", ""])
        others = [one for one in found.proposals if one.name is name and not (known and one.value == known.value)]
        rows += [
            [
                f"{label}, proposed",
                shown_value(name, one.value, one.label),
                _SOURCES[FactSource.READ],
                Figure(f"{one.confidence:.2f}"),
                one.why,
                _words(one),
            ]
            for one in others
        ]
    return rows


def _words(one: DocumentFact | None) -> Cell:
    """Return a link to the passage that a proposal was read in."""
    if one is None or not one.passage_id:
        return ""
    query = {"document": one.document_id, "passage": one.passage_id}
    return Link(text="its words", page="evidence", query=query)


def shown_value(name: FactName, value: str, label: str) -> str:
    """Return a value in words."""
    if name is FactName.AREA:
        return f"{label} ({value})" if label and label != value else value
    if name is FactName.COVERS:
        try:
            period = period_of(value, label)
        except InputError:
            return value
        return f"{since_words(period) or 'open'} to {until_words(period) or 'open'}"
    return label or value


def correction_lines(found: DocumentKnowledge) -> list[str]:
    """Return what people said of a document, the oldest first."""
    return [_correction_line(one) for one in found.corrections]


def _correction_line(one: DocumentCorrection) -> str:
    what = shown_value(one.name, one.value, one.label) if one.value else "what was said before is taken back"
    note = f' \u2013 "{one.note}"' if one.note else ""
    return plain(f"{NAMES[one.name]}: {what} \u2013 {one.person}, {when(one.made_at)}{note}")


def given_of(found: DocumentKnowledge, said: Mapping[FactName, str]) -> dict[FactName, str | None]:
    """Return the answers of a form as corrections: ``None`` for what was left as it is, empty for what is taken back.

    Raises
    ------
    UsageError
        If an area is not known, or something is emptied that no person said.
    """
    given: dict[FactName, str | None] = {}
    for name, value in said.items():
        words = value.strip()
        if words == found.value(name):
            given[name] = None
            continue
        if not words and found.known[name].source is not FactSource.CORRECTED:
            raise UsageError(
                f"{NAMES[name].lower()}: an empty field takes a correction back, and nobody corrected this",
                mend="write what is right instead",
            )
        area = area_asked(words) if name is FactName.AREA else None
        given[name] = area.code if area else words
    return given
