"""A drawn sample as tables to read: its parts, strata and coders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotation.sampling_design import StratumKey
from careatlas.sample import Assignment, Sample

_COUNTS = ("readings", "blind", "shared", "repeats")
MOST_STRATA = 30  # rows that are shown one by one; of more, the sums by each key


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, a header, and rows of as many cells."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def sample_facts(sample: Sample, assignments: Sequence[Assignment]) -> dict[str, str]:
    """Return what a sample is in words, by name."""
    design: Mapping[str, Any] = sample.design
    frame = design["frame"]
    first = [row for row in assignments if not row.repeat]
    readers = Counter(row.passage_id for row in first)
    blind = len({row.passage_id for row in first if row.blind})
    left_out = [
        f"{frame[key]:,} {words} left out"
        for key, words in (("unscored_left_out", "not scored"), ("judged_left_out", "judged"))
        if frame[key]
    ]
    return {
        "sample": sample.sample_id,
        "codebook": f"{sample.codebook_id} {sample.codebook_version}",
        "model": sample.model_id or "none: nothing is suggested",
        "population": ", ".join([f"{sample.population:,} passages of {frame['documents']:,} documents", *left_out]),
        "drawn": f"{design['drawn']:,} passages ({design['expected']:,.1f} expected)",
        "chances": f"from {design['smallest_chance']:.2g} to {design['largest_chance']:.2g}; weighted, the sample is"
        f" worth {design['effective']:,.0f} passages drawn alike",
        "blind": f"{blind:,} passages without a suggestion",
        "twice": f"{sum(count > 1 for count in readers.values()):,} passages by two coders",
        "seed": str(sample.seed),
    }


def sample_tables(sample: Sample, assignments: Sequence[Assignment]) -> list[Table]:
    """Return the tables of a sample: parts, strata, coders."""
    design: Mapping[str, Any] = sample.design
    return [_parts(design["parts"]), *_strata(design["strata"]), _coders(assignments)]


def sample_data(sample: Sample, assignments: Sequence[Assignment]) -> dict[str, Any]:
    """Return a sample as plain data, with the number of each coder's readings and its whole design."""
    return {
        "sample": sample.sample_id,
        "made_at": sample.made_at.isoformat(timespec="seconds"),
        "codebook": sample.codebook_id,
        "codebook_version": sample.codebook_version,
        "model": sample.model_id,
        "seed": sample.seed,
        "population": sample.population,
        "coders": coder_counts(assignments),
        "design": dict(sample.design),
    }


def coder_counts(assignments: Iterable[Assignment]) -> dict[str, dict[str, int]]:
    """Return of each coder how many readings there are, how many of them blind or shared, and how many repeats."""
    rows = list(assignments)
    readers = Counter(row.passage_id for row in rows if not row.repeat)
    coders: dict[str, Counter[str]] = {}
    for row in rows:
        found = coders.setdefault(row.coder, Counter(dict.fromkeys(_COUNTS, 0)))
        if row.repeat:
            found["repeats"] += 1
            continue
        found["readings"] += 1
        found["blind"] += row.blind
        found["shared"] += readers[row.passage_id] > 1
    return {coder: dict(found) for coder, found in coders.items()}


def _coders(assignments: Iterable[Assignment]) -> Table:
    counts = coder_counts(assignments)
    rows = [(coder, *(f"{found[name]:,}" for name in _COUNTS)) for coder, found in counts.items()]
    return Table(title="coders", header=("coder", *_COUNTS), rows=tuple(rows))


def _parts(parts: Iterable[Mapping[str, Any]]) -> Table:
    rows = [
        (one["part"], f"{one['share']:.0%}", f"{one['expected']:,.1f}", f"{one['drawn']:,}", _how(one)) for one in parts
    ]
    return Table(
        title="parts, drawn independently (passages drawn by several count once)",
        header=("part", "share", "expected", "drawn", "how"),
        rows=tuple(rows),
    )


def _how(part: Mapping[str, Any]) -> str:
    if part.get("strata"):
        return f"stratified by {', '.join(part['strata'])}"
    if "size_measure" in part:
        return f"chance grows with the {part['size_measure']}"
    return f"spread by {part['vectors']}" if "vectors" in part else "simple random sampling"


def _strata(rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    keys = [key.value for key in StratumKey if key.value in rows[0]]
    if not keys:
        return []
    by = [keys] if len(rows) <= MOST_STRATA else [[key] for key in keys]
    note = "" if len(rows) <= MOST_STRATA else f" (all {len(rows):,} strata: --json)"
    return [_stratum_table(rows, some, f"strata by {', '.join(some)}{note}") for some in by]


def _stratum_table(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], title: str) -> Table:
    sums: dict[tuple[str, ...], list[float]] = {}
    for row in rows:
        found = sums.setdefault(tuple(row[key] for key in keys), [0, 0, 0])
        for at, name in enumerate(("population", "expected", "drawn")):
            found[at] += row[name]
    return Table(
        title=title,
        header=(*keys, "population", "expected", "drawn"),
        rows=tuple((*key, f"{sums[key][0]:,}", f"{sums[key][1]:,.1f}", f"{sums[key][2]:,}") for key in sorted(sums)),
    )
