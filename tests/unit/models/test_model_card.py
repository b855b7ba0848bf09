"""The card: everything a reader must know is on it, and nothing on it does anything."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import yaml

from careatlas.errors import InputError
from models.model_card import CARD, PICTURE, model_card, write_card
from models.model_card_tables import MEASURES, codes_table, number, with_interval
from models.model_meta import read_meta
from models.record_files import EVALUATION, read_evaluation


@pytest.fixture
def card(made_model, tmp_path):
    """Return a maker of cards: ``card(synthetic=False, ...)`` gives front matter and body."""

    def make(**facts):
        text = (made_model(tmp_path / "model", **facts) / CARD).read_text()
        front, body = text.removeprefix("---\n").split("\n---\n", 1)
        return yaml.safe_load(front), body

    return make


def section(body: str, title: str) -> str:
    return body.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_front_matter_is_the_hubs(card):
    front, _ = card()
    assert front["license"] == "other"
    assert front["language"] == ["en"]
    assert front["codebook"] == {"id": "tiny", "version": "1.0.0", "provenance": "reconstructed"}
    (index,) = front["model-index"]
    (result,) = index["results"]
    assert re.fullmatch(r"stack-[0-9a-f]{12}", index["name"])
    assert result["task"]["type"] == "text-classification"
    assert {"name", "type"} <= set(result["dataset"])
    metrics = {one["name"]: one["value"] for one in result["metrics"]}
    assert set(metrics) == set(MEASURES.values())
    assert all(isinstance(value, float) for value in metrics.values())
    assert "synthetic-data" not in front["tags"]


def test_every_section_is_there(card):
    _, body = card()
    assert re.findall(r"^## (.*)$", body, re.MULTILINE) == [
        "What it is",
        "Intended use, and limits",
        "What it learned from",
        "How it was tested",
        "Results",
        "Codes",
        "Calibration",
        "Doubtful labels",
        "How it was made",
        "What was not measured",
    ]


def test_results_stand_with_intervals_n_and_baselines(card):
    _, body = card(noise=3.0)
    results = section(body, "Results")
    assert "n = 120 passages, 12 areas or documents." in results
    header = next(line for line in results.splitlines() if line.startswith("| measure"))
    assert header == "| measure | this model | majority | cues | words alone |"
    (micro,) = [line for line in results.splitlines() if line.startswith("| micro F1 |")]
    assert re.fullmatch(r"\| micro F1 \| 0\.[6-9]\d \(0\.\d\d to [01]\.\d\d\) \| 0\.00 \(0\.00 to 0\.00\) \|.*", micro)
    assert "ahead of it in micro average precision, paired" in results


def test_the_table_of_codes_has_support_measures_and_both_thresholds(card):
    _, body = card()
    rows = [line for line in section(body, "Codes").splitlines() if line.startswith("| beds |")]
    (cells,) = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert cells[:2] == ["beds", "About beds"]
    assert int(cells[2]) > 10
    assert all(re.fullmatch(r"[01]\.\d\d", cell) for cell in cells[3:7])
    assert cells[7] == "0.500"
    assert re.fullmatch(r"0\.\d{3}, (promised|not promised|promised for all codes together)", cells[8])
    assert re.fullmatch(r"0\.\d{3}, promised", cells[9])


def test_what_is_promised_is_said_and_why_nothing_more(card):
    _, body = card()
    codes = section(body, "Codes")
    assert "is rejected is at most 10%" in codes
    assert "confidence 90%" in codes
    assert len(re.findall(r"^- (?:beds|falls|pay): .*guarantee", codes, re.MULTILINE)) == 3


def test_calibration_before_and_after_and_its_picture(card, tmp_path):
    _, body = card()
    calibration = section(body, "Calibration")
    assert re.search(r"before and after calibration: 0\.\d{4}, 0\.\d{4}", calibration)
    assert f"]({PICTURE})" in calibration
    assert (tmp_path / "model" / PICTURE).read_text().startswith("<svg")


def test_a_model_of_written_passages_says_so_and_promises_nothing(card):
    front, body = card(synthetic=True)
    assert "synthetic-data" in front["tags"]
    assert "Trained on synthetic passages only" in body.split("## ", 1)[0]
    assert "not calibrated on real plans" in body
    assert "nothing is promised" in section(body, "Codes")
    assert "anything on real plans" in section(body, "What was not measured")
    assert "not on real plans" in section(body, "Calibration")
    assert "promised" not in " ".join(line for line in section(body, "Codes").splitlines() if line.startswith("| beds"))


def test_a_model_of_real_labels_does_not_say_that(card):
    _, body = card()
    assert "synthetic passages only" not in body


def test_a_reconstructed_codebook_is_called_so(card, tiny_book, tmp_path):
    _, body = card()
    assert "**reconstructed**" in section(body, "What it is")
    folder = tmp_path / "model"
    meta = read_meta(folder)
    verified = {**meta, "codebook": {**meta["codebook"], "provenance": "verified"}}
    assert "reconstructed" not in model_card(verified, read_evaluation(folder), tiny_book())


def test_an_uneven_split_is_a_warning(card, tiny_book, tmp_path):
    card()
    evaluation = read_evaluation(tmp_path / "model")
    evaluation["split"]["warning"] = "60% of the passages hang together"
    body = model_card(read_meta(tmp_path / "model"), evaluation, tiny_book())
    assert "**Warning**: 60% of the passages hang together." in section(body, "How it was tested")


def test_what_was_not_kept_before_calibration_is_not_made_up(card, tiny_book, tmp_path):
    card()
    evaluation = read_evaluation(tmp_path / "model")
    evaluation["calibration"]["ece_before"] = None
    body = model_card(read_meta(tmp_path / "model"), evaluation, tiny_book())
    assert "before and after calibration: not kept, 0." in body


def test_the_licence_can_be_named(made_model, tiny_book, tmp_path):
    folder = made_model(tmp_path / "model")
    write_card(folder, tiny_book(), licence="agpl-3.0")
    assert "\nlicense: agpl-3.0\n" in (folder / CARD).read_text()


def test_hostile_titles_labels_and_notes_are_shown_and_do_nothing(made_model, tiny_book, hostile_texts, tmp_path):
    folder = made_model(tmp_path / "model")
    meta, evaluation = read_meta(folder), read_evaluation(folder)
    more = (*hostile_texts, "a | b | c", "\n# A heading\n\n| x |", "---\nlicense: mit", "[x](javascript:alert(1))", "`")
    for text in more:
        book = tiny_book(title=text)
        book = replace(book, codes=tuple(replace(code, label=text) for code in book.codes))
        spoiled = {
            **meta,
            "codebook": {**meta["codebook"], "version": text},
            "config": {text: text},
            "encoder": text,
            "facts": {"notes": [text], "made_at": text, "careatlas": text, "seed_digest": text},
        }
        whole = model_card(spoiled, evaluation, book)
        front, body = whole.removeprefix("---\n").split("\n---\n", 1)
        assert yaml.safe_load(front)["codebook"]["version"] == " ".join(text.split())
        assert len(re.findall(r"^#{1,6} ", body, re.MULTILINE)) == 11
        assert not re.search(r"<[a-z]", body, re.IGNORECASE)
        assert not re.search(r"(?<!\\)\]\(javascript", body)
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\u200f]", whole)
        tables = [line for line in section(body, "Codes").splitlines() if line.startswith("|")]
        assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} == {11}


def test_a_card_needs_its_files(made_model, tiny_book, tmp_path):
    folder = made_model(tmp_path / "model")
    (folder / EVALUATION).unlink()
    before = (folder / CARD).read_text()
    with pytest.raises(InputError, match="no measures"):
        write_card(folder, tiny_book())
    assert (folder / CARD).read_text() == before


def test_numbers_for_people():
    assert number(None, 2) == "-"
    assert number(-0.001, 2) == "0.00"
    assert with_interval(None, 2) == "-"
    assert with_interval({"value": None, "low": None, "high": None}, 2) == "-"
    assert with_interval({"value": 0.5, "low": None, "high": None}, 2) == "0.50"
    assert with_interval({"value": 0.5, "low": 0.25, "high": 1}, 2) == "0.50 (0.25 to 1.00)"


def test_a_code_that_abstains_is_never_accepted(made_model, tiny_book, tmp_path):
    folder = made_model(tmp_path / "model")
    rules = json.loads(json.dumps(read_meta(folder)["readouts"][0]["rules"]))
    rules["codes"][1].update({"abstains": True, "accept": None, "accept_scope": "none"})
    lines = codes_table(read_evaluation(folder), rules, tiny_book())
    assert ["never: it abstains" in line for line in lines[2:]] == [False, True, False]
