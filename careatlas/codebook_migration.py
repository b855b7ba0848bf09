"""A project's judgements under a new version of their codebook: which carry over, which need another look."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from careatlas.carried_judgement import Handover, Passing, succeeded
from careatlas.codebook_succession import CodeFate, Fate, Succession
from careatlas.identifiers import Code, PassageId, judgement_id
from careatlas.judgement import AttributeJudgement, Judgement
from careatlas.passage import Passage
from careatlas.store import attribute_judgements, judgements, passages
from careatlas.store.engine import Store
from careatlas.store.passage_hold import hold
from careatlas.store.passage_successors import successors

_BATCH = 500  # passages asked for at once: databases bound the values of a query
_NO_CODE = Code("")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTotal:
    """How many judgements in force there are of one old code, and what becomes of them.

    Attributes
    ----------
    code : str
        Empty for "nothing here".
    carried, look, anew, aside : int
        They add up to ``judgements``; :class:`careatlas.carried_judgement.Passing` says what they are.
    look_passages : int
        Passages that need another look because of this code.
    """

    code: Code
    fate: str
    targets: tuple[Code, ...]
    changed: tuple[str, ...]
    judgements: int
    carried: int
    look: int
    anew: int
    aside: int
    passages: int
    people: int
    look_passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeTotal:
    """How many values of one attribute are in force, and how many of them need another look."""

    name: str
    fate: str
    changed: tuple[str, ...]
    values: int
    look: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One judgement, or one value of an attribute, for which somebody has to look at the passage again."""

    passage_id: PassageId
    document_id: str
    page: int
    person: str
    code: str
    said: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationReport:
    """What comes of a project's judgements under a new version.

    Attributes
    ----------
    codes : tuple of CodeTotal
        In the order of the old codebook, "nothing here" last.
    added : dict
        New codes of which old judgements say nothing, with the number of judged passages without a judgement of them.
    new, there, withdrawn : int
        Rows with the new version: to be added or just added, added before, and those that end earlier ones.
    lost : int
        Judgements on passages that a new reading did not find again. They are left as they are.
    applied : bool
        Whether the rows were added.
    """

    before: str
    after: str
    codes: tuple[CodeTotal, ...]
    attributes: tuple[AttributeTotal, ...]
    added: dict[Code, int]
    looks: tuple[Look, ...]
    passages: int
    people: int
    new: int
    there: int
    withdrawn: int
    lost: int
    applied: bool
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return asdict(self)


def migrate_judgements(store: Store, plan: Succession, now: datetime, *, apply: bool = False) -> MigrationReport:
    """Say which judgements carry over to a new version of their codebook, and add them if asked to.

    Rows are only added, all of them or none, and not twice: to be run again after answers with the old version came in.

    Parameters
    ----------
    plan : Succession
    now : datetime
        With a time zone.
    apply : bool
        Whether to add the rows.
    """
    if not apply:
        with store.read() as connection:
            return _Migration(connection, plan, now, apply=False).run()
    with store.write() as connection:
        hold(connection, f"codebook {plan.new.id} {plan.new.version}")
        return _Migration(connection, plan, now, apply=True).run()


class _Migration:
    """One walk over the judged passages, and what was found on it."""

    def __init__(self, connection: Any, plan: Succession, now: datetime, *, apply: bool) -> None:
        self._connection, self._plan, self._now, self._apply = connection, plan, now, apply
        self._handovers: list[tuple[Passage, Handover]] = []
        self._values: list[tuple[Passage, AttributeJudgement]] = []
        self._said: dict[PassageId, set[Code]] = {}  # with the new version already
        self._new = self._there = self._withdrawn = 0

    def run(self) -> MigrationReport:
        """Walk over the judged passages, adding rows if asked to, and return what was found."""
        names = judgements.judged_passages(self._connection, self._plan.old.id)
        for start in range(0, len(names), _BATCH):
            self._walk(names[start : start + _BATCH])
        plan, found = self._plan, self._handovers
        return MigrationReport(
            before=f"{plan.old.id} {plan.old.version}",
            after=f"{plan.new.id} {plan.new.version}",
            codes=self._totals(),
            attributes=tuple(self._attribute(fate) for fate in plan.attributes if fate.fate is not Fate.ADDED),
            added={code: sum(not said & {code, _NO_CODE} for said in self._said.values()) for code in plan.added},
            looks=(*self._looks(), *self._attribute_looks()),
            passages=len({one.row.passage_id for _, one in found}),
            people=len({one.row.person for _, one in found}),
            new=self._new,
            there=self._there,
            withdrawn=self._withdrawn,
            lost=self._lost(),
            applied=self._apply,
            notes=plan.notes,
        )

    def _walk(self, names: Sequence[PassageId]) -> None:
        by_passage: defaultdict[PassageId, list[Judgement]] = defaultdict(list)
        for row in judgements.of_passages(self._connection, names):
            by_passage[row.passage_id].append(row)
        values: defaultdict[PassageId, list[AttributeJudgement]] = defaultdict(list)
        for value in attribute_judgements.of_passages(self._connection, names):
            values[value.passage_id].append(value)
        for passage in passages.now(self._connection, names):
            self._judgements(passage, by_passage[passage.passage_id])
            self._attributes(passage, values[passage.passage_id])

    def _judgements(self, passage: Passage, rows: Sequence[Judgement]) -> None:
        found = succeeded(rows, self._plan, self._now)
        self._handovers += [(passage, one) for one in found.handovers]
        self._new += len(found.rows)
        self._there += found.there
        self._withdrawn += len(found.withdrawn)
        if found.handovers:
            new = (self._plan.new.id, self._plan.new.version)
            of_new = {row.code for row in rows if (row.codebook_id, row.codebook_version) == new}
            self._said[passage.passage_id] = of_new
        if self._apply:
            judgements.append_many(self._connection, (*found.withdrawn, *found.rows), passage)

    def _attributes(self, passage: Passage, rows: Sequence[AttributeJudgement]) -> None:
        old, new = self._plan.old, self._plan.new
        in_force = [
            row
            for row in attribute_judgements.current(rows)
            if (row.codebook_id, row.codebook_version) == (old.id, old.version)
        ]
        self._values += [(passage, row) for row in in_force]
        # Values bind to a codebook, not to its version: only under another name do they have to be said again.
        if self._apply and new.id != old.id:
            known = {row.attribute_judgement_id for row in rows}
            again = [_again(row, self._plan) for row in in_force if not self._why(row)]
            fresh = [row for row in again if row.attribute_judgement_id not in known]
            attribute_judgements.append(self._connection, fresh)

    def _totals(self) -> tuple[CodeTotal, ...]:
        by_code: dict[Code, list[Handover]] = {code: [] for code in self._plan.fates}
        for _, one in sorted(self._handovers, key=lambda pair: not pair[1].row.code):  # "nothing here" last
            by_code.setdefault(one.row.code, []).append(one)
        return tuple(_total(code, self._plan.fates.get(code), mine) for code, mine in by_code.items())

    def _attribute(self, fate: CodeFate) -> AttributeTotal:
        mine = [row for _, row in self._values if row.name == fate.code]
        look = sum(bool(self._why(row)) for row in mine)
        return AttributeTotal(name=fate.code, fate=fate.fate, changed=fate.changed, values=len(mine), look=look)

    def _why(self, row: AttributeJudgement) -> str:
        fate = next((one for one in self._plan.attributes if one.code == row.name), None)
        if fate is None or fate.fate is Fate.KEPT:  # no attribute: a span or a note
            return ""
        return "the attribute is gone" if fate.fate is Fate.REMOVED else f"values changed: {', '.join(fate.changed)}"

    def _looks(self) -> Iterable[Look]:
        for passage, one in self._handovers:
            if one.passing is Passing.LOOK:
                yield _look(passage, one.row.person, one.row.code, one.row.verdict, one.why)

    def _attribute_looks(self) -> Iterable[Look]:
        for passage, row in self._values:
            if why := self._why(row):
                yield _look(passage, row.person, row.name, row.value, why)

    def _lost(self) -> int:
        gone = [old for old, new in successors(self._connection).items() if not new]
        old = (self._plan.old.id, self._plan.old.version)
        return sum(
            (row.codebook_id, row.codebook_version) == old
            for start in range(0, len(gone), _BATCH)
            for row in judgements.of_passages(self._connection, gone[start : start + _BATCH])
        )


def _total(code: Code, fate: CodeFate | None, mine: Sequence[Handover]) -> CodeTotal:
    counts = Counter(one.passing for one in mine)
    return CodeTotal(
        code=code,
        fate=fate.fate if fate else "",
        targets=fate.targets if fate else (),
        changed=fate.changed if fate else (),
        judgements=len(mine),
        carried=counts[Passing.CARRIED],
        look=counts[Passing.LOOK],
        anew=counts[Passing.ANEW],
        aside=counts[Passing.ASIDE],
        passages=len({one.row.passage_id for one in mine}),
        people=len({one.row.person for one in mine}),
        look_passages=len({one.row.passage_id for one in mine if one.passing is Passing.LOOK}),
    )


def _look(passage: Passage, person: str, code: str, said: str, why: str) -> Look:
    return Look(
        passage_id=passage.passage_id,
        document_id=passage.document_id,
        page=passage.page,
        person=person,
        code=code,
        said=said,
        why=why,
    )


def _again(row: AttributeJudgement, plan: Succession) -> AttributeJudgement:
    return replace(
        row,
        attribute_judgement_id=(judgement_id("carried", plan.new.id, plan.new.version, row.attribute_judgement_id)),
        codebook_id=plan.new.id,
        codebook_version=plan.new.version,
    )
