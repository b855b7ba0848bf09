"""Suggestions: what a machine says of a passage, always with the model that said it."""

from __future__ import annotations

from dataclasses import dataclass

from careatlas.identifiers import Code, CodebookId, ModelId, PassageId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScore:
    """The score of one code for one passage.

    ``probability`` is between 0 and 1. It is calibrated only where the model's card says so. ``accepted`` means that it
    reached the model's cut-off for this code.
    """

    code: Code
    probability: float
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """All codes of one codebook as one model scores them for one passage, the likeliest first."""

    passage_id: PassageId
    codebook_id: CodebookId
    codebook_version: str
    model_id: ModelId
    scores: tuple[CodeScore, ...]
    none_probability: float

    @property
    def accepted(self) -> tuple[CodeScore, ...]:
        """The codes that reached their cut-off."""
        return tuple(score for score in self.scores if score.accepted)
