"""A drawn sample as answers from elsewhere need it: by the identifiers that its passages have now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import PassageId, SampleId, TaskKey
from careatlas.store import samples
from careatlas.store.passage_successors import successors


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSample:
    """The sample that answers belong to.

    Attributes
    ----------
    chances : Mapping
        Inclusion probability by passage.
    tasks : Mapping
        The first reading asked for, by passage and coder.
    """

    sample_id: SampleId
    chances: Mapping[PassageId, float]
    tasks: Mapping[tuple[PassageId, str], TaskKey]


def drawn_sample(connection: Any, sample_id: str, codebook: Codebook) -> DrawnSample:
    """Return a sample by the identifiers that its passages have now.

    Raises
    ------
    UsageError
        If there is none of this name.
    InputError
        If it was drawn for another codebook or version.
    """
    sample = samples.get(connection, sample_id)
    if (sample.codebook_id, sample.codebook_version) != (codebook.id, codebook.version):
        raise InputError(
            f"sample {sample.sample_id!r} is for {sample.codebook_id} {sample.codebook_version},"
            f" the answers are for {codebook.id} {codebook.version}",
            mend="name the same codebook in the mapping",
        )
    later = successors(connection)
    drawn = samples.passages_of(connection, sample.sample_id)
    asked = samples.assignments_of(connection, sample.sample_id)
    return DrawnSample(
        sample_id=sample.sample_id,
        chances={later.get(one.passage_id, one.passage_id): one.inclusion_probability for one in drawn},
        tasks={(later.get(one.passage_id, one.passage_id), one.coder): one.task_key for one in asked if not one.repeat},
    )
