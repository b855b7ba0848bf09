"""Accept, ask, reject: what is promised for a frequent code, and what a rare one falls back on."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import InputError, UsageError
from models.decisions import ACCEPT, ASK, REJECT, DecisionConfig, DecisionRules, decision_rules, workload

CODES = ("frequent", "rare", "meaningless", "never")


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray, list[str]]:
    """A well recognised code, one in 2 of 60 documents, one of which the score says nothing, and one that is absent."""
    generator = np.random.default_rng(0)
    rows = 1_800
    groups = np.arange(rows) % 60
    logits = generator.normal([-4, -3, -4, -5], [5, 2, 1, 1], size=(rows, 4))
    probabilities = 1 / (1 + np.exp(-logits))
    targets = (generator.random((rows, 4)) < probabilities).astype(np.int8)
    targets[:, 1] = ((logits[:, 1] > 0) & (groups < 2)).astype(np.int8)
    targets[:, 2] = generator.random(rows) < 0.02
    targets[:, 3] = 0
    return probabilities, targets, [f"document {one}" for one in groups]


@pytest.fixture(scope="module")
def rules(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> DecisionRules:
    return decision_rules(*sample, codes=CODES, config=DecisionConfig(resamples=50, gate_documents=2, gate_positives=3))


def test_a_frequent_code_is_promised_both(rules: DecisionRules) -> None:
    rule = rules.codes[0]
    assert (rule.accept_scope, rule.reject_scope, rule.abstains) == ("code", "code", False)
    assert rule.miss.guaranteed
    assert rule.false_accept.guaranteed
    assert rule.reject < rule.accept
    assert rule.reject == rule.miss.threshold


def test_a_code_in_two_documents_falls_back_and_says_so(rules: DecisionRules) -> None:
    rule = rules.codes[1]
    assert rule.documents == 2
    assert rule.reject_scope == "all codes"
    assert rule.reject == rules.all_codes_miss.threshold
    assert f"no guarantee: {rule.positives} positives in 2 documents; at least 9" in rule.reason
    assert "for them together only" in rule.reason


def test_a_code_that_the_model_cannot_tell_abstains(rules: DecisionRules) -> None:
    rule = rules.codes[2]
    assert rule.abstains
    assert rule.accept is None
    assert rule.reason.startswith("abstains: lower end of average precision")


def test_a_code_never_seen_abstains(rules: DecisionRules) -> None:
    rule = rules.codes[3]
    assert (rule.abstains, rule.accept, rule.average_precision.value) == (True, None, None)
    assert rule.reason.startswith("abstains: 0 positives in 0 documents")


def test_verdicts_follow_the_thresholds(rules: DecisionRules) -> None:
    frequent = rules.codes[0]
    low, middle, high = frequent.reject / 2, (frequent.reject + frequent.accept) / 2, (frequent.accept + 1) / 2
    probabilities = np.zeros((5, 4))
    probabilities[:, 0] = [low, frequent.reject, middle, frequent.accept, high]
    assert rules.decide(probabilities)[:, 0].tolist() == [REJECT, ASK, ASK, ACCEPT, ACCEPT]


def test_an_abstaining_code_is_never_accepted(rules: DecisionRules) -> None:
    verdicts = rules.decide(np.full((1, 4), 0.999))
    assert verdicts[0, 2] == ASK
    assert ACCEPT in verdicts[0, :2]


def test_an_abstaining_code_without_a_promise_is_asked_about_only_at_the_top(rules: DecisionRules) -> None:
    never = rules.codes[3]
    assert never.reject_scope == "all codes"
    at_top = np.array([[0.0, 0.0, 0.0, 0.9]])
    fourth = np.array([[0.99, 0.98, 0.97, 0.9]])
    below = np.array([[0.0, 0.0, 0.0, never.reject / 2]])
    assert [int(rules.decide(row)[0, 3]) for row in (at_top, fourth, below)] == [ASK, REJECT, REJECT]


def test_a_promise_of_its_own_is_not_broken_at_the_fourth_place(rules: DecisionRules) -> None:
    meaningless = rules.codes[2]
    assert (meaningless.abstains, meaningless.reject_scope) == (True, "code")
    assert rules.decide(np.array([[0.99, 0.98, 0.9, 0.97]]))[0, 2] == ASK


def test_the_promises_hold_on_the_labelled_documents(
    rules: DecisionRules, sample: tuple[np.ndarray, np.ndarray, list[str]]
) -> None:
    probabilities, targets, _ = sample
    verdicts = rules.decide(probabilities)[:, 0]
    assert (verdicts[targets[:, 0] == 1] == REJECT).mean() <= 0.12
    assert (targets[verdicts == ACCEPT, 0] == 0).mean() <= 0.2
    assert rules.unread.guaranteed


def test_without_a_promise_nothing_known_is_rejected() -> None:
    probabilities = np.array([[0.3], [0.6], [0.1], [0.2]])
    rule = decision_rules(probabilities, [[1], [1], [0], [0]], ["a", "a", "b", "b"], codes=["one"]).codes[0]
    assert (rule.reject_scope, rule.accept_scope, rule.reject) == ("none", "none", 0.3)
    nothing = decision_rules(probabilities, np.zeros((4, 1)), ["a", "a", "b", "b"], codes=["one"])
    assert nothing.codes[0].reject == 0.0
    assert (nothing.decide(probabilities) == ASK).all()


def test_a_fallback_is_shrunk_and_marked_as_not_guaranteed(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    few = [at for at, name in enumerate(groups) if int(name.split()[1]) < 5]
    found = decision_rules(
        probabilities[few],
        targets[few],
        [groups[at] for at in few],
        codes=CODES,
        config=DecisionConfig(resamples=20, gate_average_precision=0.0, gate_positives=1, gate_documents=1),
    )
    frequent = found.codes[0]
    assert (frequent.accept_scope, frequent.reject_scope) == ("none", "none")
    assert frequent.reason.count("(a fallback threshold, not guaranteed)") == 2
    assert frequent.accept >= frequent.reject


def test_accepting_never_starts_below_rejecting(sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    for miss_risk in (0.05, 0.3, 0.6):
        config = DecisionConfig(miss_risk=miss_risk, resamples=20)
        for rule in decision_rules(probabilities, targets, groups, codes=CODES, config=config).codes:
            assert rule.accept is None or rule.reject <= rule.accept
            if rule.reject_scope == "code":
                assert rule.reject <= rule.miss.threshold


def test_the_workload_is_counted() -> None:
    verdicts = np.array([[ACCEPT, REJECT], [ASK, REJECT], [ASK, ASK], [REJECT, REJECT]], dtype=np.int8)
    found = workload(verdicts)
    assert (found.accepted, found.asked, found.rejected, found.passages_asked) == (1 / 8, 3 / 8, 4 / 8, 0.5)


def test_rules_are_stored_as_plain_data(rules: DecisionRules, sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    again = DecisionRules.from_dict(json.loads(json.dumps(rules.as_dict())))
    assert again == rules
    np.testing.assert_array_equal(again.decide(sample[0]), rules.decide(sample[0]))
    with pytest.raises(InputError, match="no stored decision rules"):
        DecisionRules.from_dict({"config": {}})


def test_wrong_use_is_refused(rules: DecisionRules, sample: tuple[np.ndarray, np.ndarray, list[str]]) -> None:
    probabilities, targets, groups = sample
    with pytest.raises(UsageError, match="3 codes"):
        decision_rules(probabilities, targets, groups, codes=CODES[:3])
    with pytest.raises(UsageError, match="4 codes"):
        rules.decide(probabilities[:, :3])
    with pytest.raises(UsageError, match="no share"):
        decision_rules(probabilities, targets, groups, codes=CODES, config=replace(rules.config, miss_risk=2))
