"""Who reads which passage of a sample, in what order, with or without a suggestion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from careatlas.identifiers import PassageId, SampleId, task_key
from careatlas.sample import Assignment

_WORK, _REPEATS = 100, 101  # streams of random numbers, beside those of the design's parts


def assigned(
    sample_id: SampleId,
    passages: Sequence[PassageId],
    coders: Sequence[str],
    *,
    blind: float,
    double: float,
    seed: int,
) -> list[Assignment]:
    """Return the readings of a sample, each coder's in the order of work.

    All is by chance and blind to what the passages say: which are read without a suggestion (then by nobody with one),
    which by two coders, by whom, and one random order for all coders. Whatever has been read when work stops early is
    therefore a random part of the sample, and a passage for two coders comes to both at about the same time.

    Shares are met to the nearest passage, the blind share alike among those read once and those read twice. Coders'
    numbers of readings, of blind readings, and of passages shared with each other coder are as equal as can be.

    Parameters
    ----------
    passages : sequence of PassageId, length n
    coders : sequence of str
        With one, ``double`` has to be 0.
    blind, double : float
        Shares of the passages, from 0 to 1.
    """
    generator = np.random.default_rng([seed, _WORK])
    turn = [coders[at] for at in generator.permutation(len(coders))]  # who gets one more where numbers do not divide
    mixed = generator.permutation(len(passages)).tolist()
    twice, once = mixed[: round(double * len(mixed))], mixed[round(double * len(mixed)) :]
    without = round(blind * len(mixed))
    without_twice = round(without * len(twice) / len(mixed)) if mixed else 0
    without_once = without - without_twice
    unseen = {*twice[:without_twice], *once[:without_once]}
    # Those read once level what pairs leave uneven: first among the blind, then in all.
    readers = _readers([twice[:without_twice], once[:without_once], twice[without_twice:], once[without_once:]], turn)
    done: Counter[str] = Counter()
    rows = []
    for at in generator.permutation(len(mixed)).tolist():
        for coder in readers[at]:
            rows.append(_reading(sample_id, passages[at], coder, blind=at in unseen, repeat=0, position=done[coder]))
            done[coder] += 1
    return sorted(rows, key=lambda row: (coders.index(row.coder), row.position))


def repeats(
    sample_id: SampleId, asked: Iterable[Assignment], judged: Iterable[PassageId], share: float, seed: int
) -> list[Assignment]:
    """Return second readings of one coder, blind and after all else, of a random share of what the coder judged.

    Parameters
    ----------
    asked : iterable of Assignment
        What this coder was asked for so far. Passages that were repeated already count towards the share, so that
        asking again adds only what is missing.
    judged : iterable of PassageId
        The passages of the sample that the coder judged.
    share : float
        Of these, from 0 to 1.
    """
    known = list(asked)
    coders = {row.coder for row in known}
    assert len(coders) <= 1  # noqa: S101
    again = {row.passage_id for row in known if row.repeat}
    open_to = sorted({row.passage_id for row in known} & set(judged))
    wanted = round(share * len(open_to)) - len(again & set(open_to))
    fresh = [name for name in open_to if name not in again]
    if wanted <= 0:
        return []
    (coder,) = coders
    generator = np.random.default_rng([seed, _REPEATS, len(again), *coder.encode()])
    start = 1 + max(row.position for row in known)
    return [
        _reading(sample_id, fresh[at], coder, blind=True, repeat=1, position=start + number)
        for number, at in enumerate(generator.permutation(len(fresh))[:wanted].tolist())
    ]


def _reading(
    sample_id: SampleId, passage: PassageId, coder: str, *, blind: bool, repeat: int, position: int
) -> Assignment:
    return Assignment(
        task_key=task_key(sample_id, passage, coder, repeat),
        sample_id=sample_id,
        passage_id=passage,
        coder=coder,
        blind=blind,
        repeat=repeat,
        position=position,
    )


def _readers(groups: Sequence[Sequence[int]], turn: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Give each passage to the pair (in the first and third group) or the coder with the least to do so far."""
    load: Counter[str] = Counter()
    shared: Counter[tuple[str, ...]] = Counter()
    readers: dict[int, tuple[str, ...]] = {}
    choices: Sequence[Sequence[tuple[str, ...]]] = (list(combinations(turn, 2)), [(coder,) for coder in turn])
    for number, places in enumerate(groups):
        for at in places:
            chosen = min(
                choices[number % 2], key=lambda who: (shared[who] if len(who) > 1 else 0, sum(load[one] for one in who))
            )
            shared[chosen] += 1
            load.update(chosen)
            readers[at] = chosen
    return readers
