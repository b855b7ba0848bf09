"""What is kept of a drawing: every figure with which it can be repeated and checked."""

from __future__ import annotations

import numpy as np

from annotation.sampling_design import FLOOR, Part, SamplingOrder, UnionSample
from annotation.sampling_frame import SamplingFrame
from annotation.sampling_strata import Strata


def design_record(
    order: SamplingOrder, frame: SamplingFrame, strata: Strata, union: UnionSample, vectors: str
) -> dict[str, object]:
    """Return the design of a sample as plain data.

    Parameters
    ----------
    vectors : str
        What the texts were compared by; empty where they were not.
    """
    details: dict[Part, dict[str, object]] = {
        Part.RANDOM: {"strata": [key.value for key in strata.keys], "score_edges": list(strata.edges)},
        Part.UNCERTAINTY: {"size_measure": "sum of the codes' binary entropies", "floor": FLOOR},
        Part.DIVERSITY: {"vectors": vectors},
    }
    return {
        "size": order.size,
        "expected": float(union.chances.sum()),
        "drawn": int(union.drawn.sum()),
        "smallest_chance": float(union.chances.min()),
        "largest_chance": float(union.chances.max()),
        "effective": _effective(union),
        "parts": [
            {
                "part": one.part.value,
                "share": one.share,
                "expected": one.expected,
                "drawn": int(one.drawn.sum()),
                **details[one.part],
            }
            for one in union.parts
        ],
        "strata": _stratum_table(strata, union),
        "frame": {
            "areas": list(order.areas),
            "doc_types": list(order.doc_types),
            "documents": frame.documents,
            "exclude_judged": order.exclude_judged,
            "judged_left_out": frame.judged,
            "unscored_left_out": frame.unscored,
        },
        "coders": list(order.coders),
        "blind": order.blind,
        "double": order.double,
    }


def _stratum_table(strata: Strata, union: UnionSample) -> list[dict[str, object]]:
    count = len(strata.values)
    population = np.bincount(strata.numbers, minlength=count)
    expected = np.bincount(strata.numbers, union.chances, minlength=count)
    drawn = np.bincount(strata.numbers, union.drawn, minlength=count)
    return [
        {
            **{key.value: value for key, value in zip(strata.keys, values, strict=True)},
            "population": int(population[at]),
            "expected": float(expected[at]),
            "drawn": int(drawn[at]),
        }
        for at, values in enumerate(strata.values)
    ]


def _effective(union: UnionSample) -> float:
    """Return how many passages drawn alike weigh as much as those drawn (Kish 1965, section 11.2C)."""
    weights = 1.0 / union.chances[union.drawn]
    return float(weights.sum() ** 2 / (weights @ weights)) if weights.size else 0.0
