"""Which evidence still stands: what people rejected since, and what a new reading renamed or lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from types import MappingProxyType

from careatlas.identifiers import Code, EvidenceId, PassageId, passage_of_evidence
from careatlas.initiative import Evidence
from careatlas.judgement import Judgement, Verdict
from careatlas.store.judgements import settled

_NO_CODE = Code("")  # of "read, nothing here"
_REFUSING = frozenset({Verdict.ABSENT, Verdict.NOTHING_HERE})
_LOST = PassageId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """That evidence stands no more.

    Attributes
    ----------
    person : str
        Who said so last; empty where a new reading lost the passage.
    refused_at : datetime or None
        Since when it stands no more.
    """

    why: str
    person: str = ""
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceStanding:
    """What became of evidence since it was read.

    Attributes
    ----------
    judged : Mapping
        The judgements on each passage that somebody refused, of the codebook at hand, oldest first; by the identifier
        that the passage has now.
    moved : Mapping
        Passages that a new reading renamed, with the new name; empty for one that it lost.
    """

    judged: Mapping[PassageId, tuple[Judgement, ...]] = field(default_factory=lambda: MappingProxyType({}))
    moved: Mapping[str, PassageId] = field(default_factory=lambda: MappingProxyType({}))

    def name_now(self, name: EvidenceId) -> EvidenceId:
        """Return the name that evidence has now; the old one where its passage was lost."""
        passage = passage_of_evidence(name)
        now = self._passage_now(passage)
        return name if now in {passage, _LOST} else EvidenceId(now + name[len(passage) :])

    def is_lost(self, name: EvidenceId) -> bool:
        """Tell whether a new reading did not find the passage again."""
        return self._passage_now(passage_of_evidence(name)) == _LOST

    def now(self, evidence: Evidence) -> Evidence:
        """Return evidence by the name that it has now."""
        name = self.name_now(evidence.evidence_id)
        if name == evidence.evidence_id:
            return evidence
        return replace(evidence, evidence_id=name, passage_id=passage_of_evidence(name))

    def refusal(self, name: EvidenceId, codes: Iterable[Code]) -> Refusal | None:
        """Return why evidence stands no more, ``None`` where it stands.

        It falls where a new reading lost its passage, and where people say of every one of its codes that it is absent
        (or that nothing is there) while nobody says that one is present. A decision prevails over what coders say.

        Parameters
        ----------
        codes : iterable of Code
            Those that the passage is evidence of.
        """
        if self.is_lost(name):
            return Refusal(why="a new reading of the document did not find the passage again")
        rows = self.judged.get(passage_of_evidence(self.name_now(name)), ())
        wanted = tuple(codes)
        if not rows or not _refusing(wanted, rows):
            return None
        since = _since(rows, partial(_refusing, wanted))
        nothing = since.verdict is Verdict.NOTHING_HERE
        what = "read the passage and found nothing in it" if nothing else f"said that {since.code} is absent"
        return Refusal(why=f"{since.person} {what}", person=since.person, refused_at=since.made_at)

    def codes_left(self, name: EvidenceId, codes: Iterable[Code]) -> tuple[Code, ...]:
        """Return those of its codes that evidence still speaks for: refused by nobody, or held by somebody."""
        wanted = tuple(codes)
        if passage_of_evidence(self.name_now(name)) not in self.judged:
            return wanted
        return tuple(code for code in wanted if self.refusal(name, (code,)) is None)

    def _passage_now(self, passage: str) -> PassageId:
        if passage not in self.moved:
            return PassageId(passage)
        seen = {passage}
        while passage in self.moved and self.moved[passage] not in seen:
            passage = self.moved[passage]
            seen.add(passage)
        return PassageId(passage)


def evidence_standing(judgements: Iterable[Judgement], moved: Mapping[str, PassageId]) -> EvidenceStanding:
    """Return what became of evidence.

    Parameters
    ----------
    judgements : iterable of Judgement
        On the version of the codebook at hand, superseded ones included.
    moved : Mapping
        As :func:`careatlas.store.passage_successors.successors` returns it.
    """
    found: dict[PassageId, list[Judgement]] = {}
    for row in sorted(judgements, key=lambda one: (one.made_at, one.judgement_id)):
        found.setdefault(row.passage_id, []).append(row)
    refused = {name: tuple(rows) for name, rows in found.items() if any(row.verdict in _REFUSING for row in rows)}
    return EvidenceStanding(judged=refused, moved=moved)


def _refusing(codes: Iterable[Code], rows: Iterable[Judgement]) -> bool:
    """Whether every code is refused by somebody and held by nobody; for no codes, every one that anybody judged."""
    in_force = settled(rows)
    said: dict[Code, set[Verdict]] = {}
    for row in in_force:
        said.setdefault(row.code, set()).add(row.verdict)
    nothing = Verdict.NOTHING_HERE in said.get(_NO_CODE, ())
    wanted = set(codes) or set(said) - {_NO_CODE}
    of_codes = [said.get(code, set()) for code in wanted]
    if any(Verdict.PRESENT in verdicts for verdicts in of_codes):
        return False
    return nothing or (bool(of_codes) and all(Verdict.ABSENT in verdicts for verdicts in of_codes))


def _since(rows: tuple[Judgement, ...], is_refused: Callable[[Iterable[Judgement]], bool]) -> Judgement:
    """Return the judgement with which evidence fell for the last time: what was taken back in between counts."""
    fell = rows[-1]
    for count in range(len(rows), 0, -1):
        if not is_refused(rows[:count]):
            break
        fell = rows[count - 1]
    return fell
