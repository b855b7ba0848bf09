"""The reader on real plans: nothing fails, nothing is lost, and pages without text are known.

No sentence of the plans stands here or is printed: only counts, file names and page numbers.
"""

from collections import Counter

import pytest

from careatlas.document import DocumentOutcome, PageStatus
from careatlas.passage import PassageKind

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(600)]

PLANS, PAGES = 107, 3_014
EVERY = 7  # one document in so many is followed character by character
MOST_DROPPED = 0.001
MOST_FLAGGED = 0.01  # of the pages of plans whose text layer is whole


def test_every_plan_is_read(plans):
    assert len(plans) == PLANS
    assert Counter(one.outcome for one in plans.values()) == {DocumentOutcome.OK: PLANS}
    assert sum(len(one.pages) for one in plans.values()) == PAGES
    assert not [page for one in plans.values() for page in one.pages if page.status is PageStatus.FAILED]


def test_every_reading_is_sound(plans):
    seen = set()
    for name, reading in plans.items():
        at = 0
        for page in reading.pages:
            assert page.text_start == at, name
            at = page.text_end
        assert at == len(reading.text)
        for passage in reading.passages:
            assert passage.text == reading.text[passage.char_start : passage.char_end]
            assert passage.text.strip() == passage.text != ""
            assert "  " not in passage.text, (name, passage.page)
            assert passage.boxes
            assert passage.lines
        ids = [one.passage_id for one in reading.passages]
        assert len(set(ids)) == len(ids)
        assert not seen & set(ids)
        seen |= set(ids)


def test_boxes_lie_on_their_page(plans):
    outside = Counter()
    for name, reading in plans.items():
        for passage in reading.passages:
            page = reading.pages[passage.page - 1]
            for box in passage.boxes:
                assert box.x0 <= box.x1
                assert box.y0 <= box.y1
                inside = box.x1 > -1 and box.y1 > -1 and box.x0 < page.width + 1 and box.y0 < page.height + 1
                outside[name] += not inside
    assert outside.total() == 0, outside.most_common(3)


def test_kinds_are_plausible(plans):
    """Not accuracy, which is measured elsewhere: only that no rule has run away."""
    kinds = Counter(one.kind for reading in plans.values() for one in reading.passages)
    whole = kinds.total()
    assert 0.02 < kinds[PassageKind.HEADING] / whole < 0.2
    assert kinds[PassageKind.FURNITURE] / whole < 0.25
    assert kinds[PassageKind.PARAGRAPH] / whole > 0.2


@pytest.fixture(scope="session")
def followed(shared, accounting):
    """One document in seven, page by page: (name, what the file holds, what was read, the account)."""
    from nlp.assemble import assemble
    from nlp.reader import open_pdf, read_pages

    found = []
    for path in sorted((shared / "corpus" / "pdfs").glob("*.pdf"))[::EVERY]:
        document = open_pdf(path)
        pages = read_pages(document, "0" * 64, max_glyphs=400_000, on_page=lambda _: None)
        for page, lines in zip(document, pages.pages, strict=True):
            held = Counter(one for one in page.get_text("text") if not one.isspace())
            read = Counter(one for line in lines.lines for one in line.text if not one.isspace())
            assert not read - held, f"{path.name}, page {lines.number}: characters from nowhere"
            missing = held - read
            assert missing.total() == lines.unplaced, f"{path.name}, page {lines.number}"
        document.close()
        reading = assemble(pages)
        found.append((path.name, reading, accounting.account_for(pages, reading)))
    return found


def test_every_character_is_accounted_for(followed, record_property):
    whole, dropped = Counter(), Counter()
    for _, reading, account in followed:
        whole["characters"] += account.source + account.unplaced
        whole["kept"] += account.kept + account.folded
        whole.update(account.taken_out)
        whole["pages"] += len(reading.pages)
        dropped.update({one.reason: 0 for one in reading.dropped})
        for one in reading.dropped:
            dropped[one.reason] += one.glyph_count
    for name, value in (*whole.items(), *dropped.items()):
        record_property(name, value)
    print(f"\nfollowed: {dict(whole)}; dropped: {dict(dropped)}")  # noqa: T201 - the numbers are the point
    assert whole["pages"] > 300
    assert set(dropped) <= {"control character", "character of no width"}
    assert dropped.total() <= MOST_DROPPED * whole["characters"]


def test_little_is_dropped_anywhere(plans):
    dropped = Counter()
    for reading in plans.values():
        for one in reading.dropped:
            dropped[one.reason] += one.glyph_count
    glyphs = sum(page.glyph_count for one in plans.values() for page in one.pages)
    assert set(dropped) <= {"control character", "character of no width"}
    assert dropped.total() <= MOST_DROPPED * glyphs


def test_lines_that_pymupdf_leaves_out_are_counted(plans):
    """Bullets tagged on their own in a font without widths: PyMuPDF's dict has no line for them."""
    reading = plans["nat-england-behaviour-change-response.pdf"]
    found = {one.page: one.glyph_count for one in reading.dropped if one.reason == "character of no width"}
    assert found == {2: 2, 9: 4}


def test_every_scanned_page_is_flagged(scans):
    statuses = [page.status for one in scans.values() for page in one.pages]
    assert len(statuses) == 27
    assert all(status.needs_ocr for status in statuses)


def test_plans_without_a_text_layer_are_flagged(plans, manifest):
    without = [name for name, row in manifest.items() if row["text_layer"] == "none"]
    assert without
    for name in without:
        assert all(page.status.needs_ocr for page in plans[name].pages), name


def test_plans_with_scanned_pages_have_flagged_pages(plans, manifest):
    partly = [name for name, row in manifest.items() if row["text_layer"] == "partial"]
    assert partly
    for name in partly:
        assert any(page.status.needs_ocr for page in plans[name].pages), name


def test_few_pages_with_text_are_flagged(plans, manifest):
    """Looked at one by one: maps, photographs and charts with few words beside them, and covers over a photograph."""
    whole = [name for name, row in manifest.items() if row["text_layer"] == "yes"]
    flagged = [(name, page.number) for name in whole for page in plans[name].pages if page.status.needs_ocr]
    pages = sum(len(plans[name].pages) for name in whole)
    print(f"\nflagged: {len(flagged)} of {pages} pages of plans with a whole text layer")  # noqa: T201
    assert len(flagged) <= MOST_FLAGGED * pages
    assert ("lp-cumberland-minerals-and-waste-development-scheme.pdf", 1) not in flagged, "a drawing beside its text"


def test_a_page_with_a_picture_and_not_one_character_is_not_empty(plans):
    reading = plans["lp-ashfield-executive-summary-of-the-draft-local-plan-august-2021.pdf"]
    assert reading.pages[27].status is PageStatus.SCANNED
    empty = [page for one in plans.values() for page in one.pages if page.status is PageStatus.EMPTY]
    assert len(empty) == 2
