"""A sample in words: its facts, and tables that add up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from annotation.sampling_tables import MOST_STRATA, coder_counts, sample_data, sample_facts, sample_tables
from careatlas.identifiers import CodebookId, ModelId, PassageId, SampleId, TaskKey
from careatlas.sample import Assignment, Sample

PARTS = [
    {"part": "random", "share": 0.5, "expected": 10.4, "drawn": 10, "strata": ["score", "area"], "score_edges": [0.2]},
    {"part": "uncertainty", "share": 0.3, "expected": 6.2, "drawn": 7, "size_measure": "entropy", "floor": 0.2},
    {"part": "diversity", "share": 0.2, "expected": 4.1, "drawn": 4, "vectors": "words"},
]


def stratum(score: str, area: str, population: int, expected: float, drawn: int) -> dict[str, object]:
    return {"score": score, "area": area, "population": population, "expected": expected, "drawn": drawn}


def sample(**design: object) -> Sample:
    made = {
        "expected": 20.0,
        "drawn": 3,
        "smallest_chance": 0.0123,
        "largest_chance": 0.5,
        "effective": 2.6,
        "parts": PARTS,
        "strata": [
            stratum("low", "E1", 1_000, 8.25, 1),
            stratum("low", "E2", 500, 4.5, 0),
            stratum("high", "E1", 250, 7.25, 2),
        ],
        "frame": {"documents": 12, "unscored_left_out": 0, "judged_left_out": 0},
        **design,
    }
    return Sample(
        sample_id=SampleId("first"),
        codebook_id=CodebookId("book"),
        codebook_version="1.0.0",
        model_id=ModelId("m1"),
        seed=3,
        made_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        population=1_750,
        design=made,
    )


def asked(passage: str, coder: str, *, blind: bool = False, repeat: int = 0) -> Assignment:
    return Assignment(
        task_key=TaskKey(f"t{passage}{coder}{repeat}"),
        sample_id=SampleId("first"),
        passage_id=PassageId(passage),
        coder=coder,
        blind=blind,
        repeat=repeat,
        position=0,
    )


WORK = [
    asked("p1", "ana", blind=True),
    asked("p2", "ana"),
    asked("p1", "ana", blind=True, repeat=1),
    asked("p1", "ben", blind=True),
    asked("p3", "ben"),
]


def test_coders_are_counted_with_what_they_share() -> None:
    assert coder_counts(WORK) == {
        "ana": {"readings": 2, "blind": 1, "shared": 1, "repeats": 1},
        "ben": {"readings": 2, "blind": 1, "shared": 1, "repeats": 0},
    }
    assert coder_counts([]) == {}


def test_facts_in_words() -> None:
    facts = sample_facts(sample(), WORK)
    assert facts["codebook"] == "book 1.0.0"
    assert facts["population"] == "1,750 passages of 12 documents"
    assert facts["drawn"] == "3 passages (20.0 expected)"
    assert facts["chances"].startswith("from 0.012 to 0.5;")
    assert (facts["blind"], facts["twice"]) == (
        "1 passages without a suggestion",
        "1 passages by two coders",
    )


def test_facts_say_what_was_left_out_and_that_nothing_is_suggested() -> None:
    frame = {"documents": 2, "unscored_left_out": 1_200, "judged_left_out": 3}
    facts = sample_facts(replace(sample(frame=frame), model_id=None), WORK)
    assert facts["population"] == "1,750 passages of 2 documents, 1,200 not scored left out, 3 judged left out"
    assert facts["model"] == "none: nothing is suggested"


def test_a_table_for_parts_one_for_strata_one_for_coders() -> None:
    parts, strata, coders = sample_tables(sample(), WORK)
    assert [row[-1] for row in parts.rows] == [
        "stratified by score, area",
        "chance grows with the entropy",
        "spread by words",
    ]
    assert parts.rows[0][:4] == ("random", "50%", "10.4", "10")
    assert strata.header == ("score", "area", "population", "expected", "drawn")
    assert strata.rows[1:] == (("low", "E1", "1,000", "8.2", "1"), ("low", "E2", "500", "4.5", "0"))
    assert coders.rows == (("ana", "2", "1", "1", "1"), ("ben", "2", "1", "1", "0"))


def test_many_strata_are_summed_by_each_key() -> None:
    rows = [stratum(f"band {at % 3}", f"E{at}", 10, 0.5, at % 2) for at in range(MOST_STRATA + 1)]
    _, score, area, _ = sample_tables(sample(strata=rows), WORK)
    assert score.title == "strata by score (all 31 strata: --json)"
    assert score.header == ("score", "population", "expected", "drawn")
    assert score.rows[0] == ("band 0", "110", "5.5", "5")
    assert len(area.rows) == MOST_STRATA + 1


def test_without_strata_there_is_no_table_of_them() -> None:
    parts = [{"part": "random", "share": 1.0, "expected": 20.0, "drawn": 20, "strata": [], "score_edges": []}]
    alike = sample(strata=[{"population": 1_750, "expected": 20.0, "drawn": 3}], parts=parts)
    titles = [table.title.split(",")[0] for table in sample_tables(alike, WORK)]
    assert titles == ["parts", "coders"]
    assert sample_tables(alike, WORK)[0].rows[0][-1] == "simple random sampling"


@pytest.mark.parametrize("key", ["sample", "made_at", "codebook_version", "model", "seed", "population"])
def test_plain_data_is_json(key: str) -> None:
    data = json.loads(json.dumps(sample_data(sample(), WORK)))
    assert data["design"]["parts"] == PARTS
    assert data["coders"]["ana"]["repeats"] == 1
    assert data["made_at"] == "2026-01-02T03:04:05+00:00"
    assert key in data
