"""The reader over self-made PDFs whose truth is known: nothing lost, boxes where the words are displayed."""

import re
from collections import Counter

import pymupdf
import pytest

from careatlas.document import DocumentOutcome, PageStatus
from careatlas.geometry import Box
from nlp.reader import NotReadableError, open_pdf, read_pages

TURNED = ["rotated_90", "rotated_180", "rotated_270", "cropped", "cropped_and_rotated"]


def counted(text):
    return Counter(one for one in text if not one.isspace())


def test_lines_hold_every_character_of_every_page(any_made):
    with any_made.open() as file:
        for page, lines in zip(file, any_made.pages.pages, strict=True):
            assert counted("".join(line.text for line in lines.lines)) == counted(page.get_text("text"))


def test_every_character_is_accounted_for(any_made, accounting):
    account = accounting.account_for(any_made.pages, any_made.reading)
    assert account.source == sum(page.glyph_count for page in any_made.reading.pages)


def test_boxes_of_a_passage_hold_its_words_as_displayed(any_made):
    with any_made.open() as file:
        for passage in any_made.reading.passages:
            page = file[passage.page - 1]
            theirs = " ".join(any_made.reading.text[one.char_start : one.char_end] for one in passage.lines)
            for word in set(re.findall(r"[A-Za-z]{5,}", theirs)):
                hits = [Box.of(hit) for hit in _displayed(page, word)]
                # Search boxes are as tall as the font, ours as its ascenders and descenders: two points of slack.
                assert not hits or any(box.holds(hit, slack=2.0) for box in passage.boxes for hit in hits), word


def _displayed(page, word):
    """Where a word stands on the page as displayed: search_for answers for the page without its rotation."""
    return [tuple(hit * page.rotation_matrix) for hit in page.search_for(word)]


@pytest.mark.parametrize("name", TURNED)
def test_boxes_lie_on_the_page_as_displayed(made, name):
    one = made(name)
    for passage in one.reading.passages:
        page = one.reading.pages[passage.page - 1]
        whole = Box(x0=0, y0=0, x1=page.width, y1=page.height)
        assert all(whole.holds(box) for box in passage.boxes)
        assert all(any(box.holds(anchor.box) for box in passage.boxes) for anchor in passage.lines)


@pytest.mark.parametrize(
    ("name", "size"), [("rotated_90", (700, 500)), ("rotated_180", (500, 700)), ("cropped", (550, 700))]
)
def test_page_sizes_are_those_displayed(made, name, size):
    (page,) = made(name).reading.pages
    assert (page.width, page.height) == size
    assert page.rotation == (int(name.split("_")[1]) if name.startswith("rot") else 0)


@pytest.mark.parametrize("name", TURNED)
def test_the_picture_has_ink_where_the_boxes_are(made, name):
    """The test that needs no coordinates of MuPDF's: draw the page, and look for dark pixels inside and outside."""
    one = made(name)
    with one.open() as file:
        picture = file[0].get_pixmap(colorspace=pymupdf.csGRAY)
    width = picture.width
    dark = {(at % width, at // width) for at, shade in enumerate(picture.samples) if shade < 100}
    assert dark
    for passage in one.reading.passages:
        for box in (anchor.box for anchor in passage.lines):
            within = {(x, y) for x, y in dark if box.x0 - 2 <= x <= box.x1 + 1 and box.y0 - 2 <= y <= box.y1 + 1}
            assert within
            dark -= within
    assert not dark


@pytest.mark.parametrize("name", ["rotated_90", "rotated_180", "rotated_270"])
def test_turning_a_page_changes_no_words(made, made_pdfs, name):
    (paragraph,) = made(name).texts("paragraph")
    assert paragraph == " ".join(made_pdfs.BODY)


def test_tagged_structure(made, made_pdfs):
    reading = made("tagged").reading
    headings = [(one.evidence, one.text) for one in reading.passages if one.kind == "heading"]
    assert headings == [(f"tag:H{level}", text) for level, text in made_pdfs.TAGGED_HEADINGS]
    assert made("tagged").texts("list_item") == [
        "• first item of the list",
        "• second item of the list",
        "1. numbered item",
    ]
    assert made("tagged").texts("table_header") == ["Scheme; Area; Spend"]
    assert made("tagged").texts("table_row") == [
        f"Scheme: {scheme}; Area: {area}; Spend: {spend}" for scheme, area, spend in made_pdfs.TAGGED_ROWS
    ]
    assert made("tagged").texts("caption") == ["Figure 1: Where the money goes"]
    assert made("tagged").texts("footnote") == ["1Under section 75."]
    rows = [one for one in reading.passages if one.kind == "table_row"]
    assert all(one.heading_path == ("Aims of the plan", "Money and people") for one in rows)
    assert reading.title == "A joined up plan"
    assert reading.pages[0].tagged_share == 1.0


def test_untagged_structure(made):
    headings = [(one.evidence, one.text) for one in made("untagged").reading.passages if one.kind == "heading"]
    page = [("font", "A smaller heading"), ("bold", "A bold line of its own")]
    assert headings == [("font", "Chapter heading one"), *page, ("font", "Chapter heading two"), *page]
    assert not made("untagged").texts("furniture"), "a paragraph that two pages share is body"
    assert made("untagged").texts("list_item") == ["- first point", "- second point"] * 2


def test_bookmarks(made):
    found = [(one.evidence, one.heading_path) for one in made("bookmarked").reading.passages if one.kind == "heading"]
    assert found == [
        ("bookmark", ()),
        ("bookmark", ("Part one of the story",)),
        ("bookmark", ()),
        ("bookmark", ("Part two of the story",)),
    ]


def test_numbered_headings(made):
    found = [
        (one.evidence, len(one.heading_path)) for one in made("numbered").reading.passages if one.kind == "heading"
    ]
    assert found == [("numbering", 0), ("numbering", 1), ("numbering", 2), ("numbering", 0)]


def test_two_columns_are_read_one_after_the_other(made):
    words = re.findall(r"w\d{3}", " ".join(made("two_columns").texts()))
    assert words == [f"w{number:03d}" for number in range(1, 301)]
    first = made("two_columns").reading.passages[0]
    assert len(first.boxes) == 2, "one box per column"


def test_running_heads_and_feet(made, made_pdfs):
    one = made("running_heads")
    furniture = one.texts("furniture")
    assert furniture.count(made_pdfs.RUNNING_HEAD) == 6
    assert sum(text.startswith("Page ") for text in furniture) == 6
    assert len(furniture) == 12
    assert made_pdfs.MARGIN_NOTE in " ".join(one.texts("paragraph", "heading"))


def test_contents_pages(made):
    one = made("contents")
    assert [text.split()[0] for text in one.texts("contents")] == ["Purpose", "Our", "Money"]
    assert one.texts("heading") == ["Contents", "Purpose"]


def test_hyphens(made, made_pdfs):
    (text,) = made("hyphenated").texts()
    assert text.count(made_pdfs.BROKEN_WORD) == 2
    assert text.count("follow-up") == 2
    assert "multi-agency" in text
    assert "2023-2025" in text


def test_justified_text_is_mended(made):
    (text,) = made("justified").texts()
    sentence = "Multidisciplinary neighbourhood teams coordinate rehabilitation and reablement for residents."
    assert text == " ".join([sentence] * 6)
    with made("justified").open() as file:
        assert file[0].get_text("text").count("\u00ad\n") >= 3


def test_soft_hyphens_and_ligatures(made):
    assert made("soft_hyphens").texts() == ["The neighbourhood team and its reablement service meet."]
    assert made("ligatures").texts() == ["The office staff find floors, affluent and strong steps."]


def test_text_made_to_harm_stays_text(made):
    reading = made("hostile_text").reading
    text = reading.text
    assert "<script>alert(1)</script>" in text
    assert '=HYPERLINK("http://evil.example","click")' in text
    assert "right\u200fto\u202eleft" in text, "kept as written; what shows it must escape it"
    assert not set(text) & set("\u0001\u0007\u001b\u200b\ufeff\uf0b7")
    assert "private • bullet" in text
    assert sum(one.glyph_count for one in reading.dropped) == 5


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("image_only", PageStatus.SCANNED),
        ("outlined", PageStatus.VECTOR_OUTLINE),
        ("empty", PageStatus.EMPTY),
        ("ligatures", PageStatus.TEXT),
    ],
)
def test_page_statuses(made, name, status):
    (page,) = made(name).reading.pages
    assert page.status is status
    assert made(name).reading.outcome is DocumentOutcome.OK


def test_unmappable_pages(read_bytes, made_pdfs):
    one = read_bytes(made_pdfs.exact(["\ufffd" * 30 + " words"] * 12))
    assert one.reading.pages[0].status is PageStatus.UNMAPPABLE


def test_layout_tables_are_text(made):
    assert made("layout_table").texts("paragraph") == [
        "The first box holds a paragraph of its own.",
        "The second box holds another paragraph.",
    ]


def test_a_character_of_no_width_is_counted(read_bytes, made_pdfs):
    """PyMuPDF leaves out a line of no width: a bullet tagged on its own, in a font without widths."""
    plain = made_pdfs.exact(["\uf0b7"], width=0)
    content = b"BT /F 10 Tf /Span <</MCID 0>> BDC 1 0 0 1 50 700 Tm <01> Tj EMC ET"
    old = plain[plain.index(b"4 0 obj") : plain.index(b"5 0 obj")]
    tagged = plain.replace(old, b"4 0 obj\n" + made_pdfs.stream(content) + b"\nendobj\n")
    tagged = tagged.replace(b"/Type/Page/", b"/StructParents 0/Type/Page/").replace(
        b"<</Type/Catalog", b"<</StructTreeRoot 7 0 R/MarkInfo<</Marked true>>/Type/Catalog"
    )
    tree = b"7 0 obj\n<</Type/StructTreeRoot/K 8 0 R/ParentTree<</Nums[0[8 0 R]]>>>>\nendobj\n"
    tree += b"8 0 obj\n<</Type/StructElem/S/Span/P 7 0 R/Pg 3 0 R/K 0>>\nendobj\n"
    one = read_bytes(tagged.replace(b"xref\n", tree + b"xref\n", 1))
    with one.open() as file:
        held = sum(counted(file[0].get_text("text")).values())
    (page,) = one.pages.pages
    assert held == 1
    assert (page.glyph_count, page.unplaced) == (0, 1)
    assert [(drop.reason, drop.glyph_count) for drop in one.reading.dropped] == [("character of no width", 1)]


@pytest.mark.parametrize(
    ("data", "outcome", "reason"),
    [
        (b"", "malformed", "the file is empty"),
        (b"Minutes of the meeting", "malformed", "not a PDF"),
        (b" " * 2_000 + b"%PDF-1.7", "malformed", "not a PDF"),
        (b"%PDF-1.7\n%%EOF", "malformed", ""),
    ],
)
def test_files_that_are_no_pdf(tmp_path, data, outcome, reason):
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    with pytest.raises(NotReadableError) as caught:
        open_pdf(path)
    assert caught.value.outcome == outcome
    assert reason in caught.value.reason


def test_rubbish_before_the_header_is_allowed(tmp_path, made_pdfs):
    path = tmp_path / "x.pdf"
    path.write_bytes(b"rubbish\n" * 20 + made_pdfs.untagged())
    with open_pdf(path) as document:
        assert document.page_count == 2


def test_a_page_with_too_many_characters_is_refused_alone(made, made_pdfs):
    path = made("running_heads").path
    pages = read_pages(open_pdf(path), "0" * 64, max_glyphs=215, on_page=lambda _: None)
    statuses = [page.status for page in pages.pages]
    assert statuses[2] is PageStatus.FAILED, "the page with the note in the margin has 228"
    assert "max_page_glyphs = 215" in pages.pages[2].reason
    assert statuses.count(PageStatus.FAILED) == 1


def test_pages_are_announced_before_they_are_read_and_skipped_on_request(made):
    told = []
    document = open_pdf(made("tagged").path)
    pages = read_pages(document, "0" * 64, skip={1}, max_glyphs=10**6, on_page=told.append)
    assert told == [1, 2, 0]
    assert [page.status for page in pages.pages] == [PageStatus.FAILED, PageStatus.TEXT]
    assert pages.pages[0].reason == "reading it ended the worker"
