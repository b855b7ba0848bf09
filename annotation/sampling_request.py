"""From what stands on the command line to an order for a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from annotation.sampling_design import DEFAULT_SHARES, Part, SamplingOrder, StratumKey
from careatlas.errors import UsageError

NO_STRATA = "none"
DOUBLE = 0.2  # where there are two coders and nothing else is said


def sampling_order(
    *,
    name: str,
    size: int,
    coders: str,
    shares: Mapping[str, float | None],
    strata: str,
    blind: float,
    double: float | None,
    areas: Iterable[str],
    doc_types: Iterable[str],
    seed: int,
    exclude_judged: bool,
) -> SamplingOrder:
    """Return the order, with defaults where nothing was said.

    Parameters
    ----------
    coders, strata : str
        Names with commas between. No strata: all that are known; ``none``: no strata.
    shares : Mapping of str to float or None
        By part. Where any is given, those that are not are 0.
    double : float or None
        ``None``: a fifth, and 0 with one coder.

    Raises
    ------
    UsageError
        If it asks for something that cannot be.
    """
    people = tuple(coder.strip() for coder in coders.split(","))
    given = {Part(part): share for part, share in shares.items() if share is not None}
    return SamplingOrder(
        name=name,
        size=size,
        coders=people,
        shares=given or DEFAULT_SHARES,
        strata=_strata(strata),
        blind=blind,
        double=(DOUBLE if len(people) > 1 else 0.0) if double is None else double,
        areas=tuple(areas),
        doc_types=tuple(doc_types),
        seed=seed,
        exclude_judged=exclude_judged,
    )


def _strata(text: str) -> tuple[StratumKey, ...] | None:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == [NO_STRATA]:
        return ()
    known = [key.value for key in StratumKey]
    for name in names:
        if name not in known:
            raise UsageError(f"there are no strata by {name!r}", mend=f"{', '.join(known)}, or {NO_STRATA}")
    return tuple(key for key in StratumKey if key.value in names) or None
