"""Codebook files: what is read from YAML, TOML and CSV, and what is refused."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careatlas import codebook_file
from careatlas.codebook import Codebook
from careatlas.codebook_file import (
    crosswalk_problems,
    read_codebook,
    shipped,
    shipped_crosswalk_problems,
    shipped_crosswalks,
)
from careatlas.codebook_shelf import plain_codebook
from careatlas.errors import InputError, UsageError

HEAD = "id: mine\nversion: 1.0.0\ntitle: Mine\nprovenance: reconstructed\nsource: us\n"
YAML = (
    HEAD
    + """none_definition: Nothing of the kind.
background: [The minutes were agreed.]
attributes:
  stage: {values: [planned, running], note: As it says.}
codes:
- {id: beds, label: Beds, definition: Beds outside hospital., cues: [step-down bed*, discharge bed*]}
- {id: beds-block, label: Block beds, definition: Paid for in any case., parent: beds, provenance: verified}
"""
)
TOML = """id = "mine"
version = "1.0.0"
title = "Mine"
provenance = "reconstructed"
source = "us"
none_definition = "Nothing of the kind."
background = ["The minutes were agreed."]
[attributes.stage]
values = ["planned", "running"]
note = "As it says."
[[codes]]
id = "beds"
label = "Beds"
definition = "Beds outside hospital."
cues = ["step-down bed*", "discharge bed*"]
[[codes]]
id = "beds-block"
label = "Block beds"
definition = "Paid for in any case."
parent = "beds"
provenance = "verified"
"""
CSV = """id,label,definition,parent,cues,provenance
beds,Beds,Beds outside hospital.,,step-down bed* | discharge bed*,
beds-block,Block beds,Paid for in any case.,beds,,verified
"""


@pytest.fixture
def read(tmp_path: Path):
    def of(text: str | bytes, name: str = "mine.yaml", **options: bool) -> Codebook:
        data = text.encode("utf-8") if isinstance(text, str) else text
        (tmp_path / name).write_bytes(data)
        return read_codebook(tmp_path / name, **options)

    return of


def test_yaml_toml_and_csv_give_the_same_codes(read):
    from_yaml, from_toml, from_csv = read(YAML), read(TOML, "mine.toml"), read(CSV, "Mine.csv")
    assert from_yaml == from_toml
    assert from_yaml.codes == from_csv.codes
    assert from_csv.id == "mine"
    assert (from_csv.version, from_csv.provenance) == ("0.1.0", "reconstructed")
    assert from_yaml.codes[0].cues == ("step-down bed*", "discharge bed*")
    assert from_yaml.attributes[0].values == ("planned", "running")


@pytest.mark.parametrize("suffix", [".YAML", ".yml", ".Yaml"])
def test_the_suffix_may_be_written_in_any_way(read, suffix: str):
    assert read(YAML, "mine" + suffix).id == "mine"


def test_a_byte_order_mark_is_no_part_of_the_text(read):
    assert read(b"\xef\xbb\xbf" + YAML.encode()).id == "mine"
    assert read(b"\xef\xbb\xbf" + CSV.encode(), "mine.csv").codes[0].id == "beds"


def test_a_shipped_codebook_written_out_and_read_again_is_the_same(read):
    before = shipped("care-home-integration")
    plain = {name: value for name, value in plain_codebook(before).items() if value}
    plain["attributes"] = {row.pop("name"): row for row in plain["attributes"]}
    text = yaml.safe_dump(yaml_plain(plain), allow_unicode=True, sort_keys=False)
    assert read(text) == before


def yaml_plain(value):
    if isinstance(value, dict):
        return {name: yaml_plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [yaml_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


WRONG = {
    "a doubled identifier": (YAML.replace("id: beds-block", "id: beds"), "used more than once"),
    "a doubled label": (YAML.replace("Block beds", "beds"), "this label is used more than once"),
    "an unknown parent": (YAML.replace("parent: beds", "parent: bed"), "its parent 'bed' is not a code"),
    "a cycle": (YAML.replace("label: Beds,", "label: Beds, parent: beds-block,"), "form a cycle"),
    "the reserved code": (YAML.replace("id: beds-block", "id: none"), "'none' is not a code"),
    "no codes": (HEAD + "codes: []\n", "no codes"),
    "codes that are missing": (HEAD, "codes: Field required"),
    "an empty definition": (YAML.replace("Paid for in any case.", "' '"), "the definition is empty"),
    "an extra key": (YAML + "colour: red\n", "colour: Extra inputs"),
    "an extra key of a code": (YAML.replace("parent: beds", "parents: beds"), "codes.1.parents: Extra"),
    "a doubled key": (YAML + "title: Other\n", "'title' stands twice"),
    "a doubled key of a code": (YAML.replace("parent: beds", "parent: beds, label: x"), "'label' stands twice"),
    "an alias": (YAML.replace("[planned, running]", "&a [planned]") + "rules: *a\n", "aliases are not accepted"),
    "an alias as a merge": (HEAD + "codes:\n- &a {id: x}\n- {<<: *a, label: y}\n", "aliases are not accepted"),
    "a python object": (HEAD + "codes: !!python/object/apply:os.system ['true']\n", "tags are not accepted"),
    "a tag": (HEAD + "codes: !!map foo\n", "tags are not accepted"),
    "an identifier in capitals": (YAML.replace("id: mine", "id: Mine"), "id: String should match"),
    "an identifier that climbs": (YAML.replace("id: mine", "id: ../mine"), "id: String should match"),
    "an identifier with a line end": (YAML.replace("id: mine", 'id: "mine\\n"'), "id: String should match"),
    "a version that is none": (YAML.replace("1.0.0", "1.0"), "version: "),
    "a provenance that is none": (YAML.replace("reconstructed", "true-ish"), "provenance: "),
    "a date that is none": (YAML.replace("title: Mine", "title: 2024-02-30"), "not what its name says"),
    "a number without end": (YAML.replace("title: Mine", "title: " + "9" * 5_000), "not what its name says"),
    "a list at the top": ("- a\n- b\n", "the top level is not a mapping"),
    "nothing": ("", "the top level is not a mapping"),
    "two documents": (YAML + "---\n" + YAML, "not what its name says"),
    "a control character": (YAML + "\x07", "not what its name says"),
    "broken YAML": (YAML + "codes: [", "not what its name says"),
    "text without end": (YAML.replace("Nothing of the kind.", "x" * 5_001), "none_definition: "),
    "nested too deep": (HEAD + "codes: " + "[" * 100_000 + "]" * 100_000, "nested too deep"),
    "nested too deep in lines": (HEAD + "codes:\n" + "- " * 100_000 + "x", "nested too deep"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_yaml_file_is_refused_with_the_reason(read, case: str):
    text, says = WRONG[case]
    with pytest.raises(InputError) as caught:
        read(text)
    assert says in caught.value.what
    assert caught.value.where.endswith("mine.yaml")


@pytest.mark.timeout(20)
def test_billion_laughs_do_not_expand(read):
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(InputError, match="aliases are not accepted"):
        read("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("codes = 3\n" + TOML, "not what its name says"),
        (TOML.replace("[[codes]]", "[codes]", 1), "not what its name says"),
        (TOML + 'parent = "twice"\n', "not what its name says"),
        ("id = " + "[" * 50_000, "not what its name says"),
        (TOML.replace('label = "Beds"\n', ""), "codes.0.label: Field required"),
        (TOML.replace('"1.0.0"', "1.0"), "version: "),
    ],
)
def test_a_wrong_toml_file_is_refused(read, text: str, says: str):
    with pytest.raises(InputError) as caught:
        read(text, "mine.toml")
    assert says in caught.value.what


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no codes"),
        ("id,label,definition\n", "no codes"),
        ("label,definition\nBeds,Beds outside.\n", "codes.0.id: Field required"),
        ("id,label,definition\nbeds,Beds\n", "the definition is empty"),
        ("id,label,definition\nbeds,Beds,Outside.,more,and more\n", "more cells than the header"),
        ("id,label,definition,colour\nbeds,Beds,Outside.,red\n", "codes.0.colour: Extra"),
        ("id,label,label,definition\nbeds,Beds,Other,Outside.\n", "'label' stands twice"),
        ('id,label,definition\nbeds,Beds,"open\n', "not what its name says"),
        ("id,label,definition\nbeds,Beds,Outside.\nbeds,More,Outside.\n", "used more than once"),
        ("id,label,definition\nnone,None,Nothing.\n", "no codes"),
        ("id,label,definition\nbeds,Beds," + "x" * 200_000, "not what its name says"),
        ("id;label;definition\nbeds;Beds;Outside.\n", "codes.0"),
    ],
)
def test_a_wrong_table_is_refused(read, text: str, says: str):
    with pytest.raises(InputError) as caught:
        read(text, "mine.csv")
    assert says in caught.value.what


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["mine.yaml", "mine.toml", "mine.csv"])
def test_a_file_that_is_not_utf_8_is_refused(read, encoding: str, name: str):
    with pytest.raises(InputError, match="not what its name says"):
        read("title: Zürich\n".encode(encoding), name)


def test_a_file_that_is_too_big_is_refused_before_it_is_parsed(read, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(codebook_file, "MAX_BYTES", 1_000)
    with pytest.raises(InputError, match="at most 1,000"):
        read(YAML + "#" * 1_000)


@pytest.mark.parametrize("name", ["mine.json", "mine.xlsx", "mine"])
def test_another_kind_of_file_is_refused(read, name: str):
    with pytest.raises(InputError, match=r"a \.yaml, \.toml or \.csv file"):
        read(YAML, name)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_codebook(tmp_path / "absent.yaml")
    assert caught.value.where == str(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        read_codebook(tmp_path / "..")


def test_without_the_check_a_wrong_codebook_is_read_for_its_problems(read):
    text, _ = WRONG["an unknown parent"]
    assert read(text, check=False).codes[1].parent == "bed"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)), st.sampled_from(["yaml", "toml", "csv"])
)
def test_any_bytes_are_a_codebook_or_an_error_of_ours(tmp_path: Path, data: bytes, suffix: str):
    path = tmp_path / f"any.{suffix}"
    path.write_bytes(data)
    with contextlib.suppress(InputError):  # anything else that is raised is what this looks for
        assert read_codebook(path).codes


@pytest.mark.parametrize("name", ["", "nothing", "../pyproject", "care-home-integration.yaml", "crosswalks"])
def test_a_name_that_is_not_shipped_lists_those_that_are(name: str):
    with pytest.raises(UsageError) as caught:
        shipped(name)
    assert "care-home-integration" in caught.value.mend


def test_a_crosswalk_that_does_not_fit_its_codebooks_is_told():
    walk = next(walk for walk in shipped_crosswalks() if walk.target_id == "selfie")
    source, target = shipped(walk.source_id), shipped(walk.target_id)
    assert crosswalk_problems(walk, source, target) == ()
    swapped = crosswalk_problems(walk, target, source)
    assert any("not the versions at hand" in line for line in swapped)
    assert any("unknown in the source" in line for line in swapped)
    assert any("unknown in the target" in line for line in swapped)
    assert any("neither linked nor said to be unmapped" in line for line in swapped)


def test_a_crosswalk_that_forgets_or_doubles_a_code_is_told():
    walk = next(walk for walk in shipped_crosswalks() if walk.unmapped)
    source, target = shipped(walk.source_id), shipped(walk.target_id)
    code = walk.unmapped[0]
    assert crosswalk_problems(replace(walk, unmapped=walk.unmapped[1:]), source, target) == (
        f"{code}: neither linked nor said to be unmapped",
    )
    link = walk.links[0]
    assert crosswalk_problems(replace(walk, links=(*walk.links, link)), source, target) == (
        f"{link.source_code} -> {link.target_code}: linked twice",
    )
    both = replace(walk, unmapped=(*walk.unmapped, link.source_code))
    assert crosswalk_problems(both, source, target) == (f"{link.source_code}: linked and said to be unmapped",)


TABLE = """version,id,label,definition,positive,cues
1.2.0,beds,Beds,Beds outside hospital.,,bed*
1.2.0,none,Nothing,The passage names no bed.,The minutes were agreed. | Contents,
"""


def test_a_table_can_give_its_version_and_what_carries_no_code(read):
    made = read(TABLE, "mine.csv")
    assert made.version == "1.2.0"
    assert [code.id for code in made.codes] == ["beds"]
    assert made.none_definition == "The passage names no bed."
    assert made.background == ("The minutes were agreed.", "Contents")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TABLE.replace("1.2.0,none", "1.3.0,none"), "'version' differs between rows: '1.2.0', '1.3.0'"),
        (TABLE.replace("1.2.0,none", ",none"), "'version' differs between rows"),
        (TABLE.replace("1.2.0", "two"), "version: "),
        (TABLE + "1.2.0,none,Again,x,,\n", "the row 'none' stands twice"),
        (TABLE.replace("Contents,", "Contents,minutes"), "not: cues"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(read, text: str, says: str):
    with pytest.raises(InputError) as caught:
        read(text, "mine.csv")
    assert says in caught.value.what


def test_the_crosswalks_from_a_shipped_codebook_are_checked(monkeypatch: pytest.MonkeyPatch):
    book = shipped("ehch-v2")
    assert shipped_crosswalk_problems(book) == ()
    walks = tuple(replace(walk, unmapped=()) for walk in shipped_crosswalks() if walk.source_id == book.id)
    assert any(walk.unmapped for walk in shipped_crosswalks() if walk.source_id == book.id)
    monkeypatch.setattr(codebook_file, "shipped_crosswalks", lambda: walks)
    found = shipped_crosswalk_problems(book)
    assert found
    assert all(problem.startswith("crosswalk to high-impact-change-model: ") for problem in found)
    assert shipped_crosswalk_problems(replace(book, version="9.0.0")) == ()
