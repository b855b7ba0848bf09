"""Training as it is ordered on the command line, without an encoder: what is written, and what is not when it fails."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from careatlas.codebook_shelf import find_codebook
from careatlas.errors import CareAtlasError, InputError, UsageError
from careatlas.progress import NoProgress
from models.classifier import PassageText
from models.model_meta import read_meta
from models.registry import registry_of
from models.tiers import classifier_of
from models.training_order import TrainingOrder, carried_out

pytestmark = pytest.mark.integration

BOOK = find_codebook("care-home-integration")
SAID = {
    "discharge": "The hospital discharge hub arranges transfers home for ward {n} with a named social worker.",
    "urgent-response": "An urgent community response team answers falls at home within two hours in ward {n}.",
    "": "The planning committee of ward {n} noted the parking report and closed at nine.",
}
ORDER = TrainingOrder(root=None, seeds=False, codebook="care-home-integration", backbone="none")
Written = Callable[..., Path]


def filler(code: str, number: int) -> str:
    """Return words that make passages of one kind more than copies of each other."""
    words = [
        "oak",
        "elm",
        "ash",
        "fir",
        "yew",
        "box",
        "bay",
        "fig",
        "gum",
        "nut",
        "pear",
        "plum",
        "vine",
        "moss",
        "fern",
        "reed",
        "rush",
        "sage",
        "mint",
        "dill",
    ]
    random.Random(f"{code}{number}").shuffle(words)
    return " " + " ".join(words)


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(codes: tuple[str, ...] = tuple(SAID), documents: int = 6) -> Path:
        rows = [
            {"id": f"{document}-{code}-{n}", "text": SAID[code].format(n=n) + filler(code, n),
             "codes": [code or "none"], "complete": True, "source": f"plan {document}"}
            for document in range(documents)
            for code in codes
            for n in range(document * 3, document * 3 + 3)
        ]  # fmt: skip
        path = tmp_path / "labels.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return path

    return write


def ordered(**changes: object) -> TrainingOrder:
    return TrainingOrder(
        **{**{name: getattr(ORDER, name) for name in ("root", "seeds", "codebook", "backbone")}, **changes}
    )


def test_a_model_is_written_with_its_card_and_can_be_used(written: Written, tmp_path: Path) -> None:
    result = carried_out(ordered(labels=(written(),), out=tmp_path / "model"), NoProgress())
    assert result.counts["file"] == 54
    assert not result.evaluation["data"]["synthetic"]
    assert result.evaluation["data"]["tested_groups"] >= 2
    names = {path.name for path in (tmp_path / "model").iterdir()}
    assert {"model.json", "words.json", "README.md", "files.json", "evaluation.json"} <= names
    assert not {path.suffix for path in (tmp_path / "model").iterdir()} & {".pkl", ".pickle", ".bin", ".joblib"}
    assert read_meta(tmp_path / "model")["model_id"] == result.model_id
    model = classifier_of(str(tmp_path / "model"), BOOK)
    discharge, nothing = (
        model.predict([PassageText(text=SAID[code].format(n=99) + filler(code, 99))]).probabilities[0]
        for code in ("discharge", "")
    )
    at = [str(code) for code in model.codes].index("discharge")
    assert discharge[at] > 0.5 > nothing[at]
    assert any("without an encoder" in note for note in result.notes)
    assert any("promote" not in line for line in result.lines())


def test_in_a_project_the_model_goes_into_its_registry(written: Written, tmp_path: Path) -> None:
    from careatlas.project import create_project

    root = tmp_path / "project"
    create_project(root)
    result = carried_out(ordered(root=root, labels=(written(),)), NoProgress())
    entry = registry_of(root).find(result.model_id)
    assert registry_of(root).opened(entry) == result.folder
    assert any(f"models promote {result.model_id}" in line for line in result.lines())


@pytest.mark.parametrize(
    ("codes", "documents", "told"),
    [
        (("",), 6, "no positive"),
        (("discharge",), 6, "without any code"),
        (("discharge", ""), 1, "separate"),
    ],
)
def test_labels_that_teach_nothing_are_refused_and_nothing_is_written(
    written: Written, tmp_path: Path, codes: tuple[str, ...], documents: int, told: str
) -> None:
    with pytest.raises(CareAtlasError, match=told):
        carried_out(ordered(labels=(written(codes, documents),), out=tmp_path / "model"), NoProgress())
    assert not (tmp_path / "model").exists()


def test_unknown_codes_are_refused(written: Written, tmp_path: Path) -> None:
    path = written()
    path.write_text(path.read_text(encoding="utf-8").replace('"discharge"', '"dischrage"'), encoding="utf-8")
    with pytest.raises(InputError, match="dischrage"):
        carried_out(ordered(labels=(path,), out=tmp_path / "model"), NoProgress())
    assert not (tmp_path / "model").exists()


def test_nothing_is_overwritten(written: Written, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(UsageError, match="there already"):
        carried_out(ordered(labels=(written(),), out=tmp_path / "model"), NoProgress())
    assert list((tmp_path / "model").iterdir()) == []


def test_a_way_of_reading_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot read"):
        carried_out(ordered(reads="tea leaves"), NoProgress())
