"""Rows of labels: what each form says of each code, and that blank is never negative."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped
from models.classify_rows import MAX_TEXT
from models.label_row import LabelledRow, RowError, labelled_row

BOOK = shipped("care-home-integration")
ALL = frozenset(code.id for code in BOOK.codes)


def plain(**changes: Any) -> dict[str, Any]:
    return {"id": "p1", "text": "A trusted assessor visits.", "codes": ["discharge"], **changes}


def gold(**changes: Any) -> dict[str, Any]:
    final = {"codes": ["discharge"], "status": "planned", "setting": "care-home", "sure": True}
    return {
        "id": "p1",
        "source": "plan.pdf",
        "locator": 3,
        "text": "A trusted assessor visits.",
        "final": final,
        **changes,
    }


def read(row: dict[str, Any], codebook: Codebook = BOOK) -> LabelledRow:
    return labelled_row(row, 7, codebook)


@pytest.mark.parametrize(
    ("row", "present", "absent"),
    [
        (plain(), {"discharge"}, ALL - {"discharge"}),
        (plain(complete=True), {"discharge"}, ALL - {"discharge"}),
        (plain(complete=False), {"discharge"}, set()),
        (plain(absent=["digital-data"]), {"discharge"}, {"digital-data"}),
        (plain(absent=["digital-data"], complete=True), {"discharge"}, ALL - {"discharge"}),
        (plain(absent=["digital-data"], complete=False), {"discharge"}, {"digital-data"}),
        (plain(codes=[], absent=["digital-data"]), set(), {"digital-data"}),
        (plain(codes=[], complete=True), set(), ALL),
        (plain(codes=["none"]), set(), ALL),
        (plain(codes=["none"], absent=["digital-data"]), set(), ALL),
        (plain(codes=["discharge", "discharge"]), {"discharge"}, ALL - {"discharge"}),
        (gold(), {"discharge"}, ALL - {"discharge"}),
        (gold(final={"codes": ["none"]}), set(), ALL),
    ],
    ids=lambda value: json.dumps(value)[:70] if isinstance(value, dict) else "",
)
def test_what_a_row_says(row: dict[str, Any], present: set[str], absent: set[str]) -> None:
    found = read(row).example
    assert (found.present, found.absent) == (present, absent)
    assert found.origin == "file"


@pytest.mark.parametrize(
    "row",
    [
        plain(codes=[]),
        plain(codes=[], complete=False),
        plain(codes=[], absent=[]),
        gold(final={"codes": []}),
        gold(annotator_a={"codes": []}),
    ],
    ids=json.dumps,
)
def test_blank_is_not_negative_and_the_error_says_how_to_say_it(row: dict[str, Any]) -> None:
    with pytest.raises(RowError, match="blank is not negative") as caught:
        read(row)
    assert '"codes": ["none"]' in str(caught.value)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "x", "codes": ["none"]}, "'id' is missing"),
        (plain(id=" "), "'id' is empty"),
        (plain(id=True), "'id' is not a text"),
        (plain(text="\n "), "'text' is empty"),
        (plain(text=5), "'text' is not a text"),
        (plain(text="x" * (MAX_TEXT + 1)), "'text' has more than 100,000"),
        (plain(before="x" * (MAX_TEXT + 1)), "'before' has more than"),
        (plain(text="\ud800"), "'text' holds half of a surrogate pair"),
        (plain(id="\udfff"), "'id' holds half of a surrogate pair"),
        (plain(heading=["a", "\udfff"]), "'heading' holds half"),
        (plain(heading={"a": 1}), "a heading is a string or a list"),
        (plain(heading=["a", None]), "a heading is a string or a list"),
        (plain(after=["x"]), "'after' is not a text"),
        (plain(codes="discharge"), "not a list"),
        (plain(codes=[["discharge"]]), "not a list"),
        ({"id": "1", "text": "x"}, "'codes' has no list"),
        (plain(codes=["discharge", "none"]), "excludes"),
        (plain(absent=["none"]), "has codes that"),
        (plain(absent="digital-data"), "not a list"),
        (plain(absent=["discharge"]), "both present and absent: discharge"),
        (plain(codes=["none"], complete=False), "'complete': false"),
        (plain(complete="yes"), "'complete' is true or false"),
        (plain(inclusion_probability=0), "above 0 and at most 1, not 0"),
        (plain(inclusion_probability=1.01), "above 0 and at most 1"),
        (plain(inclusion_probability=-0.5), "above 0 and at most 1"),
        (plain(inclusion_probability=math.nan), "above 0 and at most 1"),
        (plain(inclusion_probability=math.inf), "above 0 and at most 1"),
        (plain(inclusion_probability=True), "above 0 and at most 1"),
        (plain(inclusion_probability="0.5"), "above 0 and at most 1"),
        (plain(codebook_version="0.2.0"), "version '0.2.0' of the codebook, not with 0.3.0"),
        (plain(codebook_version=3), "version 3 of the codebook"),
        (gold(codes=["discharge"]), "both 'final' and 'codes'"),
        (gold(final=["discharge"]), "'final' is an object"),
        (gold(final={}), "'final' is an object"),
        (gold(final={"codes": ["discharge", "none"]}), "excludes"),
        (gold(annotator_b=["discharge"]), "'annotator_b' is an object"),
        (gold(annotator_a={"codes": ["zzz"]}), "'annotator_a' has codes"),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_a_wrong_row_says_why(row: dict[str, Any], reason: str) -> None:
    with pytest.raises(RowError, match=reason):
        read(row)


def test_an_unknown_code_is_named_with_those_it_may_be() -> None:
    with pytest.raises(RowError) as caught:
        read(plain(codes=["dischrage", "zzz", "x" * 1_000, "\ud800"]))
    (problem,) = caught.value.problems
    assert "care-home-integration 0.3.0" in problem
    assert "'dischrage' (did you mean discharge?)" in problem
    assert "'zzz'," in problem
    assert len(problem) < 300
    problem.encode()


def test_many_unknown_codes_are_counted() -> None:
    with pytest.raises(RowError, match="and 99,995 more"):
        read(plain(codes=[f"code-{number}" for number in range(100_000)]))


def test_everything_that_is_wrong_is_said() -> None:
    with pytest.raises(RowError) as caught:
        read(plain(text="", codes=["zzz"], inclusion_probability=2, heading=5))
    assert len(caught.value.problems) == 4


def test_context_and_weight_are_kept() -> None:
    row = plain(heading="Flow", before="b", after="a", inclusion_probability=0.25, id=12)
    found = read(row).example
    assert (found.id, found.heading, found.before, found.after, found.inclusion) == ("12", ("Flow",), "b", "a", 0.25)
    assert read(plain(heading_path=["Top", "Sub"])).example.heading == ("Top", "Sub")
    assert math.isnan(read(plain()).example.inclusion)
    assert read(plain(inclusion_probability=1, codebook_version="0.3.0")).example.inclusion == 1.0


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        ({}, ""),
        ({"source": "s"}, "s"),
        ({"source": "s", "area": "a"}, "a"),
        ({"source": "s", "area": "a", "group": "g"}, "g"),
        ({"source": "s", "area": None, "group": ""}, "s"),
    ],
)
def test_the_narrowest_word_for_the_group_counts(facts: dict[str, Any], group: str) -> None:
    found = read(plain(**facts))
    assert found.example.group == group
    assert found.source == facts.get("source", "")


def test_a_gold_row_says_who_said_what() -> None:
    found = read(
        gold(annotator_a={"codes": ["discharge", "digital-data"]}, annotator_b={"codes": ["none"]}, adjudicated=True)
    )
    assert found.annotators == (frozenset({"discharge", "digital-data"}), frozenset())
    assert (found.sure, found.adjudicated, found.line, found.source) == (True, True, 7, "plan.pdf")
    alone = read(gold(annotator_a={"codes": ["discharge"]}, annotator_b=None))
    assert alone.annotators is None
    assert read(plain()).sure is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(sorted(ALL)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("codes", "x")), inner, max_size=2),
    max_leaves=6,
)
KEYS = (
    "id",
    "text",
    "codes",
    "absent",
    "complete",
    "final",
    "annotator_a",
    "heading",
    "source",
    "inclusion_probability",
)


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_json_does_anything_but_be_read_or_refused(row: dict[str, Any]) -> None:
    try:
        found = read(row).example
    except RowError as error:
        said = error.problems
    else:
        said = (found.text,)
        assert found.present | found.absent <= ALL
        assert found.present | found.absent
    assert said
    assert all(one.encode().strip() for one in said)
