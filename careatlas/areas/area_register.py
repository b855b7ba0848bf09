"""The register of areas: by code, by name and by level, each on a day."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache

from careatlas.areas import package_tables
from careatlas.areas.area import Area, AreaKind, Level
from careatlas.areas.area_names import core_name, kinds_named, plain_name
from careatlas.areas.package_tables import Membership, Succession
from careatlas.areas.stated_facts import (
    BEFORE_TABLES,
    ICB_CHANGE,
    ICB_CHANGE_SOURCE,
    ICBS_CHANGED,
    NEW_BOUNDARY,
    NHS_TABLES_BEGIN,
)
from careatlas.errors import InputError, UsageError
from careatlas.identifiers import AreaCode

_CODE = re.compile(r"[A-Z][0-9]{8}")
_LONGEST = 200  # characters of a name that is looked for
_SHORTEST = 4  # characters from which a wrong code may be a name instead
_WRONG_CHARACTERS = 2  # of a code that is worth proposing
_CLOSE = 0.6  # likeness from which a name is worth proposing, on difflib's scale
_BOARDS = frozenset({AreaKind.ICB, AreaKind.SUB_ICB})


class AreaRegister:
    """Every area that the package tables know.

    A code may stand for two areas one after the other: CCGs and sub-ICBs share codes, as STPs and ICBs do. Such a pair
    has the same boundary. Where no day is given, the later one is meant.

    Parameters
    ----------
    areas : iterable of Area
        The areas.
    memberships : iterable of Membership
        Dated memberships besides ``Area.parent``.
    successions : iterable of Succession
        What became of codes.
    unmapped : dict
        Codes that are recognised only, with what they are.
    """

    def __init__(
        self,
        areas: Iterable[Area],
        memberships: Iterable[Membership] = (),
        successions: Iterable[Succession] = (),
        unmapped: dict[AreaCode, str] | None = None,
    ) -> None:
        self.areas = tuple(sorted(areas, key=lambda area: (area.code, area.valid_from)))
        self.unmapped = dict(unmapped or {})
        self._by_code: dict[str, list[Area]] = defaultdict(list)
        self._by_plain: dict[str, list[Area]] = defaultdict(list)
        self._by_core: dict[str, list[Area]] = defaultdict(list)
        for area in self.areas:
            self._by_code[area.code].append(area)
            names = (area.name, *area.other_names)
            for plain in dict.fromkeys(map(plain_name, names)):
                self._by_plain[plain].append(area)
            for core in dict.fromkeys(map(_place_in, names)):
                self._by_core[core].append(area)
        self._memberships: dict[str, list[Membership]] = defaultdict(list)
        self._members: dict[str, list[Membership]] = defaultdict(list)
        for member in memberships:
            self._memberships[member.code].append(member)
            self._members[member.parent].append(member)
        self._after: dict[str, list[Succession]] = defaultdict(list)
        self._before: dict[str, list[Succession]] = defaultdict(list)
        for succession in successions:
            self._after[succession.old].append(succession)
            self._before[succession.new].append(succession)

    # --- by code

    def has(self, code: str) -> bool:
        """Tell whether a code is one of ours, in force or not."""
        return code in self._by_code

    def all_of(self, code: str) -> tuple[Area, ...]:
        """Return the areas that a code stood for, the earliest first."""
        return tuple(self._by_code.get(code, ()))

    def get(self, code: str, on: date | None = None) -> Area:
        """Return the area of a code; on a day, the one that the code stood for then (else the nearest in time).

        Raises
        ------
        UsageError
            If no table of ours has the code; the message names those that are near.
        """
        found = self._by_code.get(code)
        if not found:
            raise self._unknown(code)
        if on is not None:
            begun = [area for area in found if area.valid_from <= on]
            return begun[-1] if begun else found[0]
        return found[-1]

    def valid(self, code: str, on: date) -> bool:
        """Tell whether a code was in force on a day; of ICBs from 2026-04-01 on that is not known, so they are not."""
        return any(area.is_valid(on) and not _is_unmapped(area.kind, on) for area in self._by_code.get(code, ()))

    def _unknown(self, code: str) -> UsageError:
        shown = code[:_LONGEST]
        if code in self.unmapped:
            return UsageError(
                f"{code} is {self.unmapped[AreaCode(code)]}, which our tables do not map",
                mend="docs/areas.md says which vintages are known",
            )
        # What is no code of ours at all ("102", "QOP") is like no name either.
        likely = self.near(shown, 3) if _CODE.fullmatch(code) or len(plain_name(shown)) > _SHORTEST else ()
        near = ", ".join(f"{area.code} {area.name}" for area in likely)
        return UsageError(
            f"no area has the code {shown!r}",
            mend=f"near it: {near}" if near else "look for a name with: careatlas areas find WORDS",
        )

    # --- by level

    def of_level(self, level: Level, on: date) -> tuple[Area, ...]:
        """Return the areas of a level that were in force on a day, by code.

        Raises
        ------
        InputError
            If our tables do not have the level whole on that day.
        """
        refuse_unknown(level, on)
        return tuple(area for area in self.areas if level.holds(area.kind) and area.is_valid(on))

    # --- by name

    def named(self, name: str, on: date | None = None, level: Level | None = None) -> tuple[Area, ...]:
        """Return the areas of a name, those in force first.

        ``&``, ``the``, case, punctuation and words such as council, city or ICB do not matter. Areas of the health
        service are found where the name (``NHS``, ``CCG``, ``ICB`` ...) or the level asks for them; ICBs and STPs also
        where no other area ever had the name. Several areas mean that the name alone does not say which: two levels, or
        two times.

        Parameters
        ----------
        name : str
            The name.
        on : date, optional
            Only areas in force on that day. Without it, areas of every time, but of one that only got a new code for a
            moved boundary the present code alone.
        level : Level, optional
            Only areas of that level.
        """
        if len(name) > _LONGEST:
            return ()
        plain, core = self._by_plain.get(plain_name(name), []), self._by_core.get(core_name(name), [])
        is_place = any(not area.kind.is_nhs for area in (*plain, *core))
        allowed = frozenset(kinds_named(name))
        boards = allowed | {AreaKind.SUB_ICB} if AreaKind.ICB in allowed else allowed
        for found, kinds in (
            (plain, (allowed - {AreaKind.COMBINED_AUTHORITY}, boards)),  # "North East" is the region
            (core, (allowed - {AreaKind.COMBINED_AUTHORITY}, allowed)),
            # "Kent and Medway" is no council; "Cheshire" was one until 2009, and is not a CCG
            ([] if is_place else [*plain, *core], (frozenset({AreaKind.ICB, AreaKind.STP}),)),
        ):
            kept = [area for area in found if (not self._was_recoded(area) if on is None else area.is_valid(on))]
            kept = [area for area in kept if level.holds(area.kind)] if level else _first_group(kept, kinds)
            if kept:
                return tuple(sorted(dict.fromkeys(kept), key=_in_force_first))
        return ()

    def _was_recoded(self, area: Area) -> bool:
        after = self._after.get(area.code, [])
        return len(after) == 1 and after[0].on == area.valid_to and after[0].basis.startswith(NEW_BOUNDARY)

    def near(self, words: str, limit: int = 5) -> tuple[Area, ...]:
        """Return the areas whose code or name is most like some words, the most like first."""
        asked = words[:_LONGEST]
        if _CODE.fullmatch(asked.upper()):
            wrong = {code: sum(map(str.__ne__, code, asked.upper())) for code in self._by_code}
            near = sorted((count, code) for code, count in wrong.items() if count <= _WRONG_CHARACTERS)
            return tuple(self.get(code) for _, code in near[:limit])
        core = core_name(asked)
        allowed = frozenset(kinds_named(asked))
        scored: dict[str, tuple[float, Area]] = {}
        matcher = difflib.SequenceMatcher(None, b=core, autojunk=False)  # remembers the second text
        for name, found in self._by_core.items():
            likeness = _likeness(matcher, core, name)
            if likeness < _CLOSE:
                continue
            for area in found:
                score = likeness + (0.01 if area.kind in allowed else 0) + (0.005 if area.valid_to is None else 0)
                if area.code not in scored or scored[area.code][0] < score:
                    scored[area.code] = (score, area)
        best = sorted(scored.values(), key=lambda pair: (-pair[0], pair[1].code))
        return tuple(area for _, area in best[:limit])

    # --- relations

    def parent(self, code: str, on: date) -> Area | None:
        """Return the area that one stood in on a day (see ``Area.parent``), ``None`` for England."""
        area = self.get(code, on)
        for member in self._memberships.get(code, ()):
            if member.is_valid(on) and self.get(member.parent).kind is not AreaKind.COMBINED_AUTHORITY:
                return self.get(member.parent, on)
        return self.get(area.parent, on) if area.parent else None

    def memberships(self, code: str) -> tuple[AreaCode, ...]:
        """Return the areas that one belonged to at some time besides ``Area.parent``."""
        return tuple(member.parent for member in self._memberships.get(code, ()))

    def combined_authority(self, code: str, on: date) -> Area | None:
        """Return the combined authority that a council belonged to on a day, if any."""
        found = (self.get(member.parent, on) for member in self._memberships.get(code, ()) if member.is_valid(on))
        return next((area for area in found if area.kind is AreaKind.COMBINED_AUTHORITY), None)

    def members(self, code: str, on: date) -> tuple[Area, ...]:
        """Return the areas that stood in one on a day: districts of a county, boroughs of a combined authority, ..."""
        if self._members.get(code) and self.get(code).kind is AreaKind.COMBINED_AUTHORITY:
            codes = {member.code for member in self._members[code] if member.is_valid(on)}
        else:
            codes = {area.code for area in self.areas if self._stood_in(area, code, on)}
        return tuple(self.get(one, on) for one in sorted(codes))

    def _stood_in(self, area: Area, code: str, on: date) -> bool:
        if not area.is_valid(on):
            return False
        if area.parent != code and not any(member.parent == code for member in self._memberships.get(area.code, ())):
            return False
        parent = self.parent(area.code, on)
        return parent is not None and parent.code == code

    def upper_tier(self, code: str, on: date) -> Area | None:
        """Return the upper-tier authority of a council on a day: a district's county, any other council itself.

        A code that had ended by then is followed to what it became, one that had not begun to what it was before;
        ``None`` where that is several authorities, or where the area is none of local government.
        """
        area = self.get(code, on)
        if Level.UTLA.holds(area.kind) and area.is_valid(on):
            return area
        if area.kind is AreaKind.DISTRICT and area.is_valid(on):
            return self.parent(code, on)
        if area.valid_from > on:
            others = {one.old for one in self._before.get(code, ())}
        else:
            others = {one.new for one in self._after.get(code, ()) if one.on <= on}
        found = {self.upper_tier(other, on) for other in others}
        return found.pop() if len(found) == 1 else None

    def after(self, code: str) -> tuple[Succession, ...]:
        """Return what followed a code."""
        return tuple(self._after.get(code, ()))

    def before(self, code: str) -> tuple[Succession, ...]:
        """Return what a code followed."""
        return tuple(self._before.get(code, ()))


def refuse_unknown(level: Level, on: date) -> None:
    """Refuse a level on a day on which our tables do not have it whole.

    Raises
    ------
    InputError
        With the reason.
    """
    if level in {Level.ICB, Level.SUB_ICB} and on >= ICBS_CHANGED:
        raise InputError(
            f"the areas of the level {level} on {on} are not known: {ICB_CHANGE}",
            where=ICB_CHANGE_SOURCE,
            mend=f"ask for a day before {ICBS_CHANGED}",
        )
    if level in {Level.CCG, Level.STP} and on < NHS_TABLES_BEGIN:
        raise InputError(
            f"our tables have the level {level} as it was in April 2021, not on {on}",
            mend=f"ask for a day from {NHS_TABLES_BEGIN} on",
        )
    if on < BEFORE_TABLES:
        raise InputError(f"our tables begin on {BEFORE_TABLES}", where=str(on))


def _is_unmapped(kind: AreaKind, on: date) -> bool:
    return kind in _BOARDS and on >= ICBS_CHANGED


def _place_in(name: str) -> str:
    # "NHS Sussex ICB - 09D": what follows the dash is the health service's own code.
    return core_name(name.rpartition(" - ")[0] or name)


def _in_force_first(area: Area) -> tuple[bool, str, date]:
    return area.valid_to is not None, area.code, area.valid_from


def _first_group(found: list[Area], groups: Iterable[frozenset[AreaKind]]) -> list[Area]:
    """Return the areas of the first group of kinds that has any."""
    return next((kept for group in groups if (kept := [area for area in found if area.kind in group])), [])


def _likeness(matcher: difflib.SequenceMatcher[str], asked: str, name: str) -> float:
    if not asked or not name:
        return 0.0
    if set(asked.split()) <= set(name.split()):
        return 0.9  # all words stand in the name
    matcher.set_seq1(name)
    return matcher.ratio() if matcher.real_quick_ratio() >= _CLOSE and matcher.quick_ratio() >= _CLOSE else 0.0


@cache
def area_register() -> AreaRegister:
    """Return the register of the package tables."""
    return AreaRegister(
        package_tables.areas(),
        package_tables.memberships(),
        package_tables.successions(),
        package_tables.unmapped(),
    )
