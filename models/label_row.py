"""One row of a file of labels: what it must hold, and what it says of each code."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from careatlas.codebook import Codebook
from careatlas.identifiers import Code
from models.classify_rows import MAX_TEXT
from models.examples import Example

NO_CODE = "none"  # read, and no code of the codebook applies
_NAMED = 5  # unknown codes of one row that are named
_LONGEST_CODE = 64  # characters


class RowError(Exception):
    """A row is wrong, in one way or in several."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRow:
    """A row that is right.

    Attributes
    ----------
    line : int
        Its line in the file, 1 for the first.
    source : str
        The document it is from; empty where the row does not say.
    sure : bool or None
        Whether those who decided were sure; ``None`` where the row does not say.
    annotators : tuple of two frozensets of Code, or None
        What two annotators said independently, the empty set for "no code applies".
    adjudicated : bool
        Whether a third decided.
    """

    line: int
    example: Example
    source: str = ""
    sure: bool | None = None
    annotators: tuple[frozenset[Code], frozenset[Code]] | None = None
    adjudicated: bool = False


@dataclass(frozen=True, slots=True)
class _Labels:
    present: frozenset[Code]
    absent: frozenset[Code]


def labelled_row(row: Mapping[str, Any], line: int, codebook: Codebook) -> LabelledRow:
    """Return what a row of a file of labels says.

    Parameters
    ----------
    row : mapping
        The gold form if it has the key ``final``, else the plain form.
    line : int
        Where it stands.
    codebook : Codebook
        Whose codes it may name.

    Raises
    ------
    RowError
        With everything that is wrong with it.
    """
    problems: list[str] = []
    texts = _texts(row, problems)
    heading = _heading(row, problems)
    inclusion = _inclusion(row.get("inclusion_probability"), problems)
    version = row.get("codebook_version")
    if version is not None and version != codebook.version:
        problems.append(f"labelled with version {_shown(version)} of the codebook, not with {codebook.version}")
    is_gold = "final" in row
    labels = _gold_labels(row, codebook, problems) if is_gold else _plain_labels(row, codebook, problems)
    annotators = _annotators(row, codebook, problems) if is_gold else None
    if labels is None or problems:
        raise RowError(*problems)
    final = row["final"] if is_gold else {}
    example = Example(
        id=texts["id"],
        text=texts["text"],
        heading=heading,
        before=texts["before"],
        after=texts["after"],
        present=labels.present,
        absent=labels.absent,
        group=texts["group"] or texts["area"] or texts["source"],
        origin="file",
        inclusion=inclusion,
    )
    sure = final.get("sure")
    return LabelledRow(
        line=line,
        example=example,
        source=texts["source"],
        sure=sure if isinstance(sure, bool) else None,
        annotators=annotators,
        adjudicated=row.get("adjudicated") is True,
    )


def _texts(row: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    found = {}
    for name in ("id", "text", "before", "after", "group", "area", "source"):
        value = row.get(name)
        if name == "id" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        found[name] = "" if value is None else value
        if not isinstance(found[name], str):
            problems.append(f"{name!r} is not a text")
        elif name in {"id", "text"} and not found[name].strip():
            problems.append(f"{name!r} is {'empty' if name in row else 'missing'}")
        else:
            _check_text(name, found[name], problems)
    return found


def _check_text(name: str, text: str, problems: list[str]) -> None:
    if len(text) > MAX_TEXT:
        problems.append(f"{name!r} has more than {MAX_TEXT:,} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        problems.append(f"{name!r} holds half of a surrogate pair, which is no character")


def _heading(row: Mapping[str, Any], problems: list[str]) -> tuple[str, ...]:
    heading = row.get("heading") or row.get("heading_path") or []
    path = [heading] if isinstance(heading, str) else heading
    if not isinstance(path, list) or not all(isinstance(one, str) for one in path):
        problems.append("a heading is a string or a list of strings, the topmost first")
        return ()
    _check_text("heading", "".join(path), problems)
    return tuple(path)


def _inclusion(value: Any, problems: list[str]) -> float:
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        problems.append(f"an inclusion probability is above 0 and at most 1, not {_shown(value)}")
        return math.nan
    return float(value)


def _gold_labels(row: Mapping[str, Any], codebook: Codebook, problems: list[str]) -> _Labels | None:
    if "codes" in row:
        problems.append("it has both 'final' and 'codes': a row is of one form")
    final = row["final"]
    if not isinstance(final, dict) or "codes" not in final:
        problems.append("'final' is an object with \"codes\"")
        return None
    present = _codes(final["codes"], "final", codebook, problems)
    if present is None:
        return None
    if not final["codes"]:
        problems.append(_blank("final"))
    return _Labels(present, _others(codebook, present))


def _plain_labels(row: Mapping[str, Any], codebook: Codebook, problems: list[str]) -> _Labels | None:
    complete = row.get("complete")
    if complete is not None and not isinstance(complete, bool):
        problems.append(f"'complete' is true or false, not {_shown(complete)}")
    present = _codes(row.get("codes"), "codes", codebook, problems)
    absent = _codes(row.get("absent") or [], "absent", codebook, problems, none_allowed=False)
    if present is None or absent is None:
        return None
    says_none = NO_CODE in row["codes"]
    if present & absent:
        problems.append(f"both present and absent: {', '.join(sorted(present & absent))}")
    if says_none and complete is False:
        problems.append(f"{NO_CODE!r} says that every code is absent, 'complete': false that some are unknown")
    if not row["codes"] and not absent and complete is not True:
        problems.append(_blank("codes"))
    if complete or says_none or (complete is None and not row.get("absent")):
        absent = _others(codebook, present)
    return _Labels(present, absent)


def _blank(name: str) -> str:
    return (
        f'{name!r} names no code, and blank is not negative: write "codes": ["{NO_CODE}"] where no code applies,'
        ' or "absent": [...] for the codes that were looked for'
    )


def _annotators(
    row: Mapping[str, Any], codebook: Codebook, problems: list[str]
) -> tuple[frozenset[Code], frozenset[Code]] | None:
    said = []
    for name in ("annotator_a", "annotator_b"):
        value = row.get(name)
        if value is None:
            continue
        if not isinstance(value, dict) or "codes" not in value:
            problems.append(f'{name!r} is an object with "codes"')
        elif not value["codes"]:
            problems.append(_blank(name))
        else:
            said.append(_codes(value["codes"], name, codebook, problems))
    match said:
        case [frozenset() as first, frozenset() as second]:
            return first, second
    return None


def _codes(
    value: Any, name: str, codebook: Codebook, problems: list[str], *, none_allowed: bool = True
) -> frozenset[Code] | None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        problems.append(f"{name!r} has no list of codes" if value is None else f"the codes of {name!r} are not a list")
        return None
    if none_allowed and NO_CODE in value:
        if set(value) != {NO_CODE}:
            problems.append(f"{name!r} has {NO_CODE!r} beside other codes, which it excludes")
            return None
        return frozenset()
    known = [code.id for code in codebook.codes]
    unknown = sorted(set(value) - set(known))
    if unknown:
        problems.append(_unknown(unknown, name, known, codebook))
        return None
    return frozenset(map(Code, value))


def _unknown(unknown: list[str], name: str, known: list[Code], codebook: Codebook) -> str:
    named = [_with_near(code, known) for code in unknown[:_NAMED]]
    more = f" and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
    return f"{name!r} has codes that {codebook.id} {codebook.version} has not: {', '.join(named)}{more}"


def _with_near(code: str, known: Iterable[str]) -> str:
    near = get_close_matches(code, known, n=2) if len(code) <= _LONGEST_CODE else []
    return _shown(code) + (f" (did you mean {' or '.join(near)}?)" if near else "")


def _others(codebook: Codebook, present: frozenset[Code]) -> frozenset[Code]:
    return frozenset(code.id for code in codebook.codes) - present


def _shown(value: Any) -> str:
    text = ascii(value)  # half of a surrogate pair can be shown, but not written
    return text if len(text) <= _LONGEST_CODE else text[:_LONGEST_CODE] + "..."
