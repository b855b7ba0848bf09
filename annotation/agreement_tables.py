"""The report of agreement as tables to read: on a terminal, and in the app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from annotation.acceptance import WHOLE, Acceptance
from annotation.agreement_bootstrap import Estimate
from annotation.agreement_report import AgreementReport, Drift
from annotation.agreement_section import AgreementRow, AgreementSection, RowKind
from annotation.anchoring import Anchoring

NONE = "-"  # undefined, or not applicable
WORDS: Mapping[str, str] = {
    "exact": "same set of codes",
    "exact_of_either": "same set, where anybody gave a code",
    "positive": "positive agreement, all codes",
    "alpha_masi": "alpha of sets, MASI",
    "alpha_jaccard": "alpha of sets, Jaccard",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A titled table of texts."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def agreement_tables(report: AgreementReport) -> Iterator[Table]:
    """Yield the tables of a report, only those that have rows."""
    yield from (table for table in _all(report) if table.rows)


def _all(report: AgreementReport) -> Iterator[Table]:
    if report.between is not None:
        yield _sets("Coders with each other: whole sets of codes", report.between)
        yield _rows("Coders with each other: codes", report.between, of_codes=True)
        yield _rows("Coders with each other: attributes, where both gave a code", report.between, of_codes=False)
    if report.domains is not None:
        yield _sets("Domains: whole sets", report.domains)
        yield _rows("Domains (topmost parents)", report.domains, of_codes=True)
    yield _anchoring(report.anchoring)
    yield _acceptance(report.acceptance)
    yield _drift(report.drift)


def estimate_text(one: Estimate) -> str:
    """Return a value with its interval, a dash where it is undefined."""
    if one.low is None or one.high is None:
        return value_text(one)
    return f"{value_text(one)} ({one.low:z.3f} to {one.high:z.3f})"


def value_text(one: Estimate) -> str:
    """Return a value, a dash where it is undefined."""
    return NONE if one.value is None else f"{one.value:z.3f}"


def _sets(title: str, section: AgreementSection) -> Table:
    rows = tuple((WORDS[name], estimate_text(one)) for name, one in section.sets.items())
    return Table(title=title, header=("measure", "value (95 % interval)"), rows=rows)


def _rows(title: str, section: AgreementSection, *, of_codes: bool) -> Table:
    kappa = "kappa" if len(section.coders) == 2 else "mean kappa of pairs"
    columns = ("prevalence", "raw", "positive", "negative", kappa, "Fleiss", "alpha (95 %)", "AC1 (95 %)")
    kept = [row for row in section.rows if (row.kind in {RowKind.CODE, RowKind.NONE}) == of_codes]
    return Table(
        title=title,
        header=("code" if of_codes else "attribute", "passages", "documents", "any", "all", *columns),
        rows=tuple(map(_row, kept)),
    )


def _row(row: AgreementRow) -> tuple[str, ...]:
    short = ("prevalence", "raw", "positive", "negative", "kappa", "fleiss")
    counts = (row.passages, row.documents, row.given_by_any, row.given_by_all)
    return (
        f"{row.name} *" if row.few else row.name,
        *(f"{count:,}" for count in counts),
        *(value_text(row.measures[name]) if name in row.measures else NONE for name in short),
        estimate_text(row.measures["alpha"]),
        estimate_text(row.measures["ac1"]),
    )


def _anchoring(found: Sequence[Anchoring]) -> Table:
    rows = tuple(
        (
            f"coders with {'the model' if one.against == 'model' else 'each other'}",
            WORDS[one.measure],
            f"{one.shown_passages:,}",
            f"{one.blind_passages:,}",
            estimate_text(one.shown),
            estimate_text(one.blind),
            estimate_text(one.difference),
        )
        for one in found
    )
    header = ("agreement of", "measure", "shown", "blind", "shown (95 %)", "blind (95 %)", "difference (95 %)")
    return Table(title="Anchoring: with a suggestion on the screen, and blind", header=header, rows=rows)


def _acceptance(found: Sequence[Acceptance]) -> Table:
    rows = tuple(
        (
            one.model_id,
            "(whole answer)" if one.code == WHOLE else one.code,
            f"{one.kept:,} of {one.labelled:,}",
            estimate_text(one.keep_rate),
            f"{one.added:,} of {one.unlabelled:,}",
            estimate_text(one.add_rate),
            f"{one.blind_kept:,} of {one.blind_labelled:,}",
            estimate_text(one.blind_keep_rate),
        )
        for one in found
    )
    header = ("model", "code", "kept", "kept (95 %)", "added", "added (95 %)", "given blind", "given blind (95 %)")
    return Table(title="What became of pre-labels", header=header, rows=rows)


def _drift(found: Sequence[Drift]) -> Table:
    rows = tuple(
        (
            one.coder or "(all)",
            f"{one.section.passages:,}",
            f"{one.section.documents:,}",
            f"{one.same_screen:,}",
            NONE if one.days is None else f"{one.days:.1f}",
            *(estimate_text(one.section.sets[name]) for name in ("exact", "positive", "alpha_masi", "alpha_jaccard")),
        )
        for one in found
    )
    header = ("coder", "pairs", "documents", "same screen", "days", *(
        WORDS[name] for name in ("exact", "positive", "alpha_masi", "alpha_jaccard")
    ))  # fmt: skip
    return Table(title="Drift: a coder's second answer with the first", header=header, rows=rows)
