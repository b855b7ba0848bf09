"""How often what a model pre-labelled was kept, and how often something else was added: per model and code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.agreement_bootstrap import Estimate, Floats, estimates
from annotation.coded_passages import CodedPassage, side_by_side
from annotation.nominal_agreement import ratio, summed

Flags = NDArray[np.bool_]
WHOLE = ""  # in place of a code: the whole answer, kept as it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What coders made of a model's pre-labels for one code.

    Attributes
    ----------
    model_id, code : str
        An empty code stands for the whole answer: kept if it is the very set that was pre-labelled.
    labelled, kept : int
        Answers where the code was pre-labelled on the screen, and those of them that have it.
    unlabelled, added : int
        Answers where a suggestion was on the screen without the code, and those of them that have it.
    blind_labelled, blind_kept : int
        As ``labelled`` and ``kept``, where the coder was blind and the model would have pre-labelled it.
    keep_rate, add_rate, blind_keep_rate : Estimate
        The changed share is 1 less the kept one.
    """

    model_id: str
    code: str
    labelled: int
    kept: int
    unlabelled: int
    added: int
    blind_labelled: int
    blind_kept: int
    keep_rate: Estimate
    add_rate: Estimate
    blind_keep_rate: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


def acceptance(
    passages: Iterable[CodedPassage], codes: Sequence[str], *, resamples: int, seed: int = 0
) -> tuple[Acceptance, ...]:
    """Count what coders kept and added, for each model and for each code that it or they gave.

    Parameters
    ----------
    passages : iterable of CodedPassage
        First answers take part whose model and what it said are known, and whether that was on the screen.
    codes : sequence of str
        All that occur.
    resamples, seed : int
        Draws of documents.
    """
    by_model: dict[str, list[CodedPassage]] = {}
    for one in passages:
        if one.repeat == 0 and one.accepted_codes is not None and one.suggestion_shown is not None and one.model_id:
            by_model.setdefault(one.model_id, []).append(one)
    return tuple(
        row
        for model_id, answers in sorted(by_model.items())
        for row in _of_model(model_id, answers, codes, resamples=resamples, seed=seed)
    )


def _of_model(
    model_id: str, answers: Sequence[CodedPassage], codes: Sequence[str], *, resamples: int, seed: int
) -> Iterator[Acceptance]:
    table = side_by_side(("coder",), [(one,) for one in answers])
    shown = np.array([bool(one.suggestion_shown) for one in answers])
    cells = {}
    for code in (WHOLE, *codes):
        flags = np.array([_said(one, code) for one in answers], dtype=np.bool_)
        if flags.any():
            cells[code] = summed(_columns(shown, *flags.T), table.clusters, table.documents)
    measures = {code: partial(_rates, columns) for code, columns in cells.items()}
    found = estimates(measures, table.documents, resamples=resamples, seed=seed)
    for code, columns in cells.items():
        kept, labelled, added, unlabelled, blind_kept, blind_labelled = map(int, columns.sum(axis=0))
        yield Acceptance(
            model_id=model_id,
            code=code,
            labelled=labelled,
            kept=kept,
            unlabelled=unlabelled,
            added=added,
            blind_labelled=blind_labelled,
            blind_kept=blind_kept,
            **found[code],
        )


def _said(one: CodedPassage, code: str) -> tuple[bool, bool]:
    """Return whether the model gave the code, and whether the coder did."""
    accepted = one.accepted_codes or frozenset()
    return (True, one.codes == accepted) if code == WHOLE else (code in accepted, code in one.codes)


def _columns(shown: Flags, model: Flags, coder: Flags) -> list[Floats]:
    flags = (
        shown & model & coder,
        shown & model,
        shown & ~model & coder,
        shown & ~model,
        ~shown & model & coder,
        ~shown & model,
    )
    return [flag.astype(np.float64) for flag in flags]


def _rates(columns: Floats, weights: Floats) -> dict[str, Floats]:
    kept, labelled, added, unlabelled, blind_kept, blind_labelled = (weights @ columns).T
    return {
        "keep_rate": ratio(kept, labelled),
        "add_rate": ratio(added, unlabelled),
        "blind_keep_rate": ratio(blind_kept, blind_labelled),
    }
