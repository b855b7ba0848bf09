"""Corrected shares and totals per area, period and code; where labels are too few, the reason stands in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from careatlas.errors import InputError
from careatlas.identifiers import AreaCode, Code, PassageId
from evaluation.corrected_share import CorrectedShare, ShareMethod, corrected_share
from evaluation.labelled_sample import MINIMUM_LABELS, labelled_sample


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPassage:
    """What a machine says of one passage and one code, and what a person said if the passage was drawn.

    Attributes
    ----------
    area_code, period : str
        The group that the passage counts in; empty where there is no such division.
    score : float
        From 0 to 1; ``accepted`` where it reached the machine's cut-off.
    label : bool or None
        What people said; ``None`` where nobody did, or where they were unsure or disagree.
    inclusion_probability : float or None
        The chance with which the design drew the passage; ``None`` where it was not drawn.
    """

    passage_id: PassageId
    area_code: AreaCode
    period: str
    code: Code
    score: float
    accepted: bool
    label: bool | None = None
    inclusion_probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotal:
    """One area, period and code.

    Attributes
    ----------
    share : CorrectedShare or None
        The corrected share, whose ``total`` is the corrected count; ``None`` where there are too few labels.
    reason : str
        Why there is no share; empty where there is one.
    n_total, n_labelled : int
        Passages of the group, and those with a label.
    n_undecided : int
        Passages that were drawn but have no label. The estimate takes them to be like the others that were drawn.
    raw_count : int
        Passages that the machine accepts: to be shown second, and never as an estimate.
    """

    area_code: AreaCode
    period: str
    code: Code
    share: CorrectedShare | None
    reason: str
    n_total: int
    n_labelled: int
    n_undecided: int
    raw_count: int


def corrected_totals(
    rows: Iterable[ScoredPassage], *, level: float = 0.95, method: ShareMethod = ShareMethod.DESIGN_BASED
) -> list[GroupTotal]:
    """Return one row per area, period and code, in this order.

    Parameters
    ----------
    rows : iterable of ScoredPassage
        Every passage of every group, labelled or not: what is missing here is missing from the total.
    level : float
        Of the intervals. They are for one group each: of 100 groups at 95 %, five are expected to miss.
    method : ShareMethod
        How shares are estimated.

    Raises
    ------
    InputError
        If a passage stands twice for a code, a score is not in [0, 1], or a label has no inclusion probability or one
        outside (0, 1].
    """
    groups: defaultdict[tuple[AreaCode, str, Code], list[ScoredPassage]] = defaultdict(list)
    seen: set[tuple[PassageId, Code]] = set()
    for row in rows:
        key = (row.passage_id, row.code)
        if key in seen:
            raise InputError("a passage stands twice for one code", where=f"passage {key[0]}, code {key[1]}")
        seen.add(key)
        _check(row)
        groups[row.area_code, row.period, row.code].append(row)
    return [_total(groups[key], level, method) for key in sorted(groups)]


def _check(row: ScoredPassage) -> None:
    where = f"passage {row.passage_id}, code {row.code}"
    if not 0 <= row.score <= 1:
        raise InputError(f"the score {row.score} is not between 0 and 1", where=where)
    if row.label is not None and row.inclusion_probability is None:
        raise InputError(
            "a label has no inclusion probability",
            where=where,
            mend="leave out what was found by browsing: only labels of a drawn sample can correct a count",
        )
    if row.inclusion_probability is not None and not 0 < row.inclusion_probability <= 1:
        raise InputError(f"the inclusion probability {row.inclusion_probability} is not in (0, 1]", where=where)


def _total(rows: Sequence[ScoredPassage], level: float, method: ShareMethod) -> GroupTotal:
    labelled = sum(row.label is not None for row in rows)
    reason, share = "", None
    if labelled < min(MINIMUM_LABELS, len(rows)):
        reason = f"{labelled} of {len(rows)} passages are labelled, {min(MINIMUM_LABELS, len(rows))} are needed"
    else:
        sample = labelled_sample(
            [row.score for row in rows],
            [row.label for row in rows],
            [row.inclusion_probability for row in rows],
            accepted=[row.accepted for row in rows],
        )
        share = corrected_share(sample, method=method, level=level)
    first = rows[0]
    return GroupTotal(
        area_code=first.area_code,
        period=first.period,
        code=first.code,
        share=share,
        reason=reason,
        n_total=len(rows),
        n_labelled=labelled,
        n_undecided=sum(row.label is None and row.inclusion_probability is not None for row in rows),
        raw_count=sum(row.accepted for row in rows),
    )
