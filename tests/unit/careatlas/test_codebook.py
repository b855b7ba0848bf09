"""Codebooks as values: paths, what is wrong with one, and what changed between two."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.codebook import Attribute, Codebook, CodeDefinition, Provenance, differences, problems
from careatlas.errors import UsageError


def code(name: str, parent: str | None = None, **changes: object) -> CodeDefinition:
    made = CodeDefinition(id=name, label=f"Label of {name}", definition=f"What {name} means.", parent=parent)
    return replace(made, **changes)


def book(*codes: CodeDefinition) -> Codebook:
    return Codebook(
        id="mine", version="1.0.0", title="Mine", provenance=Provenance.RECONSTRUCTED, source="us", codes=codes
    )


def test_a_code_is_found_with_its_parents_from_the_top():
    mine = book(code("a"), code("b", "a"), code("c", "b"))
    assert [step.id for step in mine.path("c")] == ["a", "b", "c"]
    assert [step.id for step in mine.path("a")] == ["a"]
    assert mine.code("b").label == "Label of b"


def test_a_code_that_is_not_there_names_those_that_are():
    with pytest.raises(UsageError, match="no code 'x'") as caught:
        book(code("a"), code("b")).path("x")
    assert caught.value.mend == "one of: a, b"


def test_a_sound_codebook_has_no_problems():
    assert problems(book(code("a"), code("b", "a"))) == ()


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        ((), "no codes"),
        ((code("a"), code("a", label="Other")), "a: this identifier is used more than once"),
        ((code("a", label="Same"), code("b", label="SAME")), "same: this label is used more than once"),
        ((code("a", definition="  "),), "a: the definition is empty"),
        ((code("a", "missing"),), "a: its parent 'missing' is not a code"),
        ((code("a", "a"),), "a: the parents form a cycle"),
        ((code("a", "c"), code("b", "a"), code("c", "b")), "a, b, c: the parents form a cycle"),
        ((code("a", positive=("x",), negative=("x",)),), "a: an example is both positive and negative: 'x'"),
    ],
)
def test_a_problem_is_said_once_and_names_its_code(codes: tuple[CodeDefinition, ...], says: str):
    found = problems(book(*codes))
    assert len(found) == 1
    assert says in found[0]


def test_every_problem_is_said():
    codes = (code("a", "b"), code("b", "a"), code("c", "d"), code("d", "c"), code("e", "f"), code("e", definition=""))
    assert len(problems(book(*codes))) == 6


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([*"abcdefgh", None]), min_size=1))
def test_a_codebook_without_problems_has_an_end_to_every_path(parents: dict[str, str | None]):
    mine = book(*(code(name, parent) for name, parent in parents.items()))
    unknown = any(parent is not None and parent not in parents for parent in parents.values())
    on_cycle = any(walks_in_circles(parents, name) for name in parents)
    assert bool(problems(mine)) == (unknown or on_cycle)
    if not problems(mine):
        assert all(mine.path(name)[-1].id == name and mine.path(name)[0].parent is None for name in parents)


def walks_in_circles(parents: dict[str, str | None], name: str) -> bool:
    step: str | None = name
    for _ in range(len(parents) + 1):
        step = parents.get(step) if step is not None else None
    return step is not None


def test_equal_codebooks_do_not_differ():
    assert differences(book(code("a"), code("b", "a")), book(code("a"), code("b", "a"))) == ()


def test_what_changed_is_told_code_by_code():
    before = book(code("gone"), code("same"), code("moved", "same", include=("one", "two")))
    after = book(code("same"), code("moved", include=("one", "three")), code("new"))
    told = [(item.change, item.code, item.field, item.before, item.after) for item in differences(before, after)]
    assert told == [
        ("removed", "gone", "", "Label of gone", ""),
        ("changed", "moved", "parent", "same", ""),
        ("changed", "moved", "include", "one; two", "one; three"),
        ("added", "new", "", "", "Label of new"),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", "Other"),
        ("definition", "Other"),
        ("axis", "other"),
        ("provenance", Provenance.VERIFIED),
        ("source", "other"),
        ("exclude", ("x",)),
        ("cues", ("x",)),
        ("positive", ("x",)),
        ("negative", ("x",)),
    ],
)
def test_each_compared_field_is_seen_from_both_sides(field: str, value: object):
    plain, changed = book(code("a")), book(code("a", **{field: value}))
    (there,), (back,) = differences(plain, changed), differences(changed, plain)
    assert (there.field, there.before, there.after) == (back.field, back.after, back.before)
    assert there.field == field


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("version", "1.1.0", "1.1.0"),
        ("title", "Other", "Other"),
        ("provenance", Provenance.VERIFIED, "verified"),
        ("source", "other", "other"),
        ("summary", "x", "x"),
        ("rules", ("x", "y"), "x; y"),
        ("none_definition", "x", "x"),
        ("background", ("x",), "x"),
        (
            "attributes",
            (Attribute(name="stage", values=("planned", "running"), note="x"),),
            "stage: planned, running (x)",
        ),
    ],
)
def test_a_change_of_the_book_itself_has_no_code(field: str, value: object, shown: str):
    (found,) = differences(book(code("a")), replace(book(code("a")), **{field: value}))
    assert (found.change, found.code, found.field, found.after) == ("changed", "", field, shown)


def test_every_field_of_a_codebook_and_a_code_is_compared():
    other = {field.name: object() for field in fields(CodeDefinition) if field.name != "id"}
    assert {item.field for item in differences(book(code("a")), book(code("a", **other)))} == set(other)
