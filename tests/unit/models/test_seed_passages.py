"""The shipped seeds: sound, labelled in full, and refused where they are not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped
from careatlas.errors import InputError
from careatlas.identifiers import sha256_of
from models.examples import joined
from models.families import families
from models.seed_examples import seed_examples
from models.seed_passages import read_seeds, seed_digest, seed_passages

GOOD = {
    "id": "s1",
    "text": "A trusted assessor visits the wards.",
    "heading": ["Flow"],
    "codes": ["discharge"],
    "status": "in-place",
    "setting": "care-home",
    "synthetic": True,
}


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return shipped("care-home-integration")


def written(folder: Path, *rows: object, name: str = "a.jsonl") -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_every_code_has_its_seeds(codebook: Codebook) -> None:
    seeds = seed_passages(codebook)
    assert ((seeds.targets == 1).sum(axis=0) >= 40).all()
    assert (seeds.initiative() == 0).sum() >= 20 * len(codebook.codes)
    assert (seeds.targets != -1).all()
    assert set(seeds.origins) == {"seed"}
    assert len(set(seeds.ids)) == len(seeds)


def test_the_seeds_do_not_repeat_each_other_or_the_codebook(codebook: Codebook) -> None:
    both = joined(seed_passages(codebook), seed_examples(codebook))
    repeated = [name for name, count in Counter(families(both.texts).tolist()).items() if count > 1]
    assert repeated == []


def test_status_and_setting_are_those_of_the_codebook(codebook: Codebook) -> None:
    values = {attribute.name: set(attribute.values) for attribute in codebook.attributes}
    folder = Path(__file__).resolve().parents[3] / "models" / "seeds" / codebook.id
    rows = [json.loads(line) for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()]
    assert {row["status"] for row in rows} == values["status"]
    assert {row["setting"] for row in rows} == values["setting"]
    for row in rows:
        assert (row["codes"] == []) == (row["status"] == "not-applicable") == (row["setting"] == "not-applicable")


def test_a_codebook_without_seeds_has_none() -> None:
    other = shipped("selfie")
    none = seed_passages(other)
    assert len(none) == 0
    assert none.codes == tuple(code.id for code in other.codes)
    assert seed_digest(other) == sha256_of(b"")


def test_the_digest_is_that_of_the_files(codebook: Codebook) -> None:
    assert seed_digest(codebook) == seed_digest(codebook)
    assert len(seed_digest(codebook)) == 64
    assert seed_digest(codebook) != seed_digest(shipped("selfie"))


def test_a_seed_is_labelled_in_full(codebook: Codebook, tmp_path: Path) -> None:
    text = "A line\u2028separator is no end of a line."
    seeds = read_seeds(written(tmp_path, GOOD, {**GOOD, "id": "s2", "codes": [], "text": text}), codebook)
    assert seeds.ids == ("s1", "s2")
    assert seeds.headings == (("Flow",), ("Flow",))
    assert seeds.groups == ("seed:s1", "seed:s2")
    assert seeds.before == seeds.after == ("", "")
    assert seeds.texts[1] == text
    assert seeds.targets.sum(axis=1).tolist() == [1, 0]
    assert seeds.targets[0, seeds.codes.index("discharge")] == 1


def test_a_seed_of_a_document_stands_between_its_neighbours(codebook: Codebook, tmp_path: Path) -> None:
    rows = [
        {**GOOD, "id": f"{name}{place}", "text": f"{name} {place}", "document": name, "position": place}
        for name, place in (("d", 2), ("d", 1), ("e", 3), ("d", 3), ("d", 5))
    ]
    seeds = read_seeds(written(tmp_path, *rows, GOOD), codebook)
    assert seeds.ids == ("d2", "d1", "e3", "d3", "d5", "s1")
    assert seeds.before == ("d 1", "", "", "d 2", "", "")
    assert seeds.after == ("d 3", "d 2", "", "", "", "")
    assert seeds.groups == ("seed:d", "seed:d", "seed:e", "seed:d", "seed:d", "seed:s1")


def test_files_are_read_in_the_order_of_their_names(codebook: Codebook, tmp_path: Path) -> None:
    written(tmp_path, {**GOOD, "id": "late"}, name="b.jsonl")
    written(tmp_path, {**GOOD, "id": "early"}, name="a.jsonl")
    written(tmp_path, "not JSON", name="notes.txt")
    assert read_seeds(tmp_path, codebook).ids == ("early", "late")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{", "not a JSON object"),
        ("[]", "not a JSON object"),
        ({**GOOD, "text": " "}, "a seed needs"),
        ({**GOOD, "id": 5}, "a seed needs"),
        ({**GOOD, "heading": "Flow"}, "list of strings"),
        ({**GOOD, "codes": [1]}, "list of strings"),
        ({**GOOD, "synthetic": "yes"}, "not marked"),
        ({**GOOD, "synthetic": False}, "not marked"),
        ({**GOOD, "codes": ["discharges"]}, "no such code in care-home-integration 0.3.0: discharges"),
        ({**GOOD, "codes": ["none"]}, "no such code"),
        (GOOD, "'s1' is used twice"),
        ({**GOOD, "id": "s2", "document": "d", "position": 1}, "position 1 of d is used twice"),
        ({**GOOD, "document": "d"}, "go together"),
        ({**GOOD, "position": 1}, "go together"),
        ({**GOOD, "document": "d", "position": "1"}, "a whole number"),
        ({**GOOD, "document": 1, "position": 1}, "is a text"),
    ],
    ids=str,
)
def test_a_wrong_seed_is_an_error_with_its_line(codebook: Codebook, tmp_path: Path, row: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        read_seeds(written(tmp_path, {**GOOD, "document": "d", "position": 1}, row), codebook)
    assert "a.jsonl, line 2" in caught.value.what
    assert caught.value.what.startswith("1 seeds are wrong")
