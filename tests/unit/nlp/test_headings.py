"""Headings: the order of evidence, levels, and what is not believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.headings import MAX_HEADING, MAX_LEVEL, MAX_UNTAGGED, Heading, heading_rules, is_contents
from nlp.line import Bookmark

BODY = "the council and its partners will work together on a plan for every place in the county "


@pytest.fixture
def rules_of(page_of, line_at):
    """Learn from body text and some lines, with an outline perhaps."""

    def make(*lines, bookmarks=(), number=1):
        body = [line_at(BODY, y=300 + 14 * row) for row in range(20)]
        return heading_rules([page_of(*lines, *body, number=number)], bookmarks)

    return make


@pytest.mark.parametrize("level", [1, 2, 3, 6])
def test_tags_come_first(rules_of, line_at, level):
    line = line_at("1.1 Our aims", size=30, bold=True, role=f"H{level}")
    rules = rules_of(line, bookmarks=[Bookmark(5, "1.1 Our aims", 1)])
    assert rules.of(1, [line]) == Heading(level, f"tag:H{level}", 0.95)


def test_then_bookmarks(rules_of, line_at):
    line = line_at("1.1 Our  AIMS!", size=30, bold=True)
    rules = rules_of(line, bookmarks=[Bookmark(4, "1.1 our aims", 1)])
    assert rules.of(1, [line]) == Heading(4, "bookmark", 0.9)
    assert rules.of(2, [line]).evidence == "numbering", "a bookmark speaks of its own page only"


def test_a_bookmark_names_a_heading_that_the_author_tagged_as_a_paragraph(rules_of, line_at):
    line = line_at("Our aims", role="P", size=20)
    assert rules_of(line, bookmarks=[Bookmark(2, "Our aims", 1)]).of(1, [line]).evidence == "bookmark"
    assert rules_of(line).of(1, [line]) is None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("1 Purpose", 1),
        ("1. Purpose", 1),
        ("12.3 Purpose", 2),
        ("1.2.3 Purpose", 3),
        ("1.2.3.4.5 Purpose", 5),
        ("Appendix A Terms", 1),
        ("Section 12 Money", 1),
        ("ANNEX 2 Money", 1),
    ],
)
def test_then_numbers_where_the_look_agrees(rules_of, line_at, text, level):
    bold = line_at(text, bold=True)
    assert rules_of(bold).of(1, [bold]) == Heading(level, "numbering", 0.7)
    plain = line_at(text)
    assert rules_of(plain).of(1, [plain]) is None


def test_then_sizes_the_largest_being_the_top(rules_of, line_at):
    big, middle, small = line_at("Title", size=24), line_at("Part", size=18), line_at("Piece", size=14)
    rules = rules_of(big, middle, small)
    assert rules.sizes == (24, 18, 14)
    assert rules.body_size == 11
    assert [rules.of(1, [line]).level for line in (big, middle, small)] == [1, 2, 3]
    assert rules.of(1, [big]).evidence == "font"


def test_then_bold_lines_below_all_sizes(rules_of, line_at):
    big, bold = line_at("Title", size=24), line_at("A bold line", bold=True)
    assert rules_of(big, bold).of(1, [bold]) == Heading(2, "bold", 0.4)


@pytest.mark.parametrize(
    "text",
    ["ends like a sentence.", "and this goes on,", "lower case bold", "12", "—", "ab", "X" * (MAX_UNTAGGED + 1)],
)
def test_what_does_not_look_like_a_heading(rules_of, line_at, text):
    line = line_at(text, bold=True)
    assert rules_of(line).of(1, [line]) is None


def test_four_large_lines_are_no_heading(rules_of, line_at):
    lines = [line_at(f"Large {word}", size=20) for word in ("one", "two", "three", "four")]
    rules = rules_of(*lines)
    assert rules.of(1, lines[:3]) is not None
    assert rules.of(1, lines) is None


def test_a_tagged_heading_that_is_too_long_is_body(rules_of, line_at):
    fits, long = line_at("x" * MAX_HEADING, role="H1"), line_at("x" * (MAX_HEADING + 1), role="H1")
    assert rules_of(fits).of(1, [fits]) is not None
    assert rules_of(long).of(1, [long]) is None


def test_a_page_of_headings_is_not_believed(page_of, line_at):
    tagged = [line_at(BODY, y=40 + 14 * row, role="H1", node=(row,)) for row in range(12)]
    body = [line_at(BODY, y=40 + 14 * row, role="P", node=(row,)) for row in range(12)]
    rules = heading_rules([page_of(*tagged, number=1), page_of(*tagged[:1], *body, number=2)], [])
    assert rules.untrusted == {1}
    assert rules.of(1, tagged[:1]) is None
    assert rules.of(2, tagged[:1]) is not None


def test_a_short_page_of_headings_is_a_cover(page_of, line_at):
    title = line_at("A plan", role="H1")
    rules = heading_rules([page_of(title)], [])
    assert rules.of(1, [title]).level == 1


@pytest.mark.parametrize("role", ["LI", "Caption", "Note", "TOCI"])
def test_other_roles_are_never_headings(rules_of, line_at, role):
    line = line_at("1 Purpose", size=30, bold=True, role=role)
    assert rules_of(line, bookmarks=[Bookmark(1, "1 Purpose", 1)]).of(1, [line]) is None


def test_cells_are_never_headings(rules_of, line_at):
    line = line_at("1 Purpose", size=30, bold=True, table=(1,), row=(1, 1), cell=(1, 1, 1))
    assert rules_of(line).of(1, [line]) is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Purpose ........ 3", True),
        ("Purpose . . . . . 3", True),
        ("Purpose ……… 12", True),
        ("Purpose ....", True),
        ("Wait... 3", False),
        ("Purpose 3", False),
        ("", False),
    ],
)
def test_leader_dots(text, answer, rules_of, line_at):
    assert is_contents(text) is answer
    if answer:
        line = line_at(text, role="H1", bold=True, size=20)
        assert rules_of(line, bookmarks=[Bookmark(1, text, 1)]).of(1, [line]) is None


def test_nothing_at_all():
    rules = heading_rules([], [Bookmark(1, "...", 1)])
    assert (rules.body_size, rules.sizes, rules.bookmarks) == (0.0, (), {})


@given(
    text=st.text("aB1. -A", min_size=1, max_size=20).filter(str.strip),
    size=st.sampled_from([8.0, 11.0, 13.0, 99.0]),
    bold=st.booleans(),
    role=st.sampled_from(["", "P", "H1", "H6", "LI"]),
    level=st.integers(1, 50),
)
def test_levels_and_confidence_stay_in_bounds(page_of, line_at, text, size, bold, role, level):
    line = line_at(text, size=size, bold=bold, role=role)
    body = [line_at(BODY, y=300 + 14 * row) for row in range(5)]
    heading = heading_rules([page_of(line, *body)], [Bookmark(level, text, 1)]).of(1, [line])
    assert heading is None or (1 <= heading.level <= MAX_LEVEL and 0 < heading.confidence < 1)
    assert not (heading and role == "LI")
