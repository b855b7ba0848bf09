"""The Python environment of the Label Studio server: its own, outside this one, and pinned to the last package.

The server holds many libraries back that we want new, and brings about ninety that we never use.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from annotation.file_lock import locked
from careatlas.errors import MissingDependencyError, StageError
from careatlas.progress import NoProgress, Progress

VERSION = "1.23.2"
HOME_VARIABLE = "CAREATLAS_LABELSTUDIO_HOME"
REQUIREMENTS = "label_studio_requirements.txt"
LEAST_FREE_MB = 2_000  # the environment has 0.8 GB, what is downloaded 0.3 GB

_log = logging.getLogger("careatlas")


@dataclass(frozen=True, slots=True)
class ServerEnvironment:
    """An environment for one version, one Python and one list of packages.

    Attributes
    ----------
    folder : Path
        Need not exist yet.
    """

    folder: Path

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.folder / "venv"

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.venv / "bin" / "python"

    @property
    def template(self) -> Path:
        """A database of this version with every table and no user."""
        return self.folder / "template.sqlite3"

    @property
    def marker(self) -> Path:
        """Written last: what has it is whole."""
        return self.folder / "complete.json"

    @property
    def log(self) -> Path:
        """What the installer said."""
        return self.folder / "install.log"

    @property
    def lock(self) -> Path:
        """Held by whoever installs or makes the template."""
        return self.folder / "install.lock"

    @property
    def is_complete(self) -> bool:
        """Whether it was installed to the end and its Python is still there."""
        return self.marker.exists() and os.access(self.python, os.X_OK)


def labelstudio_home() -> Path:
    """Return the folder of all server environments of this user, which need not exist yet.

    ``CAREATLAS_LABELSTUDIO_HOME`` if it is set, else ``careatlas/labelstudio`` in the user's cache folder (XDG Base
    Directory Specification).
    """
    given = os.environ.get(HOME_VARIABLE, "")
    if given:
        return Path(given).expanduser().absolute()
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "careatlas" / "labelstudio"


def requirements() -> bytes:
    """Return the pinned list of packages with their digests, as pip and uv read it."""
    return (files("annotation") / REQUIREMENTS).read_bytes()


def environment_in(home: Path | None = None) -> ServerEnvironment:
    """Return the environment for this Python and the shipped list: another list is another folder."""
    python = f"py{sys.version_info.major}.{sys.version_info.minor}"
    digest = hashlib.sha256(requirements()).hexdigest()[:12]
    return ServerEnvironment((home or labelstudio_home()) / f"{VERSION}-{python}-{digest}")


def installed(environment: ServerEnvironment, progress: Progress | None = None) -> ServerEnvironment:
    """Install the environment where it is not there, whole, and return it.

    A virtual environment cannot be moved, so it is made in its place; a marker says that it is whole. One that was
    broken off is taken away and made anew.

    Raises
    ------
    MissingDependencyError
        If there is neither uv nor a Python that can make virtual environments.
    StageError
        If a package cannot be installed, or the folder cannot be written.
    """
    if environment.is_complete:
        return environment
    with locked(environment.lock, "the Label Studio environment"):
        try:
            _install(environment, progress or NoProgress())
        except OSError as error:
            raise StageError(
                f"the environment cannot be written: {error.strerror}",
                where=str(environment.folder),
                mend=f"make room ({LEAST_FREE_MB:,} MB) or name another folder in {HOME_VARIABLE}",
            ) from error
    return environment


def installer() -> str:
    """Return the program that installs: uv where it is on the path, else this Python's own tools."""
    return shutil.which("uv") or sys.executable


def _install(environment: ServerEnvironment, progress: Progress) -> None:
    if environment.is_complete:  # by the one that we waited for
        return
    began = time.monotonic()
    environment.marker.unlink(missing_ok=True)
    environment.template.unlink(missing_ok=True)
    shutil.rmtree(environment.venv, ignore_errors=True)
    _check_room(environment.folder)
    listed = environment.folder / "requirements.txt"
    listed.write_bytes(requirements())
    package_count = requirements().count(b"==")
    progress.start(f"installing Label Studio {VERSION} (once, some minutes)", package_count + 2)
    told = _Told(progress, package_count + 1)
    environment.log.write_bytes(b"")
    for command in _commands(environment, listed):
        _run(command, environment, told)
    found = {"version": VERSION, "python": sys.version.split()[0], "seconds": round(time.monotonic() - began, 1)}
    draft = environment.marker.with_suffix(".draft")
    draft.write_text(json.dumps(found) + "\n", encoding="utf-8")
    draft.replace(environment.marker)
    told.finish()
    _log.info("Label Studio %s is installed in %s (%.0f s)", VERSION, environment.folder, found["seconds"])


def _check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < LEAST_FREE_MB:
        raise StageError(
            f"Label Studio needs {LEAST_FREE_MB:,} MB and there are {free:,}",
            where=str(folder),
            mend=f"make room or name another folder in {HOME_VARIABLE}",
        )


def _commands(environment: ServerEnvironment, listed: Path) -> list[list[str]]:
    tool, python = installer(), str(environment.python)
    if tool != sys.executable:
        return [
            [tool, "venv", "--no-project", "--python", sys.executable, str(environment.venv)],
            [tool, "pip", "install", "--python", python, "--require-hashes", "-r", str(listed)],
        ]
    options = ["--require-hashes", "--no-input", "--disable-pip-version-check", "-r", str(listed)]
    return [[tool, "-m", "venv", str(environment.venv)], [python, "-m", "pip", "install", *options]]


class _Told:
    """Passes an installer's lines on to the progress: each package that is named for the first time is a step."""

    # uv says "Downloading numpy (16MiB)" and " + numpy==2.2.6", pip "Collecting numpy==2.2.6 (from ...)".
    _LINE = re.compile(r"\s*(?:\+|Downloading|Collecting)\s+([A-Za-z0-9][A-Za-z0-9._-]*?)(?:==|-\d|\s|$)")

    def __init__(self, progress: Progress, steps: int) -> None:
        self._progress, self._left, self._seen = progress, steps, set[str]()

    def line(self, text: str) -> None:
        found = self._LINE.match(text)
        name = re.sub(r"[._-]+", "-", found[1]).lower() if found else ""  # as PEP 503 compares names
        if name and name not in self._seen and self._left:
            self._seen.add(name)
            self._left -= 1
            self._progress.advance(name)

    def finish(self) -> None:
        for _ in range(self._left + 1):  # packages of other systems are in the list too
            self._progress.advance()


def _run(command: Sequence[str], environment: ServerEnvironment, told: _Told) -> None:
    # Variables that would lead the new Python to the packages of this one.
    misleading = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    variables = {name: value for name, value in os.environ.items() if name not in misleading}
    last: deque[str] = deque(maxlen=1)
    with (
        environment.log.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            cwd=environment.folder,  # no settings of whatever folder the user is in
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        for text in process.stdout or ():
            log.write(text)
            last.extend([text.strip()] if text.strip() else [])
            told.line(text)
    if process.returncode and "ensurepip" in "".join(last):
        raise MissingDependencyError("this Python cannot make virtual environments", mend="install uv: pip install uv")
    if process.returncode:
        raise StageError(
            f"Label Studio could not be installed: {''.join(last) or 'the installer said nothing'}",
            where=str(environment.log),
            mend="check the connection and the package index, and run the command again",
        )
