"""Anchoring: whether people agree more, with the model and with each other, where its suggestion was on the screen.

Pre-labels draw answers towards themselves, so that agreement with the machine proves nothing of the machine unless a
share of the passages was coded blind. Each measure is taken on both shares and on the same draws of documents; it is
the difference that counts. It is causal only where blind passages were drawn at random.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.agreement_bootstrap import Estimate, Floats, Measure, estimates
from annotation.agreement_section import sets_of
from annotation.coded_passages import CodedPassage, CodingTable, between_coders, side_by_side
from annotation.set_agreement import SetRatings, set_cells


class Against(StrEnum):
    """Whom a coder is compared with."""

    MODEL = "model"  # what it pre-labelled, or would have pre-labelled
    CODERS = "coders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchoring:
    """One measure where a suggestion was shown and where none was.

    Attributes
    ----------
    against : Against
    measure : str
        As in ``set_agreement``: ``exact, exact_of_either, positive, alpha_masi, alpha_jaccard``.
    shown_passages, blind_passages : int
        Answers compared with the model, or passages compared between coders. Passages that some coders saw with a
        suggestion and others without are in neither.
    documents : int
        Of both.
    shown, blind, difference : Estimate
        The last is shown less blind.
    """

    against: Against
    measure: str
    shown_passages: int
    blind_passages: int
    documents: int
    shown: Estimate
    blind: Estimate
    difference: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def anchoring(
    passages: Sequence[CodedPassage], codes: Sequence[str], *, resamples: int, seed: int = 0
) -> tuple[Anchoring, ...]:
    """Compare agreement with and without a suggestion on the screen; empty where nothing says what was shown.

    Parameters
    ----------
    passages : sequence of CodedPassage
        Only first answers take part: repeats are for drift.
    codes : sequence of str
        All that occur.
    resamples, seed : int
        Draws of documents.
    """
    first = [one for one in passages if one.repeat == 0 and one.suggestion_shown is not None]
    with_model, between = _with_model(first), between_coders(first)
    tables = {
        Against.MODEL: (with_model, sets_of(with_model, codes)),
        Against.CODERS: (between, sets_of(between, codes)),
    }
    found: list[Anchoring] = []
    for against, (table, ratings) in tables.items():
        shown, blind = _all_saw(table.rows, saw=True), _all_saw(table.rows, saw=False)
        if shown.any() or blind.any():
            found += _compared(against, table.only(shown | blind), ratings.only(shown | blind), shown[shown | blind],
                               resamples=resamples, seed=seed)  # fmt: skip
    return tuple(found)


def _with_model(passages: Iterable[CodedPassage]) -> CodingTable:
    """Return each answer beside what the model said, which is an answer like any other."""
    known = [(one, one.accepted_codes) for one in passages if one.accepted_codes is not None]
    return side_by_side(("coder", "model"), [(one, replace(one, annotator="", codes=codes)) for one, codes in known])


def _all_saw(rows: Sequence[tuple[CodedPassage | None, ...]], *, saw: bool) -> NDArray[np.bool_]:
    kept = [all(one.suggestion_shown is saw for one in row if one is not None) for row in rows]
    return np.array(kept, dtype=np.bool_)


def _compared(
    against: Against,
    table: CodingTable,
    ratings: SetRatings,
    shown: NDArray[np.bool_],
    *,
    resamples: int,
    seed: int,
) -> Iterator[Anchoring]:
    sides = {"shown": shown, "blind": ~shown}
    parts = {
        side: set_cells(ratings.only(kept), table.clusters[kept], table.documents).measures
        for side, kept in sides.items()
    }
    found = estimates(
        {**parts, "difference": lambda weights: _difference(parts, weights)},
        table.documents,
        resamples=resamples,
        seed=seed,
    )
    for measure in found["difference"]:
        yield Anchoring(
            against=against,
            measure=measure,
            shown_passages=int(shown.sum()),
            blind_passages=int((~shown).sum()),
            documents=table.documents,
            **{side: found[side][measure] for side in ("shown", "blind", "difference")},
        )


def _difference(parts: Mapping[str, Measure], weights: Floats) -> dict[str, Floats]:
    shown, blind = parts["shown"](weights), parts["blind"](weights)
    return {name: shown[name] - blind[name] for name in shown}
