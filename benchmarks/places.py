"""Areas named in real documents: how many of which kind, a baseline for a document's area, speed, and marked mentions.

    careatlas init PROJECT; careatlas -p PROJECT add FOLDER; careatlas -p PROJECT parse
    uv run python benchmarks/places.py PROJECT MANIFEST.csv

Counts and the baseline are of documents of which only the date is known; half 0 (by digest of the document's
identifier) is the one that the rules were made on. The marks (``tests/corpus/marked_places.md``) are of half 1, with
the document's own area known. They were made by one large language model; no person has checked them.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from careatlas.document import Document
from careatlas.identifiers import AreaCode
from careatlas.passage import Passage
from careatlas.project import open_project
from careatlas.share_interval import share_interval
from careatlas.store import documents, passages
from nlp.abbreviations import abbreviations
from nlp.area_mentions import AreaMention, area_mentions
from nlp.language import BLANK, pipeline, read_texts
from nlp.partner_mentions import partner_mentions
from nlp.passage_area import area_of_passage
from nlp.place_context import PlaceContext, day_of

MARKS = Path(__file__).resolve().parents[1] / "tests" / "corpus" / "marked_places.csv"
LEAST, QUANTILE = 0.5, 1.96
Row = dict[str, str]
Read = list[tuple[Document, Row, list[Passage]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", type=Path)
    parser.add_argument("manifest", type=Path, help="a CSV with sha256, area_code and year")
    parser.add_argument("--marks", type=Path, default=MARKS)
    options = parser.parse_args()
    csv.field_size_limit(sys.maxsize)
    with options.manifest.open(encoding="utf-8", newline="") as file:
        rows = {row["sha256"]: row for row in csv.DictReader(file)}
    read = list(stored(options.project, rows))
    for name, halves in (("half 0, rules made on it", {0}), ("half 1, held out", {1}), ("both", {0, 1})):
        counts(name, [one for one in read if half(one[0]) in halves])
    speed(read)
    marked(read, options.marks)


def stored(project: Path, rows: Mapping[str, Row]) -> Iterator[tuple[Document, Row, list[Passage]]]:
    """Yield the documents of a project that the manifest lists, with their passages."""
    with open_project(project) as opened, opened.store.read() as connection:
        for item in documents.listed(connection, documents.DocumentFilter(), limit=10_000):
            if item.sha256 in rows:
                which = passages.PassageFilter(document_id=item.document_id)
                yield item, rows[item.sha256], list(passages.stream(connection, which))


def half(item: Document) -> int:
    """Return 0 or 1, evenly and for good."""
    return int(hashlib.sha256(item.document_id.encode()).hexdigest(), 16) % 2


def context(row: Row, read: Iterable[Passage], *, knows_area: bool) -> PlaceContext:
    """Return what is known of a document."""
    area = AreaCode(row["area_code"] if knows_area else "")
    return PlaceContext(area_code=area, on=day_of(row["year"]), abbreviations=abbreviations(one.text for one in read))


def counts(name: str, read: Read) -> None:
    """Print mentions by kind of area, and how often the area most often named is the document's."""
    kinds: Counter[str] = Counter()
    right, asked, silent = 0, 0, 0
    for _, row, found in read:
        known, named = context(row, found, knows_area=False), Counter[str]()
        for doc in read_texts((one.text for one in found), pipeline(BLANK)):
            for one in area_mentions(doc, known=known):
                kinds["doubtful" if one.confidence < LEAST else str(one.kind)] += 1
                named.update([one.code] * (one.confidence >= LEAST))
        if row["area_code"]:
            asked += 1
            silent += not named
            right += bool(named) and named.most_common(1)[0][0] == row["area_code"]
    print(f"== {name}: {len(read)} documents, {sum(len(found) for *_, found in read):,} passages")
    print(f"   mentions {sum(kinds.values()):,}: " + ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()))
    print(f"   most often named area is the document's: {share(right, asked)}; names no area: {silent}")


def speed(read: Read) -> None:
    """Print how many passages are read in a second, all of it in one process."""
    tasks = {
        "areas": lambda doc, known: area_mentions(doc, known=known),
        "areas, partners and the area of the initiative": lambda doc, known: (
            partner_mentions(doc, known),
            area_of_passage(doc, None, known),
        ),
    }
    for name, task in tasks.items():
        started, count = time.perf_counter(), 0
        for _, row, found in read:
            known = context(row, found, knows_area=True)
            for doc in read_texts((one.text for one in found), pipeline(BLANK)):
                task(doc, known)
                count += 1
        seconds = time.perf_counter() - started
        print(f"== {name}: {count:,} passages in {seconds:.1f} s, {count / seconds:,.0f} a second")


def marked(read: Read, marks: Path) -> None:
    """Print how many of the marked mentions are right, as marked, and how today's ruler stands to each."""
    with marks.open(encoding="utf-8", newline="") as file:
        wanted = list(csv.DictReader(file))
    places = {(mark["document_sha256"], mark["page"], mark["text_sha256"]) for mark in wanted}
    today: dict[tuple[str, ...], list[AreaMention]] = {}
    for item, row, found in read:
        if any(item.sha256 == key[0] for key in places):
            known = context(row, found, knows_area=True)
            keys = [(item.sha256, str(one.page), hashlib.sha256(one.text.encode()).hexdigest()) for one in found]
            kept = [(key, one.text) for key, one in zip(keys, found, strict=True) if key in places]
            docs = read_texts((text for _, text in kept), pipeline(BLANK))
            today |= {key: list(area_mentions(doc, known=known)) for (key, _), doc in zip(kept, docs, strict=True)}
    for sample in sorted({mark["sample"] for mark in wanted}):
        rows = [mark for mark in wanted if mark["sample"] == sample]
        right = [mark for mark in rows if mark["is_right"] == "1"]
        print(f"== marks, sample {sample}: right {share(len(right), len(rows))}")
        still = [mark for mark in rows if _stands(mark, today)]
        good = sum(mark["is_right"] == "1" for mark in still)
        print(f"   today's ruler says the same of {len(still)}, {good} of them right, of {len(right)} right ones")


def _stands(mark: Row, today: Mapping[tuple[str, ...], list[AreaMention]]) -> bool:
    found = today.get((mark["document_sha256"], mark["page"], mark["text_sha256"]), [])
    place = (int(mark["char_start"]), int(mark["char_end"]), mark["code"])
    return any((one.char_start, one.char_end, one.code) == place and one.confidence >= LEAST for one in found)


def share(part: int, whole: int) -> str:
    """Return a share with its n and its 95 % Wilson interval."""
    low, high = share_interval(part / whole, whole, QUANTILE) if whole else (0.0, 1.0)
    return f"{part} of {whole} = {part / max(whole, 1):.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
