from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

from careatlas.geometry import Box, union
from careatlas.passage import Passage
from careatlas.project import open_project
from careatlas.store import judgements, passages, readings

pytestmark = pytest.mark.e2e

PIXELS = 2.0  # how far a box may stand from where it belongs, on the screen


def stored(site: Any, number: int) -> list[Passage]:
    with open_project(site.root) as project, project.store.read() as connection:
        return passages.of_page(connection, site.document_id, number)


def open_page(page: Any, site: Any, number: int, **query: str) -> None:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    page.goto(f"{site.url}/evidence?document={site.document_id}&page={number}{more}")
    page.wait_for_selector(f'.sheet[aria-label="Page {number}"] button', timeout=60_000)
    page.wait_for_function(
        """() => { const part = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean)
            .map((root) => root.querySelector('.sheet img')).find(Boolean);
            return part && part.complete && part.naturalWidth > 100; }""",
        timeout=60_000,
    )
    page.wait_for_selector("text=free software under", timeout=60_000)
    page.wait_for_timeout(300)


def rect(element: Any) -> Box:
    found = element.bounding_box()
    return Box.of((found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]))


def words_of(pdf: Path, number: int) -> list[tuple[Box, str]]:
    """Return the words of a page with their places as displayed, in points."""
    import pymupdf

    with pymupdf.open(pdf) as document:
        page = document[number - 1]
        found = page.get_text("words")
        return [(Box.of(tuple(pymupdf.Rect(word[:4]) * page.rotation_matrix)), word[4]) for word in found]


def on_screen(box: Box, sheet: Box, width: float, height: float) -> Box:
    across, down = sheet.width / width, sheet.height / height
    return Box(
        x0=sheet.x0 + box.x0 * across,
        y0=sheet.y0 + box.y0 * down,
        x1=sheet.x0 + box.x1 * across,
        y1=sheet.y0 + box.y1 * down,
    )


@pytest.mark.parametrize("number", [1, 2])
def test_every_box_lies_over_its_words(page: Any, site: Any, number: int) -> None:
    open_page(page, site, number)
    with open_project(site.root) as project, project.store.read() as connection:
        size = readings.pages(connection, site.document_id)[number - 1]
    sheet = rect(page.locator(".sheet"))
    words = words_of(site.pdf, number)
    assert words
    matched = 0
    for passage in stored(site, number):
        drawn = [rect(one) for one in page.locator(f'.sheet button[data-passage="{passage.passage_id}"]').all()]
        inside = [
            box for box, text in words if text in passage.text.split() and any(b.holds(box) for b in passage.boxes)
        ]
        assert len(inside) >= len(passage.text.split()) - 1, passage.text
        expected = on_screen(union(inside), sheet, size.width, size.height)
        assert union(drawn).as_list() == pytest.approx(expected.as_list(), abs=PIXELS), passage.text
        matched += len(inside)
    assert matched == len(words)


@pytest.mark.parametrize("number", [1, 2])
def test_all_ink_of_the_picture_lies_in_a_box(page: Any, site: Any, number: int) -> None:
    """What is drawn, whatever the PDF says of places: dark pixels on the screen are inside the boxes."""
    open_page(page, site, number)
    buttons = page.locator(".sheet button")
    sheet = rect(page.locator(".sheet"))
    drawn = [rect(one) for one in buttons.all()]
    buttons.evaluate_all("all => all.forEach((one) => one.style.visibility = 'hidden')")
    picture = Image.open(io.BytesIO(page.locator(".sheet").screenshot())).convert("L")
    ink = np.asarray(picture) < 128
    ink[:2] = ink[-2:] = False  # the outline of the sheet
    ink[:, :2] = ink[:, -2:] = False
    rows, columns = np.nonzero(ink)
    assert len(rows) > 500
    covered = np.zeros(ink.shape, dtype=bool)
    for box in drawn:
        top, bottom = int(box.y0 - sheet.y0 - PIXELS), int(box.y1 - sheet.y0 + PIXELS) + 1
        left, right = int(box.x0 - sheet.x0 - PIXELS), int(box.x1 - sheet.x0 + PIXELS) + 1
        covered[max(top, 0) : bottom, max(left, 0) : right] = True
        assert ink[max(top, 0) : bottom, max(left, 0) : right].any()
    assert covered[rows, columns].all()


def query_of(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_click_select_judge(page: Any, site: Any, artefacts: Path) -> None:
    open_page(page, site, 1)
    passage = next(one for one in stored(site, 1) if "discharge" in one.text)
    box = page.locator(f'.sheet button[data-passage="{passage.passage_id}"]').first
    assert box.get_attribute("aria-pressed") == "false"
    box.click()
    page.wait_for_selector(".st-key-selected")
    assert query_of(page)["passage"] == [passage.passage_id]
    assert box.get_attribute("aria-pressed") == "true"
    assert page.locator("li.selected").get_attribute("data-passage") == passage.passage_id
    page.wait_for_timeout(500)
    page.screenshot(path=artefacts / "evidence-selected.png", full_page=False)

    page.locator(f".st-key-judge-discharge-present-{passage.passage_id} button").click()
    page.wait_for_selector("li.selected .judgement")
    with open_project(site.root) as project, project.store.read() as connection:
        (row,) = judgements.of_passages(connection, [passage.passage_id])
    assert (row.code, row.verdict, row.person, row.origin) == ("discharge", "present", "Ada", "accepted")
    assert (row.shown_model_id, row.shown_probability) == ("by-hand", 0.8)
    page.locator(".st-key-selected").get_by_text("present \u2013 Ada").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=artefacts / "evidence-judged.png", full_page=False)


def test_the_list_selects_as_well(page: Any, site: Any) -> None:
    open_page(page, site, 1)
    passage = next(one for one in stored(site, 1) if "General practice" in one.text)
    page.locator(f'li[data-passage="{passage.passage_id}"] .text').click()
    page.wait_for_selector(f'.sheet button[data-passage="{passage.passage_id}"][aria-pressed="true"]')
    assert query_of(page)["passage"] == [passage.passage_id]


def test_the_keyboard_selects_and_keeps_its_place(page: Any, site: Any) -> None:
    open_page(page, site, 1)
    passage = next(one for one in stored(site, 1) if "on the right" in one.text)
    selector = f'.sheet button[data-passage="{passage.passage_id}"]'
    page.locator(selector).focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f'{selector}[aria-pressed="true"]')
    assert page.locator(f"{selector}:focus").count() == 1
    assert "far from the others" in str(page.locator(selector).get_attribute("aria-label"))


def test_a_deep_link_is_restored_and_pages_are_turned(page: Any, site: Any) -> None:
    passage = next(one for one in stored(site, 1) if "discharge" in one.text)
    open_page(page, site, 1, passage=passage.passage_id)
    page.wait_for_selector(f'.sheet button[data-passage="{passage.passage_id}"][aria-pressed="true"]')
    page.get_by_role("button", name="Next page").click()
    page.wait_for_selector('.sheet[aria-label="Page 2"] button')
    assert query_of(page)["page"] == ["2"]
    assert "passage" not in query_of(page)


def test_hostile_words_of_a_plan_are_only_words(page: Any, site: Any) -> None:
    hostile = next(one for one in stored(site, 1) if "onerror" in one.text)
    open_page(page, site, 1, passage=hostile.passage_id)
    page.wait_for_selector("li.selected")
    assert "<img src=x onerror" in page.locator("li.selected .text").inner_text()
    assert page.locator('img[src="x"]').count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.evaluate("window.hit") is None


def test_documents_filter_in_the_address_and_open_evidence(page: Any, site: Any, artefacts: Path) -> None:
    page.goto(f"{site.url}/documents")
    words = page.get_by_label("Words in title, file name or area")
    words.wait_for(timeout=60_000)
    words.fill("plan.pdf")
    words.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).get('words') === 'plan.pdf'")
    link = page.locator("td a")
    assert "<img src=x" in link.inner_text()
    page.screenshot(path=artefacts / "documents.png")
    link.click()
    page.wait_for_selector('.sheet[aria-label="Page 1"] button')
    assert query_of(page)["document"] == [site.document_id]
    assert page.evaluate("window.hit") is None


@pytest.mark.parametrize("path", ["/", "/codebook", "/evidence?document=gone"])
def test_no_page_asks_another_machine(page: Any, site: Any, artefacts: Path, path: str) -> None:
    answer = page.goto(site.url + path)
    page.wait_for_selector("text=free software under", timeout=60_000)
    page.wait_for_timeout(500)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    name = path.strip("/").partition("?")[0] or "overview"
    page.screenshot(path=artefacts / f"{name}.png", full_page=True)
