"""A project: one folder with its settings, store and blobs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from careatlas.blobs import BlobStore
from careatlas.errors import InputError, UsageError
from careatlas.settings import FILE_NAME, Settings, load_settings
from careatlas.store.engine import Store, sqlite_url

_TEMPLATE = """\
# Settings of a CareAtlas project. Every key can also be set in the environment, as CAREATLAS_PARSE__WORKERS=2;
# an unknown key is an error. docs/settings.md lists them all with their defaults.
name = {name}

[suggest]
codebook = "care-home-integration"
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project that is open: its folder, settings, store and blobs."""

    root: Path
    settings: Settings
    store: Store
    blobs: BlobStore


def create_project(root: Path) -> Path:
    """Make a folder into a project and return the path of its settings file.

    Raises
    ------
    UsageError
        If it is a project already.
    InputError
        If the folder cannot be made or written.
    """
    path = root / FILE_NAME
    if path.exists():
        raise UsageError(f"{root} is a project already", where=str(path))
    try:
        root.mkdir(parents=True, exist_ok=True)
        path.write_text(_TEMPLATE.format(name=_toml_string(root.resolve().name)), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the folder cannot be made: {error.strerror}", where=str(root)) from error
    with open_project(root):
        return path


def _toml_string(text: str) -> str:
    # JSON's strings are TOML's, but for DEL; a file name that is not UTF-8 comes with surrogates, which are no text.
    plain = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")


@contextmanager
def open_project(root: Path) -> Iterator[Project]:
    """Open the project at ``root``, bringing its store to the newest version, and close it at the end.

    Raises
    ------
    UsageError
        If the folder is no project.
    """
    if not (root / FILE_NAME).exists():
        raise UsageError(
            f"{root} is not a CareAtlas project: it has no {FILE_NAME}",
            mend=f"make one with: careatlas init {root}  (or name one with -p DIR)",
        )
    settings = load_settings(root)
    store = Store(settings.store.url or sqlite_url(root / "store.sqlite"))
    try:
        store.migrate()
        yield Project(root, settings, store, BlobStore(settings.blobs.url or root / "blobs"))
    finally:
        store.close()


def find_project(named: Path | None) -> Path:
    """Return the project folder: the one named, else ``CAREATLAS_PROJECT``, else this folder or the nearest above.

    Raises
    ------
    UsageError
        If there is none.
    """
    if named is not None:
        return named
    if os.environ.get("CAREATLAS_PROJECT"):
        return Path(os.environ["CAREATLAS_PROJECT"])
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).exists():
            return folder
    raise UsageError("no project here", where=str(here), mend="careatlas init DIR, then careatlas -p DIR ...")
