"""What every tier of classifier offers, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from careatlas.identifiers import Code, CodebookId, ModelId

if TYPE_CHECKING:  # an unchanged run must not pay for importing NumPy
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageText:
    """What a classifier reads of a passage: its words, the headings above it (topmost first), and its neighbours."""

    text: str
    heading_path: tuple[str, ...] = ()
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """Which model it is, and what is known of it.

    Attributes
    ----------
    card : dict
        Plain data for people: what it was made from, whether its probabilities are calibrated, how it was measured.
    """

    model_id: ModelId
    codebook_id: CodebookId
    codebook_version: str
    card: dict[str, Any]


class Classifier(Protocol):
    """A tier of classifier. Later tiers stack on earlier ones; all answer in the same form."""

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""

    @property
    def codes(self) -> tuple[Code, ...]:
        """The codes it scores, in the order of its columns."""

    @property
    def cut_offs(self) -> NDArray[np.float64]:
        """The probability from which each code is accepted, shape (codes,)."""

    def predict(self, passages: Sequence[PassageText]) -> Prediction:
        """Score passages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Scores of passages.

    Attributes
    ----------
    probabilities : array of float, shape (passages, codes)
        Between 0 and 1; calibrated only where the model's card says so.
    none_probability : array of float, shape (passages,)
        That no code applies.
    accepted : array of bool, shape (passages, codes)
        Whether a code reached its cut-off and whatever else the tier demands.
    verdicts : array of int8, shape (passages, codes), or None
        1 accept, 0 ask a person, -1 reject, by thresholds chosen for a stated risk; ``None`` where the model has none.
    """

    probabilities: NDArray[np.float64]
    none_probability: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    verdicts: NDArray[np.int8] | None = None
