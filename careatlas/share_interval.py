"""An interval for a share that holds near 0 and 1, for any estimate that knows how much it is worth."""

from __future__ import annotations

import math


def share_interval(share: float, effective_n: float, quantile: float) -> tuple[float, float]:
    """Return the Wilson score interval of a share.

    Parameters
    ----------
    share : float
        In [0, 1].
    effective_n : float
        The number of independent draws that would give an estimate of the same variance; may be infinite.
    quantile : float
        Of the normal or of Student's distribution, such as 1.96.

    Notes
    -----
    Wilson (1927), JASA 22, 209-212, with an effective number of draws in place of the number, as for complex surveys
    (Korn & Graubard 1998, Survey Methodology 24, 193-201; compared with others by Franco, Little, Louis & Slud 2019,
    Journal of Survey Statistics and Methodology 7, 334-364).
    """
    if math.isinf(effective_n):
        return share, share
    square = quantile * quantile
    centre = (share + square / (2 * effective_n)) / (1 + square / effective_n)
    spread = share * (1 - share) / effective_n + square / (4 * effective_n * effective_n)
    half = quantile / (1 + square / effective_n) * math.sqrt(spread)
    # The ends are exact where the share is 0 or 1; rounding must not leave the unit interval.
    low = 0.0 if share <= 0 else max(0.0, centre - half)
    return low, 1.0 if share >= 1 else min(1.0, centre + half)
