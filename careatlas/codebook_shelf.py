"""Where codebooks are found: shipped with CareAtlas, imported into a project, or a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from careatlas.codebook import Codebook, CodeDefinition
from careatlas.codebook_file import read_codebook, shipped, shipped_names
from careatlas.errors import InputError, UsageError

FOLDER = "codebooks"
_SUFFIXES = (".yaml", ".yml", ".toml", ".csv")


def find_codebook(name: str, root: Path | None = None, *, check: bool = True) -> Codebook:
    """Return a codebook by the name of a file, of one imported into the project at ``root``, or of a shipped one.

    Raises
    ------
    UsageError
        If there is none.
    """
    path = Path(name)
    if path.suffix.lower() in _SUFFIXES:
        return read_codebook(path, check=check)
    for item in _imported(root):
        if item.stem == name:
            return read_codebook(item, check=check)
    if name in shipped_names():
        return shipped(name)
    known = [item.stem for item in _imported(root)] + list(shipped_names())
    raise UsageError(f"there is no codebook {name!r}", mend=f"one of: {', '.join(known)}, or a file")


def all_codebooks(root: Path | None = None) -> list[Codebook]:
    """Return the codebooks of the project, then the shipped ones."""
    return [read_codebook(item) for item in _imported(root)] + [shipped(name) for name in shipped_names()]


def import_codebook(root: Path, file: Path) -> Codebook:
    """Check a codebook and copy its file into the project.

    Raises
    ------
    InputError
        If the codebook is wrong, or one of its name and version but other content is in the project already.
    """
    book = read_codebook(file)
    target = root / FOLDER / f"{book.id}{file.suffix.lower()}"
    outdated = []
    for item in _imported(root):
        known = read_codebook(item)
        if known.id == book.id and known.version == book.version and known != book:
            raise InputError(
                f"{book.id} {book.version} is in the project already, with other content",
                where=str(item),
                mend="give the changed codebook a new version: labels name the version they were made with",
            )
        if known.id == book.id and item != target:
            outdated.append(item)
    try:
        _copy(file, target)
        for item in outdated:
            item.unlink()
    except OSError as error:
        raise InputError(f"the codebook cannot be kept: {error.strerror}", where=str(target)) from error
    return book


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(file.read_bytes())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def plain_codebook(book: Codebook) -> dict[str, Any]:
    """Return a codebook as plain data."""
    return {
        "id": book.id,
        "version": book.version,
        "title": book.title,
        "provenance": book.provenance,
        "source": book.source,
        "summary": book.summary,
        "rules": book.rules,
        "none_definition": book.none_definition,
        "background": book.background,
        "attributes": [asdict(item) for item in book.attributes],
        "codes": [asdict(code) for code in book.codes],
    }


def codebook_lines(book: Codebook, code: str = "") -> Iterator[str]:
    """Yield a codebook as lines to read; with ``code``, only that code, with its notes and examples."""
    if code:
        yield from _code_lines(book, book.code(code))
        return
    yield f"{book.title} ({book.id} {book.version}, {book.provenance})"
    yield f"source: {book.source}"
    yield from (f"rule: {rule}" for rule in book.rules)
    for definition in book.codes:
        depth = len(book.path(definition.id)) - 1
        mark = "" if definition.provenance == "verified" else " [reconstructed]"
        yield f"{'  ' * depth}{definition.id}: {definition.label}{mark}"
        yield f"{'  ' * depth}    {definition.definition}"


def _code_lines(book: Codebook, definition: CodeDefinition) -> Iterator[str]:
    yield " > ".join(step.label for step in book.path(definition.id))
    yield f"{definition.id} ({definition.provenance}{', ' + definition.source if definition.source else ''})"
    yield definition.definition
    named = ("include", "exclude", "cues", "positive", "negative")
    for name in named:
        yield from (f"  {name}: {entry}" for entry in getattr(definition, name))


def _imported(root: Path | None) -> list[Path]:
    folder = (root or Path()) / FOLDER
    if not ((root or Path()) / "careatlas.toml").exists() or not folder.is_dir():
        return []
    return sorted(item for item in folder.iterdir() if item.suffix.lower() in _SUFFIXES)
