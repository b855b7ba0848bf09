"""``careatlas labelstudio backend``: suggestions while people work, and training when they ask for it."""

from __future__ import annotations

from typing import Annotated

import typer

from careatlas.commands.session import project_of


def backend(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")] = 9090,
    host: Annotated[str, typer.Option(help="Where it listens; anything but loopback needs --connect.")] = "127.0.0.1",
    connect: Annotated[
        bool, typer.Option("--connect", help="Let the coders' projects on the server show its suggestions.")
    ] = False,
    train: Annotated[
        bool, typer.Option("--train", help="Let 'Start training' in Label Studio train and promote a model here.")
    ] = False,
) -> None:
    """Answer Label Studio's requests for suggestions, from the store, until stopped."""
    from annotation.ml_server import BackendOrder, run_backend

    with project_of(context) as project:
        run_backend(project, BackendOrder(host=host, port=port, connect=connect, train=train))


def add_to(labelstudio: typer.Typer) -> None:
    """Add this command to the group ``labelstudio``."""
    labelstudio.command()(backend)
