from __future__ import annotations

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from careatlas.cli import build
from careatlas.errors import MissingDependencyError, SettingsError, UsageError
from streamlit_app import server

AUTH = '[auth]\nredirect_uri = "https://plans.example/oauth2callback"\ncookie_secret = "x"\n'


def test_the_command_line_leaves_nothing_to_defaults(tmp_path: Path) -> None:
    command = server.command_line("127.0.0.1", 8599, tmp_path / "none.toml", browser=False)
    assert command[1:5] == ["-P", "-m", "streamlit", "run"]
    assert Path(command[5]).is_file()
    for flag in (
        "--server.address=127.0.0.1",
        "--server.port=8599",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--server.enableXsrfProtection=true",
        "--server.enableCORS=true",
        "--server.allowedHosts=localhost",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=minimal",
        "--client.showErrorDetails=none",
    ):
        assert flag in command
    assert not any(flag.startswith("--secrets") for flag in command)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.4", "example.org", "::"])
def test_a_network_needs_a_login(tmp_path: Path, host: str) -> None:
    with pytest.raises(UsageError, match="without a login"):
        server.check_host(host, "", tmp_path / "secrets.toml")


def test_nobody_is_named_for_a_whole_network(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(AUTH)
    with pytest.raises(UsageError, match="this machine only"):
        server.check_host("0.0.0.0", "Ada", secrets)


def test_a_login_opens_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(AUTH)
    monkeypatch.setattr(server.importlib.util, "find_spec", lambda _name: object())
    server.check_host("0.0.0.0", "", secrets)
    monkeypatch.setattr(server.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingDependencyError, match="Authlib"):
        server.check_host("0.0.0.0", "", secrets)


@pytest.mark.parametrize(("text", "there"), [(AUTH, True), ("[auth]\n", False), ("auth = 1\n", False), ("", False)])
def test_half_a_login_is_none(tmp_path: Path, text: str, there: bool) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text(text)
    assert server.has_login(secrets) is there


def test_broken_secrets_are_an_error_that_does_not_show_them(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\ncookie_secret = "hidden')
    with pytest.raises(SettingsError) as caught:
        server.has_login(secrets)
    assert "hidden" not in str(caught.value)


def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="cannot be used"):
            server.free_port("127.0.0.1", taken.getsockname()[1])


def test_port_zero_is_any_free_one() -> None:
    assert server.free_port("127.0.0.1", 0) > 0


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "http://127.0.0.1:1"), ("::1", "http://[::1]:1")])
def test_address(host: str, shown: str) -> None:
    assert server.address(host, 1) == shown


def test_app_turns_into_the_server(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(server.os, "execve", lambda _path, command, env: started.append((command, env)))
    result = CliRunner().invoke(build(), ["-p", str(root), "app", "--port", "0", "--reviewer", "Ada"])
    assert result.exit_code == 0, result.output
    ((command, environment),) = started
    assert environment["CAREATLAS_PROJECT"] == str(root)
    assert environment["CAREATLAS_REVIEWER"] == "Ada"
    port = next(flag for flag in command if flag.startswith("--server.port=")).split("=")[1]
    assert f"http://127.0.0.1:{port}" in result.output


def test_app_without_a_project_does_not_start(tmp_path: Path) -> None:
    result = CliRunner().invoke(build(), ["-p", str(tmp_path), "app"])
    assert isinstance(result.exception, UsageError)
