"""How proposed initiatives compare with planted ones: pairs, shares, baselines, intervals, and why some were missed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from careatlas.identifiers import EvidenceId
from careatlas.initiative import Initiative
from careatlas.passage import Passage
from careatlas.period import published_period
from nlp.sighting import Sighting

DRAWS = 1_000
_YEAR = 366  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A planted passage: its row of the truth, its initiative, and what it was read as."""

    row: Mapping[str, Any]
    initiative: Mapping[str, Any]
    passage: Passage | None
    wanted: str


@dataclass(slots=True)
class Scored:
    """Sums of one pilot, by borough: of each measure the hits and of how many; and the reasons of misses."""

    sums: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(dict))
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, measure: str, area: str, hit: float, of: float = 1.0) -> None:
        """Count ``hit`` out of ``of``."""
        cell = self.sums[measure].setdefault(area, [0.0, 0.0])
        cell[0] += hit
        cell[1] += of


def scored(planted: Sequence[Planted], sightings: Sequence[Sighting], made: Sequence[Initiative]) -> Scored:
    """Compare the initiatives that were made of sightings with the planted ones."""
    found = Scored()
    truth = truth_of(planted, sightings)
    group_of = {part.evidence_id: one.initiative_id for one in made for part in one.evidence}
    wanted = _by_initiative(planted)
    _pairs(found, "merging", truth, group_of)
    areas = {one.initiative_id: str(one.area_code) for one in made}
    pairs = _matched(found, "initiatives", truth, group_of, wanted, areas)
    by_id = {one.initiative_id: one for one in made}
    for name, group in pairs.items():
        _facts(found, wanted[name], by_id[group])
    _reasons(found, truth, group_of, wanted, pairs)
    _baselines(found, truth, sightings, wanted)
    _passages(found, planted, sightings, truth)
    return found


def truth_of(planted: Sequence[Planted], sightings: Sequence[Sighting]) -> dict[EvidenceId, set[str]]:
    """Return what was planted in each sighting; nothing for one in which nothing was."""
    rows: dict[str, list[Planted]] = defaultdict(list)
    for one in planted:
        if one.passage is not None:
            rows[one.passage.passage_id].append(one)
    return {
        one.evidence.evidence_id: {
            row.row["initiative"] for row in rows[one.evidence.passage_id] if row.wanted[:60] in squeezed(one.text)
        }
        for one in sightings
    }


def squeezed(text: str) -> str:
    """Return a text without white space and hyphens: lines of the file may end within a word."""
    return "".join(letter for letter in text if not (letter.isspace() or letter in "-\u00ad\u2010"))


def _by_initiative(planted: Iterable[Planted]) -> dict[str, list[Planted]]:
    rows: dict[str, list[Planted]] = defaultdict(list)
    for one in planted:
        rows[one.row["initiative"]].append(one)
    return {name: sorted(said, key=lambda one: one.row["published"]) for name, said in sorted(rows.items())}


def _area(name: str) -> str:
    return name.partition("/")[0]


def _pairs(
    found: Scored, measure: str, truth: Mapping[EvidenceId, set[str]], group_of: Mapping[EvidenceId, Hashable]
) -> None:
    """Count pairs of sightings of one borough: put together rightly, and put together of those that belong together."""
    clear = {one: next(iter(names)) for one, names in truth.items() if len(names) == 1}
    by_area: dict[str, list[EvidenceId]] = defaultdict(list)
    for one, name in clear.items():
        by_area[_area(name)].append(one)
    for area, ones in by_area.items():
        for first, second in combinations(ones, 2):
            is_one, is_made_one = clear[first] == clear[second], group_of[first] == group_of[second]
            if is_made_one:
                found.add(f"{measure}: precision over pairs", area, is_one)
            if is_one:
                found.add(f"{measure}: recall over pairs", area, is_made_one)


def _matched(
    found: Scored,
    measure: str,
    truth: Mapping[EvidenceId, set[str]],
    group_of: Mapping[EvidenceId, Hashable],
    wanted: Mapping[str, Any],
    areas: Mapping[Any, str],
) -> dict[str, Any]:
    """Set proposals and planted initiatives against each other, one to one, by the evidence that they share."""
    names = sorted(wanted)
    held: dict[Hashable, Counter[str]] = defaultdict(Counter)
    for one, said in truth.items():
        held[group_of[one]].update(said or {""})
    groups = sorted(held, key=str)
    shared = np.array([[held[group][name] for name in names] for group in groups], dtype=float)
    # Most of a proposal's evidence has to be of the initiative.
    sizes = np.array([held[group].total() for group in groups], dtype=float)[:, None]
    shared[shared * 2 < sizes] = 0.0
    lines, columns = linear_sum_assignment(-shared) if groups else ((), ())
    pairs = {names[column]: groups[line] for line, column in zip(lines, columns, strict=True) if shared[line, column]}
    taken = set(pairs.values())
    for group in groups:
        found.add(f"{measure}: precision", areas[group], group in taken)
    for name in names:
        found.add(f"{measure}: recall", _area(name), name in pairs)
    return pairs


def _facts(found: Scored, rows: Sequence[Planted], made: Initiative) -> None:
    """Compare area, status and period of a proposal with what was planted of its initiative."""
    name = rows[0].row["initiative"]
    area, truth = _area(name), rows[0].initiative
    found.add("area", area, made.area_code == truth["area_code"])
    read = [one for one in rows if one.passage is not None] or list(rows)
    told = {part.passage_id for part in made.evidence}
    seen = [one for one in read if one.passage is not None and one.passage.passage_id in told]
    status = read[-1].row["status"]
    found.add("status, latest", area, made.status == status)
    found.add(
        "status, latest, of what its own passages say", area, bool(seen) and made.status == seen[-1].row["status"]
    )
    found.add(f"status, latest, of those that are {status}", area, made.status == status)
    found.add("baseline: status is in-place", area, status == "in-place")
    found.reasons[f"status {status} read as {made.status}"] += made.status != status
    _starts(found, area, read, made)


def _starts(found: Scored, area: str, read: Sequence[Planted], made: Initiative) -> None:
    said = next((one.row["start"] for one in read if one.row["start"]), "")
    start = made.period.start if made.period else None
    if not said:
        found.add("start: none given where no passage gives one", area, start is None)
        return
    true = _month(said)
    found.add("start, to the month", area, start == true)
    found.add("start, within a year", area, start is not None and abs((start - true).days) <= _YEAR)
    published = published_period(read[0].row["published"])
    first = published.start if published else None
    found.add(
        "baseline: start is the first document's date, within a year",
        area,
        first is not None and abs((first - true).days) <= _YEAR,
    )
    if start != true:
        found.reasons["start not read" if start is None else "start read as another month"] += 1
    ends = [one.row["end"] for one in read if one.row["end"]]
    if ends:
        end = made.period.end if made.period else None
        months = {_month(ends[0]), _month(ends[0], 1)}
        found.add("end, to the month", area, end in months)


def _month(text: str, later: int = 0) -> date:
    year, month = map(int, text.split("-"))
    count = year * 12 + month - 1 + later
    return date(count // 12, count % 12 + 1, 1)


def _reasons(
    found: Scored,
    truth: Mapping[EvidenceId, set[str]],
    group_of: Mapping[EvidenceId, Hashable],
    wanted: Mapping[str, Sequence[Planted]],
    pairs: Mapping[str, Any],
) -> None:
    reached = {name for names in truth.values() for name in names}
    for name, rows in wanted.items():
        if name in pairs:
            continue
        if all(one.passage is None for one in rows):
            found.reasons["missed: only on a page that is an image"] += 1
        elif name not in reached:
            found.reasons["missed: none of its passages has a code"] += 1
        else:
            found.reasons["missed: its passages went to another initiative"] += 1
    taken = set(pairs.values())
    held: dict[Hashable, set[str]] = defaultdict(set)
    for one, names in truth.items():
        held[group_of[one]] |= names
    for group, names in held.items():
        if group not in taken:
            found.reasons[
                "proposed: a piece of one found elsewhere" if names else "proposed: nothing was planted there"
            ] += 1


def _baselines(
    found: Scored, truth: Mapping[EvidenceId, set[str]], sightings: Sequence[Sighting], wanted: Mapping[str, Any]
) -> None:
    by_id = {one.evidence.evidence_id: one.evidence for one in sightings}
    ways: dict[str, Callable[[EvidenceId], Hashable]] = {
        "baseline: each passage by itself": lambda one: one,
        "baseline: one for each area and code": lambda one: (by_id[one].area_code, by_id[one].codes[:1]),
    }
    for name, way in ways.items():
        groups = {one: way(one) for one in truth}
        _pairs(found, f"{name}, merging", truth, groups)
        areas = {groups[one]: str(by_id[one].area_code) for one in truth}
        _matched(found, f"{name}, initiatives", truth, groups, wanted, areas)


def _passages(
    found: Scored, planted: Sequence[Planted], sightings: Sequence[Sighting], truth: Mapping[EvidenceId, set[str]]
) -> None:
    reached = {(one.partition(".")[0], name) for one, names in truth.items() for name in names}
    for one in planted:
        is_there = one.passage is not None and (one.passage.passage_id, one.row["initiative"]) in reached
        found.add("planted passages that became evidence", _area(one.row["initiative"]), is_there)
    for one in sightings:
        is_planted = bool(truth[one.evidence.evidence_id])
        found.add("evidence in which something was planted", str(one.evidence.area_code), is_planted)


def report(scores: Sequence[Scored]) -> dict[str, Any]:
    """Return every measure with its count and a 95 % interval from drawing boroughs (of all seeds) anew."""
    measures = sorted({measure for one in scores for measure in one.sums})
    reasons: Counter[str] = sum((one.reasons for one in scores), Counter())
    return {
        **{measure: _with_interval([one.sums.get(measure, {}) for one in scores]) for measure in measures},
        "misses": {name: count for name, count in reasons.most_common() if count},
    }


def _with_interval(cells: Iterable[Mapping[str, Sequence[float]]]) -> dict[str, Any]:
    rows = np.array([cell for areas in cells for cell in areas.values()], dtype=float)
    chance = np.random.default_rng(5)
    drawn = rows[chance.integers(0, len(rows), (DRAWS, len(rows)))].sum(axis=1)
    shares = drawn[drawn[:, 1] > 0]
    low, high = np.percentile(shares[:, 0] / shares[:, 1], [2.5, 97.5])
    hits, of = rows.sum(axis=0)
    return {"value": round(hits / of, 3), "n": int(of), "95 % interval": [round(low, 3), round(high, 3)]}
