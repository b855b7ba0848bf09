"""Samples: passages drawn by a stated design, and who is to read which of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from careatlas.identifiers import CodebookId, ModelId, PassageId, SampleId, TaskKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One drawing of passages.

    Attributes
    ----------
    sample_id : str
        The name that judgements carry in ``drawn_by``.
    model_id : str or None
        The model whose scores the design used and whose suggestions are shown.
    population : int
        How many passages it was drawn from.
    design : Mapping
        Plain data: every figure with which the drawing can be repeated.
    """

    sample_id: SampleId
    codebook_id: CodebookId
    codebook_version: str
    model_id: ModelId | None
    seed: int
    made_at: datetime
    population: int
    design: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledPassage:
    """One passage of a sample, with the chance in (0, 1] that the design gave it."""

    sample_id: SampleId
    passage_id: PassageId
    stratum: str
    inclusion_probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One reading that a coder is asked for.

    Attributes
    ----------
    blind : bool
        Whether no suggestion is shown.
    repeat : int
        0 for the coder's first reading of the passage, 1 for a second one that measures drift.
    position : int
        Place in the coder's order of work, 0 for the first.
    """

    task_key: TaskKey
    sample_id: SampleId
    passage_id: PassageId
    coder: str
    blind: bool
    repeat: int
    position: int
