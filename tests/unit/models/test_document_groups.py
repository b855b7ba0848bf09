"""Documents that stay on one side of a split: of one area, or copies."""

from __future__ import annotations

from datetime import UTC, datetime

from careatlas.document_fact import DocumentCorrection, DocumentFact, FactName
from careatlas.near_copy import DocumentCopy
from careatlas.project import Project
from careatlas.store import document_facts, near_copies
from models.document_groups import document_groups

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def groups(project: Project) -> dict[str, str]:
    with project.store.read() as connection:
        return dict(document_groups(connection))


def copy(item, of) -> DocumentCopy:
    return DocumentCopy(document_id=item.document_id, copy_of=of.document_id, similarity=0.9)


def test_a_copy_is_in_the_group_of_what_it_copies(project: Project, document_of, keep) -> None:
    pack, paper, other = items = [document_of(name) for name in ("pack.pdf", "paper.pdf", "other.pdf")]
    for item in items:
        keep(project.store, item)
    assert groups(project) == {item.document_id: item.document_id for item in items}
    with project.store.write() as connection:
        near_copies.replace(connection, [copy(paper, pack)], ())
    assert groups(project) == {
        pack.document_id: pack.document_id,
        paper.document_id: pack.document_id,
        other.document_id: other.document_id,
    }


def test_the_area_of_a_copy_is_that_of_its_original_where_only_it_has_one(project: Project, document_of, keep) -> None:
    pack, paper = document_of("pack.pdf"), document_of("paper.pdf", area_code="E08000003")
    for item in (pack, paper):
        keep(project.store, item)
    with project.store.write() as connection:
        near_copies.replace(connection, [copy(paper, pack)], ())
    assert set(groups(project).values()) == {"E08000003"}


def test_areas_read_and_corrected_count_as_far_as_they_are_known(project: Project, document_of, keep) -> None:
    item = document_of("plan.pdf")
    keep(project.store, item)

    def read(confidence: float) -> DocumentFact:
        return DocumentFact(
            document_id=item.document_id,
            name=FactName.AREA,
            rank=0,
            value="E08000001",
            label="Bolton",
            confidence=confidence,
            why="title page",
        )

    for confidence, group in ((0.4, item.document_id), (0.6, "E08000001")):
        with project.store.write() as connection:
            document_facts.replace(connection, item.document_id, [read(confidence)])
        assert groups(project) == {item.document_id: group}
    correction = DocumentCorrection(
        correction_id="e1",
        document_id=item.document_id,
        name=FactName.AREA,
        value="E08000010",
        label="Wigan",
        person="ann",
        made_at=NOON,
    )
    with project.store.write() as connection:
        document_facts.correct(connection, correction)
    assert groups(project) == {item.document_id: "E08000010"}
