"""Work is shared out evenly, by chance, and so that stopping early leaves a random part."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.work_assignment import assigned, repeats
from careatlas.identifiers import PassageId, SampleId, task_key
from careatlas.sample import Assignment

SAMPLE = SampleId("first")
Z = 4.5  # standard errors

counts = st.integers(0, 60)
coder_counts = st.integers(1, 5)
shares = st.floats(0, 1)


def names(count: int) -> list[PassageId]:
    return [PassageId(f"p{number:03}") for number in range(count)]


def coders(count: int) -> list[str]:
    return ["ana", "ben", "cat", "dee", "eve"][:count]


def work(count: int, people: int, *, blind: float = 0.12, double: float = 0.2, seed: int = 0) -> list[Assignment]:
    double = double if people > 1 else 0.0
    return assigned(SAMPLE, names(count), coders(people), blind=blind, double=double, seed=seed)


@given(counts, coder_counts, shares, shares, st.integers(0, 2**32))
def test_every_passage_is_read_once_or_by_two_coders(
    count: int, people: int, blind: float, double: float, seed: int
) -> None:
    rows = work(count, people, blind=blind, double=double, seed=seed)
    readers = {name: [row.coder for row in rows if row.passage_id == name] for name in names(count)}
    assert all(len(found) == len(set(found)) in (1, 2) for found in readers.values())
    twice = sum(len(found) == 2 for found in readers.values())
    assert twice == (round(double * count) if people > 1 else 0)
    assert len(rows) == count + twice
    assert len({row.task_key for row in rows}) == len(rows)
    assert {row.repeat for row in rows} <= {0}


@given(counts, coder_counts, shares, shares)
def test_blind_is_of_the_passage_and_as_frequent_among_those_read_twice(
    count: int, people: int, blind: float, double: float
) -> None:
    rows = work(count, people, blind=blind, double=double)
    seen = {name: {row.blind for row in rows if row.passage_id == name} for name in names(count)}
    assert all(len(found) == 1 for found in seen.values())
    unseen = {name for name, found in seen.items() if found == {True}}
    assert len(unseen) == round(blind * count)
    readers = Counter(row.passage_id for row in rows)
    twice = [name for name, found in readers.items() if found == 2]
    if count:
        assert abs(len(unseen & set(twice)) - len(unseen) * len(twice) / count) <= 0.5


@given(counts, st.integers(2, 5), shares, st.floats(0, 0.8))
def test_work_is_even(count: int, people: int, blind: float, double: float) -> None:
    rows = work(count, people, blind=blind, double=double)
    readers = Counter(row.passage_id for row in rows)
    for among, last in ((rows, False), ([row for row in rows if row.blind], True)):
        load = Counter(dict.fromkeys(coders(people), 0))
        load.update(row.coder for row in among)
        # Those read once level what pairs leave uneven, as long as there are enough of them.
        level = sum(readers[row.passage_id] == 1 and row.blind is last for row in rows)
        assert max(load.values()) - min(load.values()) <= (1 if level >= people else 2)


@pytest.mark.parametrize("people", [2, 3, 4, 5])
def test_every_pair_of_coders_shares_as_many_passages(people: int) -> None:
    rows = work(200, people, double=0.3)
    by_passage: dict[str, list[str]] = {}
    for row in rows:
        by_passage.setdefault(row.passage_id, []).append(row.coder)
    pairs = Counter(dict.fromkeys(combinations(coders(people), 2), 0))
    pairs.update(tuple(sorted(found)) for found in by_passage.values() if len(found) == 2)
    assert sum(pairs.values()) == 60
    assert max(pairs.values()) - min(pairs.values()) <= 1


def test_each_coder_has_an_order_without_gaps_and_shared_passages_come_in_the_same_order() -> None:
    rows = work(50, 3, double=0.5)
    orders = {who: [row.passage_id for row in rows if row.coder == who] for who in coders(3)}
    for who, order in orders.items():
        assert [row.position for row in rows if row.coder == who] == list(range(len(order)))
        assert order != sorted(order)
    for one, other in combinations(orders.values(), 2):
        assert [name for name in one if name in other] == [name for name in other if name in one]


def test_blind_and_shared_passages_come_at_any_time() -> None:
    rows = [row for row in work(400, 2) if row.coder == "ana"]
    shared = Counter(row.passage_id for row in work(400, 2))
    for some in ([row for row in rows if row.blind], [row for row in rows if shared[row.passage_id] == 2]):
        assert 0.35 < np.mean([row.position for row in some]) / len(rows) < 0.65


def test_the_seed_decides() -> None:
    assert work(40, 3) == work(40, 3)
    assert work(40, 3) != work(40, 3, seed=1)
    assert all(row.task_key == task_key(SAMPLE, row.passage_id, row.coder, 0) for row in work(40, 3))


def test_whatever_was_read_when_work_stops_is_a_random_part() -> None:
    """One coder stops after a third, the other after two: every passage is equally likely to have been read."""
    trials, count = 400, 24
    read = np.zeros(count)
    shares_read = []
    for seed in range(trials):
        rows = work(count, 2, double=0.25, seed=seed)
        limit = {"ana": 5, "ben": 10}  # of 15 each
        done = {row.passage_id for row in rows if row.position < limit[row.coder]}
        read += [name in done for name in names(count)]
        shares_read.append(len(done) / count)
    chance = float(np.mean(shares_read))
    assert 0.3 < chance < 0.7
    assert np.abs(read / trials - chance).max() < Z * np.sqrt(chance * (1 - chance) / trials)


# --- repeats


def test_a_share_of_what_was_judged_is_repeated_blind_and_after_all_else() -> None:
    mine = [row for row in work(40, 2) if row.coder == "ana"]
    judged = [row.passage_id for row in mine[:10]]
    new = repeats(SAMPLE, mine, judged, 0.3, seed=4)
    assert len(new) == 3
    assert {row.passage_id for row in new} < set(judged)
    assert all(row.blind and row.repeat == 1 and row.coder == "ana" for row in new)
    assert [row.position for row in new] == [len(mine), len(mine) + 1, len(mine) + 2]
    assert all(row.task_key == task_key(SAMPLE, row.passage_id, "ana", 1) for row in new)
    assert new == repeats(SAMPLE, mine, reversed(judged), 0.3, seed=4)


def test_asking_again_adds_only_what_is_missing() -> None:
    mine = [row for row in work(40, 2) if row.coder == "ana"]
    judged = [row.passage_id for row in mine]
    first = repeats(SAMPLE, mine, judged[:10], 0.3, seed=4)
    assert repeats(SAMPLE, [*mine, *first], judged[:10], 0.3, seed=4) == []
    more = repeats(SAMPLE, [*mine, *first], judged[:20], 0.3, seed=4)
    assert len(more) == 3
    assert not {row.passage_id for row in more} & {row.passage_id for row in first}
    assert min(row.position for row in more) == max(row.position for row in first) + 1


def test_what_was_not_asked_for_or_not_judged_is_not_repeated() -> None:
    mine = [row for row in work(10, 2) if row.coder == "ana"]
    assert repeats(SAMPLE, mine, [PassageId("elsewhere")], 1.0, seed=0) == []
    assert repeats(SAMPLE, mine, [], 1.0, seed=0) == []
    assert repeats(SAMPLE, [], [PassageId("p001")], 1.0, seed=0) == []
    judged = [row.passage_id for row in mine[:4]]
    assert {row.passage_id for row in repeats(SAMPLE, mine, judged, 1.0, seed=0)} == set(judged)
