"""The catalogue: which documents there are, what kind each is, and how it is laid out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter: the codes of which it speaks and the topics of its other paragraphs."""

    heading: str
    codes: tuple[str, ...]
    neutral: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of plan.

    Attributes
    ----------
    rows : int
        Schemes that its table lists at most.
    most : int
        Initiatives of which it speaks at most.
    """

    id: str
    label: str
    title: str
    table: str
    rows: int
    most: int
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a document looks.

    Attributes
    ----------
    restart : bool
        Whether printed page numbers begin after the contents, so that they differ from the pages of the file.
    cover : bool
        Whether it has a title page and a contents page.
    """

    id: str
    font: str
    size: float
    colour: str
    numbered: bool
    justify: bool
    columns: int
    tagged: bool
    restart: bool
    cover: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One document to be made.

    Attributes
    ----------
    precision : str
        How exactly the register gives its date: ``day``, ``month`` or ``year``.
    extra : tuple of str
        What it shows besides: ``landscape``, ``chart``, ``hostile``, ``scan``.
    """

    borough: str
    kind: Kind
    style: Style
    day: date
    precision: str
    extra: tuple[str, ...]

    @property
    def published(self) -> str:
        """The date as the register gives it."""
        return self.day.isoformat()[: {"day": 10, "month": 7, "year": 4}[self.precision]]

    @property
    def file(self) -> str:
        """The path of the file, relative to the register."""
        words = f"{self.borough} {self.kind.label} {self.day.year}".lower().split()
        return f"plans/{'-'.join(words)}.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All documents to be made, and the second-level headings by code and topic."""

    assignments: tuple[Assignment, ...]
    subheadings: Mapping[str, tuple[str, ...]]


def load_catalogue(folder: Path = HERE) -> Catalogue:
    """Read ``documents.toml`` and ``kinds.toml``.

    Parameters
    ----------
    folder : Path
        Where the two files lie.
    """
    layout = tomllib.loads((folder / "kinds.toml").read_text("utf-8"))
    kinds = {entry["id"]: _kind(entry) for entry in layout["kind"]}
    styles = {entry["id"]: Style(**entry) for entry in layout["style"]}
    documents = tomllib.loads((folder / "documents.toml").read_text("utf-8"))["document"]
    return Catalogue(
        assignments=tuple(
            Assignment(
                borough=entry["borough"],
                kind=kinds[entry["kind"]],
                style=styles[entry["style"]],
                day=entry["date"],
                precision=entry["precision"],
                extra=tuple(entry["extra"]),
            )
            for entry in documents
        ),
        subheadings={name: tuple(texts) for name, texts in layout["subheadings"].items()},
    )


def _kind(entry: Mapping[str, Any]) -> Kind:
    chapters = tuple(
        Chapter(heading=one["heading"], codes=tuple(one["codes"]), neutral=tuple(one["neutral"]))
        for one in entry["chapter"]
    )
    return Kind(**{name: value for name, value in entry.items() if name != "chapter"}, chapters=chapters)
