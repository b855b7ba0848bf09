from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from annotation import ml_connection
from annotation.labelling_task import PLACE_VERSION
from annotation.ml_connection import TITLE, connected, known_remote_projects
from annotation.ml_guard import USER
from annotation.server_access import Access
from annotation.server_call import Answer
from careatlas.errors import CareAtlasError, InputError, StageError
from careatlas.identifiers import CodebookId, ModelId, SampleId
from careatlas.project import Project
from careatlas.remote_task import RemoteProject
from careatlas.sample import Sample
from careatlas.store import remote_tasks, samples

ACCESS = Access(url="http://127.0.0.1:8080", token="a" * 40)
URL = "http://127.0.0.1:9090"


class FakeServer:
    """The three addresses of Label Studio that are used, as version 1.23.2 answers."""

    def __init__(self) -> None:
        self.shows: dict[int, str | None] = {7: "model-1", 8: PLACE_VERSION}
        self.backends: dict[int, dict[str, Any]] = {}
        self.refuses: Answer | None = None
        self.calls: list[str] = []

    def call(self, _access: Access, path: str, *, method: str = "GET", data: Any = None, timeout: float = 0) -> Answer:
        self.calls.append(f"{method} {path}")
        assert timeout >= 30
        if match := re.fullmatch(r"/api/projects/(\d+)/", path):
            return self._project(int(match[1]), data)
        if match := re.fullmatch(r"/api/ml\?project=(\d+)", path):
            return _json([one for one in self.backends.values() if one["project"] == int(match[1])])
        if self.refuses:
            return self.refuses
        number = int(path.rpartition("/")[2]) if method == "PATCH" else 100 + len(self.backends)
        self.backends[number] = {**data, "id": number}
        return _json(self.backends[number])

    def _project(self, number: int, data: Any) -> Answer:
        if number not in self.shows:
            return _json({"detail": "Not found"}, 404)
        if data is not None:
            self.shows[number] = data["model_version"]
        return _json({"id": number, "model_version": self.shows[number]})


def _json(data: Any, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(data).encode())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    made = FakeServer()
    monkeypatch.setattr(ml_connection, "call", made.call)
    monkeypatch.setattr(
        ml_connection, "called", lambda access, path, timeout: json.loads(made.call(access, path, timeout=timeout).body)
    )
    return made


def row(number: int, coder: str = "ada") -> RemoteProject:
    return RemoteProject(
        server=ACCESS.url, sample_id=SampleId("first"), coder=coder, project_id=number, config_hash="0" * 64
    )


@pytest.fixture
def pilot(project: Project) -> Project:
    sample = Sample(
        sample_id=SampleId("first"),
        codebook_id=CodebookId("care-home-integration"),
        codebook_version="0.3.0",
        model_id=ModelId("model-0"),
        seed=0,
        made_at=datetime.now(UTC),
        population=0,
        design={},
    )
    with project.store.write() as connection:
        samples.add(connection, sample, [], [])
        for one in (row(7), row(8, "bea")):
            remote_tasks.keep_project(connection, one)
    return project


Connecting = Callable[..., Any]


@pytest.fixture
def connecting(pilot: Project) -> Connecting:
    def connect(url: str = URL, password: str = "secret") -> Any:
        return connected(ACCESS, pilot, known_remote_projects(pilot, ACCESS), url, password)

    return connect


def test_projects_ask_the_backend_while_it_runs(server: FakeServer, connecting: Connecting) -> None:
    with connecting() as made:
        assert server.shows == {7: TITLE, 8: TITLE}
        assert [(one.project_id, one.coder, one.is_new) for one in made] == [(7, "ada", True), (8, "bea", True)]
    assert server.shows == {7: "model-1", 8: PLACE_VERSION}
    for one in server.backends.values():
        assert (one["url"], one["title"], one["is_interactive"]) == (URL, TITLE, False)
        assert (one["auth_method"], one["basic_auth_user"], one["basic_auth_pass"]) == ("BASIC_AUTH", USER, "secret")


def test_it_is_registered_once(server: FakeServer, connecting: Connecting) -> None:
    with connecting():
        pass
    with connecting("http://127.0.0.1:9999", "other") as made:
        assert [one.is_new for one in made] == [False, False]
    assert [(one["url"], one["basic_auth_pass"]) for one in server.backends.values()] == [
        ("http://127.0.0.1:9999", "other")
    ] * 2


def test_a_backend_that_somebody_added_at_our_address_is_ours(server: FakeServer, connecting: Connecting) -> None:
    server.backends[3] = {"id": 3, "project": 7, "url": URL, "title": "by hand"}
    server.backends[4] = {"id": 4, "project": 7, "url": "http://127.0.0.1:1", "title": "another one"}
    with connecting() as made:
        assert made[0].number == 3
    assert server.backends[3]["title"] == TITLE
    assert server.backends[4]["title"] == "another one"


def test_after_a_backend_that_was_killed_the_first_model_is_shown(server: FakeServer, connecting: Connecting) -> None:
    server.shows[7] = TITLE
    server.shows[8] = None
    with connecting():
        pass
    assert server.shows == {7: "model-0", 8: "model-0"}


def test_what_somebody_chose_meanwhile_stays(server: FakeServer, connecting: Connecting) -> None:
    with connecting():
        server.shows[7] = "model-2"
    assert server.shows[7] == "model-2"


def test_a_project_that_is_gone_is_left_out(
    server: FakeServer, connecting: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    del server.shows[7]
    with caplog.at_level(logging.WARNING), connecting() as made:
        assert [one.project_id for one in made] == [8]
    assert "project 7 of ada is gone" in caplog.text


REFUSALS = (
    ({"validation_errors": {"non_field_errors": ["Can't connect to ML backend"]}}, "Can't connect to ML backend"),
    ({"validation_errors": {}, "detail": "Validation error"}, "Validation error"),
    ({"detail": "URL resolves to a reserved network address"}, "URL resolves to a reserved"),
    ([], "it does not say why"),
    ({}, "it does not say why"),
)


@pytest.mark.parametrize(("body", "said"), REFUSALS)
def test_a_refusal_is_explained(server: FakeServer, connecting: Connecting, body: Any, said: str) -> None:
    server.refuses = _json(body, 400)
    with pytest.raises(StageError, match=said) as caught, connecting():
        pass
    assert "secret" not in str(caught.value)
    assert server.shows == {7: "model-1", 8: PLACE_VERSION}


def test_when_the_second_project_refuses_the_first_is_put_back(
    server: FakeServer, connecting: Connecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = server.call

    def second(access: Access, path: str, *, data: Any = None, **given: Any) -> Answer:
        if data and data.get("project") == 8:
            return _json({"detail": "no"}, 403)
        return call(access, path, data=data, **given)

    monkeypatch.setattr(ml_connection, "call", second)
    with pytest.raises(StageError), connecting():
        pass
    assert server.shows == {7: "model-1", 8: PLACE_VERSION}


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"id": "7"}', b"[" * 100_000])
def test_an_answer_that_is_none_is_an_error(server: FakeServer, connecting: Connecting, body: bytes) -> None:
    server.refuses = Answer(status=200, body=body)
    with pytest.raises(InputError), connecting():
        pass


def test_a_server_that_is_away_at_the_end_is_only_said(
    server: FakeServer, connecting: Connecting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_given: object, **_more: object) -> Answer:
        raise CareAtlasError("Label Studio does not answer")

    with caplog.at_level(logging.WARNING), connecting():
        monkeypatch.setattr(ml_connection, "call", away)
    assert caplog.text.count("does not answer") == 2
