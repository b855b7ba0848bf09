"""Reliability: bins by hand, and a picture that is sound XML whatever its title says."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.errors import UsageError
from models.reliability import Reliability, ReliabilityBin, reliability
from models.reliability_diagram import FEW, reliability_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_bins_by_hand():
    scores = np.array([[0.05, 0.95], [0.1, 0.85], [0.11, 1.0], [0.0, 0.5]])
    targets = np.array([[0, 1], [1, 0], [0, 1], [0, -1]])
    found = reliability(scores, targets, list("abab"), resamples=50)
    told = [(round(one.low, 1), one.cells, round(one.probability, 3), one.frequency) for one in found.bins]
    # A bin includes its upper edge and the lowest its lower one; the unknown cell is nowhere.
    assert told == [
        (0.0, 3, 0.05, pytest.approx(1 / 3)),
        (0.1, 1, 0.11, 0.0),
        (0.8, 1, 0.85, 0.0),
        (0.9, 2, 0.975, 1.0),
    ]


def test_intervals_are_over_documents_and_one_document_gives_none():
    chance = np.random.default_rng(0)
    scores = chance.random((200, 3))
    targets = (chance.random((200, 3)) < scores).astype(int)
    groups = [f"plan-{row % 20}" for row in range(200)]
    for one in reliability(scores, targets, groups).bins:
        assert one.frequency_low <= one.frequency <= one.frequency_high
        assert abs(one.frequency - one.probability) < 0.2
    alone = reliability(scores, targets, ["plan"] * 200, resamples=10).bins
    assert {one.frequency_low for one in alone} == {None}


def test_every_known_cell_is_in_one_bin():
    chance = np.random.default_rng(1)
    scores, targets = chance.random((50, 4)), chance.integers(-1, 2, size=(50, 4))
    found = reliability(scores, targets, [str(row % 5) for row in range(50)], resamples=5)
    assert sum(one.cells for one in found.bins) == (targets >= 0).sum()


def test_no_passage_is_refused():
    with pytest.raises(UsageError):
        reliability(np.zeros((0, 2)), np.zeros((0, 2)), [])


def a_bin(low, cells, **facts):
    return ReliabilityBin(
        **{"low": low, "high": low + 0.1, "cells": cells, "probability": low + 0.05, "frequency": 0.3}
        | {"frequency_low": 0.1, "frequency_high": 0.6}
        | facts
    )


def test_the_picture_shows_each_bin_once_and_few_cells_hollow():
    found = Reliability(bins=(a_bin(0.0, 5_000), a_bin(0.4, FEW - 1, frequency_low=None, frequency_high=None)))
    tree = ET.fromstring(reliability_svg(found, "Calibration"))
    circles = tree.findall(f"{SVG}circle")
    assert [one.get("fill") for one in circles] == ["#0b5394", "#ffffff"]
    assert [one.find(f"{SVG}title").text for one in circles] == [
        "5,000 cells, stated 0.050, present 0.300",
        "19 cells, stated 0.450, present 0.300",
    ]
    bars = [one for one in tree.findall(f"{SVG}line") if one.get("stroke-width") == "2"]
    assert len(bars) == 1
    assert float(bars[0].get("y1")) > float(circles[0].get("cy")) > float(bars[0].get("y2"))
    assert "5,000" in [one.text for one in tree.findall(f"{SVG}text")]


def test_the_picture_is_named_in_words_and_names_nothing_outside():
    picture = reliability_svg(Reliability(bins=(a_bin(0.0, 30),)), "Calibration")
    tree = ET.fromstring(picture)
    assert tree.get("role") == "img"
    assert tree.find(f"{SVG}title").text == "Calibration"
    assert "present 0.30 of 30 cells" in tree.find(f"{SVG}desc").text
    assert picture.count("http") == 1  # the name of the language, which nobody fetches
    assert "href" not in picture


def test_a_picture_of_nothing_is_one_too():
    tree = ET.fromstring(reliability_svg(Reliability(bins=()), ""))
    assert tree.find(f"{SVG}desc").text == "No cell was measured."


@given(st.text())
def test_any_title_is_shown_and_does_nothing(title):
    tree = ET.fromstring(reliability_svg(Reliability(bins=()), title))
    assert {one.tag for one in tree.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "text", "line")
    }


def test_hostile_titles(hostile_texts):
    for text in hostile_texts:
        picture = reliability_svg(Reliability(bins=()), text)
        ET.fromstring(picture)
        assert "<script" not in picture
        assert "\x1b" not in picture
        assert "\u202e" not in picture
