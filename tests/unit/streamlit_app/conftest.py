from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from annotation.reviewing import Click, Setting, judged, shown_of
from careatlas.codebook_file import shipped
from careatlas.document import Document, DocumentOutcome, Page, PageStatus
from careatlas.geometry import Box
from careatlas.identifiers import (
    AnswerId,
    AreaCode,
    Code,
    CodebookId,
    DocumentId,
    ModelId,
    document_id,
    passage_id,
    sha256_of,
)
from careatlas.judgement import Verdict
from careatlas.passage import LineAnchor, Passage, PassageKind
from careatlas.project import create_project, open_project
from careatlas.reading import Reading
from careatlas.store import documents, judgements, passages, readings, suggestions
from careatlas.suggestion import CodeScore, Suggestion

MAIN = Path(__file__).parents[3] / "streamlit_app" / "main.py"
HOSTILE = '<script>alert(1)</script> **bold** [a](javascript:1) :smile: $x^2$ \u202eevil =HYPERLINK("http://x.example")'
FORMULA = '=HYPERLINK("http://evil.example","plan")'
MODEL = ModelId("cues-test")
WIDTH, HEIGHT = 595.0, 842.0
BOOK = shipped("care-home-integration")
HOSTILE_NOTE = "**bold** [a](javascript:1) <script>"


def png() -> bytes:
    """Return a white image of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00\xff\xff\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


TEXTS = (
    (1, PassageKind.FURNITURE, "Page head"),
    (1, PassageKind.HEADING, "Our plan"),
    (1, PassageKind.PARAGRAPH, "A joint discharge team moves people home within a day."),
    (1, PassageKind.PARAGRAPH, HOSTILE),
    (2, PassageKind.LIST_ITEM, "General practice visits every care home each week."),
)


def a_document(number: int, **facts: Any) -> Document:
    digest = sha256_of(f"plan {number}".encode())
    return Document(document_id=document_id(digest), sha256=digest, byte_count=10, name=f"plan-{number}.pdf", **facts)


def a_reading(item: Document) -> Reading:
    found, start = [], 0
    for position, (page, kind, text) in enumerate(TEXTS):
        box = Box(x0=59.5, y0=84.2 * (position + 1), x1=297.5, y1=84.2 * (position + 1) + 42.1)
        found.append(
            Passage(
                passage_id=passage_id(item.sha256, page, position, "1"),
                document_id=item.document_id,
                page=page,
                position=position,
                kind=kind,
                text=text,
                char_start=start,
                char_end=start + len(text),
                heading_path=("Our plan",) if kind.is_evidence else (),
                boxes=(box,),
                lines=(LineAnchor(char_start=start, char_end=start + len(text), box=box),),
                evidence="test",
                confidence=1.0,
                ocr=False,
                parser_version="1",
            )
        )
        start += len(text) + 1
    pages = tuple(
        Page(
            document_id=item.document_id,
            number=number,
            width=WIDTH,
            height=HEIGHT,
            rotation=0,
            status=PageStatus.TEXT,
            glyph_count=100,
            tagged_share=0.0,
            text_start=0,
            text_end=start,
        )
        for number in (1, 2)
    )
    text = "\n".join(text for _, _, text in TEXTS)
    return Reading(outcome=DocumentOutcome.OK, parser_version="1", text=text, pages=pages, passages=tuple(found))


def a_suggestion(item: Passage, **accepted: float) -> Suggestion:
    scores = {"discharge": 0.2, "primary-care": 0.15, "digital-data": 0.1, "home-quality": 0.05, **accepted}
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    return Suggestion(
        passage_id=item.passage_id,
        codebook_id=CodebookId("care-home-integration"),
        codebook_version="0.3.0",
        model_id=MODEL,
        scores=tuple(CodeScore(code=Code(code), probability=value, accepted=value >= 0.4) for code, value in ranked),
        none_probability=0.3,
    )


def fill(root: Path) -> None:
    """Make a project: one plan that was read, one that could not be, one of no area with a hostile title."""
    create_project(root)
    read = a_document(1, title="A synthetic plan", area_code=AreaCode("E08000003"), area_name="Manchester",
                      doc_type="better care fund", published="2023-04-01")  # fmt: skip
    broken = a_document(2, area_code=AreaCode("E10000016"), area_name="Kent", doc_type="local plan", published="2019",
                        outcome=DocumentOutcome.MALFORMED, reason="it is no PDF")  # fmt: skip
    hostile = a_document(3, title=FORMULA, doc_type="local plan")
    reading = a_reading(read)
    with open_project(root) as project:
        image = project.blobs.put(png())
        with project.store.write() as connection:
            for item in (read, broken, hostile):
                documents.add(connection, item, f"/plans/{item.name}")
            readings.save(connection, read, reading)
            for number in (1, 2):
                readings.keep_image(connection, read.document_id, number, 110, image, "image/png")
            card = {"calibrated": False, "human_labels": 0, "made_from": HOSTILE}
            model = suggestions.StoredModel(
                model_id=MODEL,
                codebook_id=CodebookId("care-home-integration"),
                codebook_version="0.3.0",
                made_at="2026-01-01T00:00:00+00:00",
                card=card,
            )
            suggestions.keep_model(connection, model)
            made = [a_suggestion(one) for one in reading.passages if one.kind.is_evidence]
            made[0] = a_suggestion(reading.passages[2], discharge=0.8)
            made[2] = a_suggestion(reading.passages[4], **{"primary-care": 0.7})
            suggestions.replace(connection, MODEL, read.document_id, made)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a small project."""
    folder = tmp_path / "project"
    fill(folder)
    return folder


@pytest.fixture
def first() -> DocumentId:
    """The plan that was read."""
    return a_document(1).document_id


class App:
    """The app of one session without a browser."""

    def __init__(self) -> None:
        self.test = AppTest.from_file(str(MAIN), default_timeout=60)
        self.test.run()

    def open(self, name: str, **query: str) -> AppTest:
        """Open a page by its address."""
        pages = self.test._registered_pages
        found = [key for key, page in pages.items() if page.get("url_pathname", "") == name]
        assert found, [page.get("url_pathname") for page in pages.values()]
        self.test._page_hash = found[0]
        self.test.query_params = dict(query)
        self.test.run()
        assert not self.test.exception, [item.value for item in self.test.exception]
        return self.test

    def parts(self, name: str) -> list[dict[str, Any]]:
        """Return the data of our own components of one name."""
        found = self.test.get("bidi_component")
        return [json.loads(item.proto.mixed.json or item.proto.json) if item.proto.WhichOneof("data") == "mixed"
                else json.loads(item.proto.json) for item in found
                if item.proto.component_name == f"careatlas_{name}"]  # fmt: skip

    def words(self) -> str:
        """Return everything that plain text elements and messages say."""
        kinds = (self.test.text, self.test.error, self.test.warning, self.test.info, self.test.caption)
        return "\n".join(str(item.value) for kind in kinds for item in kind)


@pytest.fixture
def app_of(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], App]]:
    """Start the app on the project with a reviewer, or with none."""
    import streamlit as st

    before = config.get_option("server.address")
    monkeypatch.setenv("CAREATLAS_PROJECT", str(root))

    def start(reviewer: str = "", address: str = "127.0.0.1") -> App:
        monkeypatch.setenv("CAREATLAS_REVIEWER", reviewer)
        config.set_option("server.address", address)
        return App()

    yield start
    config.set_option("server.address", before)
    st.cache_resource.clear()


def an_answer(
    connection: Any, passage: Passage, person: str, *codes: str, note: str = "", drawn_by: str = "first"
) -> None:
    scored = suggestions.of_passages(connection, "cues-test", [passage.passage_id])
    shown = shown_of(scored[passage.passage_id], 3) if person == "ann" and scored else None
    said = {code.id: Verdict.PRESENT if code.id in codes else Verdict.ABSENT for code in BOOK.codes}
    rows = [
        judged(
            Click(
                passage_id=passage.passage_id,
                codebook_id=BOOK.id,
                codebook_version=BOOK.version,
                code=code,
                verdict=verdict,
                person=person,
                note=note,
            ),
            shown,
            datetime(2026, 3, 4, 12, tzinfo=UTC),
            Setting(drawn_by=drawn_by, inclusion_probability=0.5, answer_id=AnswerId(f"{person} {passage.passage_id}")),
        )
        for code, verdict in (said if codes else {Code(""): Verdict.NOTHING_HERE}).items()
    ]
    judgements.append_many(connection, rows, passage)


@pytest.fixture
def coded(root: Path, first: DocumentId) -> list[Passage]:
    """Two passages on which ann and ben differ: on page 1 and, drawn by another sample, on page 2."""
    with open_project(root) as project, project.store.write() as connection:
        found = [one for number in (1, 2) for one in passages.of_page(connection, first, number)]
        team, round_ = found[2], found[4]
        an_answer(connection, team, "ann", "discharge", "home-quality")
        an_answer(connection, team, "ben", "discharge", note=HOSTILE_NOTE)
        an_answer(connection, round_, "ann", "primary-care", drawn_by="second")
        an_answer(connection, round_, "ben", drawn_by="second")
    return [team, round_]
