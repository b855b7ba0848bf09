"""Page furniture: only what repeats, never a line that stands once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.furniture import furniture

HEAD, FOOT, MIDDLE = 30, 810, 400


def pages_with(page_of, line_at, count, text, y, **where):
    """Pages of body text, each with one more line."""
    return [
        page_of(
            line_at(text.format(number), y=y, **where),
            line_at(f"body of page {'x' * number}", y=MIDDLE, role="P" if where.get("tagged") else ""),
            number=number,
        )
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("y", [HEAD, FOOT])
@pytest.mark.parametrize("text", ["Better Together", "Page {} of 9", "  Better   TOGETHER  "])
def test_untagged_lines_that_repeat_in_the_margin(page_of, line_at, text, y):
    found = furniture(pages_with(page_of, line_at, 3, text, y))
    assert found == {(number, 0): "repetition" for number in (1, 2, 3)}


@pytest.mark.parametrize(("count", "text", "y"), [(2, "Head", HEAD), (9, "Head", MIDDLE), (9, "Head", 130)])
def test_too_few_pages_or_no_margin(page_of, line_at, count, text, y):
    assert not furniture(pages_with(page_of, line_at, count, text, y))


def test_on_an_untagged_page_nothing_is_an_artifact(page_of, line_at):
    """In an untagged document every line is outside the tree, which says nothing about it."""
    pages = [page_of(line_at("The board agrees:", y=120), line_at("x" * n, y=MIDDLE), number=n) for n in range(1, 9)]
    assert not furniture(pages)


def test_text_that_the_tags_leave_out_needs_two_pages(page_of, line_at):
    pages = [
        page_of(line_at("Head", y=130), line_at("x" * number, y=MIDDLE, role="P", node=(1,)), number=number)
        for number in (1, 2)
    ]
    assert furniture(pages) == {(1, 0): "artifact+repetition", (2, 0): "artifact+repetition"}


def test_text_that_the_tags_call_body_needs_many_pages(page_of, line_at):
    tagged = [
        page_of(
            line_at("Recommendation", y=HEAD, role="P", node=(n,)) if n <= 3 else line_at("z" * n, y=HEAD), number=n
        )
        for n in range(1, 11)
    ]
    assert not furniture(tagged)
    assert len(furniture(tagged[:4])) == 3


def test_a_line_that_repeats_on_one_page_only_is_body(page_of, line_at):
    page = page_of(*[line_at("total", x=72 + 90 * column, y=HEAD) for column in range(5)])
    assert not furniture([page])


def test_heights_may_differ_a_little(page_of, line_at):
    pages = [page_of(line_at("Head", y=HEAD + shift), number=number) for number, shift in enumerate((0, 3, 5), 1)]
    assert len(furniture(pages)) == 3
    apart = [page_of(line_at("Head", y=20 + 14 * number), number=number) for number in (1, 2, 3)]
    assert not furniture(apart)


def test_no_pages():
    assert furniture([]) == {}


words = st.sampled_from(["Head", "head", "Page 1", "Page 22", "alpha", "beta", "1.1"])
heights = st.sampled_from([10, 20, 21, 60, 110, 140, 400, 700, 760, 815])
rows = st.tuples(words, heights, st.sampled_from(["", "P"]), st.booleans())
documents = st.lists(st.lists(rows, max_size=5), min_size=1, max_size=7)


def made_of(page_of, line_at, document):
    return [
        page_of(
            *[
                line_at(text, y=y, role=role, node=(1,) if role else (-1, 0), inside=inside)
                for text, y, role, inside in page
            ],
            number=number,
        )
        for number, page in enumerate(document, 1)
    ]


@given(document=documents, data=st.data())
def test_the_order_in_which_pages_are_given_does_not_matter(page_of, line_at, document, data):
    pages = made_of(page_of, line_at, document)
    assert furniture(data.draw(st.permutations(pages))) == furniture(pages)


@given(document=documents)
def test_a_line_that_does_not_repeat_is_never_furniture(page_of, line_at, document):
    pages = made_of(page_of, line_at, document)
    for number, index in furniture(pages):
        line = pages[number - 1].lines[index]
        masked = "".join("#" if one.isdigit() else one for one in line.text.casefold()).replace("##", "#")
        others = {
            page.number
            for page in pages
            for other in page.lines
            if "".join("#" if one.isdigit() else one for one in other.text.casefold()).replace("##", "#") == masked
            and abs(other.box.y0 - line.box.y0) <= 8
        }
        assert len(others) >= 2
        assert number in others


@given(document=documents, word=st.sampled_from(["Unique words", "Seen once"]), y=heights)
def test_adding_a_unique_line_never_makes_it_furniture(page_of, line_at, document, word, y):
    pages = made_of(page_of, line_at, [*document, [(word, y, "", False)]])
    assert not any(number == len(pages) for number, _ in furniture(pages))
