"""Finding the files to add: single files, folders, and a CSV register that says what each file is."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from careatlas.document import Document
from careatlas.errors import InputError
from careatlas.identifiers import AreaCode, Sha256, document_id
from careatlas.period import published_period
from careatlas.plain_text import for_store

SUFFIXES = frozenset({".pdf"})
MAX_REGISTER_BYTES = 50_000_000


def _date(value: str) -> str:
    if value and not re.fullmatch(r"[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2})?)?", value):
        msg = "a date is YYYY, YYYY-MM or YYYY-MM-DD"
        raise ValueError(msg)
    published_period(value)  # a day and a year that a calendar has
    return value


def _url(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        msg = "an address starts with https:// or http://"
        raise ValueError(msg)
    return value


# No NUL: no path holds one, and PostgreSQL keeps none.
_Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000, pattern=r"^[^\x00]*$")]


class _RegisterRow(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    path: Annotated[_Short, StringConstraints(min_length=1)]
    title: _Short = ""
    area_code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([EWSNQ]\w{2,8})?$")] = ""
    area_name: _Short = ""
    doc_type: _Short = ""
    published: Annotated[_Short, AfterValidator(_date)] = ""
    url: Annotated[_Short, AfterValidator(_url)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file to add, with what the register says of it, and on which line; 0 for a file that no register names."""

    path: Path
    facts: dict[str, Any]
    line: int = 0

    def document(self, sha256: Sha256, byte_count: int) -> Document:
        """Return the document that this file with this content is."""
        facts = {**self.facts, "area_code": AreaCode(self.facts.get("area_code", ""))}
        name = for_store(self.path.name)
        return Document(document_id=document_id(sha256), sha256=sha256, byte_count=byte_count, name=name, **facts)


def candidates(paths: Iterable[Path]) -> list[Candidate]:
    """Return the files to add from files, folders (searched to the bottom) and CSV registers.

    Raises
    ------
    InputError
        If a path is not there, a folder holds no plan, or a register has a wrong row (each is named with its line).
    """
    return [found for path in paths for found in _named(path)]


def _named(path: Path) -> list[Candidate]:
    try:
        return _candidates(path)
    except csv.Error as error:
        raise InputError(f"the register is not a table: {error}", where=str(path)) from error
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror}", where=str(path)) from error


def _candidates(path: Path) -> list[Candidate]:
    if path.is_dir():
        files = sorted(item for item in path.rglob("*") if item.suffix.lower() in SUFFIXES and item.is_file())
        if not files:
            raise InputError("the folder holds no PDF file", where=str(path))
        return [Candidate(path=item, facts={}) for item in files]
    if not path.exists():
        raise InputError("there is no such file or folder", where=str(path))
    if path.suffix.lower() == ".csv":
        return list(_register(path))
    return [Candidate(path=path, facts={})]


def _register(path: Path) -> Iterator[Candidate]:
    if path.stat().st_size > MAX_REGISTER_BYTES:
        raise InputError(f"a register has at most {MAX_REGISTER_BYTES:,} bytes", where=str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the register is not UTF-8 text", where=str(path), mend="save it as CSV UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    _check_columns(reader.fieldnames or (), path)
    if "path" not in (reader.fieldnames or ()):
        raise InputError(
            "the register has no column 'path'",
            where=str(path),
            mend="columns: path,title,area_code,area_name,doc_type,published,url",
        )
    wrong = []
    for row in reader:
        if None in row:
            wrong.append(f"line {reader.line_num}: it has more cells than the header")
            continue
        try:
            fields = _RegisterRow.model_validate({name: value for name, value in row.items() if name and value})
        except ValidationError as error:
            problems = "; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())
            wrong.append(f"line {reader.line_num}: {problems}")
            continue
        facts = fields.model_dump(exclude={"path"})
        yield Candidate(path=path.parent / fields.path, facts=facts, line=reader.line_num)
    if wrong:
        raise InputError("\n".join(wrong[:20]), where=str(path), mend="mend these rows; nothing was added")


def _check_columns(header: Sequence[str], path: Path) -> None:
    """Refuse a column that looks like a misspelt one of ours: ignored, its facts would be lost without a word."""
    missing = [name for name in _RegisterRow.model_fields if name not in header]
    for name in header:
        plain = re.sub(r"[\s-]+", "_", name.strip().lower())
        near = [] if name in _RegisterRow.model_fields else difflib.get_close_matches(plain, missing, n=1, cutoff=0.8)
        if near:
            raise InputError(
                f"the register has a column {name!r}: did you mean {near[0]!r}?",
                where=str(path),
                mend="rename the column; other columns of your own are ignored",
            )
