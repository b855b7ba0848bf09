"""Scores of the tiers: which there are, in which rows, and what becomes of them as features."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from models.tier_scores import TierScores, initiative_features, pair_features, stacked_rows

CODES = 3
OPTIONAL = ("embedding", "exemplars", "neighbours", "fine_tuned")


def scores(passages: int = 5, optional: tuple[str, ...] = OPTIONAL, seed: int = 0) -> TierScores:
    chance = np.random.default_rng(seed)
    logits = {name: chance.normal(size=(passages, CODES + (name != "exemplars"))) for name in OPTIONAL}
    return TierScores(
        cues=chance.integers(0, 4, size=(passages, CODES)).astype(float),
        words=chance.normal(size=(passages, CODES + 1)),
        **{name: logits[name] for name in optional},
    )


SUBSETS = [
    tuple(name for name, there in zip(OPTIONAL, mask, strict=True) if there) for mask in product((0, 1), repeat=4)
]


@pytest.mark.parametrize("optional", SUBSETS)
def test_only_the_tiers_that_there_are_become_features(optional):
    found = scores(optional=optional)
    assert found.tiers == ("cues", "words", *optional)
    features = pair_features(found)
    assert features.values.shape == (5, CODES, len(features.names)) == (5, CODES, len(features.prior))
    assert {name.split(":")[0] for name in features.names} == set(found.tiers)
    of_all = initiative_features(found, found.words[:, :CODES])
    assert of_all.values.shape == (5, 1, len(of_all.names)) == (5, 1, len(of_all.prior))


@pytest.mark.parametrize("optional", SUBSETS)
def test_leaving_tiers_out_is_as_if_they_had_never_been(optional):
    whole = pair_features(scores().only(("cues", "words", *optional)))
    never = pair_features(scores(optional=optional))
    assert whole.names == never.names
    np.testing.assert_array_equal(whole.values, never.values)


def test_before_any_label_speaks_heads_have_one_half_and_exemplars_the_other():
    for optional in SUBSETS:
        features = pair_features(scores(optional=optional))
        prior = dict(zip(features.names, features.prior, strict=True))
        heads = sum(prior.get(name, 0.0) for name in ("words", "embedding", "fine_tuned"))
        assert heads == pytest.approx(1.0)
        assert prior.get("exemplars", 1.0) == 1.0
        assert prior.get("neighbours", 0.0) == 0.0  # they wait for labels
        assert prior["cues"] == 0.2
        assert all(weight == 0.0 for name, weight in prior.items() if ":" in name)


def test_features_are_what_their_names_say():
    found = scores(optional=("exemplars",))
    columns = dict(zip(pair_features(found).names, np.moveaxis(pair_features(found).values, 2, 0), strict=True))
    np.testing.assert_array_equal(columns["words"], found.words[:, :CODES])
    assert (columns["words: any code"] == found.words[:, [CODES]]).all()
    assert (columns["words: behind the likeliest"].max(axis=1) == 0).all()
    assert (columns["words: behind the likeliest"] <= 0).all()
    assert (columns["exemplars: nearest code"] == found.exemplars.max(axis=1)[:, None]).all()
    assert columns["cues"] == pytest.approx(np.log(found.cues + 1))
    assert (columns["cues: codes with any"] == (found.cues > 0).sum(axis=1)[:, None]).all()


def test_of_an_initiative_the_likeliest_codes_are_features_whichever_they_are():
    found = scores()
    logits = np.random.default_rng(1).normal(size=(5, CODES))
    one = initiative_features(found, logits)
    other = initiative_features(found, logits[:, [2, 0, 1]])
    np.testing.assert_array_equal(one.values, other.values)
    assert (one.values[:, 0, 0] == logits.max(axis=1)).all()
    assert one.names[:3] == ("code 1", "code 2", "code 3")
    assert one.prior.tolist() == [1.0, *[0.0] * (len(one.names) - 1)]


def test_a_codebook_of_one_code_has_one_likeliest():
    found = TierScores(cues=np.zeros((2, 1)), words=np.zeros((2, 2)))
    assert initiative_features(found, np.ones((2, 1))).names == ("code 1", "words: any code")


def test_rows_can_be_taken_apart_and_put_together():
    whole = scores(7)
    again = stacked_rows([whole.rows(np.arange(3)), whole.rows(np.arange(3, 7))])
    for name in whole.tiers:
        np.testing.assert_array_equal(getattr(again, name), getattr(whole, name))


def test_a_tier_that_one_part_lacks_is_left_out():
    parts = [scores(2), scores(2, ("exemplars",))]
    assert stacked_rows(parts).tiers == ("cues", "words", "exemplars")
    assert len(stacked_rows(parts).exemplars) == 4
