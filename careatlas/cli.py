"""The command line: the base's commands and those that the installed stages bring."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from careatlas.commands import areas, boundaries, codebook, demo, doctor, documents, passages, project, run
from careatlas.commands.session import Session
from careatlas.errors import CareAtlasError

INTERRUPTED = 130  # exit code after Ctrl-C, as shells have it

app = typer.Typer(
    name="careatlas",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Read health and care plans, map what was integrated where and when, trace every number to its sentence.",
)


@app.callback()
def root(
    context: typer.Context,
    project_dir: Annotated[
        Path | None,
        typer.Option("-p", "--project", help="The project folder; else CAREATLAS_PROJECT, else this folder."),
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, warnings only.")] = False,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log as JSON lines.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours (also: NO_COLOR=1).")] = False,
) -> None:
    """Set up logging and remember which project is meant."""
    if no_color:
        os.environ["NO_COLOR"] = "1"
    context.obj = Session(project_dir=project_dir, quiet=quiet, verbose=verbose, log_json=log_json)


def build() -> typer.Typer:
    """Return the application with every command of the base and of the installed stages."""
    from careatlas.stage import loaded, stages

    for module in (project, documents, passages, run, areas, boundaries, codebook, demo, doctor):
        module.register(app)
    for stage in stages():
        if stage.commands:
            loaded(stage.commands)(app)
    return app


def main() -> None:
    """Run the command line and end the process with the exit code of what happened."""
    from careatlas.console import report_error

    try:
        try:
            build()()
        except CareAtlasError as error:
            report_error(error, as_json="--json" in sys.argv)
            sys.exit(error.exit_code)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output went away (``| head``): say nothing more, on either stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except SystemExit as end:
        # Typer ends so, and makes 1 of a broken pipe (for us: a check found something) and 130 of Ctrl-C.
        if isinstance(end.__context__, BrokenPipeError):
            sys.exit(0)
        if end.code == INTERRUPTED:
            sys.stderr.write("stopped; the next run goes on from here\n")
        raise
    except KeyboardInterrupt:
        sys.stderr.write("stopped; the next run goes on from here\n")
        sys.exit(INTERRUPTED)
