"""The folder of a project's own Label Studio: its data, its log and what must stay secret."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from careatlas.errors import StageError

NAME = "labelstudio"


@dataclass(frozen=True, slots=True)
class ServerFolder:
    """``PROJECT/labelstudio``: readable by its owner alone, and never in git.

    Attributes
    ----------
    root : Path
        The folder itself.
    """

    root: Path

    @property
    def data(self) -> Path:
        """What the server writes: its database, uploads, exports."""
        return self.root / "data"

    @property
    def database(self) -> Path:
        """The server's database."""
        return self.data / "label_studio.sqlite3"

    @property
    def files(self) -> Path:
        """What the server shows to annotators: page images, in folders below this one."""
        return self.root / "files"

    @property
    def log(self) -> Path:
        """What the server says. Addresses of invitations stand in it."""
        return self.root / "server.log"

    @property
    def access(self) -> Path:
        """Address, token and password of our own server."""
        return self.root / "access.json"

    @property
    def existing(self) -> Path:
        """Address and token of a server that is not ours, while the project uses one."""
        return self.root / "existing.json"

    @property
    def process(self) -> Path:
        """Which process the server is."""
        return self.root / "server.pid"

    @property
    def lock(self) -> Path:
        """Held while the server is started or stopped."""
        return self.root / "server.lock"

    def make(self) -> None:
        """Make the folder where it is not there.

        Raises
        ------
        StageError
            If it cannot be made.
        """
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.files.mkdir(mode=0o700, exist_ok=True)
            (self.root / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise StageError(f"the folder cannot be made: {error.strerror}", where=str(self.root)) from error


def server_folder(project: Path) -> ServerFolder:
    """Return the server's folder of the project at ``project``. Absolute: the server runs somewhere else."""
    return ServerFolder(project.absolute() / NAME)


def keep_secret(path: Path, values: Mapping[str, object]) -> None:
    """Write values as JSON that only the owner can read, whole or not at all.

    Raises
    ------
    StageError
        If it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        # The mode is given when the file is made: there is no moment at which others could open it.
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(json.dumps(values, indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise StageError(f"it cannot be written: {error.strerror}", where=str(path)) from error
