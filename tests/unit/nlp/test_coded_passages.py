"""Which passages tell of initiatives: people prevail over the model, copies and templates do not count."""

from __future__ import annotations

import pytest

from careatlas.codebook_file import shipped
from careatlas.initiative import Basis
from careatlas.judgement import Origin, Verdict
from careatlas.near_copy import Boilerplate, DocumentCopy
from careatlas.store import judgements, near_copies, suggestions
from careatlas.store.suggestions import StoredModel
from careatlas.suggestion import CodeScore, Suggestion
from nlp.coded_passages import CodedPassages, coding_of
from tests.made_initiatives import judgement

BOTH = {"discharge": 0.9, "digital-data": 0.6}
ABSENT, PRESENT, UNSURE = Verdict.ABSENT, Verdict.PRESENT, Verdict.UNSURE


def test_accepted_suggestions_count_where_nobody_judged():
    coding = coding_of(BOTH, [])
    assert (coding.codes, coding.basis, coding.probability) == (("digital-data", "discharge"), Basis.ACCEPTED, 0.9)


def test_what_people_say_is_present_takes_the_place_of_suggestions():
    coding = coding_of(BOTH, [judgement("p", PRESENT, 1, code="primary-care")])
    assert (coding.codes, coding.basis, coding.probability) == (("primary-care",), Basis.JUDGED, 1.0)


def test_codes_that_people_refuse_are_left_out():
    coding = coding_of(BOTH, [judgement("p", ABSENT, 1)])
    assert (coding.codes, coding.basis, coding.probability) == (("digital-data",), Basis.ACCEPTED, 0.6)


@pytest.mark.parametrize(
    "rows",
    [
        [judgement("p", Verdict.NOTHING_HERE, 1)],
        [judgement("p", ABSENT, 1), judgement("p", ABSENT, 2, code="digital-data")],
        [judgement("p", PRESENT, 1), judgement("p", Verdict.NOTHING_HERE, 2)],
        [judgement("p", PRESENT, 1), judgement("p", Verdict.NOTHING_HERE, 2, "chair", origin=Origin.ADJUDICATED)],
    ],
)
def test_a_passage_in_which_people_find_nothing_is_out(rows):
    assert coding_of(BOTH, rows) is None


def test_a_decision_prevails_and_what_is_unsure_changes_nothing():
    decided = judgement("p", PRESENT, 1, "chair", origin=Origin.ADJUDICATED)
    assert coding_of({}, [decided, judgement("p", ABSENT, 2)]).codes == ("discharge",)
    assert coding_of(BOTH, [judgement("p", UNSURE, 1)]).basis is Basis.ACCEPTED


def test_nothing_accepted_and_nothing_judged_is_nothing():
    assert coding_of({}, []) is None


@pytest.fixture
def kept(store, keep, synthetic_reading):
    item, reading = synthetic_reading
    keep(store, item, reading)
    book = shipped("care-home-integration")
    model = StoredModel(model_id="m", codebook_id=book.id, codebook_version=book.version, made_at="1", card={})
    scores = (
        CodeScore(code="discharge", probability=0.9, accepted=True),
        CodeScore(code="gone", probability=0.8, accepted=True),
    )
    with store.write() as connection:
        suggestions.keep_model(connection, model)
        made = [
            Suggestion(
                passage_id=one.passage_id,
                codebook_id=book.id,
                codebook_version=book.version,
                model_id="m",
                scores=scores,
                none_probability=0.1,
            )
            for one in reading.passages[:3]
        ]
        suggestions.replace(connection, "m", item.document_id, made)
    return store, item, reading, book, model


def read(kept, model="theirs"):
    store, item, _, book, theirs = kept
    with store.read() as connection:
        coded = CodedPassages.of(connection, book, theirs if model else None)
        return coded.of_document(connection, item.document_id)


def test_codes_of_a_document(kept):
    found = read(kept)
    assert len(found.passages) == 4
    assert [one.codes for one in found.codings.values()] == [("discharge",)] * 3  # a code of another codebook is none
    assert read(kept, model="").codings == {}


def test_copies_and_templates_do_not_count_unless_people_judged_them(kept):
    store, item, reading, _, _ = kept
    first, second, _, _ = (one.passage_id for one in reading.passages)
    template = Boilerplate(passage_id=second, document_id=item.document_id, group="g", document_count=3, area_count=3)
    with store.write() as connection:
        near_copies.replace(connection, [], [template])
        judged = judgement(first, PRESENT, 1)
        judgements.append(connection, judged, reading.passages[0])
    found = read(kept)
    assert (len(found.codings), found.boilerplate, found.copied) == (2, 1, 0)
    with store.write() as connection:
        copy = DocumentCopy(document_id=item.document_id, copy_of="dother", similarity=0.97)
        near_copies.replace(connection, [copy], [template])
    found = read(kept)
    assert list(found.codings) == [first]
    assert found.codings[first].basis is Basis.JUDGED
    assert found.copied == 2


def test_refused_passages_are_counted(kept):
    store, _, reading, _, _ = kept
    with store.write() as connection:
        nothing = judgement(reading.passages[0].passage_id, Verdict.NOTHING_HERE, 1)
        judgements.append(connection, nothing, reading.passages[0])
    found = read(kept)
    assert (len(found.codings), found.refused) == (2, 1)
