"""Classifying plain rows: every row in gives one row out, wrong ones included."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from careatlas.codebook_file import shipped
from careatlas.errors import InputError
from careatlas.identifiers import CodebookId, ModelId
from careatlas.progress import NoProgress
from models import classify_rows
from models.classifier import Classifier, ModelInfo, PassageText, Prediction
from models.classify_rows import MAX_TEXT, classify_file, score_rows
from models.decisions import ACCEPT, ASK, REJECT
from models.tiers import classifier_of


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return classifier_of("cues-tfidf", shipped("care-home-integration"))


def classified(
    classifier: Classifier, tmp_path: Path, lines: list[str]
) -> tuple[list[dict[str, Any]], tuple[int, int]]:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    counts = classify_file(classifier, source, out, NoProgress())
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], counts


def test_a_row_has_the_agreed_fields(classifier: Classifier, tmp_path: Path) -> None:
    rows, counts = classified(
        classifier, tmp_path, [json.dumps({"id": "a", "text": "pooled budget", "heading": "Money"})]
    )
    (row,) = rows
    assert counts == (1, 0)
    assert set(row) == {"id", "suggestions", "none_probability", "model"}
    assert set(row["suggestions"][0]) == {"code", "probability", "accepted"}
    probabilities = [one["probability"] for one in row["suggestions"]]
    assert probabilities == sorted(probabilities, reverse=True)
    assert len(probabilities) == len(classifier.codes)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a JSON object"),
        ("[1]", "needs an id and a text"),
        ('{"id": "a"}', "needs an id and a text"),
        ('{"text": "x"}', "needs an id and a text"),
        ('{"id": {}, "text": "x"}', "needs an id and a text"),
        ('{"id": "a", "text": null}', "needs an id and a text"),
        (json.dumps({"id": "a", "text": "x" * (MAX_TEXT + 1)}), "characters"),
        ("[" * 100_000, "not a JSON object"),
        ('{"id": "a", "text": "x", "heading": 5}', "a heading is"),
        ('{"id": "a", "text": "x", "heading": {"a": 1}}', "a heading is"),
        ('{"id": "a", "text": "x", "heading": ["b", null]}', "a heading is"),
        ('{"id": "\\ud800", "text": "x"}', "surrogate"),
        ('{"id": "a", "text": "x \\ud800"}', "surrogate"),
        ('{"id": "a", "text": "x", "heading": ["\\udfff"]}', "surrogate"),
        ('{"id": ["\\ud800"], "text": "x"}', "needs an id and a text"),
        ('{"id": "\\ud800"}', "needs an id and a text"),
    ],
)
def test_a_wrong_row_becomes_a_row_that_says_so(classifier: Classifier, tmp_path: Path, line: str, reason: str) -> None:
    good = json.dumps({"id": "good", "text": "falls"})
    rows, counts = classified(classifier, tmp_path, [good, line, good])
    assert counts == (3, 1)
    assert reason in rows[1]["error"]
    assert rows[1]["line"] == 2
    assert rows[0] == rows[2]


def test_a_line_that_is_too_long_is_one_wrong_row(
    classifier: Classifier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classify_rows, "MAX_LINE", 100)
    good = json.dumps({"id": "good", "text": "falls"})
    just = json.dumps({"id": "just", "text": "x"}).ljust(99)  # with its line end, 100 bytes
    long = [json.dumps({"id": "long", "text": "x" * length}) for length in (1, 250, 1_000)]
    long[0] = long[0].ljust(100)
    rows, counts = classified(classifier, tmp_path, [good, long[0], just, long[1], good, long[2]])
    assert counts == (6, 3)
    assert [row.get("line", row["id"]) for row in rows] == ["good", 2, "just", 4, "good", 6]
    assert "more than 100 bytes" in rows[1]["error"]


def test_text_that_looks_like_code_stays_text(classifier: Classifier, tmp_path: Path) -> None:
    identifier = '=HYPERLINK("x") <script>\u202e'
    rows, _ = classified(classifier, tmp_path, [json.dumps({"id": identifier, "text": "<script>alert(1)</script>"})])
    assert rows[0]["id"] == identifier


def test_batches_join_without_a_seam(classifier: Classifier, tmp_path: Path) -> None:
    lines = [json.dumps({"id": number, "text": f"falls service {number % 7}"}) for number in range(2_300)]
    rows, counts = classified(classifier, tmp_path, lines)
    assert counts == (2_300, 0)
    assert [row["id"] for row in rows] == list(range(2_300))
    assert rows[5]["suggestions"] == rows[2_245]["suggestions"]


def test_a_missing_file_says_where(classifier: Classifier, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        classify_file(classifier, tmp_path / "absent.jsonl", tmp_path / "out.jsonl", NoProgress())
    assert "absent.jsonl" in caught.value.where
    assert not (tmp_path / "out.jsonl").exists()


def test_score_rows_is_a_function_of_its_batch(classifier: Classifier) -> None:
    rows: list[dict[str, Any]] = [{"id": 1, "text": "falls"}, {"id": 2, "line": 2, "error": "wrong"}]
    assert score_rows(classifier, rows) == score_rows(classifier, rows)
    assert score_rows(classifier, rows)[1] == rows[1]


# --- neighbours, verdicts, and scoring elsewhere


class Noting:
    """A classifier of two codes that remembers what it was given and has thresholds for a risk."""

    codes = ("falls", "budget")
    cut_offs = np.array([0.5, 0.5])
    info = ModelInfo(model_id=ModelId("noting"), codebook_id=CodebookId("x"), codebook_version="1", card={})

    def __init__(self, *, verdicts: bool = True) -> None:
        self.asked: list[PassageText] = []
        self.verdicts = verdicts

    def predict(self, passages: Sequence[PassageText]) -> Prediction:
        self.asked += passages
        count = len(passages)
        return Prediction(
            probabilities=np.tile([0.2, 0.9], (count, 1)),
            none_probability=np.full(count, 0.05),
            accepted=np.tile([False, True], (count, 1)),
            verdicts=np.tile(np.array([-1, 0], dtype=np.int8), (count, 1)) if self.verdicts else None,
        )


def test_headings_and_neighbours_reach_the_classifier(tmp_path: Path) -> None:
    noting = Noting()
    rows = [
        {"id": 1, "text": "a", "heading": "One", "before": "b", "after": "c"},
        {"id": 2, "text": "d", "heading_path": ["One", "Two"], "before": None},
        {"id": 3, "text": "e"},
    ]
    classified(noting, tmp_path, [json.dumps(row) for row in rows])
    assert noting.asked == [
        PassageText(text="a", heading_path=("One",), before="b", after="c"),
        PassageText(text="d", heading_path=("One", "Two")),
        PassageText(text="e"),
    ]


@pytest.mark.parametrize("wrong", [5, ["b"], {"a": 1}, "x" * (MAX_TEXT + 1), "\ud800"])
@pytest.mark.parametrize("name", ["before", "after"])
def test_a_neighbour_that_is_no_text_makes_a_wrong_row(tmp_path: Path, name: str, wrong: Any) -> None:
    rows, counts = classified(Noting(), tmp_path, [json.dumps({"id": "a", "text": "x", name: wrong})])
    assert counts == (1, 1)
    assert rows == [{"id": "a", "line": 1, "error": "before and after are texts"}]


def test_a_verdict_stands_where_the_model_has_thresholds_for_a_risk() -> None:
    (row,) = score_rows(Noting(), [{"id": 1, "text": "a"}])
    assert row["suggestions"] == [
        {"code": "budget", "probability": 0.9, "accepted": True, "verdict": "ask"},
        {"code": "falls", "probability": 0.2, "accepted": False, "verdict": "reject"},
    ]
    (plain,) = score_rows(Noting(verdicts=False), [{"id": 1, "text": "a"}])
    assert all("verdict" not in one for one in plain["suggestions"])


def test_every_verdict_has_a_word() -> None:
    assert classify_rows._VERDICTS == {ACCEPT: "accept", ASK: "ask", REJECT: "reject"}


def test_batches_may_be_scored_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify_rows, "BATCH", 2)
    source, here, there = (tmp_path / name for name in ("in.jsonl", "here.jsonl", "there.jsonl"))
    lines = [json.dumps({"id": number, "text": "a"}) for number in range(5)]
    source.write_text("\n".join([*lines[:3], "{", *lines[3:]]) + "\n", encoding="utf-8")
    noting = Noting()

    def read_ahead(batches: Iterable[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
        waiting = list(batches)  # as workers do, who take several before the first is answered
        assert [len(batch) for batch in waiting] == [2, 2, 2]
        yield from (score_rows(noting, batch) for batch in waiting)

    counts = classify_file(noting, source, there, NoProgress(), mapped=read_ahead)
    assert counts == classify_file(Noting(), source, here, NoProgress()) == (6, 1)
    assert there.read_bytes() == here.read_bytes()
