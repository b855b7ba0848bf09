"""What sort of document it is, from the words at its head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from careatlas.plan_type import PlanType
from nlp.fact_evidence import FactEvidence
from nlp.title_page import LineRole, TitleLine

_LONGEST_LINE = 400
_WEIGHTS = {LineRole.COVER: 1.0, LineRole.LABEL: 0.9, LineRole.RUNNING: 0.8, LineRole.LEAD: 0.25}
_LABELS_OF_A_REPORT = frozenset(
    {"from", "by", "to", "subject", "meeting", "meeting of", "committee", "decision maker", "decision to be taken by"}
)
_TITLE_LABELS = frozenset({"", "subject", "title", "report title", "proposal/brief title"})


def kind_evidence(lines: Sequence[TitleLine], named: Mapping[str, str]) -> Iterator[FactEvidence]:
    """Yield what speaks for sorts of document; the value is a :class:`careatlas.plan_type.PlanType`.

    Parameters
    ----------
    lines : sequence of TitleLine
    named : mapping of str to str
        Texts that name the document, by what they are ("title in the file", "file name").
    """
    for line in lines:
        text = line.passage.text[:_LONGEST_LINE]
        for kind, strength, start, end in _found(text):
            # A report to a committee about a plan is a report: what its subject line names weighs less.
            weight = _WEIGHTS[line.role] * line.nearness * (0.6 if line.label in _TITLE_LABELS - {""} else 1.0)
            yield FactEvidence(
                value=str(kind),
                label=kind.label,
                strength=strength * weight,
                source=str(line.role),
                why=f"{line.role}, page {line.passage.page}: {text[start:end]}",
                passage_id=line.passage.passage_id,
                char_start=start,
                char_end=end,
            )
    yield from _by_labels(lines)
    for source, text in named.items():
        for kind, strength, start, end in _found(re.sub(r"[_\-]+", " ", text)):
            why = f"{source}: {text[start:end]}"
            yield FactEvidence(value=str(kind), label=kind.label, strength=0.7 * strength, source=source, why=why)


def _by_labels(lines: Sequence[TitleLine]) -> Iterator[FactEvidence]:
    """Yield that a document which opens with "From:", "To:", "Subject:" is a paper for a committee."""
    labels = {line.label for line in lines if line.page == 1} & _LABELS_OF_A_REPORT
    if len(labels) >= 2:
        kind, why = PlanType.COMMITTEE_PAPER, f"it opens with the lines {', '.join(sorted(labels))}"
        yield FactEvidence(value=str(kind), label=kind.label, strength=0.85, source="opening lines", why=why)


def _found(text: str) -> Iterator[tuple[PlanType, float, int, int]]:
    for kind, strength, pattern in _table():
        if found := pattern.search(text):
            yield kind, strength, found.start(), found.end()


_Row = tuple[PlanType, float, re.Pattern[str]]


@cache
def _table() -> tuple[_Row, ...]:
    """Return the words of each sort of document, with how surely they tell it."""
    return (
        _row(PlanType.BETTER_CARE_FUND_PLAN, 0.85, r"better care fund", r"\bBCF\b"),
        _row(PlanType.INTEGRATED_CARE_STRATEGY, 0.8, r"integrated care (?:partnership )?strategy"),
        _row(PlanType.JOINT_FORWARD_PLAN, 0.9, r"joint forward plan"),
        _row(PlanType.SYSTEM_PLAN, 0.85, r"sustainability (?:and|&) transformation plan", r"long.term plan"),
        _row(PlanType.SYSTEM_PLAN, 0.8, r"five.year (?:system|strategic) plan"),
        _row(PlanType.PLACE_PLAN, 0.75, r"(?:locality|place|neighbourhood health|place.based) plan\b"),
        _row(PlanType.HEALTH_AND_WELLBEING_STRATEGY, 0.85, r"health (?:and|&) well.?being strategy"),
        _row(PlanType.NEEDS_ASSESSMENT, 0.85, r"(?:strategic|health) needs? assessment", r"\bJSNA\b"),
        _row(PlanType.MARKET_POSITION_STATEMENT, 0.9, r"market position statement", r"market sustainability plan"),
        _row(PlanType.COMMISSIONING_PLAN, 0.65, r"commissioning (?:plan|strategy|intentions)", r"operational plan"),
        *_papers(),
        _row(PlanType.PERFORMANCE_REPORT, 0.7, r"(?:performance|quarterly|monitoring|annual) report", r"dashboard"),
        _row(PlanType.IMPACT_ASSESSMENT, 0.85, r"(?:equality|health|integrated|data protection) impact assessment"),
        _row(PlanType.IMPACT_ASSESSMENT, 0.85, r"\bE?QIA\b", r"\bDPIA\b", r"habitats regulations? assessment"),
        _row(PlanType.IMPACT_ASSESSMENT, 0.8, r"sustainability appraisal"),
        _row(PlanType.LOCAL_PLAN, 0.7, r"local plan\b", r"core strategy", r"local development scheme", r"policies map"),
        _row(PlanType.LOCAL_PLAN, 0.65, r"minerals and waste", r"planning policy framework"),
        *_appendices(),
        _row(PlanType.CLINICAL_GUIDANCE, 0.8, r"prescribing", r"formulary", r"clinical guid", r"\bmellitus\b"),
        _row(PlanType.CLINICAL_GUIDANCE, 0.7, r"self.monitoring", r"\bdiabetes\b", r"heart failure", r"medicines"),
        _row(PlanType.NATIONAL_POLICY, 0.75, r"government response", r"public inquiry", r"inquiry report"),
        _row(PlanType.NATIONAL_POLICY, 0.75, r"NICE guideline", r"house of (?:lords|commons)", r"white paper"),
        _row(PlanType.NATIONAL_POLICY, 0.7, r"presented to parliament", r"www\.nice\.org\.uk", r"nhs england"),
    )


def _papers() -> tuple[_Row, ...]:
    paper = PlanType.COMMITTEE_PAPER
    return (
        _row(paper, 0.85, r"minutes of (?:a|the) ", r"unrestricted items", r"record of decision", r"public pack"),
        _row(paper, 0.85, r"agenda (?:item|supplement|document|and)", r"^agenda\b", r"classification: unrestricted"),
        _row(paper, 0.85, r"key decision", r"call.in\b", r"(?:scrutiny|cabinet|select|overview) committee"),
        _row(paper, 0.8, r"^cabinet$", r"^county council$", r"electoral division", r"members are asked"),
        _row(paper, 0.7, r"terms of reference", r"budget amendment", r"(?:revenue|capital|core|draft) budget"),
        _row(paper, 0.55, r"capital (?:strategy|programme)", r"\bMTFP\b", r"treasury management", r"reserves policy"),
        _row(paper, 0.55, r"budget by", r"section 25\b", r"financial resilience", r"revenue plan"),
    )


def _appendices() -> tuple[_Row, ...]:
    part = PlanType.EVIDENCE_APPENDIX
    subjects = r"(?:housing|accommodation|retail|employment|infrastructure|viability)"
    return (
        _row(part, 0.8, rf"{subjects}[\w\s,]{{0,30}} (?:assessment|study|review)", r"evidence base"),
        _row(part, 0.8, r"adoption statement", r"inspector.?s.? report", r"background paper", r"topic paper"),
        _row(part, 0.8, r"report on the examination", r"non.technical summary", r"consultation (?:statement|report)"),
        _row(part, 0.5, r"^(?:appendix|annex)\b"),
    )


def _row(kind: PlanType, strength: float, *words: str) -> _Row:
    return kind, strength, re.compile("|".join(words), re.IGNORECASE)
