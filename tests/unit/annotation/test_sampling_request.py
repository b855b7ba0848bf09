"""Defaults of what was not said on the command line."""

from __future__ import annotations

import pytest

from annotation.sampling_design import DEFAULT_SHARES, Part, SamplingOrder, StratumKey
from annotation.sampling_request import DOUBLE, sampling_order
from careatlas.errors import UsageError


def asked(**changes: object) -> SamplingOrder:
    said = {
        "name": "first",
        "size": 10,
        "coders": "ana@x.org, ben@x.org",
        "shares": {"random": None, "uncertainty": None, "diversity": None},
        "strata": "",
        "blind": 0.12,
        "double": None,
        "areas": (),
        "doc_types": (),
        "seed": 0,
        "exclude_judged": False,
    }
    return sampling_order(**{**said, **changes})


def test_what_was_not_said_is_the_default() -> None:
    order = asked()
    assert order.coders == ("ana@x.org", "ben@x.org")
    assert order.shares == DEFAULT_SHARES
    assert order.strata is None
    assert order.double == DOUBLE
    assert asked(coders="ana").double == 0


def test_where_a_share_is_given_the_others_are_none() -> None:
    order = asked(shares={"random": 0.75, "uncertainty": None, "diversity": 0.25})
    assert order.shares == {Part.RANDOM: 0.75, Part.DIVERSITY: 0.25}
    with pytest.raises(UsageError, match="do not add up to 1"):
        asked(shares={"random": 0.75, "uncertainty": None, "diversity": None})


@pytest.mark.parametrize(
    ("strata", "keys"),
    [
        ("none", ()),
        ("type, score", (StratumKey.SCORE, StratumKey.TYPE)),
        ("area", (StratumKey.AREA,)),
        (" , ", None),
    ],
)
def test_strata_by_name(strata: str, keys: tuple[StratumKey, ...] | None) -> None:
    assert asked(strata=strata).strata == keys


@pytest.mark.parametrize("strata", ["year", "score,none", "Score"])
def test_strata_that_there_are_not(strata: str) -> None:
    with pytest.raises(UsageError, match="no strata by") as error:
        asked(strata=strata)
    assert "score, area, type, or none" in error.value.mend


@pytest.mark.parametrize("coders", ["", "ana,,ben", "ana,ana"])
def test_coders_that_cannot_be(coders: str) -> None:
    with pytest.raises(UsageError):
        asked(coders=coders)
