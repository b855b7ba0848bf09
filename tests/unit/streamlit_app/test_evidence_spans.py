from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from careatlas.initiative import Span
from streamlit_app.evidence_spans import Piece, pieces

TEXT = "A joint team in Manchester."


def span(name: str, start: int, end: int, words: str | None = None) -> Span:
    return Span(name=name, value="", words=TEXT[start:end] if words is None else words, char_start=start, char_end=end)


def test_words_are_marked_with_what_was_read_from_them() -> None:
    found = pieces(TEXT, [span("area", 16, 26), span("title", 2, 12)])
    assert found == (
        Piece(text="A "),
        Piece(text="joint team", names=("title",)),
        Piece(text=" in "),
        Piece(text="Manchester", names=("area",)),
        Piece(text="."),
    )


def test_spans_that_overlap_are_both_named() -> None:
    found = pieces(TEXT, [span("title", 2, 12), span("scale", 8, 26)])
    assert [(one.text, one.names) for one in found if one.names] == [
        ("joint ", ("title",)),
        ("team", ("title", "scale")),
        (" in Manchester", ("scale",)),
    ]


def test_a_span_of_other_words_marks_nothing() -> None:
    outside = Span(name="x", value="", words="far", char_start=90, char_end=93)
    turned = Span(name="x", value="", words="", char_start=9, char_end=3)
    assert pieces(TEXT, [span("area", 2, 12, "other words"), outside, turned]) == (Piece(text=TEXT),)


def test_line_breaks_within_words_do_not_matter_and_direction_marks_act_on_nothing() -> None:
    text = "joint\nteam \u202eevil"
    (marked, rest) = pieces(text, [Span(name="title", value="", words="joint team", char_start=0, char_end=10)])
    assert (marked.text, marked.names) == ("joint\nteam", ("title",))
    assert rest.text == " \\u202eevil"


@given(st.text("ab \n", max_size=30), st.lists(st.tuples(st.integers(-3, 33), st.integers(-3, 33)), max_size=6))
def test_nothing_is_lost_or_doubled(text: str, ends: list[tuple[int, int]]) -> None:
    spans = [
        Span(name=str(number), value="", words=text[max(first, 0) : max(last, 0)], char_start=first, char_end=last)
        for number, (first, last) in enumerate(ends)
    ]
    assert "".join(one.text for one in pieces(text, spans)) == text
