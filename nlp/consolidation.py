"""Consolidation: which sightings, across passages, documents and years, are of one initiative.

Sightings are taken in the order of their documents' dates. Each joins the initiative of its area that it fits best, or
begins a new one. So the result does not depend on the order in which they come, and what later documents say never
takes earlier evidence apart nor renames an initiative.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from careatlas.identifiers import Code, DocumentId, initiative_id
from careatlas.initiative import Evidence, Initiative
from careatlas.initiative_values import initiative_of
from nlp.likeness import Weights, alike, likeness, weights_of, words_of
from nlp.service_names import ServiceName, name_key
from nlp.sighting import Sighting

Key = tuple[str, ...]  # of a name
_DAYS = 365.25  # of a year
_RUNS = (2, 3, 4, 5, 6)  # words in a row that are compared with names


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidationRules:
    """How alike two sightings must be.

    The likenesses were chosen on synthetic plans of seeds that no result is reported on (docs/methods/initiatives.md).

    Attributes
    ----------
    unnamed : float
        Likeness of the words from which two passages are of one initiative where no name is in both.
    unnamed_here : float
        The same within one document, where two items of a list read alike and are two things.
    faint_name : float
        Likeness that is needed beside what may be no name of a service (``ServiceName.is_sure``).
    other_codes : float
        Likeness that is needed beside a name where no code is in both.
    named_years, unnamed_years : float
        Between two starts that are still of one initiative, where no name is for sure in both; plans slip.
    """

    unnamed: float = 0.35
    unnamed_here: float = 0.45
    faint_name: float = 0.15
    other_codes: float = 0.5
    named_years: float = 4.0
    unnamed_years: float = 2.0

    @property
    def floor(self) -> float:
        """The least likeness that any rule asks for."""
        return min(self.unnamed, self.unnamed_here, self.faint_name, self.other_codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A sighting with what it is compared by."""

    sighting: Sighting
    evidence: Evidence
    weights: Weights
    names: Mapping[Key, ServiceName]
    runs: frozenset[Key]

    @property
    def is_sure(self) -> bool:
        return any(name.is_sure for name in self.names.values())


@dataclass(slots=True)
class _Group:
    """An initiative in the making."""

    number: int
    members: list[_Read] = field(default_factory=list)
    joined: list[Evidence] = field(default_factory=list)
    names: dict[Key, bool] = field(default_factory=dict)  # with whether it is for sure the name of a service
    codes: set[Code] = field(default_factory=set)
    runs: set[Key] = field(default_factory=set)
    documents: set[DocumentId] = field(default_factory=set)
    starts: set[date] = field(default_factory=set)

    def add(self, one: _Read, evidence: Evidence) -> None:
        self.members.append(one)
        self.joined.append(evidence)
        for key, name in one.names.items():
            self.names[key] = name.is_sure or self.names.get(key, False)
        self.codes.update(evidence.codes)
        self.runs.update(one.runs)
        self.documents.add(evidence.document_id)
        if evidence.period and evidence.period.start:
            self.starts.add(evidence.period.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """That a sighting is of an initiative, and why."""

    group: _Group
    similarity: float
    name: str
    is_sure: bool
    codes: tuple[Code, ...]

    @property
    def rank(self) -> tuple[bool, bool, float, int]:
        """The larger, the better: by a name, by what a service is called, by words; of equals the first initiative."""
        return (self.is_sure, bool(self.name), self.similarity, -self.group.number)


def consolidated(sightings: Iterable[Sighting], rules: ConsolidationRules | None = None) -> tuple[Initiative, ...]:
    """Return the initiatives that sightings tell of, by area and identifier.

    An initiative's identifier comes from its first evidence. What each evidence has in common with those before it is
    said in ``joined``, and how alike its words are to the nearest of them in ``similarity``.
    """
    ordered = sorted(sightings, key=lambda one: (one.block, one.order, one.evidence.evidence_id))
    found = [
        # In the order in which they were taken: page by page, and what was first stays first.
        replace(initiative_of(initiative_id(group.joined[0].evidence_id), group.joined), evidence=tuple(group.joined))
        for _, block in groupby(ordered, key=lambda one: one.block)
        for group in _groups([_read(one) for one in block], rules or ConsolidationRules())
    ]
    return tuple(sorted(found, key=lambda one: (one.area_code, one.initiative_id)))


def _read(sighting: Sighting) -> _Read:
    apart = words_of(sighting.evidence.area_name)
    names: dict[Key, ServiceName] = {}
    for name in sighting.names:
        names.setdefault(name_key(name.words, sighting.long_forms, apart), name)
    words = words_of(sighting.text)
    without = [word for word in words if word not in apart]
    return _Read(
        sighting=sighting,
        evidence=sighting.evidence,
        weights=weights_of(sighting.text, apart),
        names=names,
        runs=frozenset(_runs(words)) | frozenset(_runs(without)),
    )


def _runs(words: Sequence[str]) -> Iterator[Key]:
    return (tuple(words[at : at + long]) for long in _RUNS for at in range(len(words) - long + 1))


def _groups(block: Sequence[_Read], rules: ConsolidationRules) -> list[_Group]:
    groups: list[_Group] = []
    group_of: list[_Group] = []
    by_name: dict[Key, dict[int, _Group]] = {}
    for one, near in zip(block, alike([one.weights for one in block], rules.floor), strict=True):
        likest: dict[int, float] = {}
        for index, value in near.items():
            number = group_of[index].number
            likest[number] = max(value, likest.get(number, 0.0))
        candidates = _candidates(one, likest, groups, by_name, rules)
        fits = [_fit(one, group, likest.get(group.number, 0.0), rules) for group in candidates]
        best = max((fit for fit in fits if fit is not None), key=lambda fit: fit.rank, default=None)
        group = best.group if best else _Group(number=len(groups))
        if best is None:
            groups.append(group)
        group.add(one, _joined(one.evidence, best))
        group_of.append(group)
        for key in one.names:
            by_name.setdefault(key, {})[group.number] = group
    return groups


def _candidates(
    one: _Read,
    likest: Mapping[int, float],
    groups: Sequence[_Group],
    by_name: Mapping[Key, Mapping[int, _Group]],
    rules: ConsolidationRules,
) -> list[_Group]:
    """Return the initiatives that a sighting might be of: with its names, its words, or a name among its words."""
    found = {number for number, value in likest.items() if value >= min(rules.unnamed, rules.unnamed_here)}
    for key in {*one.names, *one.runs}:
        found.update(by_name.get(key, ()))
    sure = [key for key, name in one.names.items() if name.is_sure]
    found.update(number for number in likest if any(key in groups[number].runs for key in sure))
    return [groups[number] for number in sorted(found)]


def _fit(one: _Read, group: _Group, similarity: float, rules: ConsolidationRules) -> _Fit | None:
    """Return how a sighting fits an initiative, ``None`` where it does not."""
    shared = {key: name for key, name in one.names.items() if key in group.names}
    codes = tuple(sorted(group.codes & set(one.evidence.codes)))
    sure = [name for key, name in shared.items() if name.is_sure and group.names[key]]
    if not sure and one.is_sure and any(group.names.values()):  # two names: two things, whatever else they share
        return None
    name = next((name.words for name in (*sure, *shared.values())), "") or _mentioned(one, group)
    if name:
        similarity = similarity or max(likeness(one.weights, member.weights) for member in group.members)
        needed = max(0.0 if sure else rules.faint_name, 0.0 if codes else rules.other_codes)
    elif codes:
        needed = rules.unnamed_here if one.evidence.document_id in group.documents else rules.unnamed
    else:
        return None
    years = rules.named_years if name else rules.unnamed_years
    if similarity < needed or (not sure and _years_apart(one.evidence, group.starts) > years):
        return None
    return _Fit(group=group, similarity=similarity, name=name, is_sure=bool(sure), codes=codes)


def _mentioned(one: _Read, group: _Group) -> str:
    """Return the name of a service that one side knows for sure and whose words, in whatever letters, the other has."""
    for key, name in one.names.items():
        if name.is_sure and key in group.runs and len(key) > 1:
            return name.words
    known = (key for key, is_sure in group.names.items() if is_sure and key in one.runs and len(key) > 1)
    return " ".join(next(known, ()))


def _years_apart(one: Evidence, starts: Iterable[date]) -> float:
    """Return the years between the start that evidence gives and the nearest of others; 0 where one is unsaid."""
    start = one.period.start if one.period else None
    if start is None:
        return 0.0
    return min((abs((start - other).days) for other in starts), default=0) / _DAYS


def _joined(one: Evidence, fit: _Fit | None) -> Evidence:
    if fit is None:
        return replace(one, joined="first", similarity=1.0)
    last = fit.group.joined[-1]
    words = f"words {fit.similarity:.0%} alike" if fit.similarity else "other words"
    years = [evidence.said_on[:4] or "undated" for evidence in (last, one)]
    said = (
        f"called “{' '.join(fit.name.split())}” in both, {words}" if fit.name else words,
        "same area" if one.area_code else "same document, area unknown",
        f"both {', '.join(fit.codes)}" if fit.codes else "no code in common",
        f"both of {years[0]}" if years[0] == years[1] else f"{years[0]}, then {years[1]}",
    )
    return replace(one, joined="; ".join(said), similarity=round(fit.similarity, 3))
