"""How coders agree, told whole: codes, sets, domains, attributes, anchoring, drift, and what became of pre-labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from annotation.acceptance import Acceptance, acceptance
from annotation.agreement_bootstrap import LEVEL, RESAMPLES
from annotation.agreement_section import LEAST_POSITIVES, AgreementSection, RowKind, agreement_section, sets_of
from annotation.anchoring import Anchoring, anchoring
from annotation.coded_passages import CodedPassage, CodingTable, between_coders, of_the_same_coder, side_by_side
from annotation.nominal_agreement import MOST_CODERS
from careatlas.codebook import Codebook
from careatlas.errors import UsageError

LEAST_DOCUMENTS = 20  # below, percentile intervals are plainly too short
_DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a coder agrees with their own earlier answer.

    Attributes
    ----------
    coder : str
        Empty for all together.
    section : AgreementSection
        First against second answer.
    same_screen : int
        Pairs in which a suggestion was shown both times or neither: the others mix drift with anchoring.
    days : float or None
        Median time between, where both times are known.
    """

    coder: str
    section: AgreementSection
    same_screen: int
    days: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReport:
    """How coders agree.

    Attributes
    ----------
    codebook : str
        Name and version; empty where none was named, and codes are those that occur.
    answers : mapping of str to int
        First answers of each coder.
    passages : int
        All that were answered, by whomever.
    between : AgreementSection or None
        None where no passage has two coders.
    domains : AgreementSection or None
        The same with each code replaced by its topmost parent; None where the codebook has no parents.
    anchoring : tuple of Anchoring
    acceptance : tuple of Acceptance
    drift : tuple of Drift
        All coders together, then each where there are several.
    warnings : tuple of str
        What a reader has to know before quoting a number.
    level, resamples, seed
        Of the intervals.
    """

    codebook: str
    answers: Mapping[str, int]
    passages: int
    between: AgreementSection | None
    domains: AgreementSection | None
    anchoring: tuple[Anchoring, ...]
    acceptance: tuple[Acceptance, ...]
    drift: tuple[Drift, ...]
    warnings: tuple[str, ...]
    level: float
    resamples: int
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; what is undefined is None."""
        return asdict(self)


def agreement_report(
    passages: Sequence[CodedPassage], codebook: Codebook | None = None, *, resamples: int = RESAMPLES, seed: int = 0
) -> AgreementReport:
    """Measure how coders agree with each other, with the model, and with themselves.

    Parameters
    ----------
    passages : sequence of CodedPassage
        All answers of all coders.
    codebook : Codebook, optional
        Whose codes are reported even where nobody gave them, and whose parents make domains.
    resamples, seed : int
        Draws of documents for the intervals.

    Raises
    ------
    UsageError
        If there is nothing to compare.
    """
    codes, unknown = _codes(passages, codebook)
    table, again = between_coders(passages), of_the_same_coder(passages)
    if not len(table) and not len(again):
        raise UsageError(
            f"no passage was coded twice: {len({one.id for one in passages}):,} passages,"
            f" {len(_coders(passages))} coders",
            mend='let two coders answer the same passages; in files, name one per coder or give a field "annotator",'
            ' and the same passage the same "id"',
        )
    attributes = _attributes(passages, codebook)
    draws = {"resamples": resamples, "seed": seed}
    between = agreement_section(table, sets_of(table, codes), attributes, **draws) if len(table) else None
    domains = _domains(table, codes, codebook, resamples=resamples, seed=seed) if len(table) else None
    return AgreementReport(
        codebook=f"{codebook.id} {codebook.version}" if codebook else "",
        answers=_coders(passages),
        passages=len({one.id for one in passages}),
        between=between,
        domains=domains,
        anchoring=anchoring(passages, codes, **draws),
        acceptance=acceptance(passages, codes, **draws),
        drift=tuple(_drift(again, codes, attributes, **draws)),
        warnings=tuple(_warnings(between, unknown)),
        level=LEVEL,
        **draws,
    )


def _coders(passages: Iterable[CodedPassage]) -> dict[str, int]:
    counts: dict[str, set[str]] = {}
    for one in passages:
        counts.setdefault(one.annotator, set()).add(one.id)
    return {coder: len(ids) for coder, ids in sorted(counts.items())}


def _codes(passages: Iterable[CodedPassage], codebook: Codebook | None) -> tuple[list[str], list[str]]:
    """Return the codes to report, and those of them that the codebook has not."""
    known: list[str] = [code.id for code in codebook.codes] if codebook else []
    occurring = {code for one in passages for code in one.codes | (one.accepted_codes or frozenset())}
    others = sorted(occurring - set(known))
    return [*known, *others], others if codebook else []


def _attributes(passages: Iterable[CodedPassage], codebook: Codebook | None) -> dict[str, list[str]]:
    """Return the attributes with their values: those of the codebook, and others that occur."""
    values: dict[str, dict[str, None]] = {}
    for attribute in codebook.attributes if codebook else ():
        values[attribute.name] = dict.fromkeys(attribute.values)
    occurring = sorted({(name, value) for one in passages for name, value in one.attributes.items()})
    for name, value in occurring:
        values.setdefault(name, {}).setdefault(value)
    return {name: list(found) for name, found in values.items()}


def _domains(
    table: CodingTable, codes: Sequence[str], codebook: Codebook | None, *, resamples: int, seed: int
) -> AgreementSection | None:
    if codebook is None or not any(code.parent for code in codebook.codes):
        return None
    topmost = {str(code.id): str(codebook.path(code.id)[0].id) for code in codebook.codes}
    names = list(dict.fromkeys(topmost.get(code, code) for code in codes))
    return agreement_section(table, sets_of(table, names, topmost), {}, resamples=resamples, seed=seed)


def _drift(
    again: CodingTable, codes: Sequence[str], attributes: Mapping[str, Sequence[str]], *, resamples: int, seed: int
) -> Iterator[Drift]:
    pairs = [(first, second) for first, second in again.rows if first is not None and second is not None]
    coders = sorted({first.annotator for first, _ in pairs})
    for coder in ["", *(coders if len(coders) > 1 else [])]:
        kept = [pair for pair in pairs if coder in {"", pair[0].annotator}]
        if not kept:
            continue
        table = side_by_side(again.coders, kept)
        ratings = sets_of(table, codes)
        yield Drift(
            coder=coder,
            section=agreement_section(table, ratings, attributes, resamples=resamples, seed=seed),
            same_screen=sum(first.suggestion_shown == second.suggestion_shown for first, second in kept),
            days=_days(kept),
        )


def _days(pairs: Iterable[tuple[CodedPassage, CodedPassage]]) -> float | None:
    between = [
        (second.made_at - first.made_at).total_seconds() / _DAY
        for first, second in pairs
        if first.made_at is not None and second.made_at is not None
    ]
    return median(between) if between else None


def _warnings(between: AgreementSection | None, unknown: Sequence[str]) -> Iterator[str]:
    if unknown:
        yield f"codes that the codebook has not: {', '.join(unknown)}"
    if between is None:
        yield "no passage was coded by two coders: only drift is measured"
        return
    few = [f"{row.name} ({row.given_by_any})" for row in between.rows if row.kind is RowKind.CODE and row.few]
    if few:
        yield f"given in fewer than {LEAST_POSITIVES} passages, so that their figures say little: {', '.join(few)}"
    if between.alone:
        yield (
            f"{between.alone:,} of {between.passages:,} passages name no document and stand for themselves:"
            " where passages share documents, the intervals are too short"
        )
    if between.documents < LEAST_DOCUMENTS:
        yield f"the intervals rest on {between.documents} documents, and are too short"
    if len(between.coders) > MOST_CODERS:
        yield f"Cohen's kappa is left out: {len(between.coders)} coders are more than {MOST_CODERS}"
