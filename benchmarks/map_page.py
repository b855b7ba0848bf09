"""The map at the size of England: bytes over the websocket, and the time from a filter's click to the new map."""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from types import ModuleType
from typing import Any

CHROMIUM = "/usr/bin/chromium"
ROOT = Path(__file__).resolve().parent.parent
CODES = ("Discharge from hospital", "Digital and data", "Primary care to the home", "Finance and incentives", "all")


def main() -> None:
    """Make a synthetic atlas, serve it, and drive a browser over it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="times through the five filters")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "atlas"
        made = _made(root)
        from streamlit_app.server import free_port

        port = free_port("127.0.0.1", 0)
        command = [sys.executable, "-m", "careatlas", "-p", str(root), "app", "--port", str(port)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait(f"http://127.0.0.1:{port}")
            answer = {**made, **_driven(f"http://127.0.0.1:{port}", rounds)}
        finally:
            process.terminate()
            process.wait(30)
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")


def _made(root: Path) -> dict[str, Any]:
    # Another distribution ships a package of this name; ours is a folder without an __init__.py, and would lose.
    sys.modules["tests"] = ModuleType("tests")
    sys.modules["tests"].__path__ = [str(ROOT / "tests")]
    fixtures, atlas = (importlib.import_module(f"tests.{name}") for name in ("conftest", "atlas_project"))
    size = atlas.Size()
    count = atlas.make_atlas(root, size, fixtures._document, fixtures._reading, fixtures._keep)  # noqa: SLF001
    return {"areas": size.areas, "passages": count, "initiatives": size.areas * size.initiatives}


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not answer")


def _driven(url: str, rounds: int) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    received, outside = [0], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1366, "height": 1000})
        page.on("websocket", lambda one: one.on("framereceived", lambda data: _add(received, len(data))))
        page.on("request", lambda one: outside.append(one.url) if "127.0.0.1" not in one.url[:20] else None)
        started = time.monotonic()
        page.goto(f"{url}/map")
        _title(page, "any code")
        first = time.monotonic() - started
        page.wait_for_timeout(3_000)
        whole = received[0]
        times, sizes = [], []
        for code in CODES * rounds:
            before = received[0]
            times.append(_chosen(page, code))
            sizes.append(received[0] - before)
        browser.close()
    steady = times[len(CODES) :]  # the first round fills caches
    return {
        "requests off loopback": sum(not one.startswith(("data:", "blob:")) for one in outside),
        "websocket kB of the first map": round(whole / 1_000, 1),
        "websocket kB of a filter, median": round(statistics.median(sizes) / 1_000, 1),
        "first map, s": round(first, 2),
        "filter click to new map, ms, median": round(1_000 * statistics.median(steady)),
        "filter click to new map, ms, largest": round(1_000 * max(steady)),
        "clicks": len(steady),
    }


def _add(total: list[int], more: int) -> None:
    total[0] += more


def _title(page: Any, words: str) -> None:
    page.locator("figcaption", has_text=words).wait_for(timeout=60_000)


def _chosen(page: Any, code: str) -> float:
    import re

    page.get_by_role("combobox", name=re.compile(r"\bCode$")).fill(code)
    option = page.get_by_role("option", name=code, exact=True)
    option.wait_for()
    started = time.monotonic()
    option.click()
    _title(page, "any code" if code == "all" else code)
    took = time.monotonic() - started
    page.wait_for_timeout(400)
    return took


if __name__ == "__main__":
    main()
