"""Building the initiatives of a project: from the coded passages of every document to one list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from careatlas.codebook import Codebook
from careatlas.document import Document
from careatlas.document_fact import FactName, KnownFact
from careatlas.identifiers import PassageId
from careatlas.initiative import Initiative
from careatlas.passage import Passage, PassageKind
from careatlas.progress import Progress
from careatlas.store import document_facts, documents
from careatlas.store.engine import Store
from careatlas.store.suggestions import StoredModel
from nlp.abbreviations import abbreviations
from nlp.coded_passages import CodedDocument, CodedPassages
from nlp.consolidation import ConsolidationRules, consolidated
from nlp.initiative_reading import ReadPassage, sightings_of
from nlp.judged_words import judged_words
from nlp.language import AUTO, pipeline, read_text, read_texts
from nlp.place_context import PlaceContext, day_of
from nlp.sighting import Sighting

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


COPIED = "passages of copies left out"
SHARED = "passages of many areas left out"
REFUSED = "suggested passages refused by people"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInitiatives:
    """What a build made, and what it left out."""

    initiatives: tuple[Initiative, ...]
    counts: Mapping[str, int]


def built(
    store: Store,
    codebook: Codebook,
    model: StoredModel | None,
    progress: Progress,
    *,
    language: str = AUTO,
    rules: ConsolidationRules | None = None,
) -> BuiltInitiatives:
    """Read the coded passages of all documents and return the initiatives that they tell of.

    Parameters
    ----------
    model : StoredModel or None
        Whose accepted suggestions count; ``None`` for judged passages alone.
    language : str
        The pipeline, as for :func:`nlp.language.pipeline`.
    """
    sightings, counts = sightings_of_project(store, codebook, model, progress, language=language)
    initiatives = consolidated(sightings, rules)
    found = {"initiatives": len(initiatives), "evidence": len(sightings)}
    return BuiltInitiatives(initiatives=initiatives, counts={**found, **counts})


def sightings_of_project(
    store: Store, codebook: Codebook, model: StoredModel | None, progress: Progress, *, language: str = AUTO
) -> tuple[list[Sighting], Mapping[str, int]]:
    """Return what the coded passages of all documents tell of, and how many passages were left out and why.

    The parameters are those of :func:`built`.
    """
    nlp = pipeline(language)
    sightings: list[Sighting] = []
    counts = Counter({COPIED: 0, SHARED: 0, REFUSED: 0})
    with store.read() as connection:
        items = [one for one in documents.listed(connection) if one.passage_count]
        known = document_facts.known(connection)
        coded = CodedPassages.of(connection, codebook, model)
        progress.start("reading initiatives", len(items))
        for item in items:
            found = coded.of_document(connection, item.document_id)
            sightings += sightings_in(item, known.get(item.document_id, {}), found, codebook, nlp)
            counts.update({COPIED: found.copied, SHARED: found.boilerplate, REFUSED: found.refused})
            progress.advance(item.name)
    return sightings, dict(counts)


def sightings_in(
    item: Document,
    facts: Mapping[FactName, KnownFact],
    coded: CodedDocument,
    codebook: Codebook,
    nlp: Language,
) -> list[Sighting]:
    """Return what the coded passages of one document tell of initiatives."""
    if not coded.codings:
        return []
    as_known = document_facts.as_known(item, facts)
    body = facts.get(FactName.BODY)
    context = PlaceContext(
        area_code=as_known.area_code,
        body=body.value if body else "",
        on=day_of(as_known.published),
        abbreviations=abbreviations(one.text for one in coded.passages),
    )
    return [
        sighting for read in _read(coded, nlp) for sighting in sightings_of(read, context, as_known.published, codebook)
    ]


def _read(coded: CodedDocument, nlp: Language) -> Iterator[ReadPassage]:
    wanted = [one for one in coded.passages if one.passage_id in coded.codings]
    headings: dict[str, Doc] = {}
    leads = _leads(coded.passages)
    for passage, doc in zip(wanted, read_texts((one.text for one in wanted), nlp), strict=True):
        heading = passage.heading_path[-1] if passage.heading_path else ""
        if heading and heading not in headings:
            headings[heading] = read_text(heading, nlp)
        lead = leads.get(passage.passage_id)
        beside = coded.beside[passage.passage_id]
        yield ReadPassage(
            passage=passage,
            doc=doc,
            coding=coded.codings[passage.passage_id],
            heading=headings.get(heading),
            lead=read_text(lead.text, nlp) if lead else None,
            said=judged_words(beside.rows, passage.text, beside.decisions),
        )


def _leads(passages: Sequence[Passage]) -> dict[PassageId, Passage]:
    """Return the lines that introduce lists, by the items below them: a paragraph that ends in a colon."""
    found: dict[PassageId, Passage] = {}
    lead: Passage | None = None
    for one in passages:
        if one.kind is PassageKind.LIST_ITEM:
            if lead is not None:
                found[one.passage_id] = lead
        else:
            lead = one if one.kind is PassageKind.PARAGRAPH and one.text.rstrip().endswith(":") else None
    return found
