"""Codebooks and crosswalks as files: YAML, TOML or CSV in, the shipped ones from package data."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from careatlas.codebook import (
    Attribute,
    Codebook,
    CodeDefinition,
    Crosswalk,
    CrosswalkLink,
    Provenance,
    Relation,
    problems,
)
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import Code, CodebookId

MAX_BYTES = 5_000_000

_Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5_000)]
_Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
_RESERVED = "none"
_DEEPEST = 10  # levels of YAML; a codebook has four


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _CodeRow(_Row):
    id: _Identifier
    label: Annotated[_Text, Field(min_length=1)]
    definition: _Text
    parent: _Identifier | None = None
    axis: _Text = ""
    provenance: Provenance = Provenance.RECONSTRUCTED
    source: _Text = ""
    include: tuple[_Text, ...] = ()
    exclude: tuple[_Text, ...] = ()
    cues: tuple[_Text, ...] = ()
    positive: tuple[_Text, ...] = ()
    negative: tuple[_Text, ...] = ()


class _AttributeRow(_Row):
    values: tuple[_Text, ...]
    note: _Text = ""


class _CodebookFile(_Row):
    id: _Identifier
    version: _Version
    title: _Text
    provenance: Provenance
    source: _Text
    summary: _Text = ""
    rules: tuple[_Text, ...] = ()
    none_definition: _Text = ""
    background: tuple[_Text, ...] = ()
    attributes: dict[str, _AttributeRow] = {}
    codes: tuple[_CodeRow, ...]


class _LinkRow(_Row):
    source: _Identifier
    target: _Identifier
    relation: Relation
    note: _Text = ""


class _CrosswalkFile(_Row):
    source_id: _Identifier
    source_version: _Version
    target_id: _Identifier
    target_version: _Version
    provenance: Provenance
    links: tuple[_LinkRow, ...]
    unmapped: tuple[_Identifier, ...] = ()


# The C parser is twenty times faster on the shipped codebooks; PyYAML's wheels all have it.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_SafeLoader):  # type: ignore[misc]
    """Safe YAML in which a doubled key is an error instead of hiding the first."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.YAMLError(f"the key {key.value!r} stands twice in one mapping")
            seen.add(str(key.value))
        return dict(super().construct_mapping(node, deep))


def _yaml_tree(text: str) -> Mapping[str, Any]:
    # Nested aliases expand to gigabytes, and deep nesting overflows the C parser's stack: both are looked for in the
    # events, before anything is built.
    depth = 0
    for event in yaml.parse(text, Loader=_SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not accepted in a codebook")
        if getattr(event, "tag", None):
            raise yaml.YAMLError("tags are not accepted in a codebook")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError("it is nested too deep for a codebook")
    tree = yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a subclass of the safe loader
    if not isinstance(tree, dict):
        raise yaml.YAMLError("the top level is not a mapping")
    return tree


def read_codebook(path: Path, *, check: bool = True) -> Codebook:
    """Read a codebook from a ``.yaml``, ``.toml`` or ``.csv`` file.

    A CSV table has one row per code and the columns ``id, label, definition``, optionally ``parent, axis, provenance,
    source, include, exclude, cues, positive, negative, version``; several entries in one cell are separated by ``|``.
    The codebook's own identifier is then the file's name, its version that of all rows (``0.1.0`` without one) and its
    provenance ``reconstructed``. A row ``none`` gives the codebook's ``none_definition`` and, in ``positive``, its
    ``background``.

    Parameters
    ----------
    path : Path
        The file.
    check : bool
        Whether to refuse a codebook in which :func:`careatlas.codebook.problems` finds something.

    Raises
    ------
    InputError
        If the file cannot be read as a codebook, with every problem found.
    """
    codebook = _codebook(_parsed(path), where=str(path))
    found = problems(codebook) if check else ()
    if found:
        raise InputError("\n".join(found), where=str(path), mend="mend these lines and import the file again")
    return codebook


def _parsed(path: Path) -> Mapping[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    if len(data) > MAX_BYTES:
        raise InputError(f"the file has {len(data):,} bytes; a codebook has at most {MAX_BYTES:,}", where=str(path))
    try:
        text = data.decode("utf-8-sig")
        return _tree(text, path)
    except (
        ValueError,
        yaml.YAMLError,
        csv.Error,
        RecursionError,
    ) as error:  # ValueError: a date or number that is none
        raise InputError(f"the file is not what its name says: {error}", where=str(path)) from error


def _tree(text: str, path: Path) -> Mapping[str, Any]:
    suffix = path.suffix.lower()
    if suffix in {".yaml", ".yml"}:
        return _yaml_tree(text)
    if suffix == ".toml":
        return tomllib.loads(text)
    if suffix == ".csv":
        return _csv_tree(text, path.stem)
    raise InputError("a codebook is a .yaml, .toml or .csv file", where=str(path))


_LISTS = ("include", "exclude", "cues", "positive", "negative")


def _csv_tree(text: str, stem: str) -> Mapping[str, Any]:
    rows = []
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    header = [name.strip() for name in reader.fieldnames or ()]
    for name in header:
        if header.count(name) > 1:
            raise csv.Error(f"the column {name!r} stands twice")
    for row in reader:
        if None in row:
            raise csv.Error(f"a row has more cells than the header: {row[None]}")
        cells = {name.strip(): (value or "").strip() for name, value in row.items()}
        lists = {name: [part.strip() for part in cells.pop(name, "").split("|") if part.strip()] for name in _LISTS}
        rows.append({**{name: value for name, value in cells.items() if value}, **lists})
    identifier = re.sub(r"[^a-z0-9.-]+", "-", stem.lower()).strip("-") or "codebook"
    versions = {str(row.pop("version", "")) for row in rows}
    if len(versions) > 1:
        raise csv.Error(f"the column 'version' differs between rows: {', '.join(map(repr, sorted(versions)))}")
    for row in rows:
        row.setdefault("definition", "")
    return {
        "id": identifier,
        "version": "".join(versions) or "0.1.0",
        "title": identifier,  # not the stem: the copy that an import makes is named after the identifier
        "provenance": "reconstructed",
        "source": "imported table",
        **_none_row([row for row in rows if row.get("id") == _RESERVED]),
        "codes": [row for row in rows if row.get("id") != _RESERVED],
    }


def _none_row(rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    if not rows:
        return {}
    if len(rows) > 1:
        raise csv.Error("the row 'none' stands twice")
    (row,) = rows
    other = [name for name, value in row.items() if value and name not in {"id", "label", "definition", "positive"}]
    if other:
        raise csv.Error(f"the row 'none' has only a label, a definition and positive entries, not: {', '.join(other)}")
    return {"none_definition": row["definition"], "background": row["positive"]}


def _codebook(tree: Mapping[str, Any], *, where: str) -> Codebook:
    try:
        book = _CodebookFile.model_validate(tree)
    except ValidationError as error:
        raise InputError(_validation_text(error), where=where, mend="see docs/codebooks.md for the form") from error
    if any(code.id == _RESERVED for code in book.codes):
        raise InputError(
            "'none' is not a code: it is the answer 'read, nothing here'",
            where=where,
            mend="put its text under none_definition and its examples under background",
        )
    return Codebook(
        id=CodebookId(book.id),
        version=book.version,
        title=book.title,
        provenance=book.provenance,
        source=book.source,
        summary=book.summary,
        rules=book.rules,
        none_definition=book.none_definition,
        background=book.background,
        attributes=tuple(Attribute(name=name, **row.model_dump()) for name, row in book.attributes.items()),
        codes=tuple(CodeDefinition(**row.model_dump()) for row in book.codes),
    )


def _validation_text(error: ValidationError) -> str:
    lines = [f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors()]
    return "\n".join(lines[:50])


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the identifiers of the codebooks that ship with CareAtlas, in alphabetical order."""
    folder = files("careatlas") / "codebooks"
    return tuple(sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")))


@cache
def shipped(name: str) -> Codebook:
    """Return a codebook that ships with CareAtlas.

    Raises
    ------
    UsageError
        If there is none of that name; the message lists those there are.
    """
    if name not in shipped_names():
        raise UsageError(f"no codebook {name!r} ships with CareAtlas", mend=f"one of: {', '.join(shipped_names())}")
    text = (files("careatlas") / "codebooks" / f"{name}.yaml").read_text(encoding="utf-8")
    return _codebook(_yaml_tree(text), where=f"{name}.yaml")


@cache
def shipped_crosswalks() -> tuple[Crosswalk, ...]:
    """Return the crosswalks that ship with CareAtlas."""
    folder = files("careatlas") / "codebooks" / "crosswalks"
    return tuple(
        _crosswalk(_yaml_tree(item.read_text(encoding="utf-8")), where=item.name)
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    )


def _crosswalk(tree: Mapping[str, Any], *, where: str) -> Crosswalk:
    try:
        walk = _CrosswalkFile.model_validate(tree)
    except ValidationError as error:
        raise InputError(_validation_text(error), where=where) from error
    return Crosswalk(
        source_id=CodebookId(walk.source_id),
        source_version=walk.source_version,
        target_id=CodebookId(walk.target_id),
        target_version=walk.target_version,
        provenance=walk.provenance,
        links=tuple(
            CrosswalkLink(
                source_code=Code(link.source), target_code=Code(link.target), relation=link.relation, note=link.note
            )
            for link in walk.links
        ),
        unmapped=tuple(Code(code) for code in walk.unmapped),
    )


def crosswalk_problems(walk: Crosswalk, source: Codebook, target: Codebook) -> tuple[str, ...]:
    """Return what is wrong with a crosswalk against its two codebooks: versions, unknown, forgotten, doubled codes."""
    found = []
    if (walk.source_version, walk.target_version) != (source.version, target.version):
        found.append(f"it is for {walk.source_version} and {walk.target_version}, not the versions at hand")
    source_codes, target_codes = {code.id for code in source.codes}, {code.id for code in target.codes}
    linked = {link.source_code for link in walk.links}
    found += [
        f"{link.source_code}: unknown in the source" for link in walk.links if link.source_code not in source_codes
    ]
    found += [
        f"{link.target_code}: unknown in the target" for link in walk.links if link.target_code not in target_codes
    ]
    found += [
        f"{code}: neither linked nor said to be unmapped" for code in sorted(source_codes - linked - set(walk.unmapped))
    ]
    found += [f"{code}: linked and said to be unmapped" for code in sorted(linked & set(walk.unmapped))]
    pairs = [(link.source_code, link.target_code) for link in walk.links]
    return (*found, *(f"{a} -> {b}: linked twice" for a, b in sorted(set(pairs)) if pairs.count((a, b)) > 1))


def shipped_crosswalk_problems(book: Codebook) -> tuple[str, ...]:
    """Return what is wrong with the shipped crosswalks from a codebook; none for a codebook that does not ship."""
    if book.id not in shipped_names() or book != shipped(book.id):
        return ()
    return tuple(
        f"crosswalk to {walk.target_id}: {problem}"
        for walk in shipped_crosswalks()
        if walk.source_id == book.id
        for problem in crosswalk_problems(walk, book, shipped(walk.target_id))
    )
