"""Work for the screen: the passage with what stands around it."""

from __future__ import annotations

import pytest

from annotation.passage_work import AROUND, labelling_works
from careatlas.store import samples


@pytest.fixture
def works(work_of, project, made):
    def make(**order):
        work = work_of(coders=("ann",))
        with project.store.read() as connection:
            asked = samples.assignments_of(connection, made.SAMPLE)
            return work, list(labelling_works(connection, asked, order.get("model", ""), None))

    return make


def test_each_passage_has_its_neighbours_across_pages(works, made):
    work, found = works()
    texts = [one.text for one in work.passages]
    assert [one.passage.text for one in found] == texts
    assert [one.before for one in found] == ["", *texts[:-1]]
    assert [one.after for one in found] == [*texts[1:], ""]
    assert [one.task_key for one in found] == work.keys("ann")
    assert {one.document.shown_title for one in found} == {"A synthetic plan"}
    assert [one.page.number for one in found] == [1] * made.PER_PAGE + [2] * 2


def test_the_model_comes_along_where_it_is_named(works, made):
    assert {one.suggestion for one in works()[1]} == {None}


def test_suggestions_and_blindness_come_along(works, made):
    _, found = works(model=made.MODEL)
    assert all(one.suggestion and one.suggestion.passage_id == one.passage.passage_id for one in found)
    assert [one.blind for one in found].index(True) == made.BLIND_EVERY - 1


def test_long_neighbours_are_cut_where_they_are_far(project, studio, made, document_of, reading_of, keep):
    item = document_of("long.pdf")
    long = "start " + "x" * AROUND + " end"
    reading = reading_of(item, [[long, "Here.", long]])
    keep(project.store, item, reading)
    made.made_work(project, studio, item, reading, ("ann",))
    with project.store.read() as connection:
        asked = samples.assignments_of(connection, made.SAMPLE)
        work = list(labelling_works(connection, asked, "", None))[1]
    assert (work.before[:1], work.before[-4:], len(work.before)) == ("…", " end", AROUND + 1)
    assert (work.after[-1:], work.after[:6], len(work.after)) == ("…", "start ", AROUND + 1)


def test_page_furniture_is_no_neighbour(project, studio, made, document_of, reading_of, keep):
    from dataclasses import replace

    from careatlas.passage import PassageKind

    item = document_of("heads.pdf")
    reading = reading_of(item, [["Running head", "Here.", "12"]])
    kinds = [PassageKind.FURNITURE, PassageKind.PARAGRAPH, PassageKind.FURNITURE]
    furnished = [replace(one, kind=kind) for one, kind in zip(reading.passages, kinds, strict=True)]
    reading = replace(reading, passages=tuple(furnished))
    keep(project.store, item, reading)
    made.made_work(project, studio, item, reading, ("ann",))
    with project.store.read() as connection:
        asked = samples.assignments_of(connection, made.SAMPLE)
        work = list(labelling_works(connection, asked, "", None))[1]
    assert (work.before, work.after) == ("", "")
