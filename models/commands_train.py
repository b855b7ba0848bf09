"""``careatlas train``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands.session import JsonOption, progress_of, project_or_none

LabelsOption = Annotated[list[Path] | None, typer.Option(help="A label file (JSON lines); may be given several times.")]
BackboneOption = Annotated[str, typer.Option(help="Encoder: minilm, mpnet, a folder, name@commit, or none.")]
OutOption = Annotated[Path | None, typer.Option(help="A new folder for the model, instead of the project's models.")]


def train(
    context: typer.Context,
    labels: LabelsOption = None,
    judgements: Annotated[bool, typer.Option(help="Learn from the project's judgements.")] = True,
    seeds: Annotated[bool, typer.Option(help="Learn from the shipped seed passages too.")] = True,
    codebook: Annotated[str, typer.Option(help="Only without a project: a shipped codebook or a file.")] = "",
    backbone: BackboneOption = "",
    reads: Annotated[str, typer.Option(help="What is read: text, headings or neighbours.")] = "text",
    mask: Annotated[bool, typer.Option(help="Replace place names, organisations and years.")] = False,
    fine_tune: Annotated[bool, typer.Option(help="Add a fine-tuned transformer (needs the extra 'train').")] = False,
    licence: Annotated[
        str, typer.Option(help="Of the model, for its card: an SPDX identifier in lower case.")
    ] = "other",
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Train a model on the project's judgements, label files and the shipped seeds."""
    from careatlas.console import say, say_json
    from models.training_order import TrainingOrder, carried_out

    order = TrainingOrder(
        root=project_or_none(context),
        labels=tuple(labels or ()),
        judgements=judgements,
        seeds=seeds,
        codebook=codebook,
        backbone=backbone,
        reads=reads,
        mask=mask,
        fine_tune=fine_tune,
        licence=licence,
        out=out,
        threads=os.cpu_count() or 1,
    )
    with progress_of(context) as progress:
        result = carried_out(order, progress)
    if as_json:
        say_json(result.as_dict())
    else:
        for line in result.lines():
            say(line)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(train)
