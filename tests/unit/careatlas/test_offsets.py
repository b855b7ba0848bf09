"""The offset map: every span of the stored text leads back to characters of the file."""

from __future__ import annotations

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas import offsets
from careatlas.offsets import OffsetMap, Run, packed, runs_of

# A piece is (text length, source length): copied, put in, taken out, or folded (several characters became others).
pieces = st.lists(
    st.one_of(
        st.integers(1, 9).map(lambda n: (n, n)),
        st.integers(1, 5).map(lambda n: (n, 0)),
        st.integers(1, 5).map(lambda n: (0, n)),
        st.tuples(st.integers(1, 3), st.integers(1, 6)).filter(lambda two: two[0] != two[1]),
    ),
    max_size=12,
)


def in_order(lengths: list[tuple[int, int]]) -> OffsetMap:
    rows, at, source = [], 0, 0
    for text_length, source_length in lengths:
        rows.append((at, text_length, source, source_length))
        at, source = at + text_length, source + source_length
    return OffsetMap(runs_of(rows))


def by_hand(one: OffsetMap, start: int, end: int) -> tuple[int, int] | None:
    """Look at every character on its own: slow, and plainly right."""
    behind = []
    for run in one.runs:
        for step in range(run.text_length):
            if start <= run.text_start + step < end and run.source_length:
                if run.text_length == run.source_length:
                    behind.append((run.source_start + step, run.source_start + step + 1))
                else:
                    behind.append((run.source_start, run.source_start + run.source_length))
    return (min(first for first, _ in behind), max(last for _, last in behind)) if behind else None


@given(pieces, st.integers(0, 60), st.integers(0, 60))
def test_a_span_leads_to_the_characters_behind_each_of_its_characters(lengths, start: int, end: int):
    one = in_order(lengths)
    assert one.source_span(start, end) == by_hand(one, start, end)


@given(pieces, st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_the_span_of_a_whole_is_the_hull_of_the_spans_of_its_parts(lengths, a: int, b: int, c: int):
    start, middle, end = sorted((a, b, c))
    one = in_order(lengths)
    parts = [span for span in (one.source_span(start, middle), one.source_span(middle, end)) if span]
    hull = (min(first for first, _ in parts), max(last for _, last in parts)) if parts else None
    assert one.source_span(start, end) == hull


@given(pieces)
def test_a_map_comes_back_from_its_bytes(lengths):
    one = in_order(lengths)
    back = OffsetMap.from_bytes(one.to_bytes())
    assert back == one
    total = sum(text for text, _ in lengths)
    assert back.source_span(0, total) == one.source_span(0, total)


def test_a_mended_hyphen_and_a_header_put_in():
    # text: "Cost: rehabilitation"; file: "rehabili-\ntation", where "Cost: " is the header of the table's column.
    one = OffsetMap(runs_of([(0, 6, 0, 0), (6, 8, 0, 8), (14, 0, 8, 2), (14, 6, 10, 6)]))
    assert one.source_span(0, 6) is None
    assert one.source_span(6, 20) == (0, 16)
    assert one.source_span(12, 16) == (6, 12)
    assert one.source_span(4, 7) == (0, 1)


def test_a_ligature_is_taken_whole():
    one = OffsetMap((Run(text_start=0, text_length=2, source_start=7, source_length=1),))
    assert one.source_span(0, 1) == one.source_span(1, 2) == (7, 8)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 5), (7, 3), (10, 20), (-5, 0)])
def test_an_empty_span_has_nothing_behind_it(start: int, end: int):
    assert OffsetMap(runs_of([(0, 10, 0, 10)])).source_span(start, end) is None
    assert OffsetMap(()).source_span(start, end) is None


def test_a_span_that_goes_on_behind_the_text_ends_with_the_text():
    assert OffsetMap(runs_of([(0, 10, 100, 10)])).source_span(8, 1_000) == (108, 110)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a map",
        zlib.compress(b""),
        zlib.compress(b"\xc1"),
        zlib.compress(msgspec.msgpack.encode({"runs": []})),
        zlib.compress(msgspec.msgpack.encode([[1, 2, 3]])),
        zlib.compress(msgspec.msgpack.encode([[1, 2, 3, "4"]])),
        packed([(0, 500, 0, 500)] * 50)[:20],
    ],
)
def test_bytes_that_are_no_map_are_refused(data: bytes):
    with pytest.raises(ValueError, match="not an offset map"):
        OffsetMap.from_bytes(data)


def test_a_bomb_is_cut_off_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(offsets, "MAX_MAP_BYTES", 1_000)
    rows = [(n, 1, n, 1) for n in range(5_000)]
    assert len(packed(rows)) < len(msgspec.msgpack.encode(rows))
    with pytest.raises(ValueError, match="not an offset map"):
        OffsetMap.from_bytes(packed(rows))
