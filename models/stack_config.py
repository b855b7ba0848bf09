"""The settings of the stacked model: part of what its identity is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Context = Literal["text", "headings", "neighbours"]
WORDS_ALONE = ("cues", "words")  # the tiers that need no encoder: they have a readout of their own
READS: tuple[Context, ...] = ("text", "headings", "neighbours")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """How the stack is trained and what it reads.

    Attributes
    ----------
    backbone : str
        The setting that names the encoder (``models.backbone.find_backbone``); empty for none.
    precision : {"int8", "fp32"}
        Of the encoder.
    context : {"text", "headings", "neighbours"}
        What is read: the passage's own words, its headings before them, or the neighbouring passages round them.
    mask : bool
        Whether place names, organisations and years are replaced before reading.
    mask_names : tuple of str
        Names of places beside those told by their form (``... Council``); those of the project's areas.
    seed_weight : float
        Weight of one written example beside one labelled passage. Without any label it makes no difference.
    word_ridge, embedding_ridge : float
        Of the two heads. TF-IDF rows and embeddings have length 1.
    folds, seed : int
        Of the out-of-fold scores from which the tiers' weights, the calibration and the thresholds are learned.
    """

    backbone: str = "minilm"
    precision: str = "int8"
    context: Context = "text"
    mask: bool = False
    mask_names: tuple[str, ...] = ()
    seed_weight: float = 0.6
    word_ridge: float = 0.1
    embedding_ridge: float = 0.2
    folds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask_names", tuple(self.mask_names))  # JSON has lists
