"""The command that fetches: what it says, and in which form."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from careatlas.commands.session import Session
from models import backbone_fetch, commands_backbone


@pytest.fixture
def run(monkeypatch):
    """Return a runner of the group, with a fetch that only says what it was asked for."""

    def fetch_backbone(name: str, progress: object) -> Path:
        return Path("cache") / name

    monkeypatch.setattr(backbone_fetch, "fetch_backbone", fetch_backbone)
    app = typer.Typer()

    @app.callback()
    def _(context: typer.Context) -> None:
        context.obj = Session(project_dir=None, quiet=True, verbose=False, log_json=False)

    commands_backbone.register(app)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_fetch_says_where_the_backbone_is(run):
    result = run("fetch")
    assert (result.exit_code, result.stdout) == (0, "mpnet is here and verified: cache/mpnet\n")


def test_fetch_answers_in_json(run):
    result = run("fetch", "other", "--json")
    assert json.loads(result.stdout) == {"backbone": "other", "folder": "cache/other", "verified": True}
