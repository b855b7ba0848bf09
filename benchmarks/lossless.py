"""Every character of every page of a corpus: in exactly one passage, mended, or dropped with a reason."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from careatlas.identifiers import sha256_of
from careatlas.offsets import OffsetMap
from careatlas.reading import Reading
from careatlas.settings import ParseSettings
from nlp.assemble import UNPLACED
from nlp.limits import Limits
from nlp.pool import Job, read_all
from nlp.reader import open_pdf, read_pages


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    files = sorted(parser.parse_args().folder.glob("*.pdf"))
    jobs = [Job(key=str(path), path=str(path), sha256=sha256_of(path.read_bytes())) for path in files]
    totals: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for job, reading in read_all(jobs, Limits.of(ParseSettings())):
        outcomes[reading.outcome] += 1
        totals["pages"] += len(reading.pages)
        totals["pages failed"] += sum(page.status == "failed" for page in reading.pages)
        totals["pages that need OCR"] += sum(page.status.needs_ocr for page in reading.pages)
        for drop in reading.dropped:
            reasons[drop.reason] += drop.glyph_count
        for name, number in _account(Path(job.path), reading).items():
            totals[name] += number
    # A character of no width is in no line of the dictionary, and among the reasons: counted once.
    lost = sum(reasons.values()) + max(0, totals["characters of get_text that are in no line"] - reasons[UNPLACED])
    share = lost / totals["characters of get_text"] if totals["characters of get_text"] else 0.0
    answer = {
        "documents": len(files),
        "outcomes": outcomes,
        **totals,
        "dropped by reason": reasons,
        "share dropped": share,
    }
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _account(path: Path, reading: Reading) -> Counter[str]:
    """Compare ``page.get_text("text")`` with the lines read, and the lines with what the offset map covers."""
    counts: Counter[str] = Counter()
    document = open_pdf(path)
    pages = read_pages(document, "0" * 64, max_glyphs=10**9, on_page=lambda _: None)
    for page in pages.pages:
        plain = Counter("".join(document[page.number - 1].get_text("text").split()))
        lines = Counter("".join("".join(line.text for line in page.lines).split()))
        counts["characters of get_text"] += plain.total()
        counts["characters of get_text that are in no line"] += (plain - lines).total()
        counts["characters of lines that get_text does not have"] += (lines - plain).total()
    counts["characters of lines"] += sum(page.glyph_count for page in pages.pages)
    counts["characters of lines accounted for by the offset map"] += _accounted(reading)
    counts["documents in which the two differ"] += _accounted(reading) != sum(page.glyph_count for page in pages.pages)
    return counts


def _accounted(reading: Reading) -> int:
    """Count the characters of the file, white space left out, that the offset map names."""
    runs = OffsetMap.from_bytes(reading.offset_map).runs if reading.offset_map else ()
    number = 0
    for run in runs:
        if run.text_length == run.source_length:
            number += sum(map(len, reading.text[run.text_start : run.text_start + run.text_length].split()))
        elif not (run.text_length == 1 and reading.text[run.text_start] == " "):
            number += run.source_length  # an opened ligature, or a character taken out
    return number


if __name__ == "__main__":
    main()
