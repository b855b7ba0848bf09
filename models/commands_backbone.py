"""The command that brings a backbone onto this computer."""

from __future__ import annotations

from typing import Annotated

import typer

from careatlas.commands.session import JsonOption, progress_of


def fetch(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The registered backbone to fetch.")] = "mpnet",
    as_json: JsonOption = False,
) -> None:
    """Fetch a backbone into the model cache and verify it (mpnet: 390 MB)."""
    from careatlas.console import say, say_json
    from models.backbone_fetch import fetch_backbone

    with progress_of(context) as progress:
        folder = fetch_backbone(name, progress=progress)
    if as_json:
        say_json({"backbone": name, "folder": str(folder), "verified": True})
    else:
        say(f"{name} is here and verified: {folder}")


def register(group: typer.Typer) -> None:
    """Add this command to the group ``models``."""
    group.command()(fetch)
