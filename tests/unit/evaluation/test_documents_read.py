"""Documents as a map sees them: read ones, by what is known of them."""

from __future__ import annotations

from datetime import date

import pytest

from careatlas.document import DocumentOutcome
from careatlas.document_fact import DocumentCorrection, DocumentFact, FactName
from careatlas.near_copy import DocumentCopy
from careatlas.store import document_facts, near_copies, readings
from evaluation.documents_read import documents_read
from evaluation.map_grid import Grid
from tests.made_initiatives import NOON
from tests.made_map import document, span


def names(item, grid=Grid.FINANCIAL_YEAR) -> list[str]:
    return [one.name for one in item.periods(grid)]


@pytest.mark.parametrize(
    ("published", "covers", "periods", "days"),
    [
        ("2023", None, ["2023/24"], ("2023-04-01", "2024-01-01")),
        ("2023-02-10", None, ["2022/23"], ("2023-02-10", "2023-02-11")),
        ("2023", span("2021-07-01", "2022-05-01"), ["2021/22", "2022/23"], ("2021-07-01", "2022-05-01")),
        ("", span("2021-07-01", ".."), ["2021/22"], ("2021-07-01", "2022-04-01")),
        ("", None, [], None),
    ],
)
def test_it_tells_of_what_it_covers_else_of_when_it_was_published(published, covers, periods, days):
    item = document("d", published, covers)
    assert names(item) == periods
    assert item.span(Grid.FINANCIAL_YEAR) == (days and tuple(map(date.fromisoformat, days)))
    assert names(item, Grid.ALL) == ["all"]


def test_all_time_has_the_days_that_are_known():
    assert document("d", "2023").span(Grid.ALL) == (date(2023, 1, 1), date(2024, 1, 1))
    assert document("d").span(Grid.ALL) is None


@pytest.fixture
def stored(project, document_of, reading_of, keep):
    """Five: one that covers two years, a copy of it, one whose second reading failed, one waiting, one of pictures."""
    store = project.store
    known = {"area_code": "E08000003", "area_name": "Manchester", "published": "2021"}
    items = [document_of(f"{name}.pdf", **known) for name in "abcde"]
    for item in items[:3]:
        keep(store, item, reading_of(item, [["Words."]]))
    keep(store, items[3])
    keep(store, items[4], reading_of(items[4], [[], []]))
    facts = [
        DocumentFact(
            document_id=items[0].document_id,
            name=FactName.COVERS,
            rank=0,
            value="2020-04-01/2022-04-01",
            label="years",
            confidence=0.9,
            why="title",
        )
    ]
    with store.write() as connection:
        readings.fail(connection, items[2].document_id, DocumentOutcome.CRASHED, "broken")
        document_facts.replace(connection, items[0].document_id, facts)
        copy = DocumentCopy(document_id=items[1].document_id, copy_of=items[0].document_id, similarity=0.99)
        near_copies.replace(connection, [copy], [])
    return store, items


def correct(store, item, name: FactName, value: str, label: str) -> None:
    with store.write() as connection:
        said = DocumentCorrection(
            correction_id=f"c{name}{value}",
            document_id=item.document_id,
            name=name,
            value=value,
            label=label,
            person="ann",
            made_at=NOON,
        )
        document_facts.correct(connection, said)


def read(store):
    with store.read() as connection:
        return {one.name: one for one in documents_read(connection)}


def test_only_documents_with_words_were_read_and_copies_say_of_what(stored):
    store, items = stored
    found = read(store)
    assert sorted(found) == ["a.pdf", "b.pdf", "c.pdf"]
    assert (found["a.pdf"].copy_of, found["b.pdf"].copy_of) == ("", items[0].document_id)
    assert names(found["a.pdf"]) == ["2020/21", "2021/22"]


def test_what_a_person_corrected_counts(stored):
    store, items = stored
    correct(store, items[0], FactName.AREA, "E08000006", "Salford")
    correct(store, items[0], FactName.COVERS, "2019-04-01/2020-04-01", "financial-year")
    one = read(store)["a.pdf"]
    assert (one.area_code, one.area_name, names(one)) == ("E08000006", "Salford", ["2019/20"])


@pytest.mark.parametrize("value", ["soon", "1066-01-01/1067-01-01", "2023-04-01/2022-04-01", "../.."])
def test_a_period_that_is_none_leaves_the_date_of_publication(stored, value):
    store, items = stored
    correct(store, items[0], FactName.COVERS, value, "years")
    assert names(read(store)["a.pdf"]) == ["2021/22"]


def test_a_date_that_is_none_is_not_known(stored):
    store, items = stored
    correct(store, items[1], FactName.PUBLISHED, "2023-99", "")
    assert read(store)["b.pdf"].published is None
