"""Blocks: what belongs together as one passage."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careatlas.geometry import Box
from careatlas.passage import PassageKind
from nlp.blocks import Block, blocks_of, boxes_of
from nlp.headings import heading_rules
from nlp.tables import LAYOUT_CELL

SENTENCE = "The board met in the spring and agreed a plan for every place."


@pytest.fixture
def cut(page_of):
    """Cut one page into blocks."""

    def make(*lines, furniture=None):
        page = page_of(*lines)
        return blocks_of(page, furniture or {}, heading_rules([page], []), {})

    return make


def kinds(blocks):
    return [block.kind for block in blocks]


def words(blocks):
    return [" ".join(line.text for line in block.lines) for block in blocks]


def cell(line_at, text, row, column, *, header=False, table=1, y=None, lines=1):
    made = [
        line_at(
            text if lines == 1 else f"{text} {number}",
            x=72 + 150 * column,
            y=(200 + 30 * row if y is None else y) + 13 * number,
            role="",
            node=(table, row, column),
            table=(table,),
            row=(table, row),
            cell=(table, row, column),
            header_cell=header,
        )
        for number in range(lines)
    ]
    return made if lines > 1 else made[0]


def test_tagged_paragraphs_are_cut_by_their_tags(cut, line_at):
    blocks = cut(
        line_at("The first", y=100, role="P", node=(1,)),
        line_at("goes on.", y=114, role="P", node=(1,)),
        line_at("The second.", y=128, role="P", node=(2,)),
    )
    assert words(blocks) == ["The first goes on.", "The second."]
    assert [block.evidence for block in blocks] == ["tag:P", "tag:P"]


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("LI", PassageKind.LIST_ITEM),
        ("Caption", PassageKind.CAPTION),
        ("Note", PassageKind.FOOTNOTE),
        ("TOCI", PassageKind.CONTENTS),
        ("P", PassageKind.PARAGRAPH),
    ],
)
def test_kinds_come_from_roles(cut, line_at, role, kind):
    (block,) = cut(line_at(SENTENCE, role=role, node=(1,)))
    assert block.kind is kind
    assert block.evidence == f"tag:{role}"


@pytest.mark.parametrize(
    "mark", ["• one", "- one", "– one", "o one", "\uf0b7 one", "1. one", "(a) one", "iv) one", "✓one"]
)
def test_untagged_bullets_open_list_items(cut, line_at, mark):
    blocks = cut(line_at("We will:", y=100), line_at(mark, y=114), line_at(mark, y=128))
    assert kinds(blocks) == [PassageKind.PARAGRAPH, PassageKind.LIST_ITEM, PassageKind.LIST_ITEM]


@pytest.mark.parametrize("text", ["-one", "only one", "1.5 million", "2023 was good", "a lot", "(see above)"])
def test_what_is_no_bullet(cut, line_at, text):
    assert PassageKind.LIST_ITEM not in kinds(cut(line_at("We will", y=100), line_at(text, y=114)))


def test_a_gap_ends_a_paragraph(cut, line_at):
    blocks = cut(line_at(SENTENCE, y=100), line_at(SENTENCE, y=114), line_at(SENTENCE, y=150))
    assert len(blocks) == 2


def test_a_change_of_size_ends_a_paragraph(cut, line_at):
    body = [line_at(SENTENCE, y=130 + 14 * row) for row in range(4)]
    blocks = cut(line_at("Large words", y=110, size=16), *body)
    assert kinds(blocks) == [PassageKind.HEADING, PassageKind.PARAGRAPH]


def test_a_bold_run_in_a_paragraph_does_not_end_it(cut, line_at):
    blocks = cut(
        line_at("Bold words", y=100, bold=True),
        line_at("open the paragraph and", x=126, y=100),
        line_at("and the rest of the paragraph goes on here as before.", y=114),
    )
    assert len(blocks) == 1


def test_a_sentence_that_runs_through_two_blocks_is_one(cut, line_at):
    blocks = cut(line_at("The board met in spring and", y=100), line_at("agreed.", y=114, node=(-1, 1)))
    assert words(blocks) == ["The board met in spring and agreed."]


def test_two_sentences_in_two_blocks_are_two(cut, line_at):
    assert len(cut(line_at(SENTENCE, y=100), line_at("It was agreed.", y=114, node=(-1, 1)))) == 2


def test_columns_are_not_run_together(cut, line_at):
    blocks = cut(line_at("left column goes on and", x=72, y=700), line_at("right column", x=330, y=100, node=(-1, 1)))
    assert len(blocks) == 2


def test_leader_dots_make_contents(cut, line_at):
    blocks = cut(line_at("Purpose ......... 3", y=100), line_at("Money ........... 9", y=114))
    assert kinds(blocks) == [PassageKind.CONTENTS] * 2


def test_furniture_is_kept_line_by_line(cut, line_at):
    blocks = cut(line_at("Head", y=20), line_at("Foot", y=34), line_at(SENTENCE), furniture={(1, 0): "a", (1, 1): "b"})
    assert kinds(blocks) == [PassageKind.FURNITURE, PassageKind.FURNITURE, PassageKind.PARAGRAPH]
    assert [block.evidence for block in blocks] == ["a", "b", "layout"]


def test_a_table_with_a_tagged_header(cut, line_at):
    head = [cell(line_at, text, 0, column, header=True) for column, text in enumerate(("Scheme", "Spend"))]
    rows = [cell(line_at, text, row, column) for row in (1, 2) for column, text in enumerate((f"Beds {row}", "12,000"))]
    header, first, second = cut(*head, *rows)
    assert header.kind is PassageKind.TABLE_HEADER
    assert header.evidence == "tag:TH"
    assert kinds([first, second]) == [PassageKind.TABLE_ROW] * 2
    assert first.header == second.header == ("Scheme", "Spend")
    assert [[one.text for one in piece.lines] for piece in second.cells] == [["Beds 2"], ["12,000"]]


def test_an_untagged_first_row_is_a_header_only_if_it_looks_like_one(cut, line_at):
    def table(*first):
        head = [cell(line_at, text, 0, column) for column, text in enumerate(first)]
        return cut(*head, *[cell(line_at, f"x {column}", 1, column) for column in range(len(first))])

    assert table("Scheme", "Spend")[0].kind is PassageKind.TABLE_HEADER
    assert table("Scheme", "Spend")[0].evidence == "first row"
    assert table("Scheme", "2023")[0].kind is PassageKind.TABLE_ROW
    assert table("Scheme", "word " * 20)[0].kind is PassageKind.TABLE_ROW


def test_a_blank_cell_leaves_the_others_under_their_own_header(cut, line_at):
    head = [cell(line_at, text, 0, column, header=True) for column, text in enumerate(("A", "B", "C"))]
    row = [cell(line_at, "one", 1, 0), cell(line_at, "three", 1, 2)]
    assert cut(*head, *row)[1].header == ("A", "C")


def test_a_blank_corner_does_not_shift_the_header(cut, line_at):
    head = [cell(line_at, text, 0, column, header=True) for column, text in ((1, "2021"), (2, "2022"), (3, "2023"))]
    short = [cell(line_at, text, 1, column) for column, text in ((0, "Leeds"), (1, "5"), (3, "7"))]
    full = [cell(line_at, text, 2, column) for column, text in enumerate(("Bury", "1", "2", "3"))]
    blocks = cut(*head, *short, *full)
    assert [block.header for block in blocks[1:]] == [("", "2021", "2023"), ("", "2021", "2022", "2023")]


def test_a_cell_after_a_merged_one_gets_no_wrong_header(cut, line_at):
    head = [cell(line_at, text, 0, column, header=True) for column, text in enumerate(("A", "B", "C"))]
    merged, last = cell(line_at, "wide", 1, 0), cell(line_at, "last", 1, 1)
    moved = replace(last, box=replace(last.box, x0=372, x1=400))  # the second cell, under the third header
    assert cut(*head, merged, moved)[1].header == ("A", "")


def test_a_table_that_goes_on_keeps_its_header_and_makes_no_new_one(line_at, page_of):
    head = [cell(line_at, text, 0, column) for column, text in enumerate(("Area", "Scheme"))]
    first = [cell(line_at, text, 1, column) for column, text in enumerate(("Bury", "Falls team"))]
    second = [cell(line_at, text, 2, column) for column, text in enumerate(("Wigan", "Red bag"))]
    third = [cell(line_at, text, 3, column) for column, text in enumerate(("Oldham", "Hub"))]
    headers: dict = {}
    pages = [page_of(*head, *first, number=1), page_of(*second, *third, number=2)]
    rules = heading_rules(pages, [])
    blocks = [block for page in pages for block in blocks_of(page, {}, rules, headers)]
    assert kinds(blocks) == [PassageKind.TABLE_HEADER] + 3 * [PassageKind.TABLE_ROW]
    assert [block.header for block in blocks[1:]] == 3 * [("Area", "Scheme")]


def test_a_cell_of_many_lines_is_one_cell(cut, line_at):
    left, right = cell(line_at, "left", 1, 0, lines=3), cell(line_at, "right", 1, 1, lines=2)
    (block,) = cut(*left, *right)
    assert [len(piece.lines) for piece in block.cells] == [3, 2]
    assert len(boxes_of(block)) == 2


def test_a_caption_inside_the_table_is_no_row(cut, line_at):
    caption = line_at("Table 1: money", y=180, role="Caption", node=(1, 9), table=(1,))
    blocks = cut(caption, *[cell(line_at, "x", row, column) for row in (1, 2) for column in (0, 1)])
    assert kinds(blocks)[0] is PassageKind.CAPTION


@pytest.mark.parametrize("long", [False, True])
def test_a_layout_table_is_text(cut, line_at, long):
    if long:
        lines = [cell(line_at, "w" * (LAYOUT_CELL + 1), 1, 0), cell(line_at, "side note", 1, 1)]
    else:
        lines = [cell(line_at, f"Paragraph {row} in a box.", row, 0) for row in (1, 2)]
    blocks = cut(*lines)
    assert kinds(blocks) == [PassageKind.PARAGRAPH] * 2
    assert not any(block.cells for block in blocks)


def test_two_tables_one_after_the_other_do_not_share_a_header(cut, line_at):
    first = [cell(line_at, text, 0, column, header=True) for column, text in enumerate(("A", "B"))]
    second = [cell(line_at, "100,000", row, column, table=2) for row in (0, 1) for column in (0, 1)]
    blocks = cut(*first, *second)
    assert all(block.header == () for block in blocks)


def test_boxes_join_lines_below_each_other_and_part_at_columns(line_at):
    lines = (
        line_at("a" * 30, x=72, y=700),
        line_at("b" * 30, x=72, y=714),
        line_at("c" * 30, x=330, y=100),
    )
    boxes = boxes_of(Block(PassageKind.PARAGRAPH, lines, "layout", 0.7))
    assert boxes == (Box(x0=72, y0=700, x1=222, y1=726), lines[2].box)


roles = st.sampled_from(["", "", "", "P", "H1", "H2", "LI", "Caption", "TOCI"])
texts = st.sampled_from(["• one", "Purpose .... 3", SENTENCE, "goes on and", "1.1 Aims", "ABC", "x-", "12"])
flow = st.tuples(
    texts, roles, st.integers(0, 3), st.integers(0, 60), st.sampled_from([9, 11, 11, 16]), st.booleans(), st.none()
)
in_table = st.tuples(
    texts,
    st.sampled_from(["", "P"]),
    st.integers(0, 3),
    st.integers(0, 60),
    st.just(11),
    st.booleans(),
    st.tuples(st.integers(0, 1), st.integers(-1, 2), st.integers(-1, 2)),
)


def line_of(line_at, row):
    text, role, node, y, size, bold, where = row
    extra = {}
    if where:
        table, number, column = where
        extra["table"] = (9, table)
        if number >= 0:
            extra["row"] = (9, table, number)
            if column >= 0:
                extra |= {"cell": (9, table, number, column), "header_cell": number == 0}
    place = (7, node) if role else (-1, node)
    return line_at(text, y=14.0 * y, role=role, node=place, size=size, bold=bold, **extra)


@settings(max_examples=150)
@given(rows=st.lists(st.one_of(flow, flow, in_table), max_size=14), chosen=st.sets(st.integers(0, 13), max_size=4))
def test_every_line_stands_in_exactly_one_block(page_of, line_at, rows, chosen):
    lines = [line_of(line_at, row) for row in rows]
    page = page_of(*lines)
    furniture = {(1, index): "repetition" for index in chosen if index < len(lines)}
    blocks = blocks_of(page, furniture, heading_rules([page], []), {})
    assert [id(line) for block in blocks for line in block.lines] == [id(line) for line in lines]
    for block in blocks:
        if block.cells:
            assert sorted(id(line) for piece in block.cells for line in piece.lines) == sorted(map(id, block.lines))
            assert block.header == () or len(block.header) == len(block.cells)
        assert (block.kind is PassageKind.HEADING) == (block.level > 0)
        assert 0 < block.confidence < 1
        boxes = boxes_of(block)
        assert all(any(box.holds(line.box) for box in boxes) for line in block.lines)
