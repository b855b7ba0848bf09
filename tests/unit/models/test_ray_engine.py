"""What the engine does without a Ray: cutting work into waves, and one worker's answers."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace
from typing import cast

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.codebook_file import shipped
from careatlas.identifiers import ModelId
from models import ray_engine
from models.classifier import Classifier
from models.model_order import ModelOrder
from models.ray_engine import MOST_ATTEMPTS, Attempts, RayEngine, Worker


class Ready:
    """An order for a model that only has a name."""

    def opened(self) -> SimpleNamespace:
        return SimpleNamespace(info=SimpleNamespace(model_id="model-1"))


@pytest.fixture
def order() -> ModelOrder:
    return cast(ModelOrder, Ready())


def shout(classifier: Classifier, payload: bytes) -> bytes:
    if payload == b"bad":
        raise ValueError("no" * 10_000)
    return payload.upper() + classifier.info.model_id.encode()


def asked(worker: Worker, number: int, payload: bytes) -> dict[str, object]:
    (answer,) = worker(pa.table({"number": [number], "payload": [payload]})).to_pylist()
    assert answer["number"] == number
    assert 0 <= answer.pop("seconds") < 10
    return answer


@given(st.lists(st.binary(max_size=30)), st.integers(min_value=0, max_value=100))
def test_waves_hold_every_payload_in_order_and_no_more_than_they_may(payloads: list[bytes], most: int) -> None:
    waves = list(ray_engine._waves(payloads, most))
    assert [one for wave in waves for one in wave] == payloads
    assert all(len(wave) == 1 or sum(map(len, wave)) <= most for wave in waves)
    # None could have taken what the next one begins with.
    assert all(sum(map(len, wave)) + len(after[0]) > most for wave, after in pairwise(waves))


def test_a_payload_that_fails_is_answered_and_the_worker_goes_on(order: ModelOrder) -> None:
    worker = Worker(shout, order, Attempts().begun)
    assert asked(worker, 0, b"a\0") == {
        "number": 0,
        "payload": b"A\0model-1",
        "error": "",
        "problem": "",
    }
    failed = asked(worker, 1, b"bad")
    assert failed["payload"] == b""
    assert str(failed["error"]).startswith("ValueError: nono")
    assert len(str(failed["error"])) == ray_engine.MOST_SAID
    assert asked(worker, 2, b"b")["error"] == ""


def test_a_payload_that_ended_its_workers_is_not_begun_again(order: ModelOrder) -> None:
    attempts = Attempts()
    worker = Worker(shout, order, attempts.begun)
    for _ in range(MOST_ATTEMPTS):
        assert asked(worker, 7, b"x")["error"] == ""
    answer = asked(worker, 7, b"x")
    assert (answer["payload"], answer["error"]) == (b"", "the worker process ended 2 times while at it")
    assert asked(worker, 8, b"x")["error"] == ""


def test_a_worker_without_its_model_says_so_with_every_answer() -> None:
    absent = ModelOrder(name="absent", codebook=shipped("care-home-integration"), root=None, model_id=ModelId("m"))
    worker = Worker(shout, absent, Attempts().begun)
    for number in range(2):
        answer = asked(worker, number, b"x")
        assert "no model 'absent'" in str(answer["problem"])
        assert answer["payload"] == b""


def test_without_work_no_ray_is_started(order: ModelOrder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_engine, "require_ray", lambda: None)
    monkeypatch.setattr(ray_engine, "ray_session", lambda **_: pytest.fail("a Ray was started"))
    with RayEngine() as engine:
        assert list(engine.mapped(shout, [], order)) == []
