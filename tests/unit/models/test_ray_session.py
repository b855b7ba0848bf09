"""Before Ray is there: what is missing, and what is no address."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from careatlas.errors import MissingDependencyError, StageError, UsageError
from models import ray_session
from models.ray_session import require_ray


@pytest.fixture
def without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)


def test_a_missing_ray_is_named_with_what_brings_it(without_ray: None) -> None:
    with pytest.raises(MissingDependencyError) as caught:
        require_ray()
    assert caught.value.mend == "pip install 'careatlas[ray]'"
    with pytest.raises(MissingDependencyError), ray_session.ray_session():
        pytest.fail("there was a session")


@pytest.mark.parametrize("address", ["6379", "host", "host:", ":6379", "ray://host:10001", "host:port", "host:-1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        ray_session._require_listener(address)


def test_an_address_at_which_nothing_answers_is_told_at_once() -> None:
    with socket.socket() as taken:  # bound, so that no other takes the port, and not listening
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(StageError) as caught:
            ray_session._require_listener(address)
        assert caught.value.where == address
        taken.listen()
        ray_session._require_listener(address)
    with pytest.raises(StageError):
        ray_session._require_listener("127.0.0.1:99999")


def test_variables_that_are_set_stay_and_new_ones_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    monkeypatch.delenv("RAY_AUTH_TOKEN", raising=False)
    before = dict(os.environ)
    with ray_session._environment({"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_TOKEN": "secret"}):
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "1"
        assert os.environ["RAY_AUTH_TOKEN"] == "secret"
    assert dict(os.environ) == before


def test_the_token_is_one_per_process_and_long() -> None:
    token = ray_session._token()["RAY_AUTH_TOKEN"]
    assert len(token) == 64
    assert ray_session._token()["RAY_AUTH_TOKEN"] == token


def test_native_noise_is_hushed_and_comes_back(capfd: pytest.CaptureFixture[str]) -> None:
    with ray_session._hushed():
        os.write(2, b"noise\n")
    os.write(2, b"an error\n")
    assert capfd.readouterr().err == "an error\n"
