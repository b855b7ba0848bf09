"""The suggesting stage's commands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands.run import say_report
from careatlas.commands.session import JsonOption, progress_of, project_of, project_or_none
from models.commands_gold import gold


def suggest(context: typer.Context, as_json: JsonOption = False) -> None:
    """Suggest codes for the passages of the project."""
    from careatlas.console import say_json
    from careatlas.running import run_stages

    with project_of(context) as project, progress_of(context) as progress:
        (report,) = run_stages(project, ["suggest"], progress)
    if as_json:
        say_json(report.as_dict())
    else:
        say_report(report)


def classify(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="JSON lines with id, text and perhaps heading.")],
    out: Annotated[Path, typer.Option(help="The JSON lines to write.")],
    codebook: Annotated[str, typer.Option(help="A shipped codebook or a file.")] = "care-home-integration",
    model: Annotated[str, typer.Option(help="auto, shipped, cues-tfidf, a folder, or a model of the project.")] = "auto",
    as_json: JsonOption = False,
) -> None:
    """Suggest codes for plain rows, without a project. Exit code 1 if a row was wrong."""
    from careatlas.codebook_shelf import find_codebook
    from careatlas.console import say, say_json
    from models.classify_rows import classify_file
    from models.tiers import classifier_of

    root = project_or_none(context)
    book = find_codebook(codebook, root)
    classifier = classifier_of(model, book, root, threads=os.cpu_count() or 1)
    with progress_of(context) as progress:
        rows, wrong = classify_file(classifier, source, out, progress)
    summary = {"rows": rows, "wrong": wrong, "out": str(out), "model": classifier.info.model_id}
    if as_json:
        say_json(summary)
    else:
        say(f"{rows:,} rows classified with {summary['model']}, {wrong} wrong ones; written to {out}")
    raise typer.Exit(1 if wrong else 0)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(suggest)
    app.command()(classify)
    app.add_typer(gold, name="gold")
