from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.testclient import TestClient

from annotation.ml_backend import MOST_TASKS, START_TRAINING, MlBackend
from annotation.ml_guard import USER
from annotation.ml_predictions import MlPredictions, StoredPredictions
from annotation.retraining import Phase, TrainingState
from careatlas.errors import StoreError
from careatlas.project import Project

HOSTILE = "<script>alert('x')</script>\x1b[31m"
ADDRESSES = (("GET", "/"), ("GET", "/health"), ("POST", "/setup"), ("POST", "/predict"), ("POST", "/webhook"))


class FakeRetraining:
    def __init__(self) -> None:
        self.asked = 0

    @property
    def state(self) -> TrainingState:
        phase = Phase.RUNNING if self.asked else Phase.IDLE
        return TrainingState(phase=phase, waiting=self.asked > 1, said=HOSTILE if self.asked else "")

    def ask(self) -> TrainingState:
        self.asked += 1
        return self.state


def client(project: Project, retraining: Any = None, password: str = "") -> TestClient:
    app = MlBackend(project, retraining).application(names=frozenset({"127.0.0.1"}), password=password)
    return TestClient(app, base_url="http://127.0.0.1:9090", raise_server_exceptions=False)


def test_health_says_what_it_is_and_how_it_stands(project: Project) -> None:
    found = client(project, FakeRetraining()).get("/health").json()
    assert (found["status"], found["model_version"]) == ("UP", "place")
    assert found["training"]["phase"] == "idle"
    assert set(found["tasks"].values()) == {0}


def test_setup_names_the_model_and_drops_the_token(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    body = {"project": "1.2", "schema": "<View/>", "hostname": "http://ls", "access_token": "very-secret-token"}
    with caplog.at_level(logging.DEBUG):
        found = client(project).post("/setup", json=body)
        client(project).post("/setup", content=b'{"access_token": "very-secret', headers=JSON)
    assert found.json() == {"model_version": "place"}
    assert "very-secret" not in caplog.text
    for path in project.root.rglob("*"):
        assert not path.is_file() or b"very-secret" not in path.read_bytes()


def test_every_task_has_an_answer_and_is_counted(project: Project) -> None:
    asking = client(project)
    body = {"tasks": [{"id": 1, "data": {}}, None], "label_config": "<View/>", "params": {"x": 1}, "project": "1.2"}
    assert asking.post("/predict", json=body).json() == {"results": [[], []]}
    assert asking.get("/health").json()["tasks"]["not known here"] == 2
    assert "tasks not known here: 2" in asking.get("/").text.splitlines()


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        b'{"tasks": 1}',
        b'{"tasks": {}}',
        b'{"label_config": ""}',
        b'{"tasks": [], "label_config": 7}',
        b'{"tasks": [' + b"[" * 100_000,
    ],
)
def test_what_is_no_request_is_refused(project: Project, body: bytes) -> None:
    found = client(project).post("/predict", content=body, headers=JSON)
    assert (found.status_code, found.json()) == (400, {"error": "the request is not what Label Studio sends"})


def test_tasks_have_their_number(project: Project) -> None:
    body = {"tasks": [None] * (MOST_TASKS + 1), "label_config": ""}
    assert client(project).post("/predict", json=body).status_code == 413


def test_training_is_asked_for_and_answered_at_once(project: Project) -> None:
    retraining = FakeRetraining()
    asking = client(project, retraining)
    found = asking.post("/webhook", json={"action": START_TRAINING, "project": {"id": 1, "title": HOSTILE}})
    assert found.json()["training"]["phase"] == "running"
    asking.post("/webhook", json={"action": START_TRAINING})
    assert (retraining.asked, asking.get("/health").json()["training"]["waiting"]) == (2, True)


@pytest.mark.parametrize("body", [{"action": "ANNOTATION_CREATED"}, {}, {"action": "start_training"}])
def test_other_events_start_nothing(project: Project, body: dict[str, str]) -> None:
    retraining = FakeRetraining()
    assert client(project, retraining).post("/webhook", json=body).json() == {"ignored": True}
    assert retraining.asked == 0


def test_without_train_nobody_can_start_one(project: Project) -> None:
    found = client(project).post("/webhook", json={"action": START_TRAINING})
    assert (found.status_code, "--train" in found.json()["error"]) == (403, True)
    assert client(project).get("/health").json()["training"] is None


def test_the_page_is_plain_text(project: Project) -> None:
    retraining = FakeRetraining()
    retraining.asked = 1
    found = client(project, retraining).get("/", params={"x": HOSTILE})
    assert found.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "model: place" in found.text
    assert "\x1b" not in found.text


@pytest.mark.parametrize("path", ["/<script>alert(1)</script>", "/predict", "/webhook", "/setup"])
def test_nothing_of_a_request_is_repeated(project: Project, path: str) -> None:
    found = client(project).get(path, params={"x": HOSTILE})
    assert found.status_code in {404, 405}
    assert "script" not in found.text
    assert found.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_every_address_wants_the_password(project: Project, method: str, path: str) -> None:
    asking = client(project, FakeRetraining(), password="secret")
    body = None if method == "GET" else {"tasks": [], "action": START_TRAINING}
    assert asking.request(method, path, json=body).status_code == 401
    assert asking.request(method, path, json=body, auth=(USER, "secret")).status_code == 200


def test_a_store_that_does_not_answer_is_no_crash(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: StoredPredictions, _tasks: Sequence[Any], _config: str) -> MlPredictions:
        raise StoreError("the store refused: disk I/O error", where="sqlite:////somewhere/private")

    monkeypatch.setattr(StoredPredictions, "answer", broken)
    found = client(project).post("/predict", json={"tasks": [{}]})
    assert found.status_code == 503
    assert "private" not in json.dumps(found.json())
