"""What becomes of codes: told by comparison, or by the map where no comparison can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from careatlas.codebook import Attribute, Codebook, CodeDefinition, Provenance
from careatlas.codebook_map import CodebookMap, read_codebook_map
from careatlas.codebook_succession import CodeFate, Fate, Succession, succession
from careatlas.errors import InputError, UsageError


def book(version: str, *codes: str, identifier: str = "mine", **changes: object) -> Codebook:
    """Make a codebook; ``beds`` has a definition of its own, ``beds: other`` another one."""
    made = []
    for one in codes:
        name, _, words = one.partition(": ")
        made.append(CodeDefinition(id=name, label=name.title(), definition=words or f"About {name}."))
    whole = Codebook(
        id=identifier,
        version=version,
        title="Mine",
        provenance=Provenance.RECONSTRUCTED,
        source="us",
        codes=tuple(made),
    )
    return replace(whole, **changes)


def mapped(**codes: object) -> CodebookMap:
    exact = {code.replace("_", "-"): target for code, target in codes.items() if isinstance(target, str)}
    parts = {code.replace("_", "-"): target for code, target in codes.items() if not isinstance(target, str)}
    return CodebookMap(exact=exact, parts=parts)


def fates(plan: Succession) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {code: (one.fate.value, one.targets) for code, one in plan.fates.items()}


def test_what_a_coder_decides_by_is_compared_and_nothing_else() -> None:
    old = book("1.0.0", "a", "b", "c", "d")
    first, second, third, fourth = old.codes
    new = replace(
        old,
        version="1.1.0",
        codes=(
            replace(first, label="Other", cues=("x",), positive=("y",), axis="z", definition="About\n  a."),
            replace(second, include=("also this",)),
            replace(third, exclude=("not this",)),
            replace(fourth, definition="Something else."),
        ),
    )
    plan = succession(old, new)
    assert [one.fate for one in plan.fates.values()] == [Fate.KEPT, Fate.CHANGED, Fate.CHANGED, Fate.CHANGED]
    assert [one.changed for one in plan.fates.values()] == [(), ("include",), ("exclude",), ("definition",)]
    assert plan.added == ()
    assert plan.origins["d"].wider


def test_the_order_of_entries_does_not_count() -> None:
    old = book("1.0.0", "a")
    old = replace(old, codes=(replace(old.codes[0], include=("x", "y")),))
    new = replace(old, version="1.1.0", codes=(replace(old.codes[0], include=("y", "x ")),))
    assert succession(old, new).fates["a"].fate is Fate.KEPT


def test_codes_that_came_and_went() -> None:
    plan = succession(book("1.0.0", "a", "b"), book("2.0.0", "a", "c"))
    assert fates(plan) == {"a": ("kept", ("a",)), "b": ("removed", ())}
    assert plan.added == ("c",)


def test_the_map_renames_merges_splits_rewords_and_removes() -> None:
    old = book("1.0.0", "a", "b", "c", "d", "e", "f", "g")
    new = book("2.0.0", "a", "b: in other words", "x", "y", "z", "new", "g")
    plan = succession(old, new, mapped(b="b", c="x", d="y", e="y", f=("z", "g"), a=()))
    assert fates(plan) == {
        "a": ("removed", ()),
        "b": ("reworded", ("b",)),
        "c": ("renamed", ("x",)),
        "d": ("merged", ("y",)),
        "e": ("merged", ("y",)),
        "f": ("split", ("z", "g")),
        "g": ("kept", ("g",)),
    }
    assert plan.added == ("a", "new")  # the old "a" is gone; what is called so now is another code
    origins = {code: (one.exact, one.wholes) for code, one in plan.origins.items()}
    assert origins["y"] == (("d", "e"), ())
    assert origins["g"] == (("g",), ("f",))


def test_a_code_that_takes_another_in_is_merged_with_it() -> None:
    plan = succession(book("1.0.0", "a", "b"), book("2.0.0", "a"), mapped(b="a"))
    assert fates(plan) == {"a": ("merged", ("a",)), "b": ("merged", ("a",))}
    changed = succession(book("1.0.0", "a", "b"), book("2.0.0", "a: a and b"), mapped(b="a"))
    assert fates(changed) == {"a": ("changed", ("a",)), "b": ("renamed", ("a",))}
    assert changed.origins["a"].wider  # that b is absent does not make the wider a absent


def test_attributes_are_compared_by_their_values() -> None:
    status, setting = (
        Attribute(name="status", values=("planned", "in place")),
        Attribute(name="setting", values=("home",)),
    )
    stage = Attribute(name="stage", values=("one",))
    old = book("1.0.0", "a", attributes=(status, setting, stage))
    changed = replace(status, values=("planned", "stopped"))
    new = book("1.1.0", "a", attributes=(changed, setting, Attribute(name="who", values=("us",))))
    assert succession(old, new).attributes == (
        CodeFate(code="status", fate=Fate.CHANGED, targets=("status",), changed=("-in place", "+stopped")),
        CodeFate(code="setting", fate=Fate.KEPT, targets=("setting",)),
        CodeFate(code="stage", fate=Fate.REMOVED),
        CodeFate(code="who", fate=Fate.ADDED, changed=("us",)),
    )


def test_what_no_code_shows_is_noted() -> None:
    old, new = book("1.1.0", "a"), book("1.0.0", "a", rules=("Only what is funded.",), none_definition="Otherwise.")
    plan = succession(old, new)
    assert not plan.same_nothing
    assert len(plan.notes) == 3
    assert "rules differ" in plan.notes[0]
    assert "1.0.0 is older" in plan.notes[2]
    assert succession(new, replace(new, version="1.1.0")).notes == ()


def test_two_codebooks_need_a_map_and_two_versions() -> None:
    with pytest.raises(UsageError, match="both are mine"):
        succession(book("1.0.0", "a"), book("1.0.0", "a", "b"))
    old, new = book("1.0.0", "a"), book("1.0.0", "b", identifier="other")
    with pytest.raises(UsageError, match="two codebooks"):
        succession(old, new)
    assert fates(succession(old, new, mapped(a="b"))) == {"a": ("renamed", ("b",))}


# --- the map as a file

OLD, NEW = book("1.0.0", "a", "b", "c", "d"), book("2.0.0", "x", "y")


def read(folder: Path, text: str) -> CodebookMap:
    (folder / "map.toml").write_text(text, encoding="utf-8")
    return read_codebook_map(folder / "map.toml", OLD, NEW)


def test_a_map_is_read(tmp_path: Path) -> None:
    text = 'from = "mine 1.0.0"\nto = "mine 2.0.0"\n[codes]\na = "x"\nb = ["x", "y"]\nc = ""\nd = []\n'
    found = read(tmp_path, text)
    assert found.exact == {"a": "x"}
    assert found.parts == {"b": ("x", "y"), "c": (), "d": ()}


def test_a_map_that_does_not_fit_is_refused_with_everything_that_is_wrong(tmp_path: Path) -> None:
    text = 'from = "mine 0.9.0"\n[codes]\nz = "x"\na = "w"\nb = ["x", "v"]\nc = ["x", "x"]\n'
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert caught.value.what.splitlines() == [
        "it is for mine 0.9.0, not for mine 1.0.0",
        "z: mine 1.0.0 has no such code",
        "a: mine 2.0.0 has no code 'w'",
        "b: mine 2.0.0 has no code 'v'",
        "c: a part stands twice",
    ]


@pytest.mark.parametrize("text", ["[code]\na = 'x'\n", "[codes]\na = 1\n", "[codes]\na = ['x', 2]\n", "codes = 3\n"])
def test_a_map_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path, text)
