"""Every command of the annotation room."""

from __future__ import annotations

import typer

from annotation import (
    commands_agreement,
    commands_backend,
    commands_files,
    commands_labelstudio,
    commands_sampling,
    commands_survey,
    commands_sync,
)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    annotate = typer.Typer(no_args_is_help=True, help="Work for people: what they read, and what they answer.")
    commands_sampling.add_to(annotate)
    commands_sync.add_to(annotate)
    commands_files.add_to(annotate)
    app.add_typer(annotate, name="annotate")
    commands_labelstudio.register(app)
    commands_backend.add_to(commands_labelstudio.labelstudio)
    commands_agreement.register(app)
    commands_survey.register(app)
