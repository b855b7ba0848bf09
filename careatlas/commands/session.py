"""What every command shares: the project that is meant, and how much to say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The options before the command."""

    project_dir: Path | None
    quiet: bool
    verbose: bool
    log_json: bool

    def set_up_logging(self) -> None:
        """Send the log where it belongs."""
        from careatlas.console import set_up_logging

        set_up_logging(quiet=self.quiet, verbose=self.verbose, as_json=self.log_json)


def session_of(context: typer.Context) -> Session:
    """Return the session of a command, with logging set up."""
    session: Session = context.obj
    session.set_up_logging()
    return session


@contextmanager
def project_of(context: typer.Context) -> Iterator[Any]:
    """Open the project that a command works on (a :class:`careatlas.project.Project`)."""
    from careatlas.project import find_project, open_project

    with open_project(find_project(session_of(context).project_dir)) as project:
        yield project


def project_or_none(context: typer.Context) -> Path | None:
    """Return the folder of the project that is meant, ``None`` where there is none: not every command needs one."""
    from careatlas.errors import UsageError
    from careatlas.project import find_project

    try:
        return find_project(session_of(context).project_dir)
    except UsageError:
        return None


@contextmanager
def progress_of(context: typer.Context) -> Iterator[Any]:
    """Give the progress that fits the session (a :class:`careatlas.progress.Progress`)."""
    from careatlas.progress import progress_for

    with progress_for(quiet=session_of(context).quiet) as progress:
        yield progress
