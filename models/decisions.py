"""Three answers per code and passage: accept, ask a person, reject; each threshold with its promise or the lack of one.

What exactly is promised, what happens where documents are too few, sources and simulations:
``docs/methods/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from careatlas.errors import InputError, UsageError
from models.cluster_bootstrap import Interval, interval
from models.cut_offs import f1_cut_off, pooled_f1_cut_off, shrunk
from models.label_matrix import PRESENT, Floats, Targets, any_code, checked
from models.ranking_measures import micro_average_precision
from models.risk_control import (
    CONFIDENCE,
    FALSE_ACCEPT_RISK,
    MISS_RISK,
    RiskBound,
    false_accept_bound,
    miss_bound,
)

REJECT, ASK, ACCEPT = -1, 0, 1
Verdicts = NDArray[np.int8]
Scope = Literal["code", "all codes", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionConfig:
    """What is asked of the thresholds.

    Attributes
    ----------
    miss_risk : float
        Largest expected share of a document's true codes that is rejected.
    false_accept_risk, confidence : float
        Largest mean share of what is accepted in a document that is wrong, and with which confidence.
    gate_average_precision, gate_level : float
        A code abstains if the lower end of its average precision's interval, of this two-sided level, lies below.
    gate_positives, gate_documents : int
        A code with fewer positives, or with positives in fewer documents, abstains.
    top : int
        An abstaining code without a promise of its own is asked about only among this many likeliest of a passage.
    resamples, seed : int
        Of the interval.
    """

    miss_risk: float = MISS_RISK
    false_accept_risk: float = FALSE_ACCEPT_RISK
    confidence: float = CONFIDENCE
    gate_average_precision: float = 0.2
    gate_level: float = 0.9
    gate_positives: int = 8
    gate_documents: int = 3
    top: int = 3
    resamples: int = 500
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRule:
    """Thresholds of one code.

    Attributes
    ----------
    accept : float or None
        Accepted from here on; None if the code abstains.
    reject : float
        Rejected below.
    accept_scope, reject_scope : {"code", "all codes", "none"}
        Whether the promise is made for this code, for all codes together at this threshold, or not at all.
    miss, false_accept : RiskBound
        What could be promised for this code, or why nothing.
    average_precision : Interval
        On the labelled documents.
    abstains : bool
        Below the quality gate: never accepted.
    reason : str
        In words.
    """

    code: str
    positives: int
    documents: int
    accept: float | None
    accept_scope: Scope
    reject: float
    reject_scope: Scope
    miss: RiskBound
    false_accept: RiskBound
    average_precision: Interval
    abstains: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRules:
    """Thresholds of all codes, in the order of the columns.

    Attributes
    ----------
    all_codes_miss, all_codes_false_accept : RiskBound
        One threshold for all codes: what codes with too few documents fall back on.
    unread : RiskBound
        Of the passage's score of carrying any code: below it a passage may stay unread.
    """

    config: DecisionConfig
    codes: tuple[CodeRule, ...]
    all_codes_miss: RiskBound
    all_codes_false_accept: RiskBound
    unread: RiskBound

    def decide(self, probabilities: ArrayLike) -> Verdicts:
        """Return 1 (accept), 0 (ask) or -1 (reject) for each cell, shape (n, codes).

        Raises
        ------
        UsageError
            If the probabilities are of other codes.
        """
        scores = np.asarray(probabilities, dtype=float)
        if scores.ndim != 2 or scores.shape[1] != len(self.codes):
            raise UsageError(f"probabilities of shape {scores.shape} do not go with {len(self.codes)} codes")
        accept = np.array([np.inf if rule.accept is None else rule.accept for rule in self.codes])
        reject = np.array([rule.reject for rule in self.codes])
        verdicts = np.where(scores >= accept, ACCEPT, np.where(scores < reject, REJECT, ASK))
        places = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)
        unpromised = np.array([rule.abstains and rule.reject_scope != "code" for rule in self.codes], dtype=bool)
        verdicts[(places >= self.config.top) & unpromised] = REJECT
        return verdicts.astype(np.int8)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> DecisionRules:
        """Make the rules again from ``as_dict``.

        Raises
        ------
        InputError
            If the data are not those of decision rules.
        """
        try:
            return cls(
                config=DecisionConfig(**data["config"]),
                codes=tuple(_code_rule(rule) for rule in data["codes"]),
                all_codes_miss=RiskBound(**data["all_codes_miss"]),
                all_codes_false_accept=RiskBound(**data["all_codes_false_accept"]),
                unread=RiskBound(**data["unread"]),
            )
        except (KeyError, TypeError) as error:
            raise InputError(f"these are no stored decision rules: {error}", mend="train the model again") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What the rules leave to people: shares of cells, and of passages with at least one question."""

    accepted: float
    asked: float
    rejected: float
    passages_asked: float


def decision_rules(
    probabilities: ArrayLike,
    targets: ArrayLike,
    groups: Sequence[str],
    *,
    codes: Sequence[str],
    initiative: ArrayLike | None = None,
    config: DecisionConfig | None = None,
) -> DecisionRules:
    """Choose the thresholds of all codes on labelled documents.

    Parameters
    ----------
    probabilities, targets : arrays, shape (n, codes)
        Calibrated probabilities made without any label of the same document (``models.calibration.cross_fitted``);
        1 present, 0 absent, -1 unknown.
    groups : sequence of str, length n
        The document of each passage.
    codes : sequence of str
        Names of the columns.
    initiative : array of float, shape (n,), optional
        Score of "carries any code"; the likeliest code's probability by default.
    config : DecisionConfig, optional
        What is asked of the thresholds.

    Raises
    ------
    UsageError
        If shapes do not fit each other, there is no passage, or a risk is no share.
    """
    asked = config or DecisionConfig()
    scores, truth = checked(probabilities, targets)
    if len(codes) != truth.shape[1] or len(groups) != len(truth) or not len(truth):
        raise UsageError(f"{len(codes)} codes and {len(groups)} documents do not go with targets of {truth.shape}")
    pooled = _Pooled.of(scores, truth, groups, asked)
    passage = scores.max(axis=1) if initiative is None else initiative
    return DecisionRules(
        config=asked,
        codes=tuple(_rule(code, scores[:, at], truth[:, at], groups, pooled, asked) for at, code in enumerate(codes)),
        all_codes_miss=pooled.miss,
        all_codes_false_accept=pooled.false_accept,
        unread=miss_bound(passage, any_code(truth), groups, risk=asked.miss_risk),
    )


def workload(verdicts: Verdicts) -> Workload:
    """Count what verdicts of shape (n, codes) leave to people."""
    return Workload(
        accepted=float((verdicts == ACCEPT).mean()),
        asked=float((verdicts == ASK).mean()),
        rejected=float((verdicts == REJECT).mean()),
        passages_asked=float((verdicts == ASK).any(axis=1).mean()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pooled:
    """One threshold for all codes: what rare codes fall back on."""

    miss: RiskBound
    false_accept: RiskBound
    f1: float
    lowest_positive: float

    @classmethod
    def of(cls, scores: Floats, truth: Targets, groups: Sequence[str], config: DecisionConfig) -> _Pooled:
        present = scores[truth == PRESENT]
        return cls(
            miss=miss_bound(scores, truth, groups, risk=config.miss_risk),
            false_accept=_false_accept_bound(scores, truth, groups, config),
            f1=pooled_f1_cut_off(scores, truth),
            lowest_positive=float(present.min()) if len(present) else 0.0,
        )


def _rule(
    code: str, scores: Floats, truth: Targets, groups: Sequence[str], pooled: _Pooled, config: DecisionConfig
) -> CodeRule:
    present = truth == PRESENT
    positives = int(present.sum())
    miss = miss_bound(scores, truth, groups, risk=config.miss_risk)
    false_accept = _false_accept_bound(scores, truth, groups, config)
    reject, reject_scope = _reject(miss, pooled)
    accept, accept_scope = _accept(false_accept, pooled, f1_cut_off(scores, truth), positives)
    if accept_scope == "none":
        accept = max(accept, reject)
    else:
        reject = min(reject, accept)  # rejecting less never misses more
    precision = _average_precision(scores, truth, groups, config)
    gate = _below_gate(positives, miss.documents, precision, config)
    return CodeRule(
        code=code,
        positives=positives,
        documents=miss.documents,
        accept=None if gate else accept,
        accept_scope="none" if gate else accept_scope,
        reject=reject,
        reject_scope=reject_scope,
        miss=miss,
        false_accept=false_accept,
        average_precision=precision,
        abstains=bool(gate),
        reason="; ".join(
            part
            for part in (gate, _said("reject", reject_scope, miss), _said("accept", accept_scope, false_accept))
            if part
        ),
    )


def _false_accept_bound(scores: Floats, truth: Targets, groups: Sequence[str], config: DecisionConfig) -> RiskBound:
    return false_accept_bound(scores, truth, groups, risk=config.false_accept_risk, confidence=config.confidence)


def _reject(miss: RiskBound, pooled: _Pooled) -> tuple[float, Scope]:
    if miss.threshold is not None:
        return miss.threshold, "code"
    if pooled.miss.threshold is not None:
        return pooled.miss.threshold, "all codes"
    return pooled.lowest_positive, "none"


def _accept(bound: RiskBound, pooled: _Pooled, own: float | None, positives: int) -> tuple[float, Scope]:
    if bound.threshold is not None:
        return bound.threshold, "code"
    if pooled.false_accept.threshold is not None:
        return pooled.false_accept.threshold, "all codes"
    return shrunk(own, pooled.f1, positives), "none"


def _average_precision(scores: Floats, truth: Targets, groups: Sequence[str], config: DecisionConfig) -> Interval:
    return interval(
        partial(micro_average_precision, scores, truth),
        groups,
        resamples=config.resamples,
        level=config.gate_level,
        seed=config.seed,
    )


def _below_gate(positives: int, documents: int, precision: Interval, config: DecisionConfig) -> str:
    """Why a code abstains; empty if it does not."""
    if positives < config.gate_positives or documents < config.gate_documents:
        return (
            f"abstains: {positives} positives in {documents} documents, below the gate of {config.gate_positives} in "
            f"{config.gate_documents}"
        )
    if precision.low is None or precision.low < config.gate_average_precision:
        low = "undefined" if precision.low is None else f"{precision.low:.2f}"
        return f"abstains: lower end of average precision {low}, below the gate of {config.gate_average_precision:g}"
    return ""


def _said(what: str, scope: Scope, bound: RiskBound) -> str:
    instead = {
        "code": "",
        "all codes": " (the threshold of all codes together, guaranteed for them together only)",
        "none": " (a fallback threshold, not guaranteed)",
    }
    return f"{what}: {bound.reason}{instead[scope]}"


def _code_rule(data: dict[str, Any]) -> CodeRule:
    parts = {
        "miss": RiskBound(**data["miss"]),
        "false_accept": RiskBound(**data["false_accept"]),
        "average_precision": Interval(**data["average_precision"]),
    }
    return CodeRule(**{**data, **parts})
