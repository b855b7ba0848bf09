from __future__ import annotations

import http.client
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from annotation.ml_backend import MlBackend
from annotation.ml_guard import new_password
from annotation.ml_server import (
    BackendOrder,
    address,
    careatlas_command,
    check_host,
    run_backend,
    samples_on_server,
    served,
)
from annotation.server_access import Access, register_server
from annotation.server_folder import server_folder
from careatlas.errors import UsageError
from careatlas.identifiers import CodebookId, SampleId
from careatlas.project import Project
from careatlas.remote_task import RemoteProject
from careatlas.sample import Sample
from careatlas.store import remote_tasks, samples

SAMPLE = Sample(
    sample_id=SampleId("a"),
    codebook_id=CodebookId("care-home-integration"),
    codebook_version="0.3.0",
    model_id=None,
    seed=0,
    made_at=datetime(2026, 1, 1, tzinfo=UTC),
    population=0,
    design={},
)


def get(url: str, host: str = "") -> tuple[int, Any]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", "/health", headers={"Host": host} if host else {})
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


def test_it_serves_while_the_block_runs(project: Project) -> None:
    with served(MlBackend(project), "127.0.0.1", 0) as url:
        assert get(url)[0] == 200
        assert get(url, "attacker.example")[0] == 421
    with pytest.raises(ConnectionRefusedError):
        get(url)


def test_a_name_that_was_asked_for_is_ours(project: Project) -> None:
    with served(MlBackend(project), "127.0.0.2", 0, "secret") as url:
        assert url.startswith("http://127.0.0.2:")
        assert get(url)[0] == 401  # the name is right, the password missing


def test_a_port_that_is_taken_is_no_crash(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}"), served(MlBackend(project), "127.0.0.1", port):
            pass


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "plans.example", "", "127.0.0.1.example", "127.0.0.2"])
def test_a_network_needs_a_password(host: str) -> None:
    with pytest.raises(UsageError, match="without a password"):
        check_host(host, "")
    check_host(host, "secret")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]"])
def test_this_computer_does_not(host: str) -> None:
    check_host(host, "")


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:9"),
        ("::1", "http://[::1]:9"),
        ("[::1]", "http://[::1]:9"),
        ("0.0.0.0", "http://127.0.0.1:9"),
        ("plans.example", "http://plans.example:9"),
    ],
)
def test_label_studio_is_given_an_address_that_leads_here(host: str, url: str) -> None:
    assert address(host, 9) == url


def test_a_network_is_refused_before_anything_listens(project: Project) -> None:
    with pytest.raises(UsageError, match="without a password"):
        run_backend(project, BackendOrder(host="0.0.0.0", port=0))


def test_a_known_password_is_asked_for_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without --connect, but Label Studio was told a password once and goes on sending it.
    folder = server_folder(project.root)
    folder.make()
    new_password(folder)
    found = []

    def say(text: str) -> None:
        found.append(get(text.split()[4])[0])

    monkeypatch.setattr("annotation.ml_server.say", say)
    monkeypatch.setattr("annotation.ml_server._wait", lambda: None)
    run_backend(project, BackendOrder(port=0))
    assert found == [401]


def test_there_must_be_something_to_connect(project: Project) -> None:
    with pytest.raises(UsageError, match="no Label Studio"):
        run_backend(project, BackendOrder(port=0, connect=True))


def test_our_own_program_is_run_without_the_current_folder(tmp_path: Path) -> None:
    command = careatlas_command(tmp_path)
    assert command[1:] == ["-P", "-m", "careatlas", "-p", str(tmp_path)]


def test_the_samples_on_the_server_are_known(project: Project) -> None:
    assert samples_on_server(project) == []
    access = Access(url="http://127.0.0.1:8080", token="a" * 40)
    register_server(server_folder(project.root), access, keep_token=True)
    assert samples_on_server(project) == []
    with project.store.write() as connection:
        for name, server in (("b", access.url), ("a", access.url), ("c", "http://127.0.0.1:9999")):
            samples.add(connection, replace(SAMPLE, sample_id=SampleId(name)), [], [])
            row = RemoteProject(server=server, sample_id=SampleId(name), coder="ada", project_id=1, config_hash="")
            remote_tasks.keep_project(connection, row)
    assert samples_on_server(project) == ["a", "b"]
