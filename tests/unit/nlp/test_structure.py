"""Lines and their place in the structure tree, over blocks written by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.structure import MAX_DEPTH, lines_of, loses_lines


def span(text, size=10.0, flags=0, font="Arial"):
    return {"text": text, "size": size, "flags": flags, "font": font}


def text_block(*lines):
    return {
        "type": 0,
        "lines": [
            {
                "bbox": (10.0, 20.0 + 10 * row, 60.0, 29.0 + 10 * row),
                "spans": line if isinstance(line, list) else [span(line)],
            }
            for row, line in enumerate(lines)
        ],
    }


def node(role, *blocks, index=0):
    return {"type": 2, "std": role, "raw": role, "index": index, "blocks": list(blocks)}


def places(*blocks):
    return [(line.text, line.place) for line in lines_of(blocks)]


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ("H1", "H1"),
        ("H6", "H6"),
        ("H", "H1"),
        ("Title", "H1"),
        ("P", "P"),
        ("LI", "LI"),
        ("Caption", "Caption"),
        ("Note", "Note"),
        ("FENote", "Note"),
        ("TOCI", "TOCI"),
        ("Span", ""),
        ("Figure", ""),
        ("NeverHeardOf", ""),
        (None, ""),
    ],
)
def test_the_nearest_deciding_role_is_that_of_the_line(role, found):
    ((_, place),) = places(node("Document", node(role, text_block("words"))))
    assert place.role == found
    assert place.inside


def test_text_outside_the_tree_is_outside():
    ((_, place),) = places(text_block("page 3"))
    assert not place.inside
    assert place.role == ""


def test_an_artifact_is_outside_even_within_the_tree():
    ((_, place),) = places(node("Document", node("P", node("Artifact", text_block("page 3")))))
    assert not place.inside
    assert place.role == ""


@pytest.mark.parametrize("outer", ["LI", "TOCI", "Note", "Caption"])
def test_a_paragraph_inside_an_item_is_still_the_item(outer):
    lines = places(node(outer, node("P", text_block("one"), index=0), node("P", text_block("two"), index=1), index=4))
    assert [place.role for _, place in lines] == [outer, outer]
    assert lines[0][1].node == lines[1][1].node == (4,)


def test_list_items_are_told_apart():
    lines = places(node("L", node("LI", text_block("one"), index=0), node("LI", text_block("two"), index=1)))
    assert lines[0][1].node != lines[1][1].node


def test_a_heading_inside_a_list_item_is_a_heading():
    ((_, place),) = places(node("LI", node("H2", text_block("words"))))
    assert place.role == "H2"


def test_cells_know_their_table_row_and_header():
    cells = node(
        "Table",
        node(
            "TR",
            node("TH", node("P", text_block("Scheme")), index=0),
            node("TD", text_block("Spend"), index=1),
            index=3,
        ),
        index=7,
    )
    (_, head), (_, plain) = places(node("Document", cells))
    assert head.table == plain.table == (0, 7)
    assert head.row == plain.row == (0, 7, 3)
    assert (head.cell, plain.cell) == ((0, 7, 3, 0), (0, 7, 3, 1))
    assert (head.header_cell, plain.header_cell) == (True, False)


def test_a_table_within_a_cell_belongs_to_the_outer_cell():
    inner = node("Table", node("TR", node("TD", text_block("deep"), index=5), index=6), index=8)
    ((_, place),) = places(node("Table", node("TR", node("TD", inner, index=1), index=2), index=3))
    assert (place.table, place.row, place.cell) == ((3,), (3, 2), (3, 2, 1))


def test_a_cell_without_a_row_is_no_cell():
    ((_, place),) = places(node("TD", text_block("loose")))
    assert place.cell == ()


def test_untagged_blocks_are_told_apart():
    lines = places(text_block("one", "two"), text_block("three"))
    assert lines[0][1].node == lines[1][1].node != lines[2][1].node


def test_the_same_place_on_every_page_has_the_same_node():
    page = [node("Document", node("P", text_block("x"), index=5))]
    assert [line.place for line in lines_of(page)] == [line.place for line in lines_of(page)]


def test_size_and_weight_are_those_of_most_letters():
    spans = [span("A", 20, 0), span("long run of words", 11, 16), span("  ", 40, 0)]
    (line,) = lines_of([text_block(spans)])
    assert line.text == "Along run of words  "
    assert line.size == 11
    assert not line.bold


@pytest.mark.parametrize("bold", [span("x", flags=16), span("x", font="Arial-BoldMT"), span("x", font="SEMIBOLD")])
def test_weight_comes_from_the_flag_or_the_name(bold):
    (line,) = lines_of([text_block([bold, span("  ")])])
    assert line.bold


@pytest.mark.parametrize("blank", ["", " ", "\t\u00a0", [], [span(" "), span("")]])
def test_blank_lines_are_no_lines(blank):
    assert not list(lines_of([text_block(blank)]))


def test_boxes_are_rounded_to_a_hundredth():
    block = {"type": 0, "lines": [{"bbox": (1.23456, 2.0, 3.98765, 4.0), "spans": [span("x")]}]}
    (line,) = lines_of([block])
    assert line.box.as_list() == [1.23, 2.0, 3.99, 4.0]


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 5_000])
def test_a_tree_of_any_depth_loses_nothing(depth):
    blocks = [text_block("deep")]
    for _ in range(depth):
        blocks = [node("Sect", *blocks), text_block("after")]
    found = list(lines_of(blocks))
    assert [line.text for line in found] == ["deep", *["after"] * depth]
    assert all(len(line.place.node) <= MAX_DEPTH + 2 for line in found)
    assert not loses_lines(blocks)


def test_other_kinds_of_block_are_passed_over():
    assert [line.text for line in lines_of([{"type": 1}, {"type": 3}, text_block("x")])] == ["x"]
    assert not loses_lines([{"type": 1}, {"type": 3}, text_block("x")])


def test_a_text_block_without_lines_says_that_something_was_lost():
    assert loses_lines([text_block("x"), node("L", node("Lbl", text_block()))])
    assert not loses_lines([])


roles = st.sampled_from(["P", "H1", "LI", "L", "Table", "TR", "TD", "TH", "Artifact", "Span", "Sect", "Note", None])
texts = st.lists(st.text("ab \t", max_size=4), max_size=3)
trees = st.recursive(
    texts.map(lambda lines: text_block(*lines)),
    lambda inner: st.tuples(roles, st.lists(inner, max_size=4), st.integers(0, 9)).map(
        lambda made: node(made[0], *made[1], index=made[2])
    ),
    max_leaves=12,
)


def flat(blocks):
    for block in blocks:
        if block["type"] == 2:
            yield from flat(block["blocks"])
        else:
            yield from ("".join(one["text"] for one in line["spans"]) for line in block["lines"])


@given(st.lists(trees, max_size=4))
def test_every_line_with_ink_comes_out_once_in_order(blocks):
    found = list(lines_of(blocks))
    assert [line.text for line in found] == [text for text in flat(blocks) if text.strip()]
    for line in found:
        place = line.place
        assert not place.row or place.row[: len(place.table)] == place.table
        assert not place.cell or place.cell[: len(place.row)] == place.row
        assert place.inside or not (place.role or place.table)
