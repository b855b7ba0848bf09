"""The map, the matrix and the area's page in a real browser, on a synthetic atlas of every upper-tier authority."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.atlas_project import Size, make_atlas

pytestmark = pytest.mark.e2e

KENT = "E10000016"
WAIT = 60_000


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: Any, document_of: Any, reading_of: Any, keep: Any, serve: Any) -> Iterator[str]:
    """Serve a project with three plans and six initiatives in each of 153 areas."""
    folder = tmp_path_factory.mktemp("atlas")
    make_atlas(folder / "project", Size(passages=9, initiatives=6), document_of, reading_of, keep)
    with serve(folder / "project", folder / "server.log") as url:
        yield url


def ready(page: Any, address: str, words: str) -> None:
    page.goto(address)
    page.get_by_text(words).first.wait_for(timeout=WAIT)


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}}).response
    assert len(found["passes"]) > 10
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def chosen(page: Any, label: str, option: str) -> None:
    page.get_by_role("combobox", name=re.compile(label)).first.fill(option)
    page.get_by_role("option", name=option).first.click()


class TestMap:
    def test_every_area_is_a_named_control_and_opens_its_page(self, page, atlas, artefacts):
        ready(page, f"{atlas}/map", "Initiatives in 2023/24")
        areas = page.locator("svg.plane [role]")
        areas.first.wait_for(timeout=WAIT)
        assert areas.count() == 153
        page.screenshot(path=artefacts / "map.png", full_page=True)
        kent = page.get_by_role("button", name=re.compile(r"^Kent: \d+ initiatives?"))
        kent.click()
        page.get_by_role("heading", name=re.compile("Kent")).wait_for(timeout=WAIT)
        assert f"area={KENT}" in page.url

    def test_a_filter_changes_map_table_and_address_and_the_address_brings_it_back(self, page, atlas):
        ready(page, f"{atlas}/map", "Initiatives in 2023/24: any code")
        chosen(page, r"\bCode$", "Discharge from hospital")
        page.get_by_text("Initiatives in 2023/24: Discharge from hospital").wait_for(timeout=WAIT)
        assert "code=discharge" in page.url
        said = page.get_by_text(re.compile(r"initiatives, 0 of them confirmed")).inner_text()
        address = page.url
        page.goto("about:blank")
        ready(page, address, "Initiatives in 2023/24: Discharge from hospital")
        assert page.get_by_text(re.compile(r"initiatives, 0 of them confirmed")).inner_text() == said

    def test_an_earlier_year_by_link_shows_the_areas_of_then(self, page, atlas):
        ready(page, f"{atlas}/map?period=2018/19", "Initiatives in 2018/19")
        assert page.get_by_text("as of 2019-03-31").count()
        page.locator("svg.plane [role]").first.wait_for(timeout=WAIT)
        assert page.locator("svg.plane [role]").count() == 152  # Dorset's two new authorities began a day later

    def test_a_link_with_what_is_not_there_is_told(self, page, atlas):
        ready(page, f"{atlas}/map?code=nothing-such&period=1948%2F49", "Initiatives in 2023/24")
        page.get_by_text("The link asks for code").wait_for(timeout=WAIT)
        page.get_by_text("The link asks for period").wait_for(timeout=WAIT)

    def test_what_is_shown_can_be_taken_home(self, page, atlas):
        import json

        ready(page, f"{atlas}/map?code=discharge", "Discharge from hospital (schematic")
        with page.expect_download() as waited:
            page.get_by_role("button", name="Download as JSON").click()
        rows = json.loads(Path(waited.value.path()).read_text())
        assert len(rows) == 153
        assert {row["code"] for row in rows} == {"discharge"}
        kent = next(row for row in rows if row["area_code"] == KENT)
        assert kent["initiatives"] == len(kent["initiative_ids"])

    def test_boards_stand_on_their_own_layer(self, page, atlas):
        ready(page, f"{atlas}/map?layer=icb", "Initiatives in 2023/24")
        page.locator("svg.plane [role]").first.wait_for(timeout=WAIT)
        assert page.locator("svg.plane [role]").count() == 42
        page.get_by_text(re.compile("^Not on this map")).first.wait_for(timeout=WAIT)


class TestMatrixAndArea:
    def test_cells_are_walked_with_arrow_keys_and_a_name_opens_the_area(self, page, atlas, artefacts):
        ready(page, f"{atlas}/matrix", "Initiatives in 2023/24")
        first = page.locator("tbody td button").first
        first.wait_for(timeout=WAIT)
        page.screenshot(path=artefacts / "matrix.png")
        first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        said = page.evaluate(
            "() => { let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement;"
            " return e.getAttribute('aria-label'); }"
        )
        assert re.match(r"Barnet, .+: (\d+ initiatives?|no document read)", said)
        page.get_by_role("link", name="Kent", exact=True).click()
        page.get_by_role("heading", name=re.compile("Kent")).wait_for(timeout=WAIT)

    def test_an_area_is_held_against_another_codebook(self, page, atlas, artefacts):
        ready(page, f"{atlas}/area?area={KENT}", "At work")
        page.get_by_text("Held against ehch-v2").wait_for(timeout=WAIT)
        page.screenshot(path=artefacts / "area.png", full_page=True)
        page.get_by_text("cannot be found: no code leads here").first.wait_for(timeout=WAIT)
        assert page.get_by_text("3 documents read").count()

    def test_an_area_nobody_wrote_about_is_missing_and_not_zero(self, page, atlas):
        ready(page, f"{atlas}/area?area=E12000001", "No document of this area was read")
        page.get_by_text("Documents read", exact=True).wait_for(timeout=WAIT)
        assert not page.get_by_text("nothing found in what was read").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["map", "matrix?layer=icb", f"area?area={KENT}"])
def test_nothing_stands_in_the_way_of_anybody(browser, atlas, address, scheme):
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, color_scheme=scheme)
    page = context.new_page()
    ready(page, f"{atlas}/{address}", "At work" if "area=" in address else "Initiatives in")
    page.wait_for_timeout(1_000)
    assert violations(page) == []
    context.close()
