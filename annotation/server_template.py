"""An empty database with every table, made once and copied: 200 migrations cost a minute of computing each time."""

from __future__ import annotations

import logging
import secrets
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from annotation.file_lock import locked
from annotation.server_environment import ServerEnvironment
from annotation.server_folder import ServerFolder
from annotation.server_settings import database_variables
from careatlas.errors import StageError
from careatlas.progress import NoProgress, Progress

SECONDS = 1_800.0  # 60 s on two quiet cores

_log = logging.getLogger("careatlas")


def template_of(environment: ServerEnvironment, progress: Progress | None = None) -> Path:
    """Return the database template of an installed environment, making it where it is not there.

    It holds no user and no organisation: those are each project's own, made at its first start.

    Raises
    ------
    StageError
        If Label Studio could not make it.
    """
    if environment.template.exists():
        return environment.template
    with locked(environment.lock, "the database template"):
        if not environment.template.exists():
            progress = progress or NoProgress()
            progress.start("making the database template (once, about a minute)", 1)
            _make(environment)
            progress.advance()
    return environment.template


def lay_out(template: Path, folder: ServerFolder) -> None:
    """Copy the template into a server's folder, whole or not at all.

    Raises
    ------
    StageError
        If it cannot be written, or a database is there already.
    """
    if folder.database.exists():
        raise StageError("there is a database already", where=str(folder.database))
    try:
        folder.data.mkdir(mode=0o700, exist_ok=True)
        draft = folder.data / "template.draft"
        shutil.copyfile(template, draft)
        draft.chmod(0o600)
        draft.replace(folder.database)
    except OSError as error:
        raise StageError(f"the database cannot be written: {error.strerror}", where=str(folder.data)) from error


def _make(environment: ServerEnvironment) -> None:
    with tempfile.TemporaryDirectory(dir=environment.folder, prefix=".template-") as made:
        draft = ServerFolder(Path(made))
        draft.make()
        command = [str(environment.python), "-I", "-m", "label_studio.server", "init", "--quiet"]
        try:
            done = subprocess.run(
                command,
                cwd=made,
                env=database_variables(draft, secrets.token_urlsafe(48)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise StageError(f"no database after {SECONDS:.0f} s", where=str(environment.folder)) from error
        if done.returncode or not _is_empty(draft.database):
            said = done.stderr.strip().splitlines()
            raise StageError(
                f"Label Studio made no database: {said[-1] if said else 'it said nothing'}",
                where=str(environment.folder),
                mend=f"remove the folder {environment.folder} and run the command again",
            )
        draft.database.replace(environment.template)


def _is_empty(database: Path) -> bool:
    """Whether all tables are there and nobody in them."""
    if not database.exists():
        return False
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            counts = [
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own names
                for table in ("htx_user", "organization", "authtoken_token")
            ]
            sound = connection.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError:
            return False
    return counts == [0, 0, 0] and sound == "ok"
