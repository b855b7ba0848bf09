"""The synthetic pilot: real PDF files whose planted passages stand where the truth says."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pymupdf
import pytest

PILOT = Path(__file__).resolve().parents[3] / "examples" / "greater_manchester"
NOTICE = "Synthetic document made for the CareAtlas demo; it describes nothing real"
CODES = {
    "home-quality",
    "home-workforce",
    "primary-care",
    "community-team",
    "urgent-response",
    "transfer-to-hospital",
    "discharge",
    "intermediate-entry",
    "whole-pathway",
    "digital-data",
    "finance-incentives",
    "joint-commissioning",
    "governance-partnership",
    "intelligence-evaluation",
    "infection-emergency",
}
STATUSES = {"aspiration", "planned", "in-place", "stopped"}
HOSTILE = ('=HYPERLINK("http://example.invalid","x")', "<script>alert(1)</script>", "\u200f")


def generate(out: Path, seed: int, boroughs: int = 2) -> str:
    options = ["--seed", str(seed), "--out", str(out), "--boroughs", str(boroughs)]
    command = [sys.executable, str(PILOT / "generate.py"), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def spaced(text: str) -> str:
    return " ".join(text.split())


def joined(text: str) -> str:
    """Without white space and hyphens, so that a word broken at the end of a line is found."""
    return re.sub(r"[\s\u00ad\u2010-]+", "", text)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory):
    out = tmp_path_factory.mktemp("pilot")
    lines = generate(out, 20).splitlines()
    assert len(lines) == len(list(out.rglob("*.pdf")))
    return out


@pytest.fixture(scope="module")
def pages(pilot):
    """The text of every page of every file, by the path in the register."""
    found = {}
    for path in sorted(pilot.rglob("*.pdf")):
        with pymupdf.open(path) as document:
            found[str(path.relative_to(pilot))] = [page.get_text() for page in document]
    return found


@pytest.fixture(scope="module")
def truth(pilot):
    return [json.loads(line) for line in (pilot / "truth.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def register(pilot):
    with (pilot / "register.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_register_has_the_agreed_header(pilot):
    first = (pilot / "register.csv").read_text("utf-8").split("\n", 1)[0]
    assert first == "path,title,area_code,area_name,doc_type,published,url"


def test_register_lists_every_file_once(pilot, register):
    files = sorted(str(path.relative_to(pilot)) for path in pilot.rglob("*.pdf"))
    assert sorted(row["path"] for row in register) == files
    assert all((pilot / name).read_bytes().startswith(b"%PDF-") for name in files)


def test_register_dates_are_iso_dates_months_or_years(register):
    assert all(re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", row["published"]) for row in register)
    assert {len(row["published"]) for row in register} > {10}


def test_every_page_says_that_it_is_synthetic(pages, truth):
    scanned = {(row["file"], row["page"]) for row in truth if row["scanned"]}
    for file, texts in pages.items():
        for number, text in enumerate(texts, start=1):
            assert NOTICE in spaced(text) or (file, number) in scanned, (file, number)


def test_every_title_says_that_it_is_synthetic(pilot):
    for path in pilot.rglob("*.pdf"):
        with pymupdf.open(path) as document:
            assert NOTICE in document.metadata["title"]


def test_readme_says_that_everything_is_synthetic(pilot):
    assert "EVERYTHING HERE IS SYNTHETIC" in (pilot / "README.txt").read_text("utf-8")


def test_documents_have_three_to_eight_pages(pages):
    assert all(3 <= len(texts) <= 8 for texts in pages.values())


def test_planted_passages_stand_on_their_pages(pages, truth):
    for row in truth:
        if not row["scanned"]:
            assert joined(row["text"]) in joined(pages[row["file"]][row["page"] - 1]), row


def test_headings_stand_on_or_before_the_page_of_the_passage(pages, truth):
    for row in truth:
        if not row["scanned"]:
            before = " ".join(pages[row["file"]][: row["page"]])
            assert joined(row["heading"]) in joined(before), row


def test_scanned_page_is_an_image_without_text(pilot, pages, truth):
    scanned = {(row["file"], row["page"]) for row in truth if row["scanned"]}
    assert len(scanned) == 1
    file, number = scanned.pop()
    assert not pages[file][number - 1].strip()
    with pymupdf.open(pilot / file) as document:
        assert document[number - 1].get_images()


def test_truth_rows_are_well_formed(truth, register):
    known = {row["path"]: row for row in register}
    for row in truth:
        assert set(row["codes"]) <= CODES
        assert (row["status"] in STATUSES) if row["codes"] else (row["status"] == "")
        assert re.fullmatch(r"(\d{4}-\d{2})?", row["start"])
        assert row["area_code"] == known[row["file"]]["area_code"]
        assert row["published"] == known[row["file"]]["published"]
        assert not re.search(r"[{}\[\]|]", row["text"]) or row["heading"] == "Comments received"


def test_truth_covers_every_code_every_status_and_neutral_passages(truth):
    assert {code for row in truth for code in row["codes"]} == CODES
    assert {row["status"] for row in truth} == STATUSES | {""}


def test_a_start_month_is_named_in_the_sentence_or_its_table_row(pages, truth):
    for row in truth:
        if row["start"] and not row["scanned"]:
            year, month = map(int, row["start"].split("-"))
            assert f"{date(year, month, 1):%B%Y}" in joined(pages[row["file"]][row["page"] - 1]), row


def test_an_end_month_is_named_in_the_sentence(truth):
    for row in truth:
        if row["end"]:
            year, month = map(int, row["end"].split("-"))
            assert f"{date(year, month, 1):%B %Y}" in spaced(row["text"])
            assert row["status"] == "stopped"


@pytest.fixture(scope="module")
def initiative_rows(pilot):
    return [json.loads(line) for line in (pilot / "initiatives.jsonl").read_text("utf-8").splitlines()]


def test_every_planted_passage_is_of_a_listed_initiative(truth, initiative_rows):
    known = {row["initiative"]: row for row in initiative_rows}
    assert len(known) == len(initiative_rows)
    for row in truth:
        assert bool(row["initiative"]) == bool(row["codes"])
        if row["initiative"]:
            one = known[row["initiative"]]
            assert row["initiative"].startswith(f"{row['area_code']}/")
            assert (one["area_code"], one["codes"], one["service"]) == (row["area_code"], row["codes"], row["service"])
            assert row["start"] in {"", one["start"]}
            assert row["end"] in {"", one["stop"]}
    assert known.keys() == {row["initiative"] for row in truth if row["initiative"]}


def test_an_initiative_lists_the_files_that_speak_of_it_in_their_order(truth, register, initiative_rows):
    published = {row["path"]: row["published"] for row in register}
    for one in initiative_rows:
        said = {row["file"]: row["status"] for row in truth if row["initiative"] == one["initiative"]}
        assert {file["file"]: file["status"] for file in one["files"]} == said
        years = [published[file["file"]][:4] for file in one["files"]]
        assert years == sorted(years)


def test_the_months_of_an_initiative_follow_each_other(initiative_rows):
    for one in initiative_rows:
        months = [one["wished"], one["planned"], one["start"], *([one["stop"]] if one["stop"] else [])]
        assert all(re.fullmatch(r"\d{4}-\d{2}", month) for month in months)
        assert months == sorted(months)


def test_hostile_text_stays_text(pages):
    everything = "\n".join(text for texts in pages.values() for text in texts)
    assert all(text in everything for text in HOSTILE)


def test_some_documents_are_tagged_and_some_are_not(pilot):
    tagged = []
    for path in pilot.rglob("*.pdf"):
        with pymupdf.open(path) as document:
            tagged.append(document.xref_get_key(document.pdf_catalog(), "StructTreeRoot")[0] != "null")
    assert any(tagged)
    assert not all(tagged)


def test_layouts_vary(pilot):
    """A landscape page, and a page with two columns of text side by side."""
    wide, beside = False, False
    for path in pilot.rglob("*.pdf"):
        with pymupdf.open(path) as document:
            for page in document:
                wide |= page.rect.width > page.rect.height
                middle = page.rect.width / 2
                body = [block for block in page.get_text("blocks") if 75 < block[1] < page.rect.height - 75]
                left = [block for block in body if block[2] < middle]
                right = [block for block in body if block[0] > middle]
                beside |= len(left) > 2 and len(right) > 2 and len(left) + len(right) == len(body)
    assert wide
    assert beside


def test_same_seed_gives_identical_files(pilot, tmp_path):
    generate(tmp_path, 20)
    assert contents(tmp_path) == contents(pilot)


def test_another_seed_gives_other_text_under_the_same_names(pilot, tmp_path):
    generate(tmp_path, 21, boroughs=1)
    before, after = contents(pilot), contents(tmp_path)
    assert {name for name in before if "bolton" in name} == {name for name in after if name.endswith(".pdf")}
    assert all(before[name] != after[name] for name in after if name.endswith((".pdf", ".jsonl")))


def initiatives():
    paths = sorted(PILOT.glob("initiatives-*.toml"))
    return [entry for path in paths for entry in tomllib.loads(path.read_text("utf-8"))["initiative"]]


@pytest.mark.parametrize("code", sorted(CODES))
def test_bank_has_enough_sentences_for_each_code(code):
    written = {
        status: sum(len(entry[status]) for entry in initiatives() if code in entry["codes"]) for status in STATUSES
    }
    assert min(written.values()) >= 2, written
    assert sum(written.values()) >= 6


def test_bank_has_enough_neutral_paragraphs():
    topics = tomllib.loads((PILOT / "neutral.toml").read_text("utf-8"))["topics"]
    assert sum(map(len, topics.values())) >= 40


def test_every_borough_has_two_or_three_documents_in_different_years():
    boroughs = tomllib.loads((PILOT / "boroughs.toml").read_text("utf-8"))["borough"]
    documents = tomllib.loads((PILOT / "documents.toml").read_text("utf-8"))["document"]
    for borough in boroughs:
        years = [entry["date"].year for entry in documents if entry["borough"] == borough["name"]]
        assert 2 <= len(years) <= 3
        assert len(set(years)) == len(years)
        assert all(2019 <= year <= 2025 for year in years)
