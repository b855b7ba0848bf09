"""What is known of documents as rows to show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from careatlas.document_fact import FactName, KnownFact
from careatlas.store import document_facts, documents, near_copies

ALL_HEADER = ("document", "area", "published", "type", "covers", "body", "copy of", "name")
ONE_HEADER = ("fact", "counts", "value", "label", "from", "confidence", "why")


def facts_of_all(connection: Any) -> Iterator[tuple[object, ...]]:
    """Yield a row for each document, as :data:`ALL_HEADER` names the cells."""
    copies = near_copies.documents(connection)
    known = document_facts.known(connection)
    order = (FactName.AREA, FactName.PUBLISHED, FactName.DOC_TYPE, FactName.COVERS, FactName.BODY)
    for item in documents.listed(connection):
        facts = known[item.document_id]
        copy = copies.get(item.document_id)
        yield (item.document_id, *(_shown(facts, name) for name in order), copy.copy_of if copy else "", item.name)


def facts_of_one(connection: Any, document_id: str) -> Iterator[tuple[object, ...]]:
    """Yield what is known of a document, every proposal and every correction, as :data:`ONE_HEADER` names the cells."""
    (known,) = document_facts.known(connection, document_id).values()
    read = [one for found in document_facts.proposals(connection, document_id).values() for one in found]
    said = [one for found in document_facts.corrections(connection, document_id).values() for one in found]
    for name in FactName:
        fact = known.get(name)
        if fact is not None:
            yield name, "yes", fact.value, fact.label, fact.source, fact.confidence, fact.why
        for proposal in read:
            if proposal.name is name and (fact is None or proposal != fact.proposal):
                yield name, "", proposal.value, proposal.label, "read", proposal.confidence, proposal.why
        for one in said:
            if one.name is name:
                what = one.value or "(taken back)"
                yield (
                    name,
                    "",
                    what,
                    one.label,
                    "said",
                    "",
                    f"{one.person}, {one.made_at:%Y-%m-%d}: {one.note}".rstrip(": "),
                )


def facts_as_dicts(connection: Any, document_id: str = "") -> list[dict[str, Any]]:
    """Return what is known of one document, or of all, with every proposal, as plain data."""
    copies = near_copies.documents(connection)
    proposals = document_facts.proposals(connection, document_id)
    corrections = document_facts.corrections(connection, document_id)
    names = {one.document_id: one.name for one in documents.listed(connection)}
    return [
        {
            "document": name,
            "name": names[name],
            "copy_of": copies[name].copy_of if name in copies else "",
            "known": {str(one.name): _plain(one) for one in known.values()},
            "proposals": [asdict(one) for one in proposals.get(name, ())],
            "corrections": [asdict(one) for one in corrections.get(name, ())],
        }
        for name, known in document_facts.known(connection, document_id).items()
    ]


def _plain(one: KnownFact) -> dict[str, Any]:
    fields = ("value", "label", "source", "confidence", "why", "person")
    return {field: getattr(one, field) for field in fields}


def _shown(facts: Mapping[FactName, KnownFact], name: FactName) -> str:
    one = facts.get(name)
    if one is None:
        return ""
    text = one.value if name in {FactName.COVERS, FactName.PUBLISHED} else one.label or one.value
    return text if one.confidence == 1.0 else f"{text} ({one.confidence:.2f})"
