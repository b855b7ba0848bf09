"""Readings replace each other; judgements stay, and find their passage again or are listed as lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from careatlas.document import Document, DocumentOutcome, PageStatus
from careatlas.errors import StoreError, UsageError
from careatlas.geometry import Box
from careatlas.identifiers import judgement_id
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage
from careatlas.reading import Reading
from careatlas.sample import Sample, SampledPassage
from careatlas.store import documents, judgements, passages, readings, samples
from careatlas.store.engine import Store
from careatlas.store.passage_successors import names_now
from careatlas.store.passages import PassageFilter

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


def judge(store: Store, passage: Passage, code: str = "discharge", person: str = "ann", hours: float = 0) -> Judgement:
    item = Judgement(
        judgement_id=judgement_id(passage.passage_id, code, person, str(hours)),
        passage_id=passage.passage_id,
        codebook_id="care-home-integration",
        codebook_version="0.3.0",
        code=code,
        verdict=Verdict.PRESENT,
        person=person,
        made_at=NOON + timedelta(hours=hours),
        origin=Origin.MANUAL,
    )
    with store.write() as connection:
        judgements.append(connection, item, passage)
    return item


def test_a_reading_comes_back_whole(store: Store, keep, synthetic_reading):
    item, reading = synthetic_reading
    assert keep(store, item, reading) == readings.CarriedOver(found=0, lost=())
    with store.read() as connection:
        assert tuple(readings.pages(connection, item.document_id)) == reading.pages
        assert tuple(passages.listed(connection, PassageFilter())) == reading.passages
        assert tuple(readings.drops(connection, item.document_id)) == reading.dropped
        words, offsets = readings.text(connection, item.document_id)
        found = documents.get(connection, item.document_id)
    assert words == reading.text
    assert offsets.source_span(0, len(words)) == (0, len(words))
    assert (found.outcome, found.page_count, found.passage_count, found.ocr_page_count) == ("ok", 3, 4, 1)


def test_hostile_words_come_back_as_they_were(store: Store, keep, hostile_reading):
    item, reading = hostile_reading
    keep(store, item, reading)
    with store.read() as connection:
        found = passages.of_page(connection, item.document_id, 1)
        assert tuple(found) == reading.passages
        assert readings.text(connection, item.document_id)[0] == reading.text


def test_a_document_that_was_not_read_has_nothing(store: Store, keep, document_of):
    item = document_of()
    keep(store, item)
    with store.read() as connection:
        assert readings.text(connection, item.document_id) is None
        assert readings.pages(connection, item.document_id) == []
        assert readings.drops(connection, item.document_id) == []


def test_a_new_reading_takes_the_place_of_the_old(store: Store, keep, synthetic_reading, document_of, reading_of):
    item, reading = synthetic_reading
    other = document_of("other.pdf")
    keep(store, item, reading)
    keep(store, other, reading_of(other, [["left alone"]]))
    keep(store, item, reading_of(item, [["Only this is left."]], version="test-2"))
    with store.read() as connection:
        assert [one.text for one in passages.listed(connection, PassageFilter(document_id=item.document_id))] == [
            "Only this is left."
        ]
        assert len(readings.pages(connection, item.document_id)) == 1
        assert readings.drops(connection, item.document_id) == []
        assert passages.search(connection, "falls service") == []
        assert len(passages.search(connection, "left")) == 2


@pytest.mark.parametrize(
    ("given", "read", "title"), [("", "Found", "Found"), ("Given", "Found", "Given"), ("Given", "", "Given")]
)
def test_a_title_that_a_person_gave_stays(store: Store, keep, document_of, reading_of, given, read, title):
    item = document_of(title=given)
    keep(store, item, reading_of(item, [["x"]], title=read))
    with store.read() as connection:
        assert documents.get(connection, item.document_id).title == title


def test_a_failure_keeps_what_an_earlier_reading_gave(store: Store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    with store.write() as connection:
        readings.fail(connection, item.document_id, DocumentOutcome.CRASHED, "its worker died")
    with store.read() as connection:
        found = documents.get(connection, item.document_id)
        assert (found.outcome, found.reason) == ("crashed", "its worker died")
        assert len(readings.pages(connection, item.document_id)) == 3
        assert passages.count(connection, PassageFilter()) == 4


def test_a_reading_that_cannot_be_kept_leaves_the_old_one_whole(store: Store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    twice = replace(reading, passages=(reading.passages[0], reading.passages[0]))
    with pytest.raises(StoreError):
        keep(store, item, twice)
    with store.read() as connection:
        assert tuple(passages.listed(connection, PassageFilter())) == reading.passages


def test_pages_keep_their_status(store: Store, keep, document_of, reading_of):
    item = document_of()
    reading = reading_of(item, [["x"]] * len(PageStatus))
    pages = tuple(replace(page, status=status) for page, status in zip(reading.pages, PageStatus, strict=True))
    keep(store, item, replace(reading, pages=pages))
    with store.read() as connection:
        assert [page.status for page in readings.pages(connection, item.document_id)] == list(PageStatus)
        assert documents.get(connection, item.document_id).ocr_page_count == 3


# --- judgements over a new reading


@pytest.fixture
def judged(store: Store, keep, synthetic_reading) -> tuple[Document, Reading, Judgement]:
    item, reading = synthetic_reading
    keep(store, item, reading)
    return item, reading, judge(store, reading.passages[1])


def test_the_same_reading_again_loses_nothing(store: Store, keep, judged):
    item, reading, judgement = judged
    assert keep(store, item, reading) == readings.CarriedOver(found=1, lost=())
    with store.read() as connection:
        assert judgements.of_passages(connection, [judgement.passage_id]) == [judgement]


def test_a_judgement_follows_its_words_to_a_new_passage(store: Store, keep, judged, reading_of):
    item, reading, judgement = judged
    moved = [["A new first line."] + [one.text for one in reading.passages[:2]], *[[]] * 2]
    newer = reading_of(item, moved, version="test-2")
    assert keep(store, item, newer) == readings.CarriedOver(found=1, lost=())
    successor = newer.passages[2]
    with store.read() as connection:
        assert passages.get(connection, judgement.passage_id) == successor
        (found,) = judgements.of_passages(connection, [successor.passage_id])
        assert found == replace(judgement, passage_id=successor.passage_id)
        assert judgements.of_passages(connection, [newer.passages[0].passage_id]) == []


def test_a_judgement_carried_over_counts_as_judged(store: Store, keep, judged, reading_of):
    item, reading, _ = judged
    newer = reading_of(item, [[one.text for one in reading.passages[:2]]], version="test-2")
    keep(store, item, newer)
    with store.read() as connection:
        done = passages.listed(connection, PassageFilter(judged=True))
        open_ = passages.listed(connection, PassageFilter(judged=False))
    assert [one.text for one in done] == [reading.passages[1].text]
    assert [one.text for one in open_] == [reading.passages[0].text]


def test_other_white_space_is_the_same_text(store: Store, keep, judged, reading_of):
    item, reading, judgement = judged
    newer = reading_of(item, [[reading.passages[1].text.replace(" ", "\n", 2)]], version="test-2")
    assert keep(store, item, newer).lost == ()
    with store.read() as connection:
        assert passages.get(connection, judgement.passage_id) == newer.passages[0]


@pytest.mark.parametrize("pages", [[["Other words."]], [[], ["The discharge team works seven days a week."]], []])
def test_what_is_not_found_again_is_listed_and_kept(store: Store, keep, judged, reading_of, pages):
    item, _, judgement = judged
    carried = keep(store, item, reading_of(item, pages, version="test-2"))
    assert carried == readings.CarriedOver(found=0, lost=(judgement.passage_id,))
    with store.read() as connection:
        assert judgements.count(connection) == 1
        assert judgements.of_passages(connection, [judgement.passage_id]) == [judgement]
        with pytest.raises(UsageError, match="was not found again"):
            passages.get(connection, judgement.passage_id)


def test_a_lost_judgement_can_be_found_by_a_later_reading(store: Store, keep, judged, reading_of):
    item, reading, judgement = judged
    keep(store, item, reading_of(item, [["Other words."]], version="test-2"))
    newest = reading_of(item, [["Other words.", reading.passages[1].text]], version="test-3")
    assert keep(store, item, newest) == readings.CarriedOver(found=1, lost=())
    with store.read() as connection:
        assert passages.get(connection, judgement.passage_id) == newest.passages[1]


def test_judgements_of_every_age_meet_on_the_newest_passage(store: Store, keep, judged, reading_of):
    item, reading, first = judged
    words = [[reading.passages[1].text]]
    second_reading, third_reading = (reading_of(item, words, version=version) for version in ("test-2", "test-3"))
    keep(store, item, second_reading)
    second = judge(store, second_reading.passages[0], person="bob", hours=1)
    assert keep(store, item, third_reading).found == 2
    (newest,) = third_reading.passages
    with store.read() as connection:
        found = judgements.of_passages(connection, [newest.passage_id])
        assert passages.get(connection, first.passage_id) == passages.get(connection, second.passage_id) == newest
    assert [(one.person, one.passage_id) for one in found] == [("ann", newest.passage_id), ("bob", newest.passage_id)]


def test_of_two_like_cells_the_judgement_goes_to_the_one_at_its_place(store: Store, keep, document_of, reading_of):
    item = document_of()
    reading = reading_of(item, [["Yes", "No", "Yes"]])
    keep(store, item, reading)
    upper = judge(store, reading.passages[0])
    lower = judge(store, reading.passages[2], hours=1)
    newer = reading_of(item, [["Header", "Yes", "No", "Yes"]], version="test-2")
    down = [
        replace(one, boxes=tuple(Box.of([b.x0, b.y0 - 14, b.x1, b.y1 - 14]) for b in one.boxes))
        for one in newer.passages
    ]
    keep(store, item, replace(newer, passages=tuple(down)))
    with store.read() as connection:
        assert passages.get(connection, upper.passage_id).position == 1
        assert passages.get(connection, lower.passage_id).position == 3


def test_a_judgement_in_another_document_is_let_be(store: Store, keep, judged, document_of, reading_of):
    _, reading, judgement = judged
    other = document_of("other.pdf")
    keep(store, other, reading_of(other, [[reading.passages[1].text]]))
    assert keep(store, other, reading_of(other, [["x"]], version="test-2")) == readings.CarriedOver(found=0, lost=())
    with store.read() as connection:
        assert passages.get(connection, judgement.passage_id) == reading.passages[1]


# --- page images


def test_an_image_is_kept_by_page_and_resolution_and_replaced(store: Store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    with store.write() as connection:
        readings.keep_image(connection, item.document_id, 1, 110, "aa", "image/png")
        readings.keep_image(connection, item.document_id, 1, 220, "bb", "image/png")
        readings.keep_image(connection, item.document_id, 1, 110, "cc", "image/jpeg")
    with store.read() as connection:
        assert readings.image_of(connection, item.document_id, 1, 110) == ("cc", "image/jpeg")
        assert readings.image_of(connection, item.document_id, 1, 220) == ("bb", "image/png")
        assert readings.image_of(connection, item.document_id, 2, 110) is None


def test_a_row_of_a_document_that_is_not_there_is_refused(store: Store):
    with pytest.raises(StoreError, match="refused"), store.write() as connection:
        readings.keep_image(connection, "dnowhere", 1, 110, "aa", "image/png")


def test_with_a_document_go_its_pages_and_words_but_not_its_judgements(store: Store, judged):
    item, _, judgement = judged
    with store.write() as connection:
        connection.execute(text("DELETE FROM document WHERE document_id = :d"), {"d": item.document_id})
    with store.read() as connection:
        assert passages.count(connection, PassageFilter()) == 0
        assert passages.search(connection, "discharge") == []
        assert readings.pages(connection, item.document_id) == []
        assert judgements.of_passages(connection, [judgement.passage_id]) == [judgement]


def test_a_drawn_passage_that_nobody_judged_yet_is_found_again(store: Store, keep, synthetic_reading, reading_of):
    item, reading = synthetic_reading
    keep(store, item, reading)
    words = reading.passages[1]
    drawn = SampledPassage(sample_id="s", passage_id=words.passage_id, stratum="", inclusion_probability=0.5)
    design = Sample(
        sample_id="s",
        codebook_id="care-home-integration",
        codebook_version="0.3.0",
        model_id=None,
        seed=0,
        made_at=NOON,
        population=4,
        design={},
    )
    with store.write() as connection:
        samples.add(connection, design, [(drawn, words)], [])
    newer = reading_of(item, [["A new line.", words.text]], version="test-2")
    assert keep(store, item, newer) == readings.CarriedOver(found=1, lost=())
    with store.read() as connection:
        assert passages.get(connection, words.passage_id) == newer.passages[1]
        assert passages.listed(connection, PassageFilter(judged=True)) == []


def test_a_passage_is_named_by_its_present_name_and_one_that_is_lost_by_none(
    store: Store, keep, synthetic_reading, reading_of
):
    item, reading = synthetic_reading
    keep(store, item, reading)
    moved, lost, untouched = reading.passages[:3]
    for one in (moved, lost):
        judge(store, one)
    newer = reading_of(item, [["A new line.", moved.text]], version="test-2")
    keep(store, item, newer)
    with store.read() as connection:
        names = names_now(connection, [moved.passage_id, lost.passage_id, untouched.passage_id])
    assert names == {
        moved.passage_id: newer.passages[1].passage_id,
        lost.passage_id: "",
        untouched.passage_id: untouched.passage_id,
    }
