"""What is read of documents and passages maps over Ray Data: the same answers from its workers as here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, NoReturn

import pytest

from careatlas.codebook_file import shipped
from careatlas.initiative import Basis
from models.ray_session import ray_session
from nlp.coded_passages import Beside, CodedDocument, Coding
from nlp.document_facts import ReadDocument, document_facts
from nlp.initiative_building import sightings_in
from nlp.language import pipeline

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(240),
    pytest.mark.filterwarnings("ignore:`use_:DeprecationWarning"),  # Ray reads its own old settings
]

BOOK = shipped("care-home-integration")
PAGES = [
    ["Salford City Council", "Better Care Fund plan 2023/24", "Agreed in June 2023."],
    [
        "A Home Round Team has visited 38 care homes in Salford since April 2022.",
        "By March 2025 every home will have a named GP, at a cost of £1.2m.",
    ],
]


@pytest.fixture(scope="module")
def _ray(unavailable: Callable[[str], NoReturn]) -> Iterator[None]:
    if find_spec("ray") is None:
        unavailable("Ray Data is not installed: pip install 'careatlas[ray]'")
    with ray_session(workers=1):
        yield


def mapped(work: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    """Return what workers of Ray Data answer for each item, in order."""
    import ray

    rows = ray.data.from_items([{"number": number} for number in range(len(items))])
    answers = rows.map(lambda row: {"number": row["number"], "answer": repr(work(items[row["number"]]))}).take_all()
    return [row["answer"] for row in sorted(answers, key=lambda row: row["number"])]


@pytest.mark.usefixtures("_ray")
def test_facts_of_documents(document_of: Any, reading_of: Any) -> None:
    read = []
    for name in ("one.pdf", "two.pdf"):
        item = document_of(name)
        read.append(ReadDocument(item=item, passages=reading_of(item, PAGES).passages))
    here = [repr(document_facts(one)) for one in read]
    assert "E08000006" in here[0]
    assert mapped(document_facts, read) == here


@pytest.mark.usefixtures("_ray")
def test_initiatives_of_passages(document_of: Any, reading_of: Any) -> None:
    item = document_of("plan.pdf", area_code="E08000006", area_name="Salford", published="2023-06")
    found = list(reading_of(item, PAGES).passages)
    told = found[3:]
    coding = Coding(codes=("primary-care",), basis=Basis.ACCEPTED, probability=0.9)
    coded = CodedDocument(
        passages=found,
        codings={one.passage_id: coding for one in told},
        beside={one.passage_id: Beside() for one in told},
    )

    def read(one: CodedDocument) -> Any:
        return sightings_in(item, {}, one, BOOK, pipeline("blank"))

    here = repr(read(coded))
    assert "38 care homes" in here
    assert mapped(read, [coded]) == [here]
