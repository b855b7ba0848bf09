"""Which passages tell of initiatives: those whose codes a model's suggestions reached or people judged present."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from careatlas.codebook import Codebook
from careatlas.identifiers import AnswerId, Code, DocumentId, PassageId
from careatlas.initiative import Basis
from careatlas.judgement import AttributeJudgement, Judgement, Origin, Verdict
from careatlas.near_copy import Boilerplate, DocumentCopy
from careatlas.passage import Passage
from careatlas.store import attribute_judgements, judgements, near_copies, passages, suggestions
from careatlas.store.passages import PassageFilter
from careatlas.store.suggestions import StoredModel
from careatlas.suggestion import Suggestion
from nlp.sighting import Coding

_BATCH = 500  # passages asked for at once: databases bound the values of a query
_NO_CODE = Code("")  # of "read, nothing here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What people said of a passage beside its codes, and which answers are decisions."""

    rows: tuple[AttributeJudgement, ...] = ()
    decisions: frozenset[AnswerId] = frozenset()


@dataclass(slots=True, kw_only=True)
class CodedDocument:
    """A document's passages, with the codes of those that tell of initiatives.

    Attributes
    ----------
    passages : list of Passage
        All but page furniture, in their order.
    codings, beside : dict
        By passage.
    copied, boilerplate, refused : int
        Suggested passages that are left out: as the document is a copy, as many areas share their words, as people
        say that nothing is there.
    """

    passages: list[Passage] = field(default_factory=list)
    codings: dict[PassageId, Coding] = field(default_factory=dict)
    beside: dict[PassageId, Beside] = field(default_factory=dict)
    copied: int = 0
    boilerplate: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPassages:
    """Reads the coded passages of documents from the store.

    Attributes
    ----------
    judged : frozenset of PassageId
        Passages with a judgement of this codebook.
    """

    codebook: Codebook
    model: StoredModel | None
    judged: frozenset[PassageId]
    copies: Mapping[DocumentId, DocumentCopy]
    templates: Mapping[PassageId, Boilerplate]

    @classmethod
    def of(cls, connection: Any, codebook: Codebook, model: StoredModel | None) -> CodedPassages:
        """Look up what holds for all documents."""
        return cls(
            codebook=codebook,
            model=model,
            judged=frozenset(judgements.judged_passages(connection, codebook.id)),
            copies=near_copies.documents(connection),
            templates=near_copies.passages(connection),
        )

    def of_document(self, connection: Any, document_id: DocumentId) -> CodedDocument:
        """Return the passages of one document with their codes."""
        found = CodedDocument(passages=list(passages.stream(connection, PassageFilter(document_id=document_id))))
        names = [one.passage_id for one in found.passages]
        suggested: dict[PassageId, Suggestion] = {}
        rows: dict[PassageId, list[Judgement]] = {}
        beside: dict[PassageId, list[AttributeJudgement]] = {}
        for start in range(0, len(names), _BATCH):
            batch = names[start : start + _BATCH]
            if self.model is not None:
                suggested |= suggestions.of_passages(connection, self.model.model_id, batch)
            judged = [name for name in batch if name in self.judged]
            for row in judgements.of_passages(connection, judged):
                rows.setdefault(row.passage_id, []).append(row)
            for said in attribute_judgements.of_passages(connection, judged):
                if said.codebook_id == self.codebook.id:
                    beside.setdefault(said.passage_id, []).append(said)
        for name in names:
            of_codebook = judgements.of_version(rows.get(name, ()), self.codebook.id, self.codebook.version)
            self._code(found, name, document_id, suggested.get(name), of_codebook)
            if name in found.codings:
                decisions = frozenset(row.answer_id for row in of_codebook if row.origin is Origin.ADJUDICATED)
                found.beside[name] = Beside(rows=tuple(beside.get(name, ())), decisions=decisions)
        return found

    def _code(
        self,
        found: CodedDocument,
        name: PassageId,
        document_id: DocumentId,
        suggestion: Suggestion | None,
        rows: Iterable[Judgement],
    ) -> None:
        known = {one.id for one in self.codebook.codes}
        accepted = {one.code: one.probability for one in suggestion.accepted if one.code in known} if suggestion else {}
        coding = coding_of(accepted, rows)
        if coding is None:
            found.refused += bool(accepted)
        elif coding.basis is Basis.ACCEPTED and document_id in self.copies:
            found.copied += 1
        elif coding.basis is Basis.ACCEPTED and name in self.templates:
            found.boilerplate += 1
        else:
            found.codings[name] = coding


def coding_of(accepted: Mapping[Code, float], rows: Iterable[Judgement]) -> Coding | None:
    """Return the codes that a passage counts for, ``None`` where it tells of nothing.

    People prevail: where anybody says that a code is present (a decision before what coders say), it is for the codes
    that people say. Else the accepted suggestions count, without those that people say are absent; none of them where
    somebody read the passage and found nothing.

    Parameters
    ----------
    accepted : Mapping
        Probabilities of the codes that reached the model's cut-off.
    rows : iterable of Judgement
        On the passage and this version of the codebook, superseded ones included.
    """
    in_force = judgements.settled(rows)
    present = {row.code for row in in_force if row.verdict is Verdict.PRESENT and row.code != _NO_CODE}
    if present:
        return Coding(codes=tuple(sorted(present)), basis=Basis.JUDGED, probability=1.0)
    if any(row.verdict is Verdict.NOTHING_HERE for row in in_force):
        return None
    absent = {row.code for row in in_force if row.verdict is Verdict.ABSENT}
    left = {code: value for code, value in accepted.items() if code not in absent}
    if not left:
        return None
    return Coding(codes=tuple(sorted(left)), basis=Basis.ACCEPTED, probability=max(left.values()))
