"""Labels worth a second look: planted errors come first, and what nobody labelled never comes."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from careatlas.errors import MissingDependencyError, UsageError
from models.label_errors import label_error_candidates

CODES = ("discharge", "falls", "seldom")


@pytest.fixture(scope="module")
def clean() -> tuple[np.ndarray, np.ndarray]:
    """Probabilities that tell two codes well, and a code with three positives."""
    generator = np.random.default_rng(0)
    targets = (generator.random((400, 3)) < [0.2, 0.1, 0.0]).astype(np.int8)
    targets[:3, 2] = 1
    logits = np.where(targets == 1, 2.5, -3.5) + generator.normal(0, 0.7, size=targets.shape)
    return 1 / (1 + np.exp(-logits)), targets


IDS = [f"passage {at}" for at in range(400)]


@pytest.mark.parametrize("seed", range(5))
def test_planted_errors_come_first(clean: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    probabilities, targets = clean
    generator = np.random.default_rng(seed)
    wrong = targets.copy()
    planted = set()
    for code in (0, 1):
        for given in (0, 1):
            rows = generator.choice(np.nonzero(targets[:, code] == given)[0], 3, replace=False)
            wrong[rows, code] = 1 - given
            planted |= {(IDS[row], CODES[code]) for row in rows}
    found = label_error_candidates(probabilities, wrong, ids=IDS, codes=CODES)
    hits = [(one.id, one.code) in planted for one in found]
    assert sum(hits) >= 10  # of 12: confident learning lists fewer than are wrong rather than more
    assert all(hits[: sum(hits)])  # nothing right stands above a planted error
    assert [one.given for one in found[:6]] == ["present", "absent"] * 3


def test_each_kind_falls_from_the_most_suspicious(clean: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, targets = clean
    wrong = np.where(np.arange(400)[:, None] % 40 == 0, 1 - targets, targets)
    found = label_error_candidates(probabilities, wrong, ids=IDS, codes=CODES)
    for given in ("present", "absent"):
        scores = [one.score for one in found if one.given == given]
        assert len(scores) > 3
        assert scores == sorted(scores)
    one = found[0]
    assert one.score == pytest.approx(one.probability)
    assert one.reason.startswith(f"the model says {one.probability:.3f}; where the code is absent it says 0.0")
    assert json.loads(json.dumps(one.as_dict()))["given"] == "present"


def test_unknown_cells_and_rare_codes_are_never_listed(clean: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, targets = clean
    wrong = targets.copy()
    wrong[targets[:, 0] == 1, 0] = -1
    wrong[:40, 0] = np.where(targets[:40, 0] == 1, 0, 1)
    wrong[5, 2] = 1 - wrong[5, 2]
    found = label_error_candidates(probabilities, wrong, ids=IDS, codes=CODES)
    assert found
    unknown = {IDS[row] for row in np.nonzero(wrong[:, 0] == -1)[0]}
    assert not [one for one in found if one.code == "discharge" and one.id in unknown]
    assert not [one for one in found if one.code == "seldom"]


def test_the_list_is_no_longer_than_asked(clean: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, targets = clean
    wrong = np.where(np.arange(400)[:, None] % 40 == 0, 1 - targets, targets)
    everything = label_error_candidates(probabilities, wrong, ids=IDS, codes=CODES)
    assert label_error_candidates(probabilities, wrong, ids=IDS, codes=CODES, limit=4) == everything[:4]


def test_codes_with_one_kind_of_label_are_left_out(clean: tuple[np.ndarray, np.ndarray]) -> None:
    probabilities, targets = clean
    for one in (np.zeros_like(targets), np.ones_like(targets), np.full_like(targets, -1)):
        assert label_error_candidates(probabilities, one, ids=IDS, codes=CODES) == ()


def test_a_missing_library_is_named(clean: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    with pytest.raises(MissingDependencyError, match="cleanlab"):
        label_error_candidates(*clean, ids=IDS, codes=CODES)


def test_names_must_fit(clean: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(UsageError, match="399 passages"):
        label_error_candidates(*clean, ids=IDS[1:], codes=CODES)
