"""Coders' answers as JSON lines: one file per coder, one file with a field ``annotator``, or the gold form.

Files come from anywhere, so that every line is checked; what is wrong is listed with its line, and nothing is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from annotation.coded_passages import CodedPassage
from careatlas.errors import InputError
from careatlas.json_line import JsonLineError, json_object

NO_CODE = "none"  # stands alone in "codes": read, and no code applies; an empty list says the same
ATTRIBUTES = ("status", "setting")
GOLD_CODER = "annotator_"  # in the gold form, keys that begin so hold what a coder said
MAX_LINE = 1_000_000  # bytes
MAX_NAME = 500  # characters of an identifier, a code, a coder
MAX_CODES = 1_000  # of one answer
SHOWN = 10  # problems in one error


@dataclass(slots=True)
class _Reading:
    path: Path
    coder: str
    attributes: Collection[str]
    found: dict[tuple[str, str, int], CodedPassage]
    problems: list[str] = field(default_factory=list)

    def wrong(self, line: int, what: str) -> None:
        self.problems.append(f"{self.path.name}, line {line:,}: {what}")


class _RowError(Exception):
    """What is wrong with a row."""


def read_coded_passages(paths: Sequence[Path], attributes: Collection[str] = ATTRIBUTES) -> list[CodedPassage]:
    """Read the answers of coders.

    Parameters
    ----------
    paths : sequence of Path
        JSON lines, UTF-8; docs/methods/agreement.md describes the forms.
    attributes : collection of str
        Keys that hold attributes.

    Raises
    ------
    InputError
        If a file cannot be read or anything in it is wrong; the message lists the first ten problems.
    """
    found: dict[tuple[str, str, int], CodedPassage] = {}
    problems: list[str] = []
    for path, coder in zip(paths, _coders(paths), strict=True):
        reading = _Reading(path=path, coder=coder, attributes=attributes, found=found)
        try:
            with path.open("rb") as file:
                _read(reading, file)
        except OSError as error:
            raise InputError(f"the answers cannot be read: {error.strerror or error}", where=str(path)) from error
        problems += reading.problems
    if problems:
        more = f", the first {SHOWN} of them" if len(problems) > SHOWN else ""
        raise InputError(
            f"{len(problems):,} problems in the answers of coders{more}:\n" + "\n".join(problems[:SHOWN]),
            where=", ".join(map(str, paths)),
            mend="docs/methods/agreement.md says what a row holds; nothing was read",
        )
    return list(found.values())


def _coders(paths: Sequence[Path]) -> list[str]:
    """Names of coders where rows name none: of the files, with their folders where two are called the same."""
    stems = [path.stem for path in paths]
    return stems if len(set(stems)) == len(stems) else [str(path) for path in paths]


def _read(reading: _Reading, file: BinaryIO) -> None:
    for number, line in _lines(file):
        try:
            if line is None:
                raise _RowError(f"more than {MAX_LINE:,} bytes")
            if line.strip():
                for one in _answers(_object(line), reading):
                    _add(reading, one)
        except _RowError as error:
            reading.wrong(number, str(error))


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


def _object(line: bytes) -> dict[str, Any]:
    try:
        return json_object(line)
    except JsonLineError as error:
        raise _RowError(str(error)) from error


def _answers(row: Mapping[str, Any], reading: _Reading) -> Iterator[CodedPassage]:
    gold = [name for name in row if name.startswith(GOLD_CODER)]
    if gold and "codes" in row:
        raise _RowError(f"it has both 'codes' and {gold[0][:40]!r}: a row is of one form")
    if not gold:
        yield _answer(row, row, _text(row, "annotator", reading.coder), reading)
    for name in gold:
        if row[name] is None:  # that coder was not given the passage
            continue
        if not isinstance(row[name], dict):
            raise _RowError(f"{name[:40]!r} is not an object")
        yield _answer(row, row[name], _checked(name, "a coder"), reading)


def _answer(row: Mapping[str, Any], said: Mapping[str, Any], coder: str, reading: _Reading) -> CodedPassage:
    """Return the answer of one coder: ``row`` says of which passage, ``said`` what."""
    shown = said.get("suggestion_shown")
    if shown is not None and not isinstance(shown, bool):
        raise _RowError("'suggestion_shown' is true, false or absent")
    repeat = said.get("repeat", 0)
    if isinstance(repeat, bool) or not isinstance(repeat, int) or not 0 <= repeat <= MAX_CODES:
        raise _RowError("'repeat' is a number from 0")
    return CodedPassage(
        id=_text(row, "id"),
        document=_text(row, "document", "") or _text(row, "source", ""),
        annotator=coder,
        codes=_codes(said, "codes"),
        attributes={name: value for name in sorted(reading.attributes) if (value := _text(said, name, ""))},
        suggestion_shown=shown,
        model_id=_text(said, "model_id", ""),
        accepted_codes=None if said.get("accepted_codes") is None else _codes(said, "accepted_codes"),
        repeat=repeat,
        made_at=_time(said),
    )


def _codes(said: Mapping[str, Any], name: str) -> frozenset[str]:
    value = said.get(name)
    if not isinstance(value, list) or len(value) > MAX_CODES:
        raise _RowError(f"{name!r} is not a list of codes; what was read and has none is []")
    codes = frozenset(_checked(code, "a code") for code in value)
    if NO_CODE in codes and len(codes) > 1:
        raise _RowError(f"{NO_CODE!r} stands beside other codes, which it excludes")
    return codes - {NO_CODE}


def _time(said: Mapping[str, Any]) -> datetime | None:
    value = _text(said, "made_at", "")
    if not value:
        return None
    try:
        made = datetime.fromisoformat(value)
    except ValueError as error:
        raise _RowError(f"'made_at' is not a time: {value[:40]!r}") from error
    if made.tzinfo is None:
        raise _RowError("'made_at' has no time zone")
    return made


def _text(row: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        if otherwise is None:
            raise _RowError(f"{name!r} is missing")
        return otherwise
    return _checked(value, repr(name))


def _checked(value: Any, what: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_NAME:
        raise _RowError(f"{what} is not a text of at most {MAX_NAME} characters: {ascii(value)[:60]}")
    return value


def _add(reading: _Reading, one: CodedPassage) -> None:
    known = reading.found.setdefault((one.id, one.annotator, one.repeat), one)
    if known != one:
        raise _RowError(f"{one.annotator!r} answered {one.id!r} otherwise before; a second time is 'repeat': 1")
