"""The run ledger's key: equal work has an equal fingerprint, other work another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.identifiers import RunId
from careatlas.ledger import RunKey, RunRow

KEY = RunKey(stage="parse", subject="d1", inputs={"sha256": "ab"}, config={"pages": 5}, seed=1, code_version="1.0")
values = st.one_of(
    st.integers(-9, 9), st.booleans(), st.text(max_size=5), st.none(), st.lists(st.integers(), max_size=3)
)
configs = st.dictionaries(st.text(max_size=5), values, max_size=5)


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "suggest"},
        {"subject": "d2"},
        {"inputs": {"sha256": "ac"}},
        {"inputs": {"sha257": "ab"}},
        {"config": {"pages": 6}},
        {"config": {"pages": "5"}},
        {"config": {}},
        {"seed": 2},
        {"code_version": "1.1"},
        {"stage": "parsed", "subject": "1"},
    ],
)
def test_everything_in_the_key_counts(change: dict):
    assert replace(KEY, **change).fingerprint != KEY.fingerprint


@given(configs, st.randoms())
def test_the_order_in_which_settings_are_named_does_not_count(config: dict, random):
    names = random.sample(sorted(config), len(config))
    shuffled = {name: config[name] for name in names}
    assert replace(KEY, config=shuffled).fingerprint == replace(KEY, config=config).fingerprint


def test_an_equal_key_made_elsewhere_has_the_same_fingerprint():
    again = RunKey(**{name: getattr(KEY, name) for name in KEY.__dataclass_fields__})
    assert again.fingerprint == KEY.fingerprint
    assert len(KEY.fingerprint) == 64


def test_a_row_is_listed_as_plain_data():
    row = RunRow(
        run_id=RunId("r1"),
        key=KEY,
        outcome="ok",
        reason="",
        started_at=datetime(2025, 3, 1, 9, 30, 15, 999, tzinfo=UTC),
        seconds=1.23456,
        counts={"pages": 3},
    )
    assert row.as_dict() == {
        "started": "2025-03-01T09:30:15+00:00",
        "stage": "parse",
        "subject": "d1",
        "outcome": "ok",
        "seconds": 1.235,
        "reason": "",
    }
