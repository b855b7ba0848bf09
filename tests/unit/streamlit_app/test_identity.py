from __future__ import annotations

import pytest

from streamlit_app.identity import is_loopback, reader_of

LOCAL = {"Host": "127.0.0.1:8501"}


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8501", "localhost", "LOCALHOST:80", "::1", "[::1]", "[::1]:8501", "127.1.2.3"]
)
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "192.168.0.4:8501", "localhost.evil.example", "127.0.0.1.evil.example", "example.org"]
)
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_the_named_reviewer_counts_on_this_machine() -> None:
    assert reader_of({}, " Ada ", "127.0.0.1", LOCAL).person == "Ada"


@pytest.mark.parametrize(
    "headers",
    [{"Host": "plans.example"}, {**LOCAL, "X-Forwarded-For": "10.0.0.1"}, {**LOCAL, "Forwarded": "for=10.0.0.1"}],
)
def test_whoever_comes_through_a_proxy_is_not_the_reviewer(headers: dict[str, str]) -> None:
    assert reader_of({}, "Ada", "127.0.0.1", headers).person == ""


@pytest.mark.parametrize("address", ["", "0.0.0.0", "192.168.0.4"])
def test_on_a_network_one_must_log_in(address: str) -> None:
    reader = reader_of({}, "Ada", address, LOCAL)
    assert (reader.person, reader.must_log_in) == ("", True)


def test_a_login_names_the_person() -> None:
    reader = reader_of({"is_logged_in": True, "email": "ada@example.org"}, "Bob", "0.0.0.0", {})
    assert (reader.person, reader.must_log_in) == ("ada@example.org", False)


@pytest.mark.parametrize(
    "user", [{"email": "ada@example.org"}, {"is_logged_in": False, "email": "x"}, {"is_logged_in": "true"}]
)
def test_only_a_real_login_is_one(user: dict[str, object]) -> None:
    assert reader_of(user, "", "127.0.0.1", LOCAL).person == ""


def test_a_login_without_a_name_may_not_judge() -> None:
    assert reader_of({"is_logged_in": True}, "", "0.0.0.0", {}).person == ""
