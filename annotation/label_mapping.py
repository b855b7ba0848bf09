"""The mapping of other tools' results: which column says what, and which of our codes their labels are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from annotation.outside_table import folded
from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import Code
from careatlas.mapping_file import read_mapping

MEND = "docs/files.md describes the mapping"
UNIX = {"unix": 1.0, "unix_ms": 0.001}  # seconds since 1970, and in what unit
_UNITS = {"s": 1.0, "ms": 0.001, "min": 60.0}

_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]
_Given = Annotated[_Name, StringConstraints(min_length=1)]
_Words = tuple[_Name, ...]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Columns(_Form):
    passage: _Name = ""
    text: _Name = ""
    document: _Name = ""
    person: _Name = ""
    codes: _Name = ""
    date: _Name = ""
    seconds: _Name = ""
    note: _Name = ""


class _Said(_Form):
    column: _Name = ""
    words: _Words = ()


class _Values(_Form):
    yes: _Words = ("1", "yes", "y", "true", "x")
    no: _Words = ("0", "no", "n", "false")


class _Attribute(_Form):
    column: _Given
    values: dict[_Given, _Given] = {}


class _MappingFile(_Form):
    complete: bool
    columns: _Columns
    codebook: _Name = ""
    sample: _Name = ""
    person: _Name = ""
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    encoding: _Given = "utf-8"
    separator: Annotated[str, StringConstraints(min_length=1, max_length=5)] = ";"
    date_format: _Name = ""
    zone: _Given = "UTC"
    seconds_unit: Literal["s", "ms", "min"] = "s"
    codes: dict[_Given, _Given] = {}
    code_columns: dict[_Given, _Given] = {}
    ignore: _Words = ()
    values: _Values = Field(default_factory=_Values)
    nothing: _Said = Field(default_factory=_Said)
    unsure: _Said = Field(default_factory=_Said)
    skip: _Said = Field(default_factory=_Said)
    attributes: dict[_Given, _Attribute] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Words (folded) that mean something where they stand in a column."""

    column: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelMapping:
    """What the columns and labels of a file mean.

    Attributes
    ----------
    complete : bool
        Whether coders read each passage against the whole codebook: then what they did not give is absent.
    passage, document, text, person, codes, date, seconds, note : str
        Columns; empty where there is none.
    labels : Mapping
        Folded label to code.
    code_columns : Mapping
        Column to code, where every code has a column of its own.
    ignored : frozenset of str
        Folded labels that are no codes.
    yes, no : frozenset of str
        Folded words in the columns of codes. An empty word is an empty cell.
    seconds_unit : float
        In seconds.
    attributes : Mapping
        Name of an attribute to its column and to what its folded words mean.
    """

    path: Path
    complete: bool
    codebook: str
    sample: str
    constant_person: str
    delimiter: str
    encoding: str
    passage: str
    document: str
    text: str
    person: str
    codes: str
    date: str
    seconds: str
    note: str
    separator: str
    date_format: str
    zone: tzinfo
    seconds_unit: float
    labels: Mapping[str, Code]
    code_columns: Mapping[str, Code]
    ignored: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    nothing: Saying
    unsure: Saying
    skip: Saying
    attributes: Mapping[str, tuple[str, Mapping[str, str]]]

    def columns(self) -> list[str]:
        """Return the columns that the file must have."""
        named = (self.passage, self.document, self.text, self.person, self.codes, self.date, self.seconds, self.note)
        sayings = (one.column for one in (self.nothing, self.unsure, self.skip))
        return [
            name
            for name in (*named, *sayings, *self.code_columns, *(column for column, _ in self.attributes.values()))
            if name
        ]

    def check(self, codebook: Codebook) -> None:
        """Refuse codes, attributes and values that the codebook has not.

        Raises
        ------
        InputError
            With each of them.
        """
        codes = {code.id for code in codebook.codes}
        named = [*self.labels.items(), *self.code_columns.items()]
        wrong = [f"{label!r}: no code {code!r}" for label, code in named if code not in codes]
        values = {one.name: one.values for one in codebook.attributes}
        for name, (_, words) in self.attributes.items():
            if name not in values:
                wrong.append(f"no attribute {name!r}")
            wrong += [f"{name}: no value {value!r}" for value in words.values() if value not in values.get(name, ())]
        if wrong:
            raise InputError(
                f"{codebook.id} {codebook.version} has {'; '.join(dict.fromkeys(wrong))}",
                where=str(self.path),
                mend="careatlas codebook show lists its codes and attributes",
            )

    def moment(self, said: str) -> datetime:
        """Return a time with its zone.

        Raises
        ------
        ValueError
            If it is none.
        """
        try:
            if self.date_format in UNIX:
                return datetime.fromtimestamp(float(said) * UNIX[self.date_format], UTC)
            form = self.date_format
            moment = datetime.strptime(said, form) if form else datetime.fromisoformat(said)  # noqa: DTZ007
        except (OverflowError, OSError) as error:
            raise ValueError(said) from error
        return moment if moment.tzinfo else moment.replace(tzinfo=self.zone)


def read_label_mapping(path: Path) -> LabelMapping:
    """Read the mapping of a file of labels.

    Raises
    ------
    InputError
        If it is none, or leaves open what a row says.
    """
    file = read_mapping(path, _MappingFile, mend=MEND)
    columns = file.columns
    wrong = []
    if not columns.passage and not columns.text:
        wrong.append("columns: passage or text is needed, or nobody knows what was read")
    if bool(columns.codes) == bool(file.code_columns):
        wrong.append("either columns.codes or code_columns says which codes were given")
    if file.nothing.words and not (file.nothing.column or columns.codes):
        wrong.append("nothing: a column is needed")
    wrong += [f"{name}: a column is needed" for name in ("unsure", "skip") if _lacks_column(getattr(file, name))]
    if {folded(word) for word in file.values.yes} & {folded(word) for word in file.values.no}:
        wrong.append("values: a word means both yes and no")
    if wrong:
        raise InputError("\n".join(wrong), where=str(path), mend=MEND)
    return _mapping(file, path)


def _lacks_column(said: _Said) -> bool:
    return bool(said.words) and not said.column


def _mapping(file: _MappingFile, path: Path) -> LabelMapping:
    nothing = _Said(column=file.nothing.column or file.columns.codes, words=file.nothing.words)
    return LabelMapping(
        path=path,
        complete=file.complete,
        codebook=file.codebook,
        sample=file.sample,
        constant_person=file.person,
        delimiter=file.delimiter,
        encoding=file.encoding,
        **file.columns.model_dump(),
        separator=file.separator,
        date_format=file.date_format,
        zone=_zone(file.zone, path),
        seconds_unit=_UNITS[file.seconds_unit],
        labels={folded(label): Code(code) for label, code in file.codes.items()},
        code_columns={column: Code(code) for column, code in file.code_columns.items()},
        ignored=_folded(file.ignore),
        yes=_folded(file.values.yes),
        no=_folded(file.values.no),
        nothing=_saying(nothing),
        unsure=_saying(file.unsure),
        skip=_saying(file.skip),
        attributes={
            name: (one.column, {folded(said): value for said, value in one.values.items()})
            for name, one in file.attributes.items()
        },
    )


def _folded(words: _Words) -> frozenset[str]:
    return frozenset(map(folded, words))


def _saying(said: _Said) -> Saying:
    return Saying(column=said.column if said.words else "", words=_folded(said.words))


def _zone(name: str, path: Path) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # a zone that is not there is a KeyError
        raise InputError(f"zone: {name!r} is no time zone", where=str(path), mend="such as Europe/London") from error
