"""The one stored text, its offset map, and hyphens at line ends."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.offsets import OffsetMap
from nlp.normalise import CONTROL, TextBuilder, folded, words_of

LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
BULLETS = "\uf0a7\uf0b7\uf0d8\uf0fc\uf06e\uf076"


def built(lines, known=()):
    builder = TextBuilder(frozenset(known).__contains__)
    anchors = builder.add_lines(list(lines))
    return builder, anchors


def text_of(line_at, *texts, known=(), **where):
    return built([line_at(text, y=100 + 14 * row, **where) for row, text in enumerate(texts)], known)[0].text


@pytest.mark.parametrize(
    ("lines", "known", "stored"),
    [
        (("the neigh-", "bourhood"), {"neighbourhood"}, "the neighbourhood"),
        (("the neigh-", "bourhood"), (), "the neighbourhood"),
        (("the follow-", "up call"), {"follow-up"}, "the follow-up call"),
        (("the follow-", "up call"), {"followup", "follow-up"}, "the followup call"),
        (("a multi-", "agency board"), (), "a multi-agency board"),
        (("a Multi-", "agency board"), (), "a Multi-agency board"),
        (("a multi-", "agency board"), {"multiagency"}, "a multiagency board"),
        (("the bed-", "based care"), {"bed", "based"}, "the bed-based care"),
        (("infor-", "mation"), {"mation"}, "information"),
        (("in 2023-", "2025 we"), (), "in 2023-2025 we"),
        (("the A-", "Team came"), (), "the A- Team came"),
        (("spend -", "saving"), (), "spend - saving"),
        (("yes --", "no"), (), "yes -- no"),
        (("end-",), (), "end-"),
        (("neigh- ", "  bourhood"), (), "neighbourhood"),
        (("reable\u00ad", "ment"), (), "reablement"),
        (("re\u00adable", "ment"), (), "reable ment"),
    ],
)
def test_hyphens_at_line_ends(line_at, lines, known, stored):
    assert text_of(line_at, *lines, known=known) == stored


def test_a_hyphen_before_the_same_row_is_kept(line_at):
    left, right = line_at("sub-", x=72, width=20), line_at("total", x=140)
    assert built([left, right])[0].text == "sub- total"


def test_pieces_of_one_row_are_glued_only_where_they_touch(line_at):
    touching = [line_at("neigh", x=72, width=25), line_at("bourhood", x=97.5)]
    apart = [line_at("neigh", x=72, width=25), line_at("bourhood", x=104)]
    assert built(touching)[0].text == "neighbourhood"
    assert built(apart)[0].text == "neigh bourhood"


def test_lines_that_run_up_the_page_are_not_glued(line_at):
    from dataclasses import replace

    from careatlas.geometry import Box

    up = [replace(line_at("one two"), box=Box(x0=x, y0=100, x1=x + 12, y1=180)) for x in (100, 113)]
    assert built(up)[0].text == "one two one two"


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("  two   spaces ", "two spaces"),
        ("tab\tand\u00a0no-break\u2003em", "tab and no-break em"),
        ("o\ufb03ce ﬁnds", "office finds"),
        ("\uf0b7 point", "• point"),
        ("a \u0007 b", "a b"),
        ("\u0007 a", "a"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("null\u0000 and \u007f end", "null and end"),
        ("half\ud800surrogate", "halfsurrogate"),
        ("right\u202eleft\u200f", "right\u202eleft\u200f"),
        ("naïve café – £5 ½ 漢字", "naïve café – £5 ½ 漢字"),
    ],
)
def test_what_changes_within_a_line(line_at, raw, stored):
    assert text_of(line_at, raw) == stored
    assert folded(raw).strip() == stored


def test_what_was_taken_out_is_counted(line_at):
    builder, _ = built([line_at("a\u0007b\u200bc\u00add")])
    assert builder.text == "abcd"
    assert builder.dropped == {CONTROL: 2}


def test_inserted_text_has_no_source(line_at):
    builder = TextBuilder(lambda _: False)
    builder.insert("Area: ")
    builder.add_lines([line_at("North")])
    builder.insert("\n")
    mapped = OffsetMap.from_bytes(builder.offset_map())
    assert mapped.source_span(0, 6) is None
    assert mapped.source_span(0, 7) == (0, 1)
    assert mapped.source_span(6, 11) == (0, 5)
    assert builder.since(6) == "North\n"


def test_a_ligature_maps_back_to_its_one_character(line_at):
    builder, _ = built([line_at("an oﬃce")])
    mapped = OffsetMap.from_bytes(builder.offset_map())
    assert builder.text == "an office"
    assert mapped.source_span(4, 5) == mapped.source_span(4, 7) == (4, 5)
    assert mapped.source_span(7, 9) == (5, 7)


def test_a_mended_word_maps_back_over_the_hyphen(line_at):
    builder, anchors = built([line_at("neigh-"), line_at("bourhood", y=114)])
    mapped = OffsetMap.from_bytes(builder.offset_map())
    assert mapped.source_span(0, 13) == (0, 15)
    assert [(one.char_start, one.char_end) for one in anchors] == [(0, 5), (5, 13)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Follow-up of follow-", {"the", "follow-up", "of"}),
        ("2023-2025", {"2023-2025"}),
        ("", set()),
        ("a-b-c d", {"a-b-c", "d"}),
    ],
)
def test_words_are_in_lower_case_and_hyphenated_ones_whole(text, words):
    assert words_of([text]) == words


ALPHABET = "abC-1. \t\u00a0\u00ad\u0007\u200b\u202eﬁﬄ\uf0b7•é漢"
raw_lines = st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=6)
known_words = st.sets(st.sampled_from(["abc", "ab", "a-b", "bc", "a1"]))


def laid_out(line_at, texts, row=14.0):
    return [line_at(text, y=100 + row * number) for number, text in enumerate(texts)]


@given(texts=raw_lines, known=known_words)
def test_the_text_is_clean(line_at, texts, known):
    builder, _ = built(laid_out(line_at, texts), known)
    text = builder.text
    assert "  " not in text
    assert not text.startswith(" ")
    assert all(unicodedata.category(one) not in {"Cc", "Cs"} and one not in "\u200b\ufeff\u00ad" for one in text)
    assert not set(text) & (set(LIGATURES) | set(BULLETS))
    assert len(text) == builder.length


@given(texts=raw_lines, known=known_words)
def test_every_character_is_mapped_mended_or_counted(line_at, texts, known):
    builder, _ = built(laid_out(line_at, texts), known)
    source = "".join(f"{text}\n" for text in texts)
    used, taken = [0] * len(source), []
    at = 0
    for run in OffsetMap.from_bytes(builder.offset_map()).runs:
        assert run.text_start == at
        at += run.text_length
        was = source[run.source_start : run.source_start + run.source_length]
        stored = builder.text[run.text_start : at]
        for place in range(run.source_start, run.source_start + run.source_length):
            used[place] += 1
        if not run.text_length:
            taken.append(was)
        elif run.source_length == run.text_length:
            assert all(
                after == before or (after == " " and before.isspace()) or (after == "•" and before in BULLETS)
                for before, after in zip(was, stored, strict=True)
            )
        elif run.source_length:
            assert stored == LIGATURES.get(was, " ")
            assert was in LIGATURES or was.isspace()
        else:
            assert stored == " "
    assert at == builder.length
    assert all(count == 1 or (count == 0 and one.isspace()) for one, count in zip(source, used, strict=True))
    assert all(len(one) == 1 for one in taken)
    assert set(taken) <= {"-", "\u00ad", "\u0007", "\u200b"}
    assert sum(one in "\u0007\u200b" for one in taken) == builder.dropped[CONTROL]


@given(texts=raw_lines, known=known_words)
def test_anchors_lie_inside_in_order_and_hold_their_lines(line_at, texts, known):
    lines = laid_out(line_at, texts)
    builder, anchors = built(lines, known)
    assert all(0 <= one.char_start < one.char_end <= builder.length for one in anchors)
    assert all(a.char_end <= b.char_start for a, b in itertools.pairwise(anchors))
    assert {one.box for one in anchors} <= {line.box for line in lines}
    covered = {place for one in anchors for place in range(one.char_start, one.char_end)}
    assert all(builder.text[place] == " " for place in range(builder.length) if place not in covered)


@given(first=raw_lines, second=raw_lines)
def test_since_gives_what_came_after(line_at, first, second):
    builder = TextBuilder(lambda _: False)
    builder.add_lines(laid_out(line_at, first))
    builder.insert("\n")
    start = builder.length
    builder.add_lines(laid_out(line_at, second))
    assert builder.since(start) == builder.text[start:]
    assert builder.since(0) == builder.text


@given(st.text(ALPHABET, max_size=30))
def test_folding_is_idempotent_and_like_the_builder(line_at, raw):
    once = folded(raw)
    assert folded(once) == once
    builder, _ = built([line_at(raw)])
    assert once.strip() == builder.text.strip()
