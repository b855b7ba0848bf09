from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelling_config import config_hash, labelling_config
from annotation.labelling_layout import Layout
from annotation.labelling_task import LabellingWork, labelling_task, sureness
from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped
from careatlas.errors import UsageError
from careatlas.geometry import Box
from careatlas.identifiers import Code, ModelId, TaskKey
from careatlas.suggestion import CodeScore, Suggestion

BOOK, TREE = shipped("care-home-integration"), shipped("ehch-v2")
FORMS = (Layout.TAXONOMY, Layout.GRID)
SCORES = {"discharge": 0.87, "intermediate-entry": 0.55, "digital-data": 0.12, "primary-care": 0.03}


def suggestion(work: LabellingWork, book: Codebook = BOOK, scores: dict[str, float] | None = None) -> Suggestion:
    return Suggestion(
        passage_id=work.passage.passage_id,
        codebook_id=book.id,
        codebook_version=book.version,
        model_id=ModelId("the-model-1"),
        scores=tuple(
            CodeScore(code=Code(code), probability=value, accepted=value > 0.5)
            for code, value in (SCORES if scores is None else scores).items()
        ),
        none_probability=0.25,
    )


@pytest.fixture
def work(synthetic_reading: Any) -> LabellingWork:
    document, reading = synthetic_reading
    made = LabellingWork(
        task_key=TaskKey("t1"),
        design="first",
        passage=reading.passages[1],
        document=replace(document, page_count=3),
        page=reading.pages[0],
        before=reading.passages[0].text,
        after=reading.passages[2].text,
        page_address="/data/page-1.png",
    )
    return replace(made, suggestion=suggestion(made))


def task(work: LabellingWork, book: Codebook = BOOK, layout: Layout = Layout.AUTO) -> dict[str, Any]:
    return labelling_task(work, book, layout=layout, config_hash="hash")


def result(made: dict[str, Any], control: str) -> list[dict[str, Any]]:
    return [one for prediction in made["predictions"] for one in prediction["result"] if one["from_name"] == control]


def test_a_task_brings_the_passage_in_its_place(work: LabellingWork) -> None:
    made = task(work)
    assert made["data"] == {
        "task_key": "t1",
        "passage_id": work.passage.passage_id,
        "design": "first",
        "codebook": "care-home-integration",
        "codebook_version": BOOK.version,
        "config_hash": "hash",
        "title": "greendale.pdf",
        "place": "page 1 of 3",
        "heading": "Our plan > Part 1",
        "before": "Care homes will have a weekly round by a GP.",
        "passage": "The discharge team works seven days a week.",
        "after": work.after,
        "top": "The model's likeliest: 87% Discharge from hospital · 55% Intermediate care and entry to a home"
        " · 12% Digital and data",
        "model_id": "the-model-1",
        "page": "/data/page-1.png",
    }
    assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("layout", FORMS)
@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("book", [BOOK, TREE], ids=lambda book: book.id)
def test_label_studio_accepts_it_for_the_screen_of_the_same_layout(
    work: LabellingWork, layout: Layout, blind: bool, book: Codebook
) -> None:
    from label_studio_sdk.label_interface import LabelInterface

    scores = {code.id: 0.9 - 0.2 * rank for rank, code in enumerate(book.codes[1:5])}
    made = task(replace(work, suggestion=suggestion(work, book, scores), blind=blind), book, layout)
    config = labelling_config(book, layout=layout)
    interface = LabelInterface(config)
    assert interface.validate_task({"data": made["data"]})
    (prediction,) = made["predictions"]
    assert interface.validate_prediction(prediction, return_errors=True) == []
    assert len(config_hash(config)) == 64


def test_pre_labels_are_whole_paths_of_identifiers(work: LabellingWork) -> None:
    (grid,) = result(task(work, layout=Layout.GRID), "codes")
    assert (grid["type"], grid["value"]) == ("choices", {"choices": ["discharge", "intermediate-entry"]})
    (flat,) = result(task(work, layout=Layout.TAXONOMY), "codes")
    assert (flat["type"], flat["value"]["taxonomy"]) == (
        "taxonomy",
        [["axis:0", "discharge"], ["axis:0", "intermediate-entry"]],
    )
    both = replace(work, suggestion=suggestion(work, TREE, {"1f-oral-health": 0.9, "6-workforce": 0.8}))
    (tree,) = result(task(both, TREE), "codes")
    assert tree["value"]["taxonomy"] == [["1-primary-care", "1f-oral-health"], ["6-workforce"]]


def test_where_no_code_reaches_its_cut_off_nothing_is_ticked(work: LabellingWork) -> None:
    made = task(replace(work, suggestion=suggestion(work, scores={"discharge": 0.2}), page_address=None))
    assert made["predictions"] == []
    assert "20% Discharge" in made["data"]["top"]


@pytest.mark.parametrize("layout", FORMS)
def test_a_blind_task_holds_nothing_that_a_model_said(work: LabellingWork, layout: Layout) -> None:
    made = task(replace(work, blind=True), layout=layout)
    assert made == task(replace(work, suggestion=None), layout=layout)
    assert (made["data"]["top"], made["data"]["model_id"]) == ("", "")
    (prediction,) = made["predictions"]
    assert prediction["model_version"] == "place"
    assert "score" not in prediction
    assert [one["from_name"] for one in prediction["result"]] == ["box"]
    assert "the-model-1" not in json.dumps(made)


def test_a_box_is_in_percent_of_the_page_and_cannot_be_moved(work: LabellingWork) -> None:
    page = replace(work.page, width=200.0, height=400.0)
    boxes = (Box(x0=20, y0=100, x1=120, y1=140), Box(x0=-5, y0=390, x1=300, y1=410))
    made = task(replace(work, page=page, passage=replace(work.passage, boxes=boxes)))
    first, second = result(made, "box")
    expected = {"x": 10.0, "y": 25.0, "width": 50.0, "height": 10.0, "rotation": 0, "rectanglelabels": ["passage"]}
    assert first["value"] == expected
    assert (first["readonly"], first["id"], second["id"]) == (True, "box0", "box1")
    assert (second["value"]["x"], second["value"]["width"], second["value"]["y"]) == (0.0, 100.0, 97.5)
    assert second["value"]["height"] == 2.5


@given(x0=st.floats(-1e6, 1e6), x1=st.floats(-1e6, 1e6), width=st.floats(0, 1e6))
def test_a_box_never_leaves_the_page(x0: float, x1: float, width: float) -> None:
    from annotation.labelling_task import _boxes

    box = Box(x0=min(x0, x1), y0=0, x1=max(x0, x1), y1=10)
    for item in _boxes(_Stub(box, width)):  # type: ignore[arg-type]
        value = item["value"]
        assert 0 <= value["x"] <= value["x"] + value["width"] <= 100.001


class _Stub:
    """Only what the boxes are made of: building a whole passage for every example is slow."""

    def __init__(self, box: Box, width: float) -> None:
        self.page = type("Page", (), {"width": width, "height": 10.0})
        self.passage = type("Passage", (), {"boxes": (box,)})
        self.page_address = "/page.png"


@pytest.mark.parametrize(("address", "key", "boxes"), [(None, False, 0), ("", True, 0), ("/p.png", True, 1)])
def test_boxes_need_a_page_image(work: LabellingWork, address: str | None, key: bool, boxes: int) -> None:
    made = task(replace(work, page_address=address))
    assert ("page" in made["data"]) is key
    assert len(result(made, "box")) == boxes
    assert not result(task(replace(work, page=replace(work.page, width=0.0))), "box")


def test_a_page_read_by_character_recognition_says_so(work: LabellingWork) -> None:
    scanned = replace(work, passage=replace(work.passage, ocr=True), document=replace(work.document, page_count=0))
    assert task(scanned)["data"]["place"] == "page 1, read by character recognition"


def test_the_least_sure_suggestion_is_served_first(work: LabellingWork) -> None:
    unsure = suggestion(work, scores={"discharge": 0.99, "digital-data": 0.52})
    sure = suggestion(work, scores={"discharge": 0.99, "digital-data": 0.01})
    assert sureness(unsure) == pytest.approx(0.04)
    assert sureness(sure) == pytest.approx(0.98)
    assert sureness(suggestion(work, scores={})) == 1.0
    assert task(replace(work, suggestion=unsure))["predictions"][0]["score"] == sureness(unsure)


def test_what_does_not_belong_together_is_refused(work: LabellingWork) -> None:
    other = replace(suggestion(work), codebook_version="9.9.9")
    with pytest.raises(UsageError, match=r"9\.9\.9"):
        task(replace(work, suggestion=other))
    task(replace(work, suggestion=other, blind=True))  # it is not shown
    with pytest.raises(UsageError, match="the page is not that of the passage"):
        task(replace(work, page=replace(work.page, number=2)))
    with pytest.raises(UsageError, match="the document is not that of the passage"):
        task(replace(work, document=replace(work.document, document_id="dx")))
    with pytest.raises(UsageError, match="no code"):
        task(replace(work, suggestion=suggestion(work, scores={"unknown": 0.2})))
