"""The shipped seeds: passages written for training, so that a new user starts with a trained model."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import Code, Sha256, sha256_of
from models.examples import Example, Examples, examples_of

_TEXTS = ("id", "text", "status", "setting")
_LISTS = ("heading", "codes")

Place = tuple[str, int]  # a synthetic document, and the position in it


def seed_passages(codebook: Codebook) -> Examples:
    """Return the seeds that ship for a codebook, none where there are none.

    Every label is complete: a code that a seed does not name is absent. A seed that stands in a synthetic document has
    the document as its group and the passages before and after it as neighbours; any other is a group of its own.

    Raises
    ------
    InputError
        If a seed is wrong: no such code in this codebook, not marked as synthetic, an identifier or a place in a
        document used twice.
    """
    return read_seeds(_folder(codebook), codebook)


def seed_digest(codebook: Codebook) -> Sha256:
    """Return the SHA-256 digest of the seeds' files, in the order of their names; that of nothing without seeds."""
    parts = [[item.name, sha256_of(item.read_bytes())] for item in _seed_files(_folder(codebook))]
    return sha256_of(json.dumps(parts).encode("utf-8") if parts else b"")


def read_seeds(folder: Traversable, codebook: Codebook) -> Examples:
    """Return the seeds in the ``*.jsonl`` files of a folder; a folder that is not there holds none.

    Raises
    ------
    InputError
        As :func:`seed_passages`, naming the first ten wrong rows and how many there are.
    """
    seeds: dict[str, Example] = {}
    places: dict[Place, str] = {}
    found: list[str] = []
    for where, line in _lines(folder):
        row, problem = _row(line, codebook)
        place = (row.get("document", ""), row.get("position", 0))
        if not problem and row["id"] in seeds:
            problem = f"the identifier {row['id']!r} is used twice"
        if not problem and place[0] and place in places:
            problem = f"position {place[1]} of {place[0]} is used twice"
        if problem:
            found.append(f"{where}: {problem}")
            continue
        seeds[row["id"]] = _seed(row, codebook)
        if place[0]:
            places[place] = row["id"]
    if found:
        raise InputError(
            f"{len(found):,} seeds are wrong:\n" + "\n".join(found[:10]),
            where=str(folder),
            mend=f"the seeds are written for the shipped codebook {codebook.id}: give a changed codebook its own id",
        )
    return examples_of([code.id for code in codebook.codes], _between_neighbours(seeds, places))


def _folder(codebook: Codebook) -> Traversable:
    return files("models") / "seeds" / codebook.id


def _seed_files(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return sorted((item for item in folder.iterdir() if item.name.endswith(".jsonl")), key=lambda item: item.name)


def _lines(folder: Traversable) -> Iterator[tuple[str, str]]:
    for item in _seed_files(folder):
        # Not splitlines: a text may hold a line separator (U+2028) of its own.
        for number, line in enumerate(item.read_text(encoding="utf-8").split("\n"), start=1):
            if line.strip():
                yield f"{item.name}, line {number}", line


def _row(line: str, codebook: Codebook) -> tuple[dict[str, Any], str]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        return {}, "not a JSON object of one line"
    return row, _problem(row, codebook)


def _problem(row: Mapping[str, Any], codebook: Codebook) -> str:
    if not all(isinstance(row.get(name), str) and row[name].strip() for name in _TEXTS):
        return f"a seed needs {', '.join(_TEXTS)}"
    if not all(isinstance(row.get(name), list) and all(isinstance(one, str) for one in row[name]) for name in _LISTS):
        return f"a seed needs {' and '.join(_LISTS)}, each a list of strings"
    if not isinstance(row.get("document", ""), str) or not isinstance(row.get("position", 0), int):
        return "'document' is a text and 'position' a whole number"
    if ("document" in row) != ("position" in row):
        return "'document' and 'position' go together"
    if row.get("synthetic") is not True:
        return 'it is not marked "synthetic": true'
    unknown = [code for code in row["codes"] if code not in {one.id for one in codebook.codes}]
    return f"no such code in {codebook.id} {codebook.version}: {', '.join(unknown)}" if unknown else ""


def _seed(row: Mapping[str, Any], codebook: Codebook) -> Example:
    present = frozenset(map(Code, row["codes"]))
    return Example(
        id=row["id"],
        text=row["text"],
        heading=tuple(row["heading"]),
        present=present,
        absent=frozenset(code.id for code in codebook.codes) - present,
        group=f"seed:{row['document']}" if "document" in row else "",
        origin="seed",
    )


def _between_neighbours(seeds: Mapping[str, Example], places: Mapping[Place, str]) -> Iterator[Example]:
    texts = {place: seeds[name].text for place, name in places.items()}
    place_of = {name: place for place, name in places.items()}
    for name, seed in seeds.items():
        document, position = place_of.get(name, ("", 0))
        before, after = texts.get((document, position - 1), ""), texts.get((document, position + 1), "")
        yield replace(seed, before=before, after=after)
