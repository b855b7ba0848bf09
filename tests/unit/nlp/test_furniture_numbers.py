"""Furniture with numbers: only a number that counts with the pages may differ from page to page."""

import pytest

from nlp.furniture import furniture


def found(page_of, line_at, texts, *, y=30, size=9.0):
    pages = [page_of(line_at(text, y=y, size=size), number=number) for number, text in enumerate(texts, start=1)]
    return set(furniture(pages))


@pytest.mark.parametrize(
    "form", ["{page}", "Page {page} of 6", "page {page}", "2.{page}", "Plan 2023 | {page}", "{next} Our plan 2024/25"]
)
def test_a_number_that_counts_with_the_pages_is_no_difference(page_of, line_at, form):
    texts = [form.format(page=page, next=page + 10) for page in range(1, 7)]
    assert len(found(page_of, line_at, texts)) == 6


@pytest.mark.parametrize(
    "texts",
    [
        ["Priority 5: home first", "Priority 9: home first", "Priority 14: home first"],
        ["In 2020/21 the fund is 20.4m", "In 2021/22 the fund is 21.9m", "In 2022/23 the fund is 23.0m"],
        ["Table 4", "Table 4a", "Table 9"],
    ],
)
def test_other_numbers_keep_lines_apart(page_of, line_at, texts):
    assert found(page_of, line_at, texts) == set()


def test_words_for_words_needs_no_number(page_of, line_at):
    assert len(found(page_of, line_at, ["Our plan 2023"] * 3)) == 3
