"""The store with 20,000 synthetic passages: a filtered page of 50 rows, counts per area, a word search."""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from careatlas.document import Document, DocumentOutcome, Page, PageStatus
from careatlas.geometry import Box
from careatlas.identifiers import AreaCode, Code, CodebookId, ModelId, document_id, passage_id, sha256_of
from careatlas.passage import LineAnchor, Passage, PassageKind
from careatlas.reading import Reading
from careatlas.store import documents, passages, readings, suggestions
from careatlas.store.engine import Store, sqlite_url
from careatlas.suggestion import CodeScore, Suggestion

AREAS, PER_DOCUMENT, ROUNDS = 151, 100, 21
CODES = [Code(f"code-{number}") for number in range(15)]
MODEL = ModelId("benchmark")
# A vocabulary of 5,000 words, drawn like the words of a language: the n-th is used about 1/n as often as the first.
_WORDS = ["hospital", "falls", "discharge", *(f"word{number}" for number in range(5_000))]
_WEIGHTS = [1 / (number + 10) for number in range(len(_WORDS))]


def main() -> None:
    """Fill a store, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--url", default="", help="a PostgreSQL URL instead of a SQLite file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(options.url or sqlite_url(Path(folder) / "store.sqlite"))
        store.migrate()
        _fill(store, options.passages)
        which = passages.PassageFilter(area_code="E100", model_id=MODEL, code=CODES[3])
        broad = passages.PassageFilter(model_id=MODEL, code=CODES[3])
        answer = {
            "passages": options.passages,
            "dialect": store.dialect,
            "rounds": ROUNDS,
            "filtered page of 50 (area and code), ms": _median(store, lambda c: passages.listed(c, which)),
            "filtered page of 50 (code), ms": _median(store, lambda c: passages.listed(c, broad, offset=100)),
            "counts per area of one code, ms": _median(store, lambda c: suggestions.area_counts(c, MODEL, CODES[3])),
            "counts per area of any code, ms": _median(store, lambda c: suggestions.area_counts(c, MODEL)),
            "search for two words, ms": _median(store, lambda c: passages.search(c, "falls discharge")),
            "search for one word, ms": _median(store, lambda c: passages.search(c, "hospital")),
        }
        store.close()
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _median(store: Store, ask: Callable[..., object]) -> float:
    times = []
    for _ in range(ROUNDS):
        with store.read() as connection:
            started = time.perf_counter()
            ask(connection)
            times.append(1_000 * (time.perf_counter() - started))
    return round(statistics.median(times), 2)


def _fill(store: Store, total: int) -> None:
    chance = random.Random(7)
    for number in range(total // PER_DOCUMENT):
        with store.write() as connection:
            item, reading = _document(number, chance)
            documents.add(connection, item, item.name)
            readings.save(connection, item, reading)
            suggestions.keep_model(
                connection,
                suggestions.StoredModel(
                    model_id=MODEL, codebook_id=CodebookId("b"), codebook_version="1.0.0", made_at="", card={}
                ),
            )
            made = [_suggestion(passage, chance) for passage in reading.passages]
            suggestions.replace(connection, MODEL, item.document_id, made)


def _document(number: int, chance: random.Random) -> tuple[Document, Reading]:
    sha256 = sha256_of(str(number).encode())
    area = AreaCode(f"E{100 + number % AREAS}")
    item = Document(
        document_id=document_id(sha256),
        sha256=sha256,
        byte_count=1,
        name=f"{number}.pdf",
        area_code=area,
        area_name=area,
    )
    made, at = [], 0
    for position in range(PER_DOCUMENT):
        text = " ".join(chance.choices(_WORDS, _WEIGHTS, k=45))
        box = Box(x0=50, y0=50, x1=500, y1=90)
        made.append(
            Passage(
                passage_id=passage_id(sha256, 1, position, "b"),
                document_id=item.document_id,
                page=1,
                position=position,
                kind=PassageKind.PARAGRAPH,
                text=text,
                char_start=at,
                char_end=at + len(text),
                heading_path=("Heading",),
                boxes=(box,),
                lines=(LineAnchor(char_start=at, char_end=at + len(text), box=box),),
                evidence="benchmark",
                confidence=1.0,
                ocr=False,
                parser_version="b",
            )
        )
        at += len(text) + 1
    page = Page(
        document_id=item.document_id,
        number=1,
        width=595,
        height=842,
        rotation=0,
        status=PageStatus.TEXT,
        glyph_count=at,
        tagged_share=1.0,
        text_start=0,
        text_end=at,
    )
    text = "\n".join(passage.text for passage in made)
    reading = Reading(outcome=DocumentOutcome.OK, parser_version="b", text=text, pages=(page,), passages=tuple(made))
    return item, reading


def _suggestion(passage: Passage, chance: random.Random) -> Suggestion:
    scores = [CodeScore(code=code, probability=chance.random(), accepted=chance.random() < 0.05) for code in CODES]
    return Suggestion(
        passage_id=passage.passage_id,
        codebook_id=CodebookId("b"),
        codebook_version="1.0.0",
        model_id=MODEL,
        scores=tuple(scores),
        none_probability=0.5,
    )


if __name__ == "__main__":
    main()
