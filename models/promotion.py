"""Which model an alias may be moved to: one that is not worse than the present one, by a paired test.

Method and limits: ``docs/methods/models.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from careatlas.codebook import Codebook
from careatlas.errors import InputError, UsageError
from models.comparison import Comparison
from models.model_aliases import PRODUCTION, check_alias
from models.model_codebook import check_codebook
from models.registry import ModelEntry, ModelRegistry

MARGIN = 0.02  # of micro average precision that a new model may be worse by: less than relabelling moves it

Compare = Callable[[ModelEntry, ModelEntry], Comparison]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Whether an alias was moved, or may be, and why.

    Attributes
    ----------
    instead_of : str
        The model that the alias stood for; empty for none.
    comparison : Comparison or None
        ``None`` where there was nothing to compare with.
    """

    model_id: str
    alias: str
    allowed: bool
    forced: bool
    reason: str
    instead_of: str = ""
    comparison: Comparison | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "model_id": self.model_id,
            "alias": self.alias,
            "promoted": self.allowed or self.forced,
            "forced": self.forced,
            "reason": self.reason,
            "instead_of": self.instead_of,
            "comparison": None if self.comparison is None else self.comparison.as_dict(),
        }


def judged(comparison: Comparison) -> tuple[bool, str]:
    """Tell whether the second model may take the place of the first, and why or why not.

    It may if the lower end of the 95 % interval of its difference in micro average precision lies above -0.02: a test
    of non-inferiority, so that equal models pass and too few documents do not.
    """
    found = comparison.primary.difference.interval
    on = f"on {comparison.passages:,} passages from {comparison.documents:,} areas or documents"
    if found.value is None or found.low is None or found.high is None:
        return False, f"it cannot be told {on}: there is no interval of the difference"
    said = f"difference in micro average precision {found.value:z.3f} ({found.low:z.3f} to {found.high:z.3f}) {on}"
    if found.low > -MARGIN:
        return True, f"not worse than {comparison.first}: {said}"
    return False, f"not shown to be as good as {comparison.first}, to within {MARGIN:g}: {said}"


def promoted(
    registry: ModelRegistry,
    entry: ModelEntry,
    alias: str,
    codebook: Codebook,
    compare: Compare,
    *,
    by: str,
    force: bool = False,
    why: str = "",
) -> Promotion:
    """Move an alias to a model if it may be moved: if it is not worse than the model in use (:func:`judged`).

    While no model is called production, the shipped one is in use.

    Parameters
    ----------
    registry : ModelRegistry
    entry : ModelEntry
        The candidate.
    alias : str
    codebook : Codebook
        The one in use. A model for another version is refused, forced or not: nothing could score with it.
    compare : callable
        From the present model and the candidate to their comparison.
    by, why : str
        Who wants it; why, which ``force`` needs.
    force : bool
        Whether to move it although the test says no.

    Raises
    ------
    UsageError
        If the candidate is for another codebook, the name cannot be an alias, or force comes without a reason.
    InputError
        If a file of it was changed.
    StageError
        If another process moved the alias meanwhile.
    StoreError
        If the registry cannot be written.
    """
    if force and not why.strip():
        raise UsageError("--force needs a reason, which is kept", mend="--why TEXT")
    check_alias(alias)
    registry.opened(entry)
    _check_codebook(entry, codebook)
    now = registry.aliases.current().get(alias)
    present = "" if now is None else str(now.model_id)
    allowed, reason, comparison = _decided(registry, entry, alias, codebook, compare, present)
    found = Promotion(
        model_id=entry.model_id,
        alias=alias,
        allowed=allowed,
        forced=force and not allowed,
        reason=reason,
        instead_of=present,
        comparison=comparison,
    )
    if (allowed or force) and present != entry.model_id:
        facts = {"forced": found.forced, "reason": reason}
        registry.promote(entry, alias, by=by, why=why or reason, instead_of=present, **facts)
    return found


def _decided(
    registry: ModelRegistry, entry: ModelEntry, alias: str, codebook: Codebook, compare: Compare, present: str
) -> tuple[bool, str, Comparison | None]:
    try:
        rival = registry.find(present) if present else _shipped(registry, alias, codebook)
        if rival is None:
            return True, f"no model was called {alias}: there was nothing to compare with", None
        registry.opened(rival)
    except (UsageError, InputError) as error:
        # Without an alias the shipped model is in use, and a shipped one that cannot be opened is not.
        return not present, f"the present model cannot be opened, and nothing compared with it: {error.what}", None
    if rival.model_id == entry.model_id:
        return True, "it is the one in use", None
    if rival.codebook != (codebook.id, codebook.version):
        return True, f"the present model is for {' '.join(rival.codebook)}, and can score nothing here", None
    try:
        comparison = compare(rival, entry)
    except UsageError as error:
        return False, f"it cannot be told whether it is better: {error.what} ({error.mend})", None
    return *judged(comparison), comparison


def _shipped(registry: ModelRegistry, alias: str, codebook: Codebook) -> ModelEntry | None:
    """Return the shipped model, which is in use while no model is called production; ``None`` if none ships."""
    there = [one for one in registry.listed() if one.shipped and one.codebook == (codebook.id, codebook.version)]
    return there[0] if alias == PRODUCTION and there else None


def _check_codebook(entry: ModelEntry, codebook: Codebook) -> None:
    try:
        check_codebook(entry.meta["codebook"], codebook, where=str(entry.folder))
    except InputError as error:
        raise UsageError(error.what, where=error.where, mend=error.mend) from error
