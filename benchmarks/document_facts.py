"""Facts proposed of documents against a manifest: area and year, coverage and accuracy, with baselines and intervals.

    careatlas init PROJECT; careatlas -p PROJECT add FOLDER; careatlas -p PROJECT parse
    uv run python benchmarks/document_facts.py PROJECT MANIFEST.csv

File names are not shown to the rules: those of the development data were made from the very areas that are asked for.
"Proposed" is a proposal with a confidence of 0.5 or more, which is what counts as known. "Names its area" means that
one of the area's names stands somewhere in the text or the metadata. Half 0 (by digest of the file name) is the one
that rules were developed on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from careatlas.areas.area_register import area_register
from careatlas.document import Document
from careatlas.document_fact import DocumentFact, FactName
from careatlas.identifiers import AreaCode
from careatlas.passage import Passage, PassageKind
from careatlas.project import open_project
from careatlas.share_interval import share_interval
from careatlas.store import documents, passages
from nlp.document_facts import ReadDocument, document_facts
from nlp.file_metadata import FileMetadata, file_metadata
from nlp.limits import Limits

LEAST = 0.5
DRAWS = 2_000


@dataclass(frozen=True)
class Case:
    """One document: what the manifest says, what was proposed, and from where."""

    row: dict[str, str]
    facts: dict[FactName, list[DocumentFact]]
    metadata: FileMetadata
    names_area: bool
    half: int

    def value(self, name: FactName) -> str:
        """Return what counts as known, empty for nothing."""
        return next((one.value for one in self.facts.get(name, ()) if one.confidence >= LEAST), "")

    def best(self, name: FactName) -> str:
        """Return the best proposal, however little it can be believed; empty for none."""
        return next((one.value for one in self.facts.get(name, ())), "")

    @property
    def year(self) -> str:
        """Return the year that counts as known."""
        return self.value(FactName.PUBLISHED)[:4]


def main() -> None:
    """Propose, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("manifest", type=Path)
    options = parser.parse_args()
    with options.manifest.open(encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    cases, seconds = read_cases(options.project, rows)
    coded = [case for case in cases if case.row["area_code"]]
    dated = [case for case in cases if case.row["year"]]
    majority = Counter(case.row["area_code"] for case in coded).most_common(1)[0][0]
    answer = {
        "documents": len(cases),
        "families": len({case.row["family"] for case in cases}),
        "seconds per document": {name: round(value / len(cases), 3) for name, value in seconds.items()},
        "area": parts(coded, lambda case: case.value(FactName.AREA), is_area),
        "area, or the one that came before or after it": parts(
            coded, lambda case: case.value(FactName.AREA), is_related
        ),
        "area, documents that name it": parts(
            [case for case in coded if case.names_area], lambda case: case.value(FactName.AREA), is_area
        ),
        "area, documents that name it, best proposal however sure": parts(
            [case for case in coded if case.names_area], lambda case: case.best(FactName.AREA), is_area
        ),
        "area, macro over areas": macro(coded),
        "baseline: most frequent area": measured(coded, lambda _: majority, is_area),
        "documents of no single area": {
            "n": len(cases) - len(coded),
            "proposed an area": sum(bool(case.value(FactName.AREA)) for case in cases if not case.row["area_code"]),
        },
        "year": parts(dated, lambda case: case.year, is_year),
        "baseline: year of creation in the file": parts(dated, lambda case: case.metadata.created[:4], is_year),
        "baseline: year of the last change in the file": parts(dated, lambda case: case.metadata.modified[:4], is_year),
        "year against the manifest": disagreements(dated),
        "kind": kinds(cases),
        "errors": [error(case) for case in coded if case.value(FactName.AREA) not in {"", case.row["area_code"]}],
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def read_cases(project: Path, rows: dict[str, dict[str, str]]) -> tuple[list[Case], dict[str, float]]:
    """Return the documents of the manifest with their proposals, and what reading metadata and proposing cost."""
    cases, seconds = [], {"metadata (wall)": 0.0, "proposing (CPU)": 0.0}
    with open_project(project) as opened, opened.store.read() as connection:
        limits = Limits.of(opened.settings.parse)
        for item in documents.listed(connection):
            if item.name not in rows:
                continue
            which = passages.PassageFilter(document_id=item.document_id, kinds=tuple(PassageKind))
            found = list(passages.stream(connection, which))
            started = time.perf_counter()
            metadata = file_metadata(opened.blobs.path(item.sha256), limits)
            seconds["metadata (wall)"] += time.perf_counter() - started
            used = time.process_time()
            cases.append(case_of(item, found, metadata, rows[item.name]))
            seconds["proposing (CPU)"] += time.process_time() - used
    return cases, seconds


def case_of(item: Document, found: Sequence[Passage], metadata: FileMetadata, row: dict[str, str]) -> Case:
    """Propose facts of a document whose file name is hidden."""
    hidden = replace(item, name="document.pdf", title="")
    facts: dict[FactName, list[DocumentFact]] = defaultdict(list)
    for one in document_facts(ReadDocument(item=hidden, passages=found, metadata=metadata)):
        facts[one.name].append(one)
    text = " ".join((*(one.text for one in found), metadata.title, metadata.author, metadata.subject))
    half = int(hashlib.sha256(item.name.encode()).hexdigest(), 16) % 2
    return Case(row=row, facts=facts, metadata=metadata, names_area=names_area(row["area_code"], text), half=half)


def names_area(code: str, text: str) -> bool:
    """Tell whether one of an area's names stands in a text."""
    if not area_register().has(code):
        return False
    area = area_register().get(code)
    plain = re.sub(r"^NHS | Integrated Care Board$", "", area.name)
    words = "|".join(re.escape(name) for name in {area.name, plain, *area.other_names})
    return re.search(rf"\b(?:{words})\b", text, re.IGNORECASE) is not None


def is_area(case: Case, value: str) -> bool:
    """Tell whether a code is the manifest's."""
    return value == case.row["area_code"]


def is_related(case: Case, value: str) -> bool:
    """Tell whether a code is the manifest's, or came just before or after it."""
    code, register = AreaCode(case.row["area_code"]), area_register()
    near = {one.old for one in register.before(code)} | {one.new for one in register.after(code)}
    return value == code or value in near


def is_year(case: Case, value: str) -> bool:
    """Tell whether a year is the manifest's."""
    return value == case.row["year"]


def parts(cases: Sequence[Case], value: Callable[[Case], str], right: Callable[[Case, str], bool]) -> dict[str, Any]:
    """Measure all documents, each half, and those of and outside the most frequent area."""
    first = Counter(case.row["area"] for case in cases).most_common(1)[0][0]
    chosen: dict[str, Iterable[Case]] = {
        "all": cases,
        "half 0 (developed on)": [case for case in cases if case.half == 0],
        "half 1": [case for case in cases if case.half == 1],
        first: [case for case in cases if case.row["area"] == first],
        f"outside {first}": [case for case in cases if case.row["area"] != first],
    }
    return {name: measured(list(some), value, right) for name, some in chosen.items()}


def measured(cases: Sequence[Case], value: Callable[[Case], str], right: Callable[[Case, str], bool]) -> dict[str, Any]:
    """Return coverage, and accuracy among those proposed and overall, with Wilson and family-clustered intervals."""
    values = [value(case) for case in cases]
    proposed = np.array([bool(one) for one in values])
    correct = np.array([right(case, one) for case, one in zip(cases, values, strict=True)])
    families = [case.row["family"] for case in cases]
    return {
        "n": len(cases),
        "proposed": int(proposed.sum()),
        "coverage": share(proposed),
        "accuracy of what is proposed": interval(correct[proposed], np.array(families)[proposed]),
        "accuracy overall": interval(correct, np.array(families)),
    }


def share(values: np.ndarray) -> float | None:
    """Return a share to three digits."""
    return round(float(values.mean()), 3) if len(values) else None


def interval(correct: np.ndarray, families: np.ndarray) -> dict[str, Any]:
    """Return a share with its Wilson interval, and that of drawing whole families again."""
    if not len(correct):
        return {"share": None}
    low, high = share_interval(float(correct.mean()), len(correct), 1.96)
    names, place = np.unique(families, return_inverse=True)
    sums, counts = np.bincount(place, weights=correct), np.bincount(place)
    draws = np.random.default_rng(0).integers(0, len(names), (DRAWS, len(names)))
    shares = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    clustered = [round(float(one), 3) for one in np.quantile(shares, (0.025, 0.975))]
    return {"share": share(correct), "wilson": [round(low, 3), round(high, 3)], "by family": clustered}


def macro(cases: Sequence[Case]) -> dict[str, Any]:
    """Return the mean over areas of the share that is right, each area counting once."""
    by_area: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        by_area[case.row["area"]].append(is_area(case, case.value(FactName.AREA)))
    shares = {area: (round(sum(right) / len(right), 3), len(right)) for area, right in sorted(by_area.items())}
    return {"areas": len(shares), "accuracy overall": share(np.array([one for one, _ in shares.values()])), **shares}


def disagreements(cases: Sequence[Case]) -> dict[str, Any]:
    """Return how often the proposed year is another than the manifest's, and how often because the page says so."""
    other = [case for case in cases if case.year and case.year != case.row["year"]]
    best = [next(one for one in case.facts[FactName.PUBLISHED]) for case in other]
    made = sum(case.metadata.created[:4] == case.row["year"] for case in cases)
    changed = sum(case.row["year"] in {case.metadata.created[:4], case.metadata.modified[:4]} for case in cases)
    return {
        "n": len(cases),
        "manifest has the file's year of creation": made,
        "manifest has its year of creation or change": changed,
        "proposed another year": len(other),
        "of these, read on a page": sum(bool(one.passage_id) for one in best),
        "each": [
            f"{case.row['file'][:60]}: manifest {case.row['year']}, proposed {one.value}: {one.why}"
            for case, one in zip(other, best, strict=True)
        ],
    }


_KINDS = {
    "council committee paper": {"committee-paper"},
    "adult social care decision paper": {"committee-paper", "impact-assessment"},
    "ICS strategy delivery plan paper": {"committee-paper", "integrated-care-strategy", "impact-assessment"},
    "health/equality impact assessment": {"impact-assessment"},
    "NHS local commissioning policy / guidance": {"clinical-guidance"},
    "NICE guideline": {"clinical-guidance", "national-policy"},
    "local plan": {"local-plan"},
    "local plan evidence/appendix": {"evidence-appendix", "impact-assessment", "local-plan"},
    "public inquiry / government response": {"national-policy"},
    "neighbourhood health measurement guide": {"national-policy"},
}


def kinds(cases: Sequence[Case]) -> dict[str, Any]:
    """Compare kinds where the manifest's words have a counterpart among ours."""
    known = [case for case in cases if case.row["doc_type"] in _KINDS]
    return measured(
        known, lambda case: case.value(FactName.DOC_TYPE), lambda case, value: value in _KINDS[case.row["doc_type"]]
    )


def error(case: Case) -> str:
    """Return a wrong area in words."""
    best = case.facts[FactName.AREA][0]
    return f"{case.row['file'][:60]}: {case.row['area']}, proposed {best.label} ({best.confidence}): {best.why}"


if __name__ == "__main__":
    main()
