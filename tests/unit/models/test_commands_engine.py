"""The option that says where a model works."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from careatlas.commands.session import Session
from careatlas.errors import MissingDependencyError, UsageError
from models import commands


@pytest.fixture
def run(tmp_path: Path):
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=tmp_path / "absent", quiet=True, verbose=False, log_json=False)

    app.command()(commands.suggest)
    app.command()(commands.classify)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def classify(tmp_path: Path) -> tuple[str, ...]:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "text": "x"}\n')
    return ("classify", str(source), "--out", str(tmp_path / "out.jsonl"), "--model", "cues-tfidf")


def test_a_missing_ray_is_told_before_anything_is_read_or_written(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    for arguments in (("suggest",), classify(tmp_path)):
        result = run(*arguments, "--engine", "ray")
        assert isinstance(result.exception, MissingDependencyError)
        assert result.exception.mend == "pip install 'careatlas[ray]'"
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("option", [("--ray-address", "host:6379"), ("--ray-workers", "2")])
def test_options_of_ray_need_it(run, tmp_path, option) -> None:
    for arguments in (("suggest",), classify(tmp_path)):
        result = run(*arguments, *option)
        assert isinstance(result.exception, UsageError)
        assert "--engine ray" in str(result.exception)


def test_without_the_option_nothing_of_ray_is_asked_for(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert run(*classify(tmp_path)).exit_code == 0
    assert (tmp_path / "out.jsonl").read_text().startswith('{"id": 1,')
