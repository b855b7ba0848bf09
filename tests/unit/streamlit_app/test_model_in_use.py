from __future__ import annotations

from datetime import UTC, datetime

import pytest

from careatlas.codebook_file import shipped
from careatlas.identifiers import CodebookId, ModelId, RunId
from careatlas.ledger import RunKey, RunRow
from careatlas.store.suggestions import StoredModel
from streamlit_app.footer import labels_warning, source_url
from streamlit_app.model_in_use import calibration_line, card_rows, label_of, model_in_use

BOOK = shipped("care-home-integration")


def model(name: str, codebook: str = "care-home-integration", version: str = BOOK.version) -> StoredModel:
    return StoredModel(
        model_id=ModelId(name), codebook_id=CodebookId(codebook), codebook_version=version, made_at="", card={}
    )


def test_the_newest_model_of_this_version_is_shown() -> None:
    models = [model("other", "rainbow"), model("newer", version="9.9.9"), model("new"), model("old")]
    assert model_in_use(models, BOOK) == model("new")


def test_else_the_newest_of_the_codebook_else_none() -> None:
    assert model_in_use([model("newer", version="9.9.9")], BOOK) == model("newer", version="9.9.9")
    assert model_in_use([model("other", "rainbow")], BOOK) is None


def run_of(name: str) -> RunRow:
    key = RunKey(stage="suggest", subject="d1", inputs={}, config={"model": name}, code_version="1")
    now = datetime.now(UTC)
    return RunRow(run_id=RunId("r1"), key=key, outcome="ok", reason="", started_at=now, seconds=1, counts={})


def test_the_model_of_the_last_run_comes_before_newer_ones() -> None:
    models = [model("new"), model("old"), model("other", "rainbow"), model("before", version="0.0.1")]
    assert model_in_use(models, BOOK, [run_of("old")]) == model("old")
    for without in ("gone", "other", "before"):
        assert model_in_use(models, BOOK, [run_of(without)]) == model("new")


@pytest.mark.parametrize(
    ("card", "words"),
    [({"calibrated": True}, "were calibrated"), ({"calibrated": False}, "not calibrated"), ({}, "does not say")],
)
def test_the_honesty_line(card: dict[str, object], words: str) -> None:
    assert words in calibration_line(card)


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({"human_labels": 0}, "No person's label"),
        ({"reference_labels": "Machine-made"}, "made by a machine"),
        ({"human_labels": 12}, ""),
        ({}, ""),
    ],
)
def test_what_a_card_admits(card: dict[str, object], words: str) -> None:
    assert words in labels_warning(card)
    assert bool(labels_warning(card)) is bool(words)


def test_card_rows_and_labels() -> None:
    assert card_rows({"made_from": "x", "config": {"a": 1}}) == [("made from", "x"), ("config", "{'a': 1}")]
    assert label_of(BOOK, "not-there") == "not-there"
    assert label_of(BOOK, BOOK.codes[0].id) == BOOK.codes[0].label


def test_the_source_is_named() -> None:
    assert source_url().startswith("https://")
