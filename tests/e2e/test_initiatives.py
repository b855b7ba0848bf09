"""Initiatives in a real browser: the list, and on the page of one every act by click or by keyboard alone."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from careatlas.document_fact import FactName
from careatlas.identifiers import initiative_id
from careatlas.initiative import Initiative
from careatlas.initiative_event import InitiativeAction, InitiativeEvent
from careatlas.initiatives_now import initiatives_now
from careatlas.project import open_project
from careatlas.reviewed_initiative import Provenance, Replay
from careatlas.store import document_facts, initiative_events
from tests.made_initiatives_app import BOOK, HOSTILE_TITLE, fill_initiatives

pytestmark = pytest.mark.e2e

WAIT = 60_000
FOCUS = """() => { let one = document.activeElement;
    while (one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
    return one; }"""


@pytest.fixture(scope="module")
def made(site: Any) -> dict[str, Initiative]:
    """Three initiatives on the plan of the site; put there before any page is opened."""
    with open_project(site.root) as project:
        return fill_initiatives(project)


@pytest.fixture
def afresh(site: Any, made: dict[str, Initiative]) -> dict[str, Initiative]:
    """The same with everything undone that a test before this one did."""
    from careatlas.initiative_replay import events_in_force
    from careatlas.initiative_reviewing import kept, undone
    from tests.made_initiatives import NOON

    with open_project(site.root) as project:
        for event in reversed(events_in_force(events_of(site))[0]):
            if event.action is not InitiativeAction.UNDONE:
                kept(project.store, BOOK, undone(event, None, "Ben", NOON))
    return made


def events_of(site: Any) -> list[InitiativeEvent]:
    with open_project(site.root) as project, project.store.read() as connection:
        return initiative_events.listed(connection, BOOK.id)


def replay_of(site: Any) -> Replay:
    with open_project(site.root) as project:
        return initiatives_now(project.store, BOOK)


def standing(site: Any, name: str) -> Provenance:
    return next(o.provenance for o in replay_of(site).initiatives if o.initiative.initiative_id == name)


def open_one(page: Any, site: Any, name: str, title: str, **query: str) -> None:
    more = "".join(f"&{key}={value}" for key, value in query.items())
    page.goto(f"{site.url}/initiative?id={name}{more}")
    page.get_by_role("heading", name=title).wait_for(timeout=WAIT)
    page.wait_for_selector("text=free software under", timeout=WAIT)
    page.wait_for_timeout(500)


def query_of(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def focused(page: Any) -> str:
    """Return what a screen reader would call the widget that has the keyboard, with the key of its container."""
    said = page.evaluate(
        f"""() => {{ const one = ({FOCUS})(); let up = one; let key = '';
        while (up && !key) {{
            key = [...(up.classList || [])].find((name) => name.startsWith('st-key-')) || '';
            up = up.parentElement || up.getRootNode().host; }}
        return key.slice(7) + '|' + (one.getAttribute('aria-label') || one.textContent || ''); }}"""
    )
    return str(said)


def tab_to(page: Any, words: str, *, most: int = 80) -> list[str]:
    """Press Tab until the widget with these words in its key or name has the keyboard."""
    passed = []
    for _ in range(most):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if words in passed[-1]:
            return passed
    pytest.fail(f"Tab does not reach {words}: {passed}")


def wait_for_event(page: Any, site: Any, count: int) -> InitiativeEvent:
    for _ in range(100):
        if len(found := events_of(site)) >= count:
            page.wait_for_timeout(500)
            return found[-1]
        page.wait_for_timeout(100)
    pytest.fail(f"there are {len(found)} events, not {count}: {page.inner_text('.stMain')[:500]}")


def test_the_list_filters_in_the_address_and_opens_one(
    page: Any, site: Any, made: dict[str, Initiative], artefacts: Path
) -> None:
    page.goto(f"{site.url}/initiatives")
    page.locator("td a").first.wait_for(timeout=WAIT)
    assert page.locator("td a").count() == 3
    page.wait_for_timeout(800)
    page.screenshot(path=artefacts / "initiatives.png", full_page=True)
    page.get_by_role("combobox", name="Code").click()
    page.get_by_role("option", name=BOOK.code("primary-care").label, exact=True).click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('code') === 'primary-care'")
    page.locator("td a", has_text="Weekly round").wait_for()
    page.wait_for_function("() => !document.querySelector('[data-stale=\"true\"]')")
    page.reload()
    link = page.locator("td a")
    link.first.wait_for(timeout=WAIT)
    assert link.count() == 1
    link.click()
    page.get_by_role("heading", name="Weekly round").wait_for(timeout=WAIT)
    assert query_of(page) == {"id": ["iround"]}


def test_the_file_holds_what_is_filtered(page: Any, site: Any, made: dict[str, Initiative]) -> None:
    page.goto(f"{site.url}/initiatives?area=none")
    page.locator("td a").first.wait_for(timeout=WAIT)
    with page.expect_download(timeout=WAIT) as waited:
        page.get_by_role("button", name="Download these as CSV (1)").click()
    text = Path(waited.value.path()).read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert row["title"] == f"'{HOSTILE_TITLE}"


def test_a_deep_link_restores_evidence_and_furniture(
    page: Any, site: Any, afresh: dict[str, Initiative], artefacts: Path
) -> None:
    part = afresh["iteam"].evidence[0]
    open_one(page, site, "iteam", "Home team", evidence=part.evidence_id, furniture="true")
    box = page.locator(f'.sheet button[data-passage="{part.passage_id}"]').first
    box.wait_for(timeout=WAIT)
    assert box.get_attribute("aria-pressed") == "true"
    assert page.locator("li.selected").get_attribute("data-evidence") == part.evidence_id
    assert page.locator("li.selected mark").first.inner_text() == "joint discharge team [title]"
    assert page.get_by_role("switch", name="Show running heads and feet").is_checked()
    page.wait_for_timeout(1_000)
    page.screenshot(path=artefacts / "initiative-evidence.png", full_page=True)
    second = afresh["iteam"].evidence[1].evidence_id
    page.locator(f'li[data-evidence="{second}"] .kind').click()
    page.wait_for_selector('.sheet[aria-label="Page 2"]', timeout=WAIT)
    assert query_of(page)["evidence"] == [second]
    page.locator(f'li[data-evidence="{second}"] a').click()
    page.get_by_role("heading", name="Evidence", exact=True).wait_for(timeout=WAIT)
    assert query_of(page)["passage"] == [afresh["iteam"].evidence[1].passage_id]


def test_confirm_and_undo_by_keyboard_alone(
    page: Any, site: Any, afresh: dict[str, Initiative], artefacts: Path
) -> None:
    before = len(events_of(site))
    open_one(page, site, "iteam", "Home team")
    tab_to(page, "-note|Note kept with what you decide")
    page.keyboard.type("seen by y x u")  # letters that are shortcuts with Alt are only letters here
    passed = tab_to(page, "Confirm")
    assert len(passed) == 1
    page.keyboard.press("Enter")
    event = wait_for_event(page, site, before + 1)
    assert (event.action, event.person, event.note) == (InitiativeAction.CONFIRMED, "Ada", "seen by y x u")
    page.get_by_text("confirmed by Ada").first.wait_for()
    page.screenshot(path=artefacts / "initiative-confirmed.png", full_page=True)
    page.keyboard.press("Alt+u")
    wait_for_event(page, site, before + 2)
    assert standing(site, "iteam") is Provenance.MACHINE
    page.keyboard.press("Alt+x")
    assert wait_for_event(page, site, before + 3).action is InitiativeAction.REJECTED
    page.get_by_text("counts nowhere").wait_for()
    page.keyboard.press("Alt+y")
    assert wait_for_event(page, site, before + 4).action is InitiativeAction.CONFIRMED
    assert standing(site, "iteam") is Provenance.CONFIRMED


def test_edit_by_keyboard_alone(page: Any, site: Any, afresh: dict[str, Initiative], artefacts: Path) -> None:
    before = len(events_of(site))
    open_one(page, site, "iround", "Weekly round")
    tab_to(page, "open-edit-")
    page.keyboard.press("Enter")
    page.get_by_label("Title").wait_for()
    page.wait_for_timeout(400)
    tab_to(page, "Title")
    page.keyboard.press("Control+a")
    page.keyboard.type("Enhanced round")
    tab_to(page, "Area (code")
    page.keyboard.press("Control+a")
    page.keyboard.type("Salford")
    page.screenshot(path=artefacts / "initiative-edit.png", full_page=True)
    tab_to(page, "Keep the edit")
    page.keyboard.press("Enter")
    event = wait_for_event(page, site, before + 1)
    assert {name: event.content[name] for name in event.content if name != "kept"} == {
        "title": "Enhanced round", "area_code": "E08000006", "area_name": "Salford",
    }  # fmt: skip
    page.get_by_role("heading", name="Enhanced round").wait_for()
    page.get_by_role("cell", name="edited by Ada").first.wait_for()


def test_merge_and_split_by_click(page: Any, site: Any, afresh: dict[str, Initiative], artefacts: Path) -> None:
    before = len(events_of(site))
    open_one(page, site, "iteam", "Home team")
    page.get_by_text("Merge with others").click()
    page.locator('[class*="st-key-merge-"][class*="-tick-iround"] label').last.click()
    page.wait_for_timeout(400)
    page.screenshot(path=artefacts / "initiative-merge.png", full_page=True)
    page.get_by_role("button", name="Merge into this one").click()
    event = wait_for_event(page, site, before + 1)
    assert event.action is InitiativeAction.MERGED
    page.get_by_role("heading", name="Evidence (3)").wait_for()

    open_one(page, site, "iround", "Home team")  # where it went
    page.get_by_text("was merged into this one by Ada").wait_for()
    page.get_by_text("Split", exact=True).click()
    name = afresh["iround"].evidence[0].evidence_id
    # The other part of the same passage has a tick of its own: its key goes on after the passage.
    tick = page.locator(f'[class*="st-key-split-"][class*="-tick-{name}"]:not([class*="-tick-{name}-1"])')
    tick.locator("label").last.click()
    page.wait_for_timeout(400)
    page.screenshot(path=artefacts / "initiative-split.png", full_page=True)
    page.get_by_role("button", name="Split off").click()
    event = wait_for_event(page, site, before + 2)
    new = initiative_id("split", event.event_id)
    page.get_by_role("heading", name="Evidence (2)").wait_for()
    page.get_by_role("link", name="Weekly round").click()
    page.get_by_role("heading", name="Weekly round").wait_for(timeout=WAIT)
    assert query_of(page)["id"] == [new]
    page.get_by_text("What people did (").click()
    page.get_by_role("button", name="Undo: split").click()
    wait_for_event(page, site, before + 3)
    page.get_by_text("was undone: it is part of this one again").wait_for()
    page.get_by_role("heading", name="Evidence (3)").wait_for()


def test_a_page_that_is_no_longer_true_is_refused(page: Any, site: Any, afresh: dict[str, Initiative]) -> None:
    from datetime import UTC, datetime

    from careatlas.initiative_reviewing import edited, kept

    open_one(page, site, "iteam", "Home team")
    with open_project(site.root) as project:
        one = next(o for o in initiatives_now(project.store, BOOK).initiatives if o.initiative.initiative_id == "iteam")
        kept(project.store, BOOK, edited(one, {"title": "Ben's team"}, "Ben", datetime.now(UTC)))
    before = len(events_of(site))
    page.keyboard.press("Alt+y")
    page.get_by_text("Nothing was kept: Ben edited it while you looked at it").wait_for()
    page.get_by_role("heading", name="Ben's team").wait_for()
    assert len(events_of(site)) == before


def test_hostile_words_are_only_words(page: Any, site: Any, afresh: dict[str, Initiative]) -> None:
    open_one(page, site, "ihostile", "HYPERLINK")
    assert HOSTILE_TITLE in page.locator("h3").first.inner_text().replace("\u2060", "")
    page.goto(f"{site.url}/initiatives?words=hyperlink")
    link = page.locator("td a")
    link.wait_for(timeout=WAIT)
    assert link.inner_text() == HOSTILE_TITLE
    assert page.locator('img[src="x"]').count() == 0
    assert page.locator('a[href^="javascript"]').count() == 0
    assert page.evaluate("window.hit") is None


def test_a_document_is_corrected(page: Any, site: Any, made: dict[str, Initiative], artefacts: Path) -> None:
    page.goto(f"{site.url}/evidence?document={site.document_id}")
    head = page.get_by_text("What is known of this document")
    head.wait_for(timeout=WAIT)
    page.wait_for_selector("text=free software under", timeout=WAIT)
    head.click()
    area = page.get_by_label("Area (code")
    area.wait_for()
    page.wait_for_timeout(500)
    area.fill("Manchester")
    page.get_by_label("Covers (").fill("2023/24")
    page.get_by_role("button", name="Keep the correction").click()
    page.get_by_role("cell", name="Manchester (E08000003)").wait_for()
    page.screenshot(path=artefacts / "document-facts.png", full_page=True)
    with open_project(site.root) as project, project.store.read() as connection:
        known = document_facts.known(connection, site.document_id)[site.document_id]  # type: ignore[index]
    assert (known[FactName.AREA].value, known[FactName.AREA].person) == ("E08000003", "Ada")
    assert known[FactName.COVERS].value == "2023-04-01/2024-04-01"


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}}).response
    assert len(found["passes"]) > 10
    return [f"{one['id']}: {node['html'][:300]}" for one in found["violations"] for node in one["nodes"][:3]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_anybody(
    browser: Any, site: Any, afresh: dict[str, Initiative], artefacts: Path, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 1000}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{site.url}/initiatives")
    page.locator("td a").first.wait_for(timeout=WAIT)
    page.wait_for_timeout(1_000)
    assert violations(page) == []
    open_one(page, site, "iteam", "Home team", evidence=afresh["iteam"].evidence[0].evidence_id)
    page.locator(".sheet button").first.wait_for(timeout=WAIT)
    for name in ("Edit", "Merge with others", "Split"):
        page.get_by_text(name, exact=True).first.click()
    page.get_by_text("What people did (").click()
    page.get_by_role("button", name="Keep the edit").wait_for()
    page.wait_for_timeout(1_500)
    page.screenshot(path=artefacts / f"initiative-{scheme}.png", full_page=True)
    assert violations(page) == []
    page.goto(f"{site.url}/evidence?document={site.document_id}")
    page.get_by_text("What is known of this document").click(timeout=WAIT)
    page.get_by_role("button", name="Keep the correction").wait_for()
    page.wait_for_timeout(1_500)
    assert violations(page) == []
    context.close()
