"""From lines to a reading: offsets, identifiers, heading paths, pages."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careatlas.document import DocumentOutcome, PageStatus
from careatlas.identifiers import document_id, sha256_of
from careatlas.passage import PassageKind
from nlp.assemble import MAX_HEADING_IN_PATH, UNPLACED, HeadingPath, assemble
from nlp.line import Bookmark, PageLines, Pages
from nlp.version import PARSER_VERSION

DIGEST = sha256_of(b"a document")


def document(*pages, title="", bookmarks=(), sha256=DIGEST):
    return Pages(sha256, title, tuple(pages), tuple(bookmarks))


def check_reading(reading):
    """What holds of every reading."""
    text = reading.text
    for passage in reading.passages:
        assert passage.text == text[passage.char_start : passage.char_end]
        assert passage.text.strip() == passage.text != ""
        assert passage.lines
        assert passage.boxes
        assert all(passage.char_start <= one.char_start < one.char_end <= passage.char_end for one in passage.lines)
        assert passage.parser_version == PARSER_VERSION
    spans = [(one.char_start, one.char_end) for one in reading.passages]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))
    assert len({one.passage_id for one in reading.passages}) == len(reading.passages)
    at = 0
    for page in reading.pages:
        assert page.text_start == at
        at = page.text_end
        mine = [one for one in reading.passages if one.page == page.number]
        assert [one.position for one in mine] == list(range(len(mine)))
        assert all(page.text_start <= one.char_start <= one.char_end <= page.text_end for one in mine)
        assert 0.0 <= page.tagged_share <= 1.0
    assert at == len(text)


def test_every_self_made_pdf_gives_a_sound_reading(any_made):
    check_reading(any_made.reading)


def test_identifiers_are_stable_and_depend_on_content_and_place(any_made):
    again = assemble(any_made.pages)
    assert [one.passage_id for one in again.passages] == [one.passage_id for one in any_made.reading.passages]
    other = assemble(Pages(sha256_of(b"other"), "", any_made.pages.pages, any_made.pages.bookmarks))
    assert not {one.passage_id for one in other.passages} & {one.passage_id for one in again.passages}
    assert all(one.document_id == document_id(any_made.pages.sha256) for one in again.passages)


def test_the_same_sentence_twice_is_two_passages(page_of, line_at):
    lines = [line_at("The same sentence.", y=100), line_at("The same sentence.", y=300, node=(-1, 1))]
    first, second = assemble(document(page_of(*lines))).passages
    assert first.text == second.text
    assert first.passage_id != second.passage_id


def test_headings_in_force(page_of, line_at):
    levels = [(1, "One"), (2, "Two"), (3, "Three"), (2, "Two b"), (3, "Three b"), (1, "One b")]
    lines = []
    for row, (level, text) in enumerate(levels):
        lines.append(line_at(text, y=50 + 40 * row, role=f"H{level}", node=(row, 0)))
        lines.append(line_at(f"below {text}", y=70 + 40 * row, role="P", node=(row, 1)))
    reading = assemble(document(page_of(*lines)))
    paths = {one.text: one.heading_path for one in reading.passages}
    assert paths["One"] == ()
    assert paths["below Three"] == ("One", "Two", "Three")
    assert paths["Two b"] == ("One",)
    assert paths["below Three b"] == ("One", "Two b", "Three b")
    assert paths["below One b"] == ("One b",)


def test_headings_go_on_over_pages_and_are_cut_when_long(page_of, line_at):
    long = "word " * 45
    first = page_of(line_at(long, role="H1", node=(0,)), number=1)
    second = page_of(line_at("Text.", role="P", node=(0,)), number=2)
    reading = assemble(document(first, second))
    assert reading.passages[1].heading_path == (long.strip()[:MAX_HEADING_IN_PATH],)


@given(st.lists(st.integers(1, 6), max_size=20))
def test_a_heading_path_always_descends(levels):
    headings, open_levels = HeadingPath(), []
    for number, level in enumerate(levels):
        above = headings.enter(level, str(number))
        assert headings.path == (*above, str(number))
        open_levels = [(one, text) for one, text in open_levels if one < level]
        assert above == tuple(text for _, text in open_levels)
        open_levels.append((level, str(number)))


def test_a_row_says_its_headers(page_of, line_at):
    def cell(text, row, column):
        where = {"table": (1,), "row": (1, row), "cell": (1, row, column), "header_cell": row == 0}
        return line_at(text, x=72 + 100 * column, y=100 + 20 * row, node=(1, row, column), **where)

    words = [["Scheme", "Spe\u0007nd ﬁnal  "], ["Beds", "12"], ["Teams", "15"]]
    lines = [cell(text, row, column) for row, cells in enumerate(words) for column, text in enumerate(cells)]
    reading = assemble(document(page_of(*lines)))
    assert [one.text for one in reading.passages] == [
        "Scheme; Spend final",
        "Scheme: Beds; Spend final: 12",
        "Scheme: Teams; Spend final: 15",
    ]
    row = reading.passages[1]
    assert [reading.text[one.char_start : one.char_end] for one in row.lines] == ["Beds", "12"]
    assert len(row.boxes) == 2


def test_a_line_of_control_characters_is_counted_and_leaves_no_passage(page_of, line_at):
    page = page_of(line_at("\u0001\u200b"), line_at("Words here.", y=300, node=(-1, 1)))
    reading = assemble(document(page))
    check_reading(reading)
    assert [one.text for one in reading.passages] == ["Words here."]
    assert [(one.reason, one.glyph_count) for one in reading.dropped] == [("control character", 2)]


def test_characters_without_a_place_are_a_listed_loss(line_at):
    page = PageLines(1, 595, 842, 0, PageStatus.TEXT, (line_at("Words."),), 6, unplaced=3)
    assert [(one.page, one.reason, one.glyph_count) for one in assemble(document(page)).dropped] == [(1, UNPLACED, 3)]


@pytest.mark.parametrize(
    ("statuses", "outcome", "reason"),
    [
        ("tt", DocumentOutcome.OK, ""),
        ("tft", DocumentOutcome.PARTIAL, "1 of 3 pages could not be read (2): broken"),
        ("ff", DocumentOutcome.MALFORMED, "2 of 2 pages could not be read (1, 2): broken"),
    ],
)
def test_outcomes(page_of, line_at, statuses, outcome, reason):
    pages = [
        PageLines(number, 0, 0, 0, PageStatus.FAILED, (), 0, "broken")
        if one == "f"
        else page_of(line_at("Words."), number=number)
        for number, one in enumerate(statuses, 1)
    ]
    reading = assemble(document(*pages))
    assert (reading.outcome, reading.reason) == (outcome, reason)
    assert [page.number for page in reading.pages] == list(range(1, len(statuses) + 1))


def test_titles_are_cut(page_of, line_at):
    assert len(assemble(document(page_of(line_at("x")), title="t" * 900)).title) == 500


def test_a_span_leads_back_to_its_line(made):
    reading = made("untagged").reading
    passage = next(one for one in reading.passages if "care homes" in one.text)
    start = passage.char_start + passage.text.index("care homes")
    (box,) = passage.boxes_of(start, start + len("care homes"))
    with made("untagged").open() as file:
        hits = [hit for hit in file[passage.page - 1].search_for("care homes") if abs(hit.y0 - box.y0) < 3]
    assert len(hits) == 1
    assert abs(hits[0].x0 - box.x0) < 12
    assert abs(hits[0].x1 - box.x1) < 12


texts = st.text("abA1. -ﬁ\u00ad\u0007•", min_size=1, max_size=14)
lines_drawn = st.lists(
    st.tuples(texts, st.integers(0, 59), st.sampled_from(["", "", "P", "H1", "H2", "LI"]), st.integers(0, 2)),
    max_size=8,
)


@settings(max_examples=60)
@given(drawn=st.lists(lines_drawn, min_size=1, max_size=4))
def test_any_lines_give_a_sound_reading(page_of, line_at, accounting, drawn):
    pages = [
        page_of(
            *[
                line_at(text, y=14.0 * y, role=role, node=(5, node) if role else (-1, node))
                for text, y, role, node in page
                if text.strip()
            ],
            number=number,
        )
        for number, page in enumerate(drawn, 1)
    ]
    whole = document(*pages, bookmarks=[Bookmark(1, "abA", 1)])
    reading = assemble(whole)
    spans = [(one.char_start, one.char_end) for one in reading.passages]
    assert all(one.text == reading.text[start:end] for one, (start, end) in zip(reading.passages, spans, strict=True))
    assert all(one.kind in PassageKind for one in reading.passages)
    account = accounting.account_for(whole, reading)
    assert account.source == sum(page.glyph_count for page in pages)
