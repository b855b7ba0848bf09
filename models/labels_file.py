"""Files of labelled passages, JSON lines: the researchers' own sets and the gold form. Blank is not negative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.json_line import JsonLineError, json_object
from models.classify_rows import MAX_LINE
from models.examples import Example, Examples, examples_of
from models.label_row import LabelledRow, RowError, labelled_row

SHOWN = 10  # problems in one error
KEPT = 1_000  # problems that are kept to be shown; the rest are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelProblem:
    """What is wrong with one line of a file; the first line is 1."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line:,}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """What a file of labels holds.

    Attributes
    ----------
    rows : tuple of LabelledRow
        The rows that are right, each passage once.
    repeated : int
        Rows that say what an earlier row says, word for word.
    problems : tuple of LabelProblem
        What is wrong with the other rows, at most :data:`KEPT`.
    problem_count : int
        How many problems there are.
    """

    path: Path
    rows: tuple[LabelledRow, ...]
    repeated: int
    problems: tuple[LabelProblem, ...]
    problem_count: int

    def examples(self, codebook: Codebook) -> Examples:
        """Return the right rows as training examples."""
        return examples_of([code.id for code in codebook.codes], (row.example for row in self.rows))


@dataclass(slots=True)
class _Reading:
    rows: dict[str, LabelledRow] = field(default_factory=dict)
    problems: list[LabelProblem] = field(default_factory=list)
    problem_count: int = 0
    repeated: int = 0

    def wrong(self, line: int, what: str) -> None:
        self.problem_count += 1
        if len(self.problems) < KEPT:
            self.problems.append(LabelProblem(line=line, what=what))

    def add(self, row: LabelledRow) -> None:
        known = self.rows.setdefault(row.example.id, row)
        if known is row:
            return
        difference = _difference(known.example, row.example)
        if difference:
            self.wrong(row.line, f"{row.example.id!r} stands in line {known.line:,} already, with {difference}")
        else:
            self.repeated += 1


def read_labels(path: Path, codebook: Codebook) -> Examples:
    """Read a file of labelled passages.

    Each line is a JSON object in one of two forms, told apart by the key ``final``; docs/commands.md describes both.

    Parameters
    ----------
    path : Path
        The file, UTF-8.
    codebook : Codebook
        Whose codes the labels name.

    Raises
    ------
    InputError
        If the file cannot be read or anything in it is wrong; the message lists the first ten problems with their
        lines, and how many there are.
    """
    file = label_file(path, codebook)
    if file.problem_count:
        listed = "\n".join(map(str, file.problems[:SHOWN]))
        raise InputError(
            f"{file.problem_count:,} problems in the labels"
            f"{f', the first {SHOWN} of them' if file.problem_count > SHOWN else ''}:\n{listed}",
            where=str(path),
            mend="careatlas gold validate FILE lists them all; nothing was read",
        )
    return file.examples(codebook)


def label_file(path: Path, codebook: Codebook) -> LabelFile:
    """Read a file of labelled passages, collecting what is wrong with it.

    Raises
    ------
    InputError
        If the file cannot be opened or read.
    """
    reading = _Reading()
    try:
        with path.open("rb") as file:
            for number, line in _lines(file):
                _read(reading, number, line, codebook)
    except OSError as error:
        raise InputError(f"the labels cannot be read: {error.strerror or error}", where=str(path)) from error
    if not reading.rows and not reading.problem_count:
        reading.wrong(1, "the file holds no labelled passage")
    return LabelFile(
        path=path,
        rows=tuple(reading.rows.values()),
        repeated=reading.repeated,
        problems=tuple(reading.problems),
        problem_count=reading.problem_count,
    )


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Yield numbered lines, ``None`` for one that is too long to be held in memory."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield number, None
        else:
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def _read(reading: _Reading, number: int, line: bytes | None, codebook: Codebook) -> None:
    if line is None:
        reading.wrong(number, f"the line has more than {MAX_LINE:,} bytes")
    elif line.strip():
        try:
            reading.add(labelled_row(_object(line), number, codebook))
        except RowError as error:
            for what in error.problems:
                reading.wrong(number, what)


def _object(line: bytes) -> dict[str, Any]:
    try:
        return json_object(line)
    except JsonLineError as error:
        raise RowError(str(error)) from error


def _difference(one: Example, other: Example) -> str:
    if one.text != other.text:
        return "another text"
    return "other labels" if (one.present, one.absent) != (other.present, other.absent) else ""
