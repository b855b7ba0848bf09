from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelling_config import config_hash, labelling_config
from annotation.labelling_elements import MAX_HINT
from annotation.labelling_layout import GRID_CODES, Layout, layout_of, taxonomy_paths
from careatlas.codebook import Attribute, Codebook, CodeDefinition, Provenance
from careatlas.codebook_file import shipped, shipped_names
from careatlas.errors import InputError
from careatlas.identifiers import Code, CodebookId

FORMS = (Layout.TAXONOMY, Layout.GRID)
# What Label Studio puts task data in for, on the server and in the browser.
OUR_DATA = {"$title", "$place", "$heading", "$before", "$passage", "$after", "$top", "$page"}


def code(name: str, *, parent: str | None = None, axis: str = "", label: str = "", **more: Any) -> CodeDefinition:
    return CodeDefinition(
        id=Code(name),
        label=label or f"The {name}",
        definition=f"What {name} means.",
        parent=None if parent is None else Code(parent),
        axis=axis,
        **more,
    )


def book(*codes: CodeDefinition, attributes: Sequence[Attribute] = ()) -> Codebook:
    return Codebook(
        id=CodebookId("book"),
        version="1.0.0",
        title="A book",
        provenance=Provenance.RECONSTRUCTED,
        source="ours",
        codes=codes,
        attributes=tuple(attributes),
        none_definition="Nothing of this kind.",
    )


def parsed(codebook: Codebook, layout: Layout = Layout.AUTO, *, page_image: bool = True) -> ET.Element:
    return ET.fromstring(labelling_config(codebook, layout=layout, page_image=page_image))


def control(tree: ET.Element, name: str) -> ET.Element:
    (found,) = tree.findall(f".//*[@name='{name}']")
    return found


def choices(tree: ET.Element, name: str) -> list[ET.Element]:
    return control(tree, name).findall(".//Choice")


TREE = book(code("late", parent="early"), code("early"), code("alone"), code("deep", parent="late"))


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("layout", FORMS)
def test_label_studio_accepts_the_screen_of_every_shipped_codebook(name: str, layout: Layout) -> None:
    from label_studio_sdk.label_interface import LabelInterface

    codebook = shipped(name)
    config = labelling_config(codebook, layout=layout)
    interface = LabelInterface(config)
    interface.validate()
    names = {"codes", "nothing", "unsure", "span", "box", "note"}
    assert {item.name for item in interface.controls} == names | {one.name for one in codebook.attributes}
    stored = [str(item.get("alias")) for item in choices(ET.fromstring(config), "codes")]
    assert sorted(one for one in stored if ":" not in one) == sorted(one.id for one in codebook.codes)


@pytest.mark.parametrize("layout", FORMS)
def test_the_same_codebook_gives_the_same_screen_and_another_label_another(layout: Layout) -> None:
    first = labelling_config(shipped("selfie"), layout=layout)
    assert config_hash(first) == config_hash(labelling_config(shipped("selfie"), layout=layout))
    assert len(config_hash(first)) == 64
    changed = replace(shipped("selfie"), codes=(*shipped("selfie").codes[:-1], code("new")))
    assert config_hash(labelling_config(changed, layout=layout)) != config_hash(first)


def test_few_codes_stand_in_a_grid_and_many_or_deep_ones_in_a_list() -> None:
    flat = [code(f"c{number}") for number in range(GRID_CODES + 1)]
    assert layout_of(book(*flat[:-1]), Layout.AUTO) is Layout.GRID
    assert layout_of(book(*flat), Layout.AUTO) is Layout.TAXONOMY
    assert layout_of(TREE, Layout.AUTO) is Layout.TAXONOMY
    assert layout_of(TREE, Layout.GRID) is Layout.GRID
    assert control(parsed(book(*flat[:-1])), "codes").tag == "Choices"
    assert control(parsed(book(*flat)), "codes").tag == "Taxonomy"


def test_the_list_nests_children_under_parents_wherever_they_stand_in_the_file() -> None:
    root = control(parsed(TREE, Layout.TAXONOMY), "codes")
    assert [item.get("alias") for item in root] == ["early", "alone"]
    assert [item.get("alias") for item in root[0].iter("Choice")] == ["early", "late", "deep"]
    assert root.get("leafsOnly") is None  # a parent is a code too
    assert taxonomy_paths(TREE)[Code("deep")] == ("early", "late", "deep")


def test_axes_group_flat_codes_and_cannot_be_ticked_themselves() -> None:
    flat = book(code("a", axis="x"), code("b", axis="y"), code("c", axis="x"))
    root = control(parsed(flat, Layout.TAXONOMY), "codes")
    assert root.get("leafsOnly") == "true"
    assert [(item.get("value"), [one.get("alias") for one in item]) for item in root] == [
        ("X", ["a", "c"]),
        ("Y", ["b"]),
    ]
    paths = taxonomy_paths(flat)
    assert {one.id: [*path] for one, path in zip(flat.codes, paths.values(), strict=True)} == {
        "a": [root[0].get("alias"), "a"],
        "b": [root[1].get("alias"), "b"],
        "c": [root[0].get("alias"), "c"],
    }
    titles = [item.get("value") for item in control(parsed(flat, Layout.GRID), "codes").iter("Header")]
    assert titles == ["X", "Y"]


def test_the_grid_keeps_families_together_and_codes_that_stand_alone_in_one_block() -> None:
    mixed = book(code("child", parent="top"), code("one"), code("two"), code("top"))
    blocks = control(parsed(mixed, Layout.GRID), "codes")
    assert [[item.get("alias") for item in block.iter("Choice")] for block in blocks] == [
        ["one", "two"],
        ["top", "child"],
    ]
    child = blocks[1].findall(".//Choice")[1]
    assert child.get("style") == "margin-left: 18px"


def test_a_hint_says_what_belongs_what_does_not_and_gives_one_example() -> None:
    full = code("c", include=("this",), exclude=("that",), positive=("One example.", "Another."))
    hint = choices(parsed(book(full)), "codes")[0].get("hint")
    assert hint == "What c means.\n+ this\n– that\ne.g. One example."
    long = code("c", include=("x" * 4_000,))
    assert len(str(choices(parsed(book(long)), "codes")[0].get("hint"))) == MAX_HINT


def test_attributes_have_their_values_and_their_note_as_a_hint() -> None:
    status = Attribute(name="status", values=("planned", "in-place", "planned"), note="from the mood")
    tree = parsed(book(code("c"), attributes=[status]))
    assert control(tree, "status").get("choice") == "single-radio"
    assert [(item.get("alias"), item.get("hint")) for item in choices(tree, "status")] == [
        ("planned", "from the mood"),
        ("in-place", "from the mood"),
    ]


def test_nothing_here_hides_the_codes_so_that_they_are_not_submitted() -> None:
    # On the control and not on a frame around it: Label Studio submits what a frame hides.
    for layout in FORMS:
        codes = control(parsed(TREE, layout), "codes")
        assert (codes.get("visibleWhen"), codes.get("whenTagName")) == ("choice-unselected", "nothing")
        assert codes.get("required") == "true"
    assert control(parsed(TREE), "unsure").get("whenTagName") == "nothing"
    assert choices(parsed(TREE), "nothing")[0].get("hint") == "Nothing of this kind."


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("layout", FORMS)
def test_every_key_is_used_once_and_none_belongs_to_label_studio(name: str, layout: Layout) -> None:
    tree = parsed(shipped(name), layout)
    keys = [str(item.get("hotkey")) for item in tree.iter() if item.get("hotkey")]
    assert len(keys) == len(set(keys))
    assert not {"r", "u", "h"} & set(keys)
    # The label of the read-only box is never reached by accident.
    assert [key for key in keys if len(key) > 1] == ["ctrl+alt+shift+0"]


def test_the_shipped_codebook_has_a_key_for_every_choice() -> None:
    tree = parsed(shipped("care-home-integration"))
    by_name = {name: [item.get("hotkey") for item in choices(tree, name)] for name in ("codes", "status", "setting")}
    assert by_name == {
        "codes": [*"1234567890qwety"],
        "status": [*"asdfgj"],
        "setting": [*"iopkl"],
    }
    assert [item.get("hotkey") for item in control(tree, "span")] == [*"zxcvb"]


def test_a_screen_without_page_images_has_neither_image_nor_box() -> None:
    tree = parsed(TREE, page_image=False)
    assert not tree.findall(".//Image")
    assert not tree.findall(".//*[@name='box']")
    assert control(parsed(TREE), "box").get("toName") == "page"


@pytest.mark.parametrize("layout", FORMS)
def test_hostile_codebooks_say_nothing_but_text(hostile_texts: Sequence[str], layout: Layout) -> None:
    hostile = [*hostile_texts, "$title", "costs $5m or ${top}", "&amp;&#0;]]>", "'\"><View/>", "\ufffe noncharacter"]
    codes = [
        code(f"c{number}", label=f"{text} {number}", axis=text, include=(text,), exclude=(text,), positive=(text,))
        for number, text in enumerate(hostile)
    ]
    tree = parsed(book(*codes, attributes=[Attribute(name="status", values=("a <b>$c</b>",), note=hostile[0])]), layout)
    assert {item.tag for item in tree.iter()} <= {
        *("View", "Style", "Header", "Labels", "Label", "Text", "Image", "RectangleLabels"),
        *("Choices", "Choice", "Taxonomy", "TextArea"),
    }
    for item in tree.iter():
        shown = item.get("value", "")
        assert shown in OUR_DATA or not any(f"${name[1:]}" in shown for name in OUR_DATA), shown
        assert "<" not in item.get("html", "")
        assert not {"\u202e", "\x1b", "\x07", "\x9b"} & set("".join(item.attrib.values()))
    assert {item.get("alias") for item in choices(tree, "codes")} >= {one.id for one in codes}
    assert [item.get("alias") for item in choices(tree, "status")] == ["a <b>$c</b>"]


@given(text=st.text(min_size=1).filter(str.strip))
def test_any_label_makes_a_screen_that_can_be_parsed(text: str) -> None:
    for layout in FORMS:
        (found,) = choices(parsed(book(code("c", label=text, axis=text)), layout), "codes")
        assert found.get("alias") == "c"


@pytest.mark.parametrize(
    ("codes", "attributes", "said"),
    [
        ([], [], "no codes"),
        ([code("a/b")], [], "'a/b'"),
        ([code("$page")], [], "'$page'"),
        ([code("a", parent="missing")], [], "'missing'"),
        ([code("a", label="Same"), code("b", label="same")], [], "same"),
        ([code("a")], [Attribute(name="codes", values=("x",))], "'codes'"),
        ([code("a")], [Attribute(name="start", values=("x",))], "'start'"),
        ([code("a")], [Attribute(name="two words", values=("x",))], "'two words'"),
        ([code("a")], [Attribute(name="s", values=("x",)), Attribute(name="s", values=("y",))], "'s'"),
        ([code("a")], [Attribute(name="s", values=())], "s: it has no values"),
        ([code("a")], [Attribute(name="s", values=("x", " "))], "s: it has no values"),
        ([code("a")], [Attribute(name="s", values=("line\nend",))], "s: it has no values"),
        ([code("a")], [Attribute(name="s", values=("x" * 101,))], "s: it has no values"),
    ],
)
def test_a_codebook_that_no_screen_can_show_is_refused(
    codes: list[CodeDefinition], attributes: list[Attribute], said: str
) -> None:
    with pytest.raises(InputError, match=r"codebook book 1\.0\.0") as caught:
        labelling_config(book(*codes, attributes=attributes))
    assert said in caught.value.what
