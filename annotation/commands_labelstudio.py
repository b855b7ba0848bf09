"""``careatlas labelstudio``: the server in which people correct the machine."""

from __future__ import annotations

from typing import Annotated

import typer

from careatlas.commands.session import JsonOption, progress_of, project_of

FROM_STDIN = "-"

labelstudio = typer.Typer(no_args_is_help=True, help="Run or use the Label Studio in which people correct the machine.")


@labelstudio.command()
def start(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Else labelstudio.port; 0 for any.")] = None,
    url: Annotated[str, typer.Option(help="Use the server that runs there instead of our own.")] = "",
    token: Annotated[
        str, typer.Option(help="Its token; '-' reads it from standard input. Better: CAREATLAS_LABELSTUDIO__TOKEN.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Start the project's Label Studio (the first time it is installed), or register one that is running."""
    from annotation.server_commands import start_or_register
    from careatlas.console import say, say_json

    given = typer.get_text_stream("stdin").readline() if token == FROM_STDIN else token
    with project_of(context) as project, progress_of(context) as progress:
        said = start_or_register(project, port=port, url=url, token=given, progress=progress)
    if as_json:
        say_json(said.facts)
    else:
        for line in said.lines:
            say(line)


@labelstudio.command()
def stop(context: typer.Context, as_json: JsonOption = False) -> None:
    """Stop the project's own Label Studio, or forget the registered one (which goes on running)."""
    from annotation.server_commands import stop_or_forget
    from careatlas.console import say, say_json

    with project_of(context) as project:
        said = stop_or_forget(project)
    if as_json:
        say_json(said.facts)
    else:
        for line in said.lines:
            say(line)


@labelstudio.command()
def status(context: typer.Context, as_json: JsonOption = False) -> None:
    """Say how the project's Label Studio is. Exit code 1 if it does not answer."""
    from dataclasses import asdict

    from annotation.label_studio_server import server_status
    from annotation.server_folder import server_folder
    from careatlas.console import say_json, say_mapping

    with project_of(context) as project:
        found = server_status(server_folder(project.root), project.settings.labelstudio)
    facts = asdict(found)
    if as_json:
        say_json(facts)
    else:
        say_mapping({name: value for name, value in facts.items() if value not in (None, "")})
    raise typer.Exit(0 if found.healthy else 1)


@labelstudio.command()
def invite(context: typer.Context, as_json: JsonOption = False) -> None:
    """Write the address at which a coder makes an account. Whoever has it can join."""
    from annotation.server_access import access_of
    from annotation.server_commands import invitation
    from careatlas.console import say, say_json

    with project_of(context) as project:
        address = invitation(access_of(project))
    if as_json:
        say_json({"invitation": address})
    else:
        say(address)


@labelstudio.command()
def doctor(context: typer.Context, as_json: JsonOption = False) -> None:
    """Check the project's Label Studio. Exit code 1 if something is wrong."""
    from dataclasses import asdict

    from annotation.server_doctor import examine_server
    from annotation.server_environment import environment_in
    from annotation.server_folder import server_folder
    from careatlas.console import say, say_json, say_table
    from careatlas.doctor import Health

    with project_of(context) as project:
        checks = examine_server(server_folder(project.root), environment_in(), project.settings.labelstudio)
    if as_json:
        say_json([asdict(check) for check in checks])
    else:
        say_table(("", "checked", "found"), [(check.health, check.name, check.found) for check in checks])
        for check in checks:
            if check.mend:
                say(f"{check.name}: {check.mend}")
    raise typer.Exit(1 if any(check.health is Health.WRONG for check in checks) else 0)


def register(app: typer.Typer) -> None:
    """Add this group of commands to the application."""
    app.add_typer(labelstudio, name="labelstudio")
