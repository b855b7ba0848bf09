"""The suggesting stage's commands."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from careatlas.commands.run import AgainOption, say_report
from careatlas.commands.session import JsonOption, progress_of, project_of, project_or_none
from models import commands_models, commands_train
from models.commands_gold import gold


class Engine(StrEnum):
    """Where a model works."""

    LOCAL = "local"
    RAY = "ray"


EngineOption = Annotated[Engine, typer.Option(help="Where the model works; ray needs the extra 'ray'.")]
AddressOption = Annotated[str, typer.Option("--ray-address", help="A running Ray cluster; else one starts here.")]
WorkersOption = Annotated[int, typer.Option("--ray-workers", min=0, help="Processes of Ray; 0 is one per core.")]


def suggest(
    context: typer.Context,
    again: AgainOption = False,
    engine: EngineOption = Engine.LOCAL,
    address: AddressOption = "",
    workers: WorkersOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Suggest codes for the passages of the project."""
    from careatlas.console import say_json
    from models.suggesting import suggest_stage

    with _ray(engine, address, workers) as ray, project_of(context) as project, progress_of(context) as progress:
        scoring = None
        if ray is not None:
            from models.ray_scoring import documents_by_ray

            scoring = partial(documents_by_ray, ray)
        report = suggest_stage(project, progress, again=again, scoring=scoring)
    if as_json:
        say_json(report.as_dict())
    else:
        say_report(report)


def classify(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="JSON lines with id, text and perhaps heading.")],
    out: Annotated[Path, typer.Option(help="The JSON lines to write.")],
    codebook: Annotated[str, typer.Option(help="A shipped codebook or a file.")] = "care-home-integration",
    model: Annotated[
        str, typer.Option(help="auto, shipped, cues-tfidf, a folder, or a model of the project.")
    ] = "auto",
    engine: EngineOption = Engine.LOCAL,
    address: AddressOption = "",
    workers: WorkersOption = 0,
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
    with _ray(engine, address, workers) as ray, progress_of(context) as progress:
        mapped = None
        if ray is not None:
            from models.model_order import model_order
            from models.ray_scoring import rows_by_ray

            mapped = partial(rows_by_ray, ray, model_order(model, book, root, classifier.info.model_id))
        rows, wrong = classify_file(classifier, source, out, progress, mapped=mapped)
    summary = {"rows": rows, "wrong": wrong, "out": str(out), "model": classifier.info.model_id}
    if as_json:
        say_json(summary)
    else:
        say(f"{rows:,} rows classified with {summary['model']}, {wrong} wrong ones; written to {out}")
    raise typer.Exit(1 if wrong else 0)


def _ray(engine: Engine, address: str, workers: int) -> AbstractContextManager[Any]:
    """Give the engine (a :class:`models.ray_engine.RayEngine`), ``None`` where the model works in this process."""
    from careatlas.errors import UsageError
    from models.ray_engine import RayEngine

    if engine is Engine.RAY:
        return RayEngine(address=address, workers=workers)
    if address or workers:
        raise UsageError("--ray-address and --ray-workers are for --engine ray")
    return nullcontext()


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(suggest)
    app.command()(classify)
    commands_train.register(app)
    app.add_typer(gold, name="gold")
    commands_models.register(app)
