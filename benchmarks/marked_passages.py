"""The readers of area, period and status against 60 marked passages of real documents, with baselines and intervals.

The marks were made by one large language model; no person has checked them (``tests/corpus/marked_passages.md``).
What is printed is agreement with them, not accuracy against human judgement. The documents are read anew with the
project's reader; passages are found by page and digest of their text. The document's own area and year come from the
corpus's list, as they would from a register; its abbreviations from its whole text. No body is given.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from careatlas.identifiers import AreaCode, Sha256
from careatlas.passage import Passage
from careatlas.period import Period, period_of, published_period
from careatlas.settings import ParseSettings
from careatlas.share_interval import share_interval
from nlp.abbreviations import abbreviations
from nlp.initiative_period import initiative_period
from nlp.language import pipeline, read_text
from nlp.limits import Limits
from nlp.passage_area import area_of_passage
from nlp.place_context import PlaceContext, day_of
from nlp.pool import Job, read_all
from nlp.status_cues import status_of
from nlp.time_mentions import time_mentions

MARKS = Path(__file__).resolve().parents[1] / "tests" / "corpus" / "marked_passages.jsonl"
STATUSES = ("aspiration", "planned", "in-place", "stopped", "unclear")
DAYS_OF_A_YEAR = 366
QUANTILE = 1.96
Mark = dict[str, Any]
Place = tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A marked passage with what is known of its document."""

    mark: Mark
    passage: Passage
    known: PlaceContext
    said_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the readers say of one passage; places are characters of its text."""

    area: str
    area_place: Place
    period: Period | None
    status: str
    status_place: Place


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the corpus: a folder with MANIFEST_pdfs.csv and pdfs/")
    parser.add_argument("--marks", type=Path, default=MARKS)
    parser.add_argument("--pipelines", nargs="+", default=["blank", "en_core_web_sm"])
    parser.add_argument("--show", action="store_true", help="each passage on which mark and reader differ, by its name")
    options = parser.parse_args()
    marks = [json.loads(line) for line in options.marks.read_text(encoding="utf-8").splitlines()]
    found = list(found_again(options.folder, marks))
    print(
        f"{len(found)} of {len(marks)} marked passages found again, in {len({m['document'] for m in marks})} documents"
    )
    baselines([one.mark for one in found], found)
    for name in options.pipelines:
        print(f"\n== pipeline {name}")
        answers = [answer(one, name) for one in found]
        report(found, answers)
        if options.show:
            show(found, answers)


def found_again(folder: Path, marks: Sequence[Mark]) -> Iterator[Found]:
    """Yield the marked passages that the documents, read anew, still have."""
    with (folder / "MANIFEST_pdfs.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    names = {mark["document"]: Sha256(mark["sha256"]) for mark in marks}
    jobs = [Job(key=name, path=str(folder / "pdfs" / name), sha256=digest) for name, digest in sorted(names.items())]
    for job, reading in read_all(jobs, Limits.of(ParseSettings()), 1):
        row = rows[job.key]
        known = PlaceContext(
            area_code=AreaCode(row["area_code"]),
            on=day_of(row["year"]),
            abbreviations=abbreviations(passage.text for passage in reading.passages),
        )
        texts = {(one.page, sha256(one.text.encode()).hexdigest()): one for one in reading.passages}
        for mark in marks:
            passage = texts.get((mark["page"], mark["text_sha256"]))
            if mark["document"] == job.key and passage is not None:
                yield Found(mark=mark, passage=passage, known=known, said_on=row["year"])


def answer(one: Found, name: str) -> Answer:
    """Return what the readers say of a passage."""
    nlp, heading = pipeline(name), one.passage.heading_path
    doc = read_text(one.passage.text, nlp)
    status = status_of(doc, heading)
    area = area_of_passage(doc, read_text(heading[-1], nlp) if heading else None, one.known)
    period, _ = initiative_period(time_mentions(doc, one.said_on), status.status, one.said_on)
    return Answer(
        area=area.code,
        area_place=area.span,
        period=period,
        status=status.status,
        status_place=(status.char_start, status.char_end) if status.char_end else None,
    )


def report(found: Sequence[Found], answers: Sequence[Answer]) -> None:
    """Print all figures of one pipeline: on all marks, on those without doubt, and periods without deadlines."""
    pairs = list(zip([one.mark for one in found], answers, strict=True))
    for title, sure in (("all marks", False), ("marks without doubt", True)):
        print(f"-- {title}")
        areas([pair for pair in pairs if not (sure and "area" in pair[0]["doubt"])])
        tells = [pair for pair in pairs if pair[0]["initiative"]]
        periods([pair for pair in tells if not (sure and {"start", "end"} & set(pair[0]["doubt"]))])
        statuses([pair for pair in tells if not (sure and "status" in pair[0]["doubt"])])
    deadlines = [pair for pair in pairs if pair[0]["end_role"] == "by"]
    print("-- deadlines (by a date): marked as an end; a reader may take them for the latest start")
    line("deadline read, as either side", (at_either_side(*pair) for pair in deadlines))
    print("-- periods without the deadlines")
    periods([pair for pair in pairs if pair[0]["initiative"] and pair not in deadlines])


def at_either_side(mark: Mark, given: Answer) -> bool:
    """Tell whether a period that was read begins or ends with the marked deadline's day, month or year."""
    named = published_period(mark["end"])
    return bool(named and given.period and (given.period.end == named.end or given.period.start == named.start))


def areas(pairs: Sequence[tuple[Mark, Answer]]) -> None:
    """Print how often the area is the marked one, or another that would be right too."""
    line("area: the marked code", (given.area == mark["area"] for mark, given in pairs))
    line("area: or another right one", (given.area in {mark["area"], *mark["areas_also"]} for mark, given in pairs))
    for basis in ("passage", "document"):
        some = [(mark, given) for mark, given in pairs if mark["area_basis"] == basis]
        line(f"  told by the {basis}", (given.area == mark["area"] for mark, given in some))
    places("area", [(mark, given.area_place) for mark, given in pairs])


def periods(pairs: Sequence[tuple[Mark, Answer]]) -> None:
    """Print how often each end is the marked one, near it, or rightly absent; and the period as a whole."""
    marked = [(period_of(m["period"], m["precision"]) if m["period"] else None, given.period, m) for m, given in pairs]
    for side in ("start", "end"):
        ends = [(end_of(truth, side), end_of(read, side), mark) for truth, read, mark in marked]
        line(f"{side}: exact, where marked", (a == b for a, b, _ in ends if a))
        line("  within a year", (b is not None and abs((a - b).days) <= DAYS_OF_A_YEAR for a, b, _ in ends if a))
        line("  none read, where none is marked", (b is None for a, b, _ in ends if not a))
    line("period: both sides exact", (sides(truth) == sides(read) for truth, read, _ in marked))
    line("period: overlaps, where marked", (r is not None and t.overlaps(r) for t, r, _ in marked if t))


def statuses(pairs: Sequence[tuple[Mark, Answer]]) -> None:
    """Print how often the status is the marked one, and which is taken for which."""
    line("status", (given.status == mark["status"] for mark, given in pairs))
    for status in STATUSES[:-1]:
        line(f"  {status}", (given.status == status for mark, given in pairs if mark["status"] == status))
    places("status", [(mark, given.status_place) for mark, given in pairs])
    counts = Counter((mark["status"], given.status) for mark, given in pairs)
    print("    marked \\ read  " + " ".join(f"{status:>10}" for status in STATUSES))
    for status in STATUSES[:-1]:
        print(f"    {status:13}  " + " ".join(f"{counts[status, other]:10d}" for other in STATUSES))


def places(name: str, pairs: Iterable[tuple[Mark, Place]]) -> None:
    """Print how often the words that were read share a character with the marked ones."""
    both = [(mark["spans"][name], place) for mark, place in pairs if name in mark["spans"]]
    line(f"  {name}: words overlap", (place is not None and place[0] < b and a < place[1] for (a, b), place in both))


def baselines(marks: Sequence[Mark], found: Sequence[Found]) -> None:
    """Print what is had without reading a passage."""
    print("== baselines")
    commonest = Counter(mark["area"] for mark in marks).most_common(1)[0][0]
    line(f"area: always {commonest}", (mark["area"] == commonest for mark in marks))
    line("area: always the document's", (one.mark["area"] == one.known.area_code for one in found))
    tells = [one for one in found if one.mark["initiative"]]
    line("period: always none", (not one.mark["period"] for one in tells))
    truths = [(period_of(o.mark["period"], o.mark["precision"]), o.said_on) for o in tells if o.mark["period"]]
    years = [(truth, published_period(said_on)) for truth, said_on in truths]
    line("period: overlaps the document's year", (year is not None and truth.overlaps(year) for truth, year in years))
    status = Counter(one.mark["status"] for one in tells).most_common(1)[0][0]
    line(f"status: always {status}", (one.mark["status"] == status for one in tells))


def line(name: str, outcomes: Iterable[bool]) -> None:
    """Print a share with its 95% Wilson interval."""
    rights = [bool(one) for one in outcomes]
    if not rights:
        print(f"  {name:38}  none")
        return
    share = sum(rights) / len(rights)
    low, high = share_interval(share, len(rights), QUANTILE)
    print(f"  {name:38}  {share:.2f}  ({low:.2f}-{high:.2f})  {sum(rights)}/{len(rights)}")


def show(found: Sequence[Found], answers: Sequence[Answer]) -> None:
    """Print the marks from which a reader differs; no text of a document."""
    for one, given in zip(found, answers, strict=True):
        mark = one.mark
        period = given.period.as_text() if given.period else ""
        told = (
            ("area", mark["area"], given.area),
            ("period", mark["period"], period),
            ("status", mark["status"], given.status),
        )
        for name, truth, read in told:
            if truth != read and (mark["initiative"] or name == "area"):
                doubt = (
                    " (in doubt)"
                    if {name, *(("start", "end") if name == "period" else ())} & set(mark["doubt"])
                    else ""
                )
                print(f"    {mark['id']} {name}: marked {truth or 'none'}, read {read or 'none'}{doubt}")


def end_of(period: Period | None, side: str) -> date | None:
    """Return one side of a period, none for no period."""
    if period is None:
        return None
    return period.start if side == "start" else period.end


def sides(period: Period | None) -> tuple[date | None, date | None]:
    """Return both sides of a period, none for no period."""
    return end_of(period, "start"), end_of(period, "end")


if __name__ == "__main__":
    main()
