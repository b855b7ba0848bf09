"""Facts proposed of real plans: rarely wrong, and never from the file's name. Only codes, years, names are printed."""

from __future__ import annotations

import pytest

from careatlas.document import Document
from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import document_id, sha256_of
from careatlas.reading import Reading
from nlp.document_facts import LEAST_CONFIDENCE, ReadDocument, document_facts
from nlp.near_copies import ComparedDocument, near_copies

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(600)]


def described(name: str, reading: Reading) -> dict[FactName, DocumentFact]:
    digest = sha256_of(name.encode())
    item = Document(document_id=document_id(digest), sha256=digest, byte_count=1, name="document.pdf")
    facts = document_facts(ReadDocument(item=item, passages=reading.passages))
    return {one.name: one for one in facts if one.rank == 0 and one.confidence >= LEAST_CONFIDENCE}


@pytest.fixture(scope="session")
def facts(plans: dict[str, Reading]) -> dict[str, dict[FactName, DocumentFact]]:
    """What is proposed of every plan from its pages alone."""
    return {name: described(name, reading) for name, reading in plans.items()}


def test_a_proposed_area_is_right(facts, manifest) -> None:
    proposed = {name: one[FactName.AREA].value for name, one in facts.items() if FactName.AREA in one}
    wrong = [name for name, code in proposed.items() if manifest[name]["area_code"] not in {"", code}]
    assert len(proposed) >= 75
    assert len(wrong) <= 0.1 * len(proposed), wrong


def test_a_date_on_the_page_is_of_the_manifests_year_or_of_the_one_before(facts, manifest) -> None:
    dated = {name: one[FactName.PUBLISHED] for name, one in facts.items() if FactName.PUBLISHED in one}
    dated = {name: one for name, one in dated.items() if manifest[name]["year"]}
    apart = {name: int(manifest[name]["year"]) - int(one.value[:4]) for name, one in dated.items()}
    assert len(dated) >= 40
    assert all(one.passage_id for one in dated.values())
    assert [name for name, years in apart.items() if years not in {0, 1, 2}] == []
    assert sum(years == 0 for years in apart.values()) >= 0.8 * len(apart)


def test_papers_that_stand_in_a_pack_are_its_copies(plans, facts) -> None:
    def compared(name: str) -> ComparedDocument:
        area = facts[name].get(FactName.AREA)
        texts = tuple((one.passage_id, one.text) for one in plans[name].passages if one.kind.is_evidence)
        return ComparedDocument(document_id=name, area_code=area.value if area else "", published="", passages=texts)

    found = {one.document_id: one.copy_of for one in near_copies([compared(name) for name in plans])[0]}
    assert 8 <= len(found) <= 20
    packs = [name for name in found.values() if "public-pack" in name]
    assert len(packs) >= 5
    assert not set(found) & set(found.values())
