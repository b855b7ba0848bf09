"""What is wrong with the areas of a table before it is joined to another: unknown, ended and ambiguous ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from careatlas.areas.area import Area, Level
from careatlas.areas.area_names import core_name, plain_name
from careatlas.areas.area_register import AreaRegister, area_register
from careatlas.areas.area_table import GSS_CODE, AreaRow, AreaTable, day_of
from careatlas.areas.stated_facts import ICB_CHANGE, ICBS_CHANGED, MERGED_IN_STATISTICS, NEWEST_VINTAGE
from careatlas.errors import CareAtlasError
from careatlas.identifiers import AreaCode

_KEPT = 50_000  # answers: a table repeats the same areas row after row
_LONGEST = 200  # characters of a cell that is looked at
_SHOWN_CODE = 40  # characters of a wrong code in a sentence
_SHOWN = 5  # proposals in one mend
_MOST = 0.5  # share of a level that has to stand in a table before what is missing is named
_NAMED = 10  # missing areas in one note
NO_DAY = date.max


class Fault(StrEnum):
    """What is wrong."""

    UNKNOWN_CODE = "unknown-code"
    OTHER_VINTAGE = "other-vintage"  # a code that exists and that our tables do not map
    FOREIGN_CODE = "not-an-ons-code"  # a code of another system; the name beside it may help
    ENDED = "ended"
    NOT_BEGUN = "not-begun"
    UNMAPPED = "unmapped-change"
    UNKNOWN_NAME = "unknown-name"
    AMBIGUOUS_NAME = "ambiguous-name"
    TWO_AREAS = "two-areas-in-one"
    DISAGREE = "code-and-name-disagree"
    NO_DAY = "unreadable-date"


@dataclass(slots=True, kw_only=True)
class AreaFinding:
    """One thing to mend, with every line that has it.

    Attributes
    ----------
    fault : Fault
        What is wrong.
    column, value : str
        Where, and what stands there.
    said : str
        What is wrong, in a sentence.
    mend : str
        What is most likely meant.
    codes : tuple of AreaCode
        The areas that it most likely means: one where the mend is certain, several where the table does not tell.
    lines : list of int
        The lines of the table, the header being line 1.
    """

    fault: Fault
    column: str
    value: str
    said: str
    mend: str = ""
    codes: tuple[AreaCode, ...] = ()
    lines: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCheck:
    """What a check found.

    Attributes
    ----------
    findings : tuple of AreaFinding
        In the order of their first lines.
    notes : tuple of str
        What is worth knowing and no fault: areas of a level that the table lacks.
    row_count : int
        Rows read.
    resolved : dict
        The area of each line that has one: in force then, or what it certainly became.
    counted : dict
        The area that each line names, ended or not: what was counted there.
    """

    findings: tuple[AreaFinding, ...]
    notes: tuple[str, ...]
    row_count: int
    resolved: dict[int, AreaCode]
    counted: dict[int, AreaCode]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What one cell, or one row, means."""

    counted: AreaCode | None = None
    codes: tuple[AreaCode, ...] = ()  # one where that is certain
    faults: tuple[AreaFinding, ...] = ()


def check_areas(table: AreaTable, on: date | None = None, level: Level | None = None) -> AreaCheck:
    """Check every area of a table.

    Parameters
    ----------
    table : AreaTable
        The table.
    on : date, optional
        The day for which its areas have to be in force; the table's own column of dates goes first. Without any, an
        area that ended at some time is a finding.
    level : Level, optional
        The level of its areas, to tell apart areas that share a name.
    """
    findings: dict[tuple[str, ...], AreaFinding] = {}
    resolved: dict[int, AreaCode] = {}
    counted: dict[int, AreaCode] = {}
    used: dict[date, set[AreaCode]] = {}
    for row in table.rows:
        day, faults = _day(table, row, on)
        answer = _areas_of(table, row, day, level)
        for fault in (*faults, *answer.faults):
            key = (fault.fault, fault.column, fault.value, fault.said)
            findings.setdefault(key, replace(fault, lines=[])).lines.append(row.line)
        if answer.counted is not None:
            counted[row.line] = answer.counted
            used.setdefault(day, set()).add(answer.counted)
        if len(answer.codes) == 1:
            resolved[row.line] = answer.codes[0]
            used.setdefault(day, set()).add(answer.codes[0])
    ordered = sorted(findings.values(), key=lambda one: (one.lines[0], one.column))
    return AreaCheck(
        findings=tuple(ordered),
        notes=tuple(_notes(used)),
        row_count=len(table.rows),
        resolved=resolved,
        counted=counted,
    )


def _day(table: AreaTable, row: AreaRow, on: date | None) -> tuple[date, list[AreaFinding]]:
    if not table.date_column:
        return on or NO_DAY, []
    text = row.cells.get(table.date_column, "")
    day = day_of(text)
    if day is not None:
        return day, []
    said = f"{text[:40]!r} is no date that we read"
    mend = "write dates as 2019, 2019-04, 2019-04-01, 2019/20 or April 2019"
    finding = AreaFinding(fault=Fault.NO_DAY, column=table.date_column, value=text[:100], said=said, mend=mend)
    return on or NO_DAY, [finding]


def _areas_of(table: AreaTable, row: AreaRow, day: date, level: Level | None) -> _Answer:
    """Return the areas that a row means, and what is wrong with how it says so."""
    answers = [
        _by_code(column, code[:_LONGEST], row.cells.get(table.name_beside(column), "")[:_LONGEST], day, level)
        for column in table.code_columns
        if (code := row.cells.get(column, ""))
    ]
    if not answers:
        answers = [
            _by_name(column, name[:_LONGEST], day, level)
            for column in table.name_columns
            if (name := row.cells.get(column, ""))
        ]
    if not answers:
        return _Answer()
    return replace(answers[0], faults=tuple(fault for answer in answers for fault in answer.faults))


@lru_cache(maxsize=_KEPT)
def _by_code(column: str, code: str, name: str, day: date, level: Level | None) -> _Answer:
    register = area_register()
    if not register.has(code):
        return _unknown_code(column, code, name, day, level, register)
    area = register.get(code, None if day == NO_DAY else day)
    late = tuple(_out_of_time(column, area, day, register))
    other = tuple(_disagreement(column, area, name, day, register))
    codes = late[0].codes if late else (area.code,)
    return _Answer(
        counted=None if other else area.code, codes=() if other or len(codes) > 1 else codes, faults=(*late, *other)
    )


def _unknown_code(column: str, code: str, name: str, day: date, level: Level | None, register: AreaRegister) -> _Answer:
    try:
        register.get(code)
    except CareAtlasError as error:
        said, mend = error.what, error.mend
    fault = Fault.OTHER_VINTAGE if code in register.unmapped else Fault.UNKNOWN_CODE
    if fault is Fault.UNKNOWN_CODE and not GSS_CODE.fullmatch(code):
        fault, said = Fault.FOREIGN_CODE, f"{code[:_SHOWN_CODE]!r} is no code of the Office for National Statistics"
    answer = _by_name(column, name, day, level) if name else _Answer()
    likely = answer.codes or (answer.faults[0].codes if answer.faults else ())
    if len(answer.codes) == 1:
        mend = f"by the name {name[:60]!r} it is {_listed(answer.codes, register)}"
    elif answer.faults:
        mend = f"the name beside it does not tell either: {answer.faults[0].said}"
    finding = AreaFinding(fault=fault, column=column, value=code[:_SHOWN_CODE], said=said, mend=mend, codes=likely)
    return replace(answer, faults=(finding,))


def _out_of_time(column: str, area: Area, day: date, register: AreaRegister) -> Iterator[AreaFinding]:
    what = f"{area.code} {area.name}"
    if day != NO_DAY and not area.kind.is_nhs and area.valid_from > day:
        before = tuple(dict.fromkeys(one.old for one in register.before(area.code) if register.valid(one.old, day)))
        said = f"{what} began on {area.valid_from} and is used for {day}"
        yield AreaFinding(
            fault=Fault.NOT_BEGUN,
            column=column,
            value=area.code,
            said=said,
            mend=_listed(before, register),
            codes=before,
        )
    elif area.valid_to is not None and area.valid_to <= day:
        after = register.after(area.code)
        said = f"{what} ended on {area.valid_to}" + ("" if day == NO_DAY else f" and is used for {day}")
        codes = _became(area.code, day, register)
        mend = _listed(codes, register) or "our tables do not say what followed"
        if any(one.weight is None for one in after):
            mend += "; in shares that our tables do not have"
        elif len(after) > 1:
            mend += f"; in the shares {', '.join(str(one.weight) for one in after)} ({after[0].basis})"
        if codes and day != NO_DAY and not all(register.valid(code, day) for code in codes):
            mend, codes = f"{mend}; whether that was still there on {day} is not known", ()
        yield AreaFinding(fault=Fault.ENDED, column=column, value=area.code, said=said, mend=mend, codes=codes)
    elif area.valid_from > day:
        said = f"{what} began on {area.valid_from} and is used for {day}"
        yield AreaFinding(fault=Fault.NOT_BEGUN, column=column, value=area.code, said=said)
    elif day != NO_DAY and day >= ICBS_CHANGED and not register.valid(area.code, day):
        said = f"whether {what} was still there on {day} is not known: {ICB_CHANGE}"
        yield AreaFinding(fault=Fault.UNMAPPED, column=column, value=area.code, said=said)


def _became(code: str, day: date, register: AreaRegister) -> tuple[AreaCode, ...]:
    """Return what an area became in the end: districts merged in 2019 were merged again in 2023."""
    found: list[AreaCode] = []
    for one in register.after(code):
        ended = register.get(one.new).valid_to
        later = _became(one.new, day, register) if ended is not None and ended <= day else ()
        found += later or (one.new,)
    return tuple(dict.fromkeys(found))


def _disagreement(column: str, area: Area, name: str, day: date, register: AreaRegister) -> Iterator[AreaFinding]:
    names = {core_name(one) for one in (area.name, *area.other_names)}
    if not name or core_name(name) in names:
        return
    meant = register.named(name, None if day == NO_DAY else day)
    if not meant or any(one.code == area.code for one in meant):
        return
    codes = tuple(dict.fromkeys(one.code for one in meant))
    said = f"{area.code} is {area.name}, but {name[:60]!r} stands beside it"
    mend = f"the name means {_listed(codes, register)}"
    yield AreaFinding(
        fault=Fault.DISAGREE, column=column, value=area.code, said=said, mend=mend, codes=(area.code, *codes)
    )


@lru_cache(maxsize=_KEPT)
def _by_name(column: str, name: str, day: date, level: Level | None) -> _Answer:
    register = area_register()
    both = _merged(name)
    if both:
        said = f"{name!r} is two areas in one row"
        mend = f"it is {_listed(both, register)} together: add them up in the other table too"
        return _Answer(faults=(_finding(Fault.TWO_AREAS, column, name, said, mend, both),))
    meant = register.named(name, None if day == NO_DAY else day, level)
    codes = tuple(dict.fromkeys(area.code for area in meant))
    if len(codes) == 1:
        late = tuple(_out_of_time(column, meant[0], day, register))
        mended = late[0].codes if late else codes
        return _Answer(counted=codes[0], codes=mended if len(mended) == 1 else (), faults=late)
    if codes:
        listed = "; ".join(f"{area.code} {area.kind} {area.years}" for area in meant[:_SHOWN])
        said = f"{name!r} is the name of {len(codes)} areas: {listed}"
        mend = "say of which time (--on, --date-column) or level (--level) the table is, or add codes"
        return _Answer(faults=(_finding(Fault.AMBIGUOUS_NAME, column, name, said, mend, codes),))
    if day != NO_DAY and (other := register.named(name, None, level)):
        said = f"no area had the name {name!r} on {day}"
        mend = "; ".join(f"{area.code} {area.name}, {area.years}" for area in other[:_SHOWN])
        likely = tuple(dict.fromkeys(area.code for area in other))
    else:
        near = register.near(name, _SHOWN)
        said = f"no area has the name {name!r}"
        likely = tuple(area.code for area in near)
        mend = f"near it: {_listed(likely, register)}" if near else ""
    return _Answer(faults=(_finding(Fault.UNKNOWN_NAME, column, name, said, mend, likely),))


def _finding(fault: Fault, column: str, value: str, said: str, mend: str, codes: tuple[AreaCode, ...]) -> AreaFinding:
    return AreaFinding(fault=fault, column=column, value=value, said=said, mend=mend, codes=codes)


def _merged(name: str) -> tuple[AreaCode, ...]:
    """Return the two areas of a name such as ``Cornwall and Isles of Scilly``, of which statistics make one row."""
    words = plain_name(name)
    if any(word in words.split() for word in ("nhs", "icb", "ccg", "stp", "board")):
        return ()
    register = area_register()
    for small, large in MERGED_IN_STATISTICS.items():
        first, second = (plain_name(register.get(code).name) for code in (small, large))
        if words in {f"{first} and {second}", f"{second} and {first}"}:
            return AreaCode(large), AreaCode(small)
    return ()


def _notes(used: dict[date, set[AreaCode]]) -> Iterator[str]:
    """Yield the areas that a table lacks of the level that it is about, where it has most of that level."""
    said = set()
    for day in sorted(used):
        when = NEWEST_VINTAGE if day == NO_DAY else day
        level, missing = _missing(used[day], when)
        names = ", ".join(f"{area.code} {area.name}{_merged_note(area)}" for area in missing[:_NAMED])
        if names and (level, names) not in said:
            said.add((level, names))
            more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
            time = "" if day == NO_DAY else f" (first at {day})"
            yield f"of the level {level}, the table has no row for {names}{more}{time}"


def _missing(used: set[AreaCode], when: date) -> tuple[Level, list[Area]]:
    """Return the level that most areas of a table are of, and those of it that the table lacks."""
    register = area_register()
    best: tuple[int, int, Level, list[Area]] = (0, 0, Level.UTLA, [])
    for level in Level:
        try:
            areas = register.of_level(level, when)
        except CareAtlasError:
            continue
        missing = [area for area in areas if area.code not in used]
        found = len(areas) - len(missing)
        if found > _MOST * len(areas) and (found, -len(missing)) > best[:2]:
            best = (found, -len(missing), level, missing)
    return best[2:]


def _merged_note(area: Area) -> str:
    large = MERGED_IN_STATISTICS.get(area.code)
    return f" (often printed with {area_register().get(large).name})" if large else ""


def _listed(codes: Sequence[AreaCode], register: AreaRegister) -> str:
    return ", ".join(f"{code} {register.get(code).name}" for code in codes[:_SHOWN])
