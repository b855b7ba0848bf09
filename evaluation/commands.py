"""The commands of this room."""

from __future__ import annotations

import typer

from evaluation.commands_map import policy_map_commands


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.add_typer(policy_map_commands, name="map")
