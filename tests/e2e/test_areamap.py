"""The map component in a real browser, driven by a script of a few lines with synthetic values."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

pytestmark = pytest.mark.e2e

SCRIPT = """
import streamlit as st

from datetime import date

from careatlas.areas.map_shapes import AreaShape, MapShapes, tile_shapes
from careatlas.areas.tiles import tiles_of
from streamlit_app.areamap import AreaState, AreaValue, MapWords, show_map

HOSTILE = "<img src=x onerror=window.hit=1>"


def outlines():
    boxes = {"E1": (0, 0, 60, 40), "E2": (60, 0, 100, 40), "E3": (0, 40, 50, 90), "E4": (50, 40, 100, 90)}
    return MapShapes(kind="boundaries", width=100, height=90, note=HOSTILE, areas=tuple(
        AreaShape(code=code, name=HOSTILE if code == "E4" else f"Area {code}", x=(a + c) / 2, y=(b + d) / 2,
                  path=f"M{a} {b}L{c} {b}L{c} {d}L{a} {d}Z")
        for code, (a, b, c, d) in boxes.items()))


def main():
    st.set_page_config(layout="wide", page_title="Map")
    st.title("A map", anchor=False)
    shapes = outlines() if st.query_params.get("map") == "outlines" else tile_shapes(tiles_of("utla", date(2023, 4, 1)))
    values = {}
    for number, area in enumerate(shapes.areas):
        if number % 7 == 3:
            continue  # nothing was read there
        found = number % 5 * (number % 3) + number % 2
        state = AreaState.LOW if number % 9 == 4 else AreaState.KNOWN
        label = f"{found} initiatives, {10 * (number % 11)}% confirmed"
        values[area.code] = AreaValue(value=found, label=label, state=state, text=str(found))
    values["E10000006"] = AreaValue(value=4, label="4 initiatives")
    selected = st.query_params.get("area", "")
    picked = show_map("map", shapes, values, selected, words=MapWords(title="Initiatives by area"))
    if picked and picked != selected:
        st.query_params["area"] = picked
        st.rerun()
    st.text(f"chosen: {selected}.")


main()
"""
SERVER = """
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from streamlit_app.headers import SecurityHeaders

app = st.App(Path(__file__).parent / "map_script.py", middleware=[Middleware(SecurityHeaders)])
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
KENT, SURREY = "E10000016", "E10000030"
FOCUSED = """() => { let one = document.activeElement; while (one && one.shadowRoot) one = one.shadowRoot.activeElement;
  return one && one.getAttribute('data-code'); }"""


@pytest.fixture(scope="module")
def map_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the script as the app is served: the same settings, the same headers."""
    from streamlit_app.server import command_line, free_port

    folder = tmp_path_factory.mktemp("map")
    (folder / "map_script.py").write_text(SCRIPT)
    (folder / "map_server.py").write_text(SERVER)
    port = free_port("127.0.0.1", 0)
    words = command_line("127.0.0.1", port, folder / "none.toml", browser=False)
    command = [str(folder / "map_server.py") if word.endswith("asgi.py") else word for word in words]
    log = folder / "log"
    root = Path(__file__).parents[2]
    with log.open("w") as out:
        environment = {**os.environ, "PYTHONPATH": str(root)}
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=environment)
    try:
        until = time.monotonic() + 60
        while True:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def axe(unavailable: Callable[[str], NoReturn]) -> str:
    """Return the text of axe-core."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        unavailable("axe-core is not installed: pip install axe-playwright-python")
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


def show(page: Any, url: str, query: str = "") -> None:
    page.goto(f"{url}?{query}")
    page.wait_for_selector(".area", timeout=60_000)
    page.wait_for_selector("text=chosen:")
    page.wait_for_timeout(300)


def area(page: Any, code: str) -> Any:
    return page.locator(f'.area[data-code="{code}"]')


def test_each_area_is_a_button_that_says_its_name_and_value(page: Any, map_url: str, artefacts: Path) -> None:
    show(page, map_url)
    assert page.locator('.area[role="button"]').count() == 153
    names = page.locator(".area").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert all(": " in name for name in names)
    assert any(name.endswith("confirmed") for name in names)
    assert any(name.endswith("no document read") for name in names)
    assert any(name.endswith("few documents read") for name in names)
    assert page.get_by_role("button", name="Kent: ").count() == 1
    assert "schematic: every area is drawn in equal size" in page.locator("figcaption").inner_text()
    assert page.locator(".beside").inner_text() == "Not on this map (1): E10000006: 4 initiatives"
    page.screenshot(path=artefacts / "map-tiles.png", full_page=True)


def test_missing_is_hatched_and_zero_is_plain(page: Any, map_url: str) -> None:
    show(page, map_url)
    missing, zero = page.locator(".area.missing path"), page.locator(".area.zero path")
    assert missing.count() > 10
    assert zero.count() > 10
    assert "hatch" in missing.first.evaluate("one => getComputedStyle(one).fill")
    assert zero.first.evaluate("one => getComputedStyle(one).fill").startswith("rgb(2")
    assert page.locator(".area.low circle:visible").count() == page.locator(".area.low").count() > 5


def test_a_click_chooses_and_the_address_restores_it(page: Any, map_url: str) -> None:
    show(page, map_url)
    area(page, KENT).click()
    page.wait_for_selector(f"text=chosen: {KENT}.")
    assert area(page, KENT).get_attribute("aria-pressed") == "true"
    assert page.locator('.area[aria-pressed="true"]').count() == 1
    assert page.locator(".chosen").get_attribute("d") == area(page, KENT).locator("path").get_attribute("d")
    show(page, map_url, f"area={SURREY}")
    assert area(page, SURREY).get_attribute("aria-pressed") == "true"
    assert area(page, SURREY).get_attribute("tabindex") == "0"


def test_the_keyboard_reaches_every_area_and_chooses(page: Any, map_url: str) -> None:
    show(page, map_url, f"area={SURREY}")
    assert page.locator('.area[tabindex="0"]').count() == 1
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED) == SURREY:
            break
    assert page.evaluate(FOCUSED) == SURREY
    assert page.locator(".ring").get_attribute("d")
    page.keyboard.press("ArrowLeft")
    assert area(page, page.evaluate(FOCUSED)).get_attribute("aria-label").startswith("West Sussex")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUSED) == SURREY
    page.keyboard.press("k")  # by name
    assert area(page, page.evaluate(FOCUSED)).get_attribute("aria-label").startswith("K")
    page.keyboard.press("End")
    last = page.evaluate(FOCUSED)
    assert last == page.locator(".area").last.get_attribute("data-code")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text=chosen: {last}.")
    assert page.evaluate(FOCUSED) == last  # the focus is not lost when the page is drawn anew
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    page.wait_for_selector(f"text=chosen: {page.locator('.area').first.get_attribute('data-code')}.")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) is None


def test_arrow_keys_lead_from_anywhere_to_everywhere(page: Any, map_url: str) -> None:
    show(page, map_url)
    reached = area(page, KENT).evaluate("""(start) => {
        const root = start.getRootNode();
        const [seen, waiting] = [new Set([start]), [start]];
        while (waiting.length) {
            const here = waiting.pop();
            for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
                here.focus();
                here.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                if (!seen.has(root.activeElement)) waiting.push(root.activeElement);
                seen.add(root.activeElement);
            }
        }
        return seen.size;
    }""")
    assert reached == 153


def test_shapes_come_once_and_values_are_small(page: Any, map_url: str) -> None:
    asked: list[str] = []
    frames: list[int] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(".json") else None)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(len(frame))))
    show(page, map_url)
    assert len(asked) == 1
    assert sum(frames) < 100_000
    frames.clear()
    area(page, KENT).click()
    page.wait_for_selector(f"text=chosen: {KENT}.")
    assert len(asked) == 1
    assert 0 < sum(frames) < 60_000


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (1366, "dark"), (390, "light"), (390, "dark")])
@pytest.mark.parametrize("kind", ["tiles", "outlines"])
def test_axe_finds_nothing(
    page: Any, map_url: str, axe: str, artefacts: Path, kind: str, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    show(page, map_url, f"map={kind}&area={KENT if kind == 'tiles' else 'E1'}")
    page.screenshot(path=artefacts / f"map-{kind}-{width}-{scheme}.png", full_page=True)
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []
    assert {"aria-command-name", "nested-interactive"} & {one["id"] for one in found["passes"]}  # it saw the map
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_hostile_names_are_only_words(page: Any, map_url: str) -> None:
    show(page, map_url, "map=outlines")
    assert page.get_by_role("button", name="<img src=x onerror=window.hit=1>").count() == 1
    assert page.locator(".note").inner_text() == "<img src=x onerror=window.hit=1>"
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate("window.hit") is None
    page.locator('.area[data-code="E4"]').click()
    page.wait_for_selector("text=chosen: E4.")


def test_on_paper_the_map_is_light(page: Any, map_url: str, artefacts: Path) -> None:
    page.emulate_media(color_scheme="dark")
    show(page, map_url)
    zero = page.locator(".area.zero path").first
    assert not zero.evaluate("one => getComputedStyle(one).fill").startswith("rgb(2")
    page.emulate_media(media="print", color_scheme="dark")
    assert zero.evaluate("one => getComputedStyle(one).fill").startswith("rgb(2")
    (artefacts / "map.pdf").write_bytes(page.pdf(print_background=False))


def test_shapes_that_do_not_come_are_said(page: Any, map_url: str) -> None:
    page.route("**/media/**", lambda route: route.fulfill(status=404))
    page.goto(map_url)
    page.wait_for_selector(".failed:visible", timeout=60_000)
    assert "could not be loaded" in page.locator(".failed").inner_text()
