"""What kind of page it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.document import PageStatus
from nlp.page_status import COVERED, FEW_GLYPHS, OUTLINE_PATHS, Ink, ink_of, status_of

BARE = Ink(image_share=0.0, path_count=0, path_share=0.0)
IMAGE = Ink(image_share=0.9, path_count=0, path_share=0.0)
LOGO = Ink(image_share=0.1, path_count=3, path_share=0.1)
OUTLINES = Ink(image_share=0.0, path_count=900, path_share=0.6)


@pytest.mark.parametrize(
    ("glyphs", "ink", "status"),
    [
        (FEW_GLYPHS, IMAGE, PageStatus.TEXT),
        (2_000, None, PageStatus.TEXT),
        (0, BARE, PageStatus.EMPTY),
        (1, BARE, PageStatus.TEXT),
        (0, IMAGE, PageStatus.SCANNED),
        (FEW_GLYPHS - 1, IMAGE, PageStatus.SCANNED),
        (5, LOGO, PageStatus.TEXT),
        (0, LOGO, PageStatus.SCANNED),
        (0, Ink(image_share=0.01, path_count=1, path_share=0.0), PageStatus.EMPTY),
        (0, OUTLINES, PageStatus.VECTOR_OUTLINE),
        (60, OUTLINES, PageStatus.VECTOR_OUTLINE),
        (0, Ink(image_share=0.0, path_count=OUTLINE_PATHS, path_share=0.05), PageStatus.VECTOR_OUTLINE),
        (60, Ink(image_share=0.0, path_count=900, path_share=0.05), PageStatus.TEXT),
        # A cover with a drawing and all its words as text: the shapes do not outnumber the characters.
        (199, Ink(image_share=0.0, path_count=280, path_share=0.64), PageStatus.TEXT),
        (0, Ink(image_share=0.0, path_count=OUTLINE_PATHS - 1, path_share=0.9), PageStatus.EMPTY),
    ],
)
def test_status(glyphs, ink, status):
    assert status_of("x" * glyphs, glyphs, ink) is status


@pytest.mark.parametrize(("unmapped", "status"), [(29, PageStatus.TEXT), (31, PageStatus.UNMAPPABLE)])
def test_characters_without_unicode(unmapped, status):
    text = "\ufffd" * unmapped + "x" * (100 - unmapped)
    assert status_of(text * 3, 300, None) is status


def test_which_statuses_need_ocr():
    need = {status for status in PageStatus if status.needs_ocr}
    assert need == {PageStatus.SCANNED, PageStatus.VECTOR_OUTLINE, PageStatus.UNMAPPABLE}


def test_an_image_is_measured_on_a_grid():
    ink = ink_of([("fill-image", (0, 0, 500, 400))], 1000, 800)
    assert ink.image_share == pytest.approx(0.25, abs=0.03)
    assert ink.path_count == 0


def test_two_images_on_top_of_each_other_count_once():
    box = (0.0, 0.0, 500.0, 400.0)
    assert ink_of([("fill-image", box)] * 5, 1000, 800) == ink_of([("fill-image", box)], 1000, 800)


def test_images_side_by_side_cover_together():
    strips = [("fill-image", (0, 100 * row, 1000, 100 * row + 100)) for row in range(8)]
    assert ink_of(strips, 1000, 800).image_share >= 2 * COVERED


def test_the_background_is_no_path():
    ink = ink_of([("fill-path", (0, 0, 1000, 800)), ("stroke-path", (10, 10, 20, 20))], 1000, 800)
    assert ink.path_count == 1


def test_text_is_no_ink_of_this_kind():
    assert ink_of([("fill-text", (0, 0, 900, 700)), ("clip", (0, 0, 9, 9))], 1000, 800) == BARE


numbers = st.one_of(
    st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -1e300, 1e300, 5e-324]), st.floats(-2_000, 2_000)
)
names = st.sampled_from(["fill-image", "fill-path", "stroke-path", "fill-shade", "fill-text", "fill-imgmask", "", "?"])


@given(st.lists(st.tuples(names, st.tuples(numbers, numbers, numbers, numbers)), max_size=30), numbers, numbers)
def test_hostile_numbers_give_shares(marks, width, height):
    ink = ink_of(marks, width, height)
    assert 0.0 <= ink.image_share <= 1.0
    assert 0.0 <= ink.path_share <= 1.0
    assert 0 <= ink.path_count <= len(marks)
    assert status_of("", 0, ink) in PageStatus


@given(st.lists(st.tuples(names, st.tuples(numbers, numbers, numbers, numbers)), max_size=12), st.randoms())
def test_the_order_of_drawing_does_not_matter(marks, random):
    shuffled = list(marks)
    random.shuffle(shuffled)
    assert ink_of(shuffled, 595, 842) == ink_of(marks, 595, 842)


def test_many_paths_stay_quick():
    import time

    marks = [("fill-path", (0.0, 0.0, 590.0, 500.0))] * 100_000
    started = time.process_time()
    assert ink_of(marks, 595, 842).path_count == 100_000
    assert time.process_time() - started < 5
