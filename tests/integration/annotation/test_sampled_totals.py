"""What evaluation makes of a drawn sample: totals of all passages, with intervals that hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from annotation.sampling_design import DEFAULT_SHARES, Population, union_sample
from evaluation.corrected_share import corrected_share
from evaluation.coverage import wilson_interval
from evaluation.labelled_sample import labelled_sample

Z = 4.5  # standard errors


@pytest.mark.parametrize("prevalence", [0.05, 0.2])
def test_totals_from_such_a_sample_are_covered(prevalence: float) -> None:
    """Corrected shares, with no more of the design told than the inclusion probabilities, hold the truth."""
    generator = np.random.default_rng(9)
    count, trials = 1_500, 150
    truth = generator.random(count) < prevalence
    logit = generator.normal(np.where(truth, 0.8, -2.2), 1.2)
    scores = 1 / (1 + np.exp(-logit))
    here = Population(
        strata=np.digitize(scores, np.quantile(scores, [0.5, 0.8, 0.95])),
        uncertainty=-(scores * np.log2(scores) + (1 - scores) * np.log2(1 - scores)),
        neighbours=np.argsort(logit + generator.normal(size=count), kind="stable"),
    )
    covered, errors = 0, []
    for seed in range(trials):
        found = union_sample(here, DEFAULT_SHARES, 150, seed)
        labels = [bool(truth[at]) if found.drawn[at] else None for at in range(count)]
        made = corrected_share(labelled_sample(scores, labels, found.chances.tolist()))
        covered += made.low <= truth.mean() <= made.high
        errors.append(made.estimate - truth.mean())
    assert wilson_interval(covered, trials)[1] > 0.95  # measured over 2,000 samples: see docs/methods/sampling.md
    assert abs(np.mean(errors)) < Z * np.std(errors) / np.sqrt(trials) + 0.01 * prevalence
