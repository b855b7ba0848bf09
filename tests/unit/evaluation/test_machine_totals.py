"""Corrected totals out of a store: which judgements enter, and as what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from careatlas.errors import InputError, UsageError
from careatlas.identifiers import Code, CodebookId, JudgementId, ModelId, SampleId
from careatlas.judgement import Judgement, Origin, Verdict
from careatlas.passage import Passage, PassageKind
from careatlas.sample import Sample, SampledPassage
from careatlas.store import judgements, samples, suggestions
from careatlas.store.engine import Store
from careatlas.suggestion import CodeScore, Suggestion
from evaluation.corrected_totals import GroupTotal
from evaluation.machine_totals import machine_totals

MODEL = ModelId("m1")
BOOK, VERSION = CodebookId("care-home-integration"), "0.3.0"
NOON = datetime(2025, 3, 1, 12, 0, 0, tzinfo=UTC)
_numbers = count(1)


def say(store: Store, passage: Passage, verdict: Verdict, code: str = "falls", **changes: Any) -> None:
    number = next(_numbers)
    made = Judgement(
        judgement_id=JudgementId(f"j{number}"),
        passage_id=passage.passage_id,
        codebook_id=BOOK,
        codebook_version=VERSION,
        code=Code(code),
        verdict=verdict,
        person="ann",
        made_at=NOON + timedelta(seconds=number),
        origin=Origin.MANUAL,
        drawn_by="uniform",
        inclusion_probability=0.8,
    )
    with store.write() as connection:
        judgements.append(connection, replace(made, **changes), passage)


@pytest.fixture
def read(store: Store, keep, document_of, reading_of) -> list[Passage]:
    """Two areas of 50 scored passages with one repeated page head each; ``falls`` is accepted in every fourth."""
    found: list[Passage] = []
    with store.write() as connection:
        card: dict[str, Any] = {}
        suggestions.keep_model(
            connection,
            suggestions.StoredModel(
                model_id=MODEL, codebook_id=BOOK, codebook_version=VERSION, made_at="2025", card=card
            ),
        )
    for area in ("E1", "E2"):
        item = document_of(f"{area}.pdf", area_code=area, area_name=area)
        reading = reading_of(item, [[f"Sentence {number} of {area}." for number in range(51)]])
        head = replace(reading.passages[50], kind=PassageKind.FURNITURE)
        keep(store, item, replace(reading, passages=(*reading.passages[:50], head)))
        scored = [
            Suggestion(
                passage_id=passage.passage_id,
                codebook_id=BOOK,
                codebook_version=VERSION,
                model_id=MODEL,
                scores=tuple(
                    CodeScore(
                        code=Code(code), probability=0.75 if number % every == 0 else 0.25, accepted=number % every == 0
                    )
                    for code, every in (("falls", 4), ("discharge", 10))
                ),
                none_probability=0.1,
            )
            for number, passage in enumerate(reading.passages[:50])
        ]
        with store.write() as connection:
            suggestions.replace(connection, MODEL, item.document_id, scored)
        found += reading.passages[:50]
    return found


def of(rows: list[GroupTotal], area: str, code: str = "falls") -> GroupTotal:
    (found,) = [row for row in rows if (row.area_code, row.code) == (area, code)]
    return found


def test_scores_are_corrected_by_what_people_said_of_drawn_passages(store: Store, read: list[Passage]) -> None:
    for number, passage in enumerate(read[:40]):
        say(store, passage, Verdict.PRESENT if number % 2 == 0 else Verdict.ABSENT)
    rows = machine_totals(store, MODEL, level=0.9)
    assert [(row.area_code, row.code) for row in rows] == [
        ("E1", "discharge"), ("E1", "falls"), ("E2", "discharge"), ("E2", "falls"),
    ]  # fmt: skip
    found = of(rows, "E1")
    assert found.share is not None
    assert (found.n_total, found.n_labelled, found.raw_count) == (50, 40, 13)
    assert found.share.level == 0.9
    assert found.share.low < 0.5 < found.share.high
    assert found.share.estimate == pytest.approx(0.5, abs=0.03)
    assert of(rows, "E2").reason == "0 of 50 passages are labelled, 30 are needed"
    assert of(rows, "E1", "discharge").n_undecided == 40  # drawn, and nobody said anything of this code


def test_all_areas_in_one_group(store: Store, read: list[Passage]) -> None:
    for passage in [*read[:16], *read[50:66]]:
        say(store, passage, Verdict.NOTHING_HERE, "")
    rows = machine_totals(store, MODEL, by_area=False)
    assert [(row.area_code, row.code, row.n_total, row.n_labelled) for row in rows] == [
        ("", "discharge", 100, 32),
        ("", "falls", 100, 32),
    ]


def test_read_and_nothing_here_is_absent_for_every_code(store: Store, read: list[Passage]) -> None:
    for passage in read[:50]:
        say(store, passage, Verdict.NOTHING_HERE, "")
    discharge = of(machine_totals(store, MODEL), "E1", "discharge")
    assert discharge.share is not None
    assert (discharge.n_labelled, discharge.share.estimate, discharge.share.high) == (50, 0.0, 0.0)
    say(store, read[0], Verdict.PRESENT)  # ends "nothing here": of the other codes nothing is known any more
    rows = machine_totals(store, MODEL)
    falls, discharge = of(rows, "E1"), of(rows, "E1", "discharge")
    assert falls.share is not None
    assert falls.share.total == (1.0, 1.0, 1.0)
    assert (discharge.n_labelled, discharge.n_undecided) == (49, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"inclusion_probability": None, "drawn_by": "review"},
        {"codebook_version": "0.2.0"},
        {"codebook_id": CodebookId("another")},
    ],
)
def test_what_was_not_drawn_or_judged_by_another_framework_stays_out(
    store: Store, read: list[Passage], changes: dict[str, Any]
) -> None:
    say(store, read[0], Verdict.PRESENT, **changes)
    found = of(machine_totals(store, MODEL), "E1")
    assert (found.n_labelled, found.n_undecided) == (0, 0)


@pytest.mark.parametrize(
    ("verdicts", "labelled", "undecided"),
    [
        ([("ann", Verdict.PRESENT), ("bob", Verdict.PRESENT)], 1, 0),
        ([("ann", Verdict.PRESENT), ("bob", Verdict.ABSENT)], 0, 1),
        ([("ann", Verdict.PRESENT), ("bob", Verdict.UNSURE)], 1, 0),
        ([("ann", Verdict.UNSURE)], 0, 1),
        ([("ann", Verdict.ABSENT), ("ann", Verdict.PRESENT), ("bob", Verdict.PRESENT)], 1, 0),
    ],
)
def test_persons_are_put_together(
    store: Store, read: list[Passage], verdicts: list[tuple[str, Verdict]], labelled: int, undecided: int
) -> None:
    for person, verdict in verdicts:
        say(store, read[0], verdict, person=person)
    found = of(machine_totals(store, MODEL), "E1")
    assert (found.n_labelled, found.n_undecided) == (labelled, undecided)


def test_one_sampling_design_at_a_time(store: Store, read: list[Passage]) -> None:
    say(store, read[0], Verdict.PRESENT)
    say(store, read[1], Verdict.ABSENT, drawn_by="stratified", inclusion_probability=0.1)
    say(store, read[1], Verdict.ABSENT, drawn_by="stratified", inclusion_probability=0.1, person="bob")
    with pytest.raises(UsageError, match=r"several sampling designs: stratified, uniform.*name"):
        machine_totals(store, MODEL)
    assert of(machine_totals(store, MODEL, design="stratified"), "E1").n_labelled == 1


def test_two_chances_for_one_passage_are_refused(store: Store, read: list[Passage]) -> None:
    say(store, read[3], Verdict.PRESENT)
    say(store, read[3], Verdict.PRESENT, person="bob", inclusion_probability=0.7)
    with pytest.raises(InputError, match=rf"several inclusion probabilities.*{read[3].passage_id}"):
        machine_totals(store, MODEL)


def test_an_unknown_model_is_named(store: Store) -> None:
    with pytest.raises(UsageError, match=r"no model 'm9'.*careatlas suggest"):
        machine_totals(store, ModelId("m9"))


def test_a_decision_settles_what_two_coders_left_open(store: Store, read: list[Passage]) -> None:
    say(store, read[0], Verdict.PRESENT)
    say(store, read[0], Verdict.ABSENT, person="bob")
    assert of(machine_totals(store, MODEL), "E1").n_labelled == 0
    say(store, read[0], Verdict.ABSENT, person="cat", origin=Origin.ADJUDICATED)
    assert of(machine_totals(store, MODEL), "E1").n_labelled == 1


def test_what_was_taken_back_while_browsing_is_no_label(store: Store, read: list[Passage]) -> None:
    say(store, read[0], Verdict.PRESENT)
    say(store, read[0], Verdict.WITHDRAWN, "", drawn_by="review", inclusion_probability=None)
    assert of(machine_totals(store, MODEL), "E1").n_labelled == 0


def test_what_was_taken_back_with_an_older_version_of_the_codebook_is_no_label(
    store: Store, read: list[Passage]
) -> None:
    say(store, read[0], Verdict.PRESENT)
    say(store, read[1], Verdict.PRESENT)
    say(store, read[0], Verdict.WITHDRAWN, "", codebook_version="0.2.0", drawn_by="earlier")
    assert of(machine_totals(store, MODEL), "E1").n_labelled == 1


def test_of_a_sample_that_was_read_in_part_every_chance_is_smaller(store: Store, read: list[Passage]) -> None:
    sample = Sample(
        sample_id=SampleId("uniform"),
        codebook_id=BOOK,
        codebook_version=VERSION,
        model_id=MODEL,
        seed=0,
        made_at=NOON,
        population=100,
        design={},
    )
    drawn = [
        (
            SampledPassage(
                sample_id=sample.sample_id, passage_id=one.passage_id, stratum="", inclusion_probability=0.8
            ),
            one,
        )
        for one in read[:80]
    ]
    for number, passage in enumerate(read[:40]):
        say(store, passage, Verdict.PRESENT if number % 3 == 0 else Verdict.ABSENT)
    whole = of(machine_totals(store, MODEL, by_area=False), "").share
    with store.write() as connection:
        samples.add(connection, sample, drawn, [])
    half = of(machine_totals(store, MODEL, by_area=False), "").share
    assert whole is not None
    assert half is not None
    # The same 40 labels with a chance of 0.4 for each, not 0.8: much more of the 100 passages is unknown.
    assert half.standard_error == pytest.approx(whole.standard_error * (0.6 / 0.2) ** 0.5, rel=0.1)
    assert half.estimate == pytest.approx(whole.estimate, abs=0.02)
