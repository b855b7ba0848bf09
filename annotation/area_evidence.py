"""What an area's documents say of each code: by people's judgements, and apart from them by the machine."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from careatlas.codebook import Codebook
from careatlas.identifiers import AreaCode, Code, DocumentId
from careatlas.judgement import Judgement, Verdict
from careatlas.passage import PassageKind
from careatlas.store import documents, judgements, passages, suggestions

_BATCH = 500  # passages asked for at once: databases bound the values of a query
_EVIDENCE = tuple(kind for kind in PassageKind if kind.is_evidence)


@dataclass(slots=True, kw_only=True)
class CodeEvidence:
    """Passages of one area that were judged for one code.

    Attributes
    ----------
    present, absent : int
        By everybody who is sure, or by the adjudicator.
    undecided : int
        Nobody is sure, or people differ.
    suggested : int
        Passages for which the machine suggests the code, judged or not.
    """

    present: int = 0
    absent: int = 0
    undecided: int = 0
    suggested: int = 0

    @property
    def judged(self) -> int:
        """How many passages anybody judged for the code."""
        return self.present + self.absent + self.undecided


@dataclass(slots=True, kw_only=True)
class AreaEvidence:
    """One area: its documents, how many passages they have that can carry a statement, and what was found in them.

    Attributes
    ----------
    scored : int
        Passages that the model has read.
    """

    area_code: AreaCode
    area_name: str
    documents: int = 0
    passages: int = 0
    scored: int = 0
    codes: defaultdict[Code, CodeEvidence] = field(default_factory=lambda: defaultdict(CodeEvidence))


def area_evidence(connection: Any, codebook: Codebook) -> tuple[dict[AreaCode, AreaEvidence], str]:
    """Return what the documents of each area say, and the model whose suggestions are counted (empty for none).

    An area without documents is not there: of it nothing is known. Judgements with other versions of the codebook do
    not enter.
    """
    found: dict[AreaCode, AreaEvidence] = {}
    areas: dict[DocumentId, AreaCode] = {}
    for document in documents.listed(connection):
        if not document.area_code:
            continue
        areas[document.document_id] = document.area_code
        area = found.setdefault(document.area_code, AreaEvidence(area_code=document.area_code, area_name=""))
        area.area_name = area.area_name or document.area_name
        area.documents += 1
    for code, area in found.items():
        area.passages = passages.count(connection, passages.PassageFilter(area_code=code, kinds=_EVIDENCE))
    _count_judged(connection, codebook, found, areas)
    return found, _count_suggested(connection, codebook, found)


def _count_judged(
    connection: Any,
    codebook: Codebook,
    found: Mapping[AreaCode, AreaEvidence],
    areas: Mapping[DocumentId, AreaCode],
) -> None:
    names = judgements.judged_passages(connection, codebook.id)
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        rows: defaultdict[str, list[Judgement]] = defaultdict(list)
        here = judgements.of_passages(connection, batch)
        for row in judgements.of_version(here, codebook.id, codebook.version):
            rows[row.passage_id].append(row)
        for passage in passages.now(connection, batch):
            if passage.document_id in areas:
                area = found[areas[passage.document_id]]
                for code, verdict in _settled(rows[passage.passage_id], codebook).items():
                    _count(area.codes[code], verdict)


def _settled(rows: Iterable[Judgement], codebook: Codebook) -> dict[Code, Verdict]:
    """Return what people agree on for each code that anybody spoke of; unsure where they do not."""
    said: defaultdict[Code, dict[str, Verdict]] = defaultdict(dict)
    in_force = judgements.settled(rows)
    for row in in_force:
        for code in [one.id for one in codebook.codes] if row.verdict is Verdict.NOTHING_HERE else []:
            said[code][row.person] = Verdict.ABSENT
    for row in in_force:
        if row.verdict is not Verdict.NOTHING_HERE:
            said[row.code][row.person] = row.verdict
    settled = {}
    for code, verdicts in said.items():
        sure = set(verdicts.values()) - {Verdict.UNSURE}
        settled[code] = sure.pop() if len(sure) == 1 else Verdict.UNSURE
    return settled


def _count(evidence: CodeEvidence, verdict: Verdict) -> None:
    evidence.present += verdict is Verdict.PRESENT
    evidence.absent += verdict is Verdict.ABSENT
    evidence.undecided += verdict is Verdict.UNSURE


def _count_suggested(connection: Any, codebook: Codebook, found: Mapping[AreaCode, AreaEvidence]) -> str:
    version = (codebook.id, codebook.version)
    fits = [one for one in suggestions.models(connection) if (one.codebook_id, one.codebook_version) == version]
    if not fits:
        return ""
    newest = fits[0].model_id
    scored: Counter[AreaCode] = Counter()
    for code in codebook.codes:
        for row in suggestions.area_counts(connection, newest, code.id):
            if row.area_code in found:
                found[row.area_code].codes[code.id].suggested = row.suggested
                scored[row.area_code] = row.passages
    for name, count in scored.items():
        found[name].scored = count
    return newest
