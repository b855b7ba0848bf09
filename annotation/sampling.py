"""From a project to a stored sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from annotation.diversity_order import near_neighbour_order
from annotation.sampling_design import Part, Population, SamplingOrder, StratumKey, UnionSample, union_sample
from annotation.sampling_frame import SamplingFrame, read_frame
from annotation.sampling_record import design_record
from annotation.sampling_strata import Strata, strata_of
from annotation.sampling_tables import sample_data
from annotation.scoring_model import NEWEST_MODEL, scoring_model
from annotation.text_vectors import text_vectors
from annotation.work_assignment import assigned
from careatlas.codebook_shelf import find_codebook
from careatlas.errors import UsageError
from careatlas.identifiers import CodebookId, PassageId, SampleId
from careatlas.passage import Passage
from careatlas.progress import Progress
from careatlas.project import Project
from careatlas.sample import Assignment, Sample, SampledPassage
from careatlas.store import judgements, passages, samples

_BATCH = 400  # passages asked for in one query: databases bound the number of values


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlan:
    """A sample that was drawn, and may or may not be stored."""

    sample: Sample
    drawn: tuple[SampledPassage, ...]
    assignments: tuple[Assignment, ...]


def plan_sample(
    project: Project,
    order: SamplingOrder,
    progress: Progress,
    *,
    model: str = NEWEST_MODEL,
    now: datetime | None = None,
) -> SamplePlan:
    """Draw a sample as ordered. Nothing is stored.

    Parameters
    ----------
    model : str
        Whose scores and suggestions: an identifier or its beginning, ``auto`` for the newest of the project's codebook,
        or ``none``.
    now : datetime, optional
        With a time zone.

    Raises
    ------
    UsageError
        If there is a sample of this name, an area, type or model is not there, the design needs scores and there are
        none, or there are fewer passages than asked for.
    """
    codebook = find_codebook(project.settings.suggest.codebook, project.root)
    _check_new(project, order.name, CodebookId(codebook.id))
    model_id = scoring_model(project, model, codebook)
    if order.strata is None:
        known = tuple(key for key in StratumKey if model_id or key is not StratumKey.SCORE)
        order = replace(order, strata=known)
    if order.needs_scores and not model_id:
        raise UsageError(
            f"a model's scores are needed for {' and '.join(order.needs_scores)},"
            f" and there are none for {codebook.id} {codebook.version}",
            mend="run: careatlas suggest, or draw without scores: --random 0.5 --diversity 0.5 --strata area,type",
        )
    frame = read_frame(project, order, CodebookId(codebook.id), model_id, progress)
    _check_size(order, frame)
    progress.start("drawing", 2)
    strata = strata_of(frame, order.strata or ())
    population, source = _population(project, order, frame, strata)
    progress.advance("texts compared")
    union = union_sample(population, order.shares, order.size, order.seed)
    if not union.drawn.any():
        raise UsageError(f"nothing was drawn, with {order.size} expected", mend="ask for more passages")
    progress.advance("drawn")
    sample = Sample(
        sample_id=SampleId(order.name),
        codebook_id=CodebookId(codebook.id),
        codebook_version=codebook.version,
        model_id=model_id,
        seed=order.seed,
        made_at=now or datetime.now(UTC),
        population=population.size,
        design=design_record(order, frame, strata, union, source),
    )
    return _with_work(sample, order, frame, strata, union)


def keep_plan(project: Project, plan: SamplePlan) -> None:
    """Store a sample with its passages and readings, all or nothing.

    Raises
    ------
    UsageError
        If there is a sample of this name by now, or a new reading has taken passages away.
    """
    with project.store.write() as connection:
        found: dict[PassageId, Passage] = {}
        names = [one.passage_id for one in plan.drawn]
        for start in range(0, len(names), _BATCH):
            found |= {one.passage_id: one for one in passages.now(connection, names[start : start + _BATCH])}
        if found.keys() != set(names):
            raise UsageError("documents were read anew while the sample was drawn", mend="plan it again")
        drawn = [(one, found[one.passage_id]) for one in plan.drawn]
        samples.add(connection, plan.sample, drawn, plan.assignments)


def sample_rows(project: Project) -> list[dict[str, Any]]:
    """Return the samples of a project as plain data, each with its design and how far its coders are."""
    rows = []
    with project.store.read() as connection:
        for one in samples.listed(connection):
            asked = samples.assignments_of(connection, one.sample_id)
            counts = {
                "passages": len({row.passage_id for row in asked}),
                "judged": len(judgements.judged_passages(connection, one.codebook_id, one.sample_id)),
                "readings": sum(not row.repeat for row in asked),
                "repeats": sum(bool(row.repeat) for row in asked),
            }
            rows.append({**sample_data(one, asked), **counts})
    return rows


def _check_new(project: Project, name: str, codebook_id: CodebookId) -> None:
    with project.store.read() as connection:
        if name in {one.sample_id for one in samples.listed(connection)}:
            raise UsageError(f"there is a sample {name!r} already", mend="choose another name")
        if judgements.judged_passages(connection, codebook_id, name):
            raise UsageError(f"there are judgements of a design {name!r} already", mend="choose another name")


def _check_size(order: SamplingOrder, frame: SamplingFrame) -> None:
    there = len(frame.passages)
    if order.size > there:
        left_out = f" ({frame.unscored:,} not scored and {frame.judged:,} judged ones left out)"
        raise UsageError(
            f"{order.size:,} passages were asked for, and there are {there:,} in {frame.documents:,} documents"
            + (left_out if frame.unscored or frame.judged else ""),
            mend="ask for fewer, or for more areas and types; careatlas run reads and scores what is new",
        )


def _population(project: Project, order: SamplingOrder, frame: SamplingFrame, strata: Strata) -> tuple[Population, str]:
    neighbours, source = None, ""
    if Part.DIVERSITY in order.parts:
        compared = text_vectors(project.store, frame.passages, frame.texts)
        neighbours, source = near_neighbour_order(compared.vectors), compared.source
    return Population(strata=strata.numbers, uncertainty=frame.uncertainty, neighbours=neighbours), source


def _with_work(
    sample: Sample, order: SamplingOrder, frame: SamplingFrame, strata: Strata, union: UnionSample
) -> SamplePlan:
    names = strata.names
    drawn = tuple(
        SampledPassage(
            sample_id=sample.sample_id,
            passage_id=frame.passages[at],
            stratum=names[strata.numbers[at]],
            inclusion_probability=float(union.chances[at]),
        )
        for at in np.flatnonzero(union.drawn)
    )
    work = assigned(
        sample.sample_id,
        [one.passage_id for one in drawn],
        order.coders,
        blind=order.blind,
        double=order.double,
        seed=order.seed,
    )
    return SamplePlan(sample=sample, drawn=drawn, assignments=tuple(work))
