from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image

from annotation.labelling_answer import AnswerError, ReadAnswer, Span, read_answer
from annotation.labelling_config import config_hash, labelling_config
from annotation.labelling_layout import Layout
from annotation.labelling_task import LabellingWork, labelling_task
from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.codebook_file import shipped
from careatlas.identifiers import Code, CodebookId, ModelId, TaskKey
from careatlas.suggestion import CodeScore, Suggestion

pytestmark = pytest.mark.e2e

# The first character takes two units of UTF-16: offsets must still be those of Python.
TEXT = (
    "\U0001f3e5 From April 2024 the joint discharge team of Greendale Council moves people home within a day; the "
    "Better Care Fund pays £1.2m a year, and pharmacists from Northside PCN review the medicines of every resident."
)
GRID, TREE = shipped("care-home-integration"), shipped("ehch-v2")
SUBMIT = "button[name=submit]"
READY = 60_000  # ms


class Desk:
    """A coder in front of Label Studio, and what its API says of the work."""

    def __init__(self, server: Any, page: Any) -> None:
        self.page = page
        self.url = server.url
        self.api = httpx.Client(base_url=server.url, headers={"Authorization": f"Token {server.token}"}, timeout=60)
        self.dialogs: list[str] = []
        self.foreign: list[str] = []
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: self._asked(request.url))
        page.goto(f"{server.url}/user/login")
        page.fill("input[name=email]", server.known.email)
        page.fill("input[name=password]", server.known.password)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/user/login" not in url)

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.hostname != urlsplit(self.url).hostname:
            self.foreign.append(url)

    def open(self, codebook: Codebook, layout: Layout, works: Sequence[LabellingWork]) -> tuple[list[int], float]:
        """Make a project of these tasks, open the first; return the tasks' numbers and the seconds until ready."""
        config = labelling_config(codebook, layout=layout)
        made = self.api.post("/api/projects", json={"title": f"{codebook.id} {layout}", "label_config": config})
        assert made.status_code == 201, made.text
        number = made.json()["id"]
        tasks = [labelling_task(work, codebook, layout=layout, config_hash=config_hash(config)) for work in works]
        sent = self.api.post(f"/api/projects/{number}/import", params={"return_task_ids": "true"}, json=tasks)
        assert sent.status_code == 201, sent.text
        started = time.monotonic()
        self.page.goto(f"{self.url}/projects/{number}/data?labeling=1")
        self.ready()
        return sent.json()["task_ids"], time.monotonic() - started

    def ready(self) -> None:
        self.page.wait_for_selector(".ca-passage >> text=joint discharge team", timeout=READY)
        self.page.wait_for_selector(SUBMIT, timeout=READY)
        self.page.wait_for_timeout(300)  # its keys are bound after it is drawn

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.wait_for_timeout(80)

    def drag_over(self, words: str) -> None:
        """Select words of the passage with the mouse."""
        x0, y0, x1, y1 = self.page.evaluate(
            """(words) => {
                const walk = document.createTreeWalker(document.querySelector('.ca-passage'), NodeFilter.SHOW_TEXT);
                for (let node; (node = walk.nextNode()); ) {
                    const at = node.textContent.indexOf(words);
                    if (at < 0) continue;
                    const range = document.createRange();
                    range.setStart(node, at);
                    range.setEnd(node, at + words.length);
                    const found = [...range.getClientRects()], last = found[found.length - 1];
                    return [found[0].left + 1, found[0].top + found[0].height / 2,
                            last.right - 1, last.top + last.height / 2];
                } }""",
            words,
        )
        self.page.mouse.move(x0, y0)
        self.page.mouse.down()
        self.page.mouse.move(x1, y1, steps=6)
        self.page.mouse.up()
        self.page.wait_for_timeout(200)

    def submit(self) -> None:
        with self.page.expect_response(
            lambda found: "/annotations" in found.url and found.request.method == "POST", timeout=READY
        ) as caught:
            self.page.click(SUBMIT)
        assert caught.value.status == 201

    def stored(self, task: int) -> Any:
        """Return the only annotation of a task, a skipped one too."""
        (found,) = self.api.get(f"/api/tasks/{task}").json()["annotations"]
        return found

    def results(self, task: int) -> dict[str, Any]:
        return {one["from_name"]: one["value"] for one in self.stored(task)["result"]}


@pytest.fixture
def desk(label_studio: Any, browser: Any) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1680, "height": 1050}, color_scheme="light")
    made = Desk(label_studio, context.new_page())
    yield made
    context.close()
    made.api.close()
    assert not made.dialogs
    assert not made.foreign


@pytest.fixture
def work_for(document_of: Callable[..., Any], reading_of: Callable[..., Any]) -> Callable[..., LabellingWork]:
    """Return a maker of work: the codes that the model accepts, then those that it does not."""
    document = document_of("greendale.pdf", title="Greendale plan", page_count=40)
    around = ["People tell us that they want to stay at home.", TEXT, "The figures are in appendix B."]
    reading = reading_of(document, [around])
    image = io.BytesIO()
    Image.new("RGB", (595, 842), "white").save(image, "PNG")
    address = "data:image/png;base64," + base64.b64encode(image.getvalue()).decode()

    def made(codebook: Codebook, accepted: Sequence[str], other: Sequence[str] = (), **more: Any) -> LabellingWork:
        work = LabellingWork(
            task_key=TaskKey("t1"),
            design="first",
            passage=reading.passages[1],
            document=document,
            page=reading.pages[0],
            before=around[0],
            after=around[2],
            page_address=address,
        )
        scores = [(code, 0.9) for code in accepted] + [(code, 0.2) for code in other]
        shown = Suggestion(
            passage_id=work.passage.passage_id,
            codebook_id=codebook.id,
            codebook_version=codebook.version,
            model_id=ModelId("m1"),
            scores=tuple(CodeScore(code=Code(code), probability=p, accepted=p > 0.5) for code, p in scores),
            none_probability=0.1,
        )
        return replace(work, suggestion=shown, **more)

    return made


def at(words: str, label: str) -> Span:
    start = TEXT.index(words)
    return Span(label=label, start=start, end=start + len(words), text=words)


def test_a_correction_in_the_grid_is_read_exactly(
    desk: Desk, work_for: Callable[..., LabellingWork], artefacts: Path
) -> None:
    works = [work_for(GRID, ["discharge", "intermediate-entry"], ["digital-data"])] * 2
    (first, second), seconds = desk.open(GRID, Layout.AUTO, works)
    assert seconds < 60
    assert desk.page.is_checked("input[name=discharge]")
    assert not desk.page.is_checked("input[name=digital-data]")
    desk.page.screenshot(path=artefacts / "labelling-grid.png")
    desk.page.click("label:has(input[name=primary-care])")
    desk.page.click("label:has(input[name=intermediate-entry])")
    desk.page.click("label:has(input[name=planned])")
    desk.press("i", "x")
    desk.drag_over("April 2024")
    desk.press("v")
    desk.drag_over("Northside PCN")
    desk.press("Escape")
    desk.page.fill("textarea", "=cmd|'<b>\nsecond line")
    desk.submit()
    assert read_answer(desk.stored(first), GRID, TEXT) == ReadAnswer(
        codes=frozenset({Code("discharge"), Code("primary-care")}),
        attributes={"status": "planned", "setting": "care-home"},
        spans=(at("April 2024", "start"), at("Northside PCN", "partner")),
        note="=cmd|'<b>\nsecond line",
    )
    desk.ready()
    desk.submit()
    assert read_answer(desk.stored(second), GRID, TEXT) == ReadAnswer(
        codes=frozenset({Code("discharge"), Code("intermediate-entry")})
    )


def test_a_correction_in_the_list_stores_nothing_but_codes(
    desk: Desk, work_for: Callable[..., LabellingWork], artefacts: Path
) -> None:
    (task,), _ = desk.open(TREE, Layout.AUTO, [work_for(TREE, ["1f-oral-health", "1g-urgent-care"])])
    page = desk.page
    assert page.inner_text(".ca-codes").count("Enhanced primary care and community care support / ") == 2
    page.click(".htx-taxonomy")
    page.fill(".htx-taxonomy-dropdown input >> nth=0", "workforce")
    row = '.htx-taxonomy-dropdown .ant-select-tree-treenode:has-text("Workforce development")'
    page.click(f"{row} >> .ant-select-tree-checkbox >> nth=0")
    page.screenshot(path=artefacts / "labelling-list.png")
    desk.press("Escape")
    page.click(".htx-taxonomy .ant-select-selection-item-remove >> nth=0")
    desk.submit()
    # One display name here and the answer would be a mixture that no later step could tell apart.
    assert desk.results(task)["codes"] == {"taxonomy": [["1-primary-care", "1g-urgent-care"], ["6-workforce"]]}
    assert read_answer(desk.stored(task), TREE, TEXT).codes == {"1g-urgent-care", "6-workforce"}


@pytest.mark.parametrize("layout", [Layout.GRID, Layout.TAXONOMY])
def test_nothing_here_takes_the_pre_labels_away_and_an_empty_answer_is_not_sent(
    desk: Desk, work_for: Callable[..., LabellingWork], layout: Layout
) -> None:
    works = [work_for(GRID, ["discharge"]), work_for(GRID, []), work_for(GRID, ["discharge"])]
    (nothing, empty, skipped), _ = desk.open(GRID, layout, works)
    desk.press("n")
    desk.submit()
    found = read_answer(desk.stored(nothing), GRID, TEXT)
    assert (found.nothing, found.codes) == (True, frozenset())
    assert "codes" not in desk.results(nothing)
    desk.ready()
    desk.page.click(SUBMIT)
    desk.page.wait_for_selector("text=Tick at least one code, or 'Read, nothing here'.")
    assert not desk.api.get(f"/api/tasks/{empty}").json()["annotations"]
    desk.page.click(".ant-modal button:has-text('OK')")
    desk.press("n")
    desk.submit()
    desk.ready()
    with desk.page.expect_response(lambda found: "/annotations" in found.url and found.request.method == "POST"):
        desk.page.click("[aria-label=skip-task]")
    assert "codes" in desk.results(skipped)  # the untouched pre-label, which nobody said
    with pytest.raises(AnswerError) as caught:
        read_answer(desk.stored(skipped), GRID, TEXT)
    assert caught.value.skipped


def test_a_blind_task_shows_nothing_of_the_model(desk: Desk, work_for: Callable[..., LabellingWork]) -> None:
    (task,), _ = desk.open(GRID, Layout.GRID, [work_for(GRID, ["discharge"], blind=True)])
    assert desk.page.inner_text(".ca-top").strip() == ""
    assert desk.page.locator(".ca-codes input:checked").count() == 0
    assert "m1" not in desk.page.inner_text("body").split()
    desk.press("7", "m")
    desk.submit()
    found = read_answer(desk.stored(task), GRID, TEXT)
    assert (found.codes, found.unsure) == ({"discharge"}, True)


@pytest.mark.parametrize("layout", [Layout.GRID, Layout.TAXONOMY])
def test_a_hostile_codebook_and_passage_stay_text(
    desk: Desk, work_for: Callable[..., LabellingWork], hostile_texts: Sequence[str], layout: Layout
) -> None:
    texts = [*hostile_texts[:3], "$title and ${top}"]
    codebook = Codebook(
        id=CodebookId("hostile"),
        version="1.0.0",
        title=texts[0],
        provenance=Provenance.RECONSTRUCTED,
        source="",
        none_definition=texts[0],
        codes=tuple(
            CodeDefinition(id=Code(f"c{number}"), label=f"{text} {number}", definition=text, axis=text)
            for number, text in enumerate(texts)
        ),
    )
    work = work_for(codebook, ["c0"])
    work = replace(work, before=texts[0], document=replace(work.document, title=f"{texts[0]} $top"))
    (task,), _ = desk.open(codebook, layout, [work])
    assert texts[0] in desk.page.inner_text(".ca-title")
    assert texts[0] in desk.page.inner_text(".ca-around >> nth=0")
    if layout is Layout.GRID:
        shown = desk.page.inner_text(".ca-codes").replace("\u2060", "")
        assert all(text in shown for text in texts)
        desk.page.hover(".ca-codes sup >> nth=0")
        assert texts[0] in desk.page.inner_text("[data-testid=tooltip]")
    desk.submit()
    assert read_answer(desk.stored(task), codebook, TEXT).codes == {"c0"}
