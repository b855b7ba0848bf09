"""The settings of fine-tuning. Where transformers has a name for one, it is that of ``TrainingArguments``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from careatlas.errors import UsageError

ANY_CODE = "any-code"  # the name of the last column: whether the passage carries any code


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuningConfig:
    """How a backbone is fine-tuned; the defaults are those that were measured in docs/methods/fine-tuning.md.

    Attributes
    ----------
    backbone : str
        The setting that names the encoder (``models.backbone.find_backbone``).
    head : {"embedding", "first"}
        What the scores are a linear function of: the pooled vector of the backbone, or the first token through a tanh
        layer as in the sequence classifiers of transformers.
    freeze_layers : int
        The lowest layers that stay as they are, the word table with them; 0 freezes the word table alone, -1 nothing.
        What they say of a text is computed once for all epochs and folds.
    max_length : int
        Tokens of a passage that are read, in training and later.
    batch_tokens : int
        Tokens of a batch with its padding.
    num_train_epochs : int
        Passes over the examples.
    learning_rate, head_learning_rate : float
        Of the encoder and of the head, at the end of the warm-up; from there both fall to nought in a straight line.
    weight_decay : float
        Of matrices alone: biases and normalisations have none.
    warmup_ratio : float
        Share of the steps.
    max_grad_norm : float
        To which the gradient is cut.
    seed_weight : float
        Weight of one written example beside one labelled passage. Without any label it makes no difference.
    probe_ridge : float
        Of the linear model that the head starts from.
    bf16 : bool
        Matrix products in bfloat16: twice as fast on processors that have it, slower on others.
    precision : {"int8", "fp32"}
        With which the fine-tuned model is run.
    seed : int
        Of batches and dropout.
    """

    backbone: str = "minilm"
    head: Literal["embedding", "first"] = "embedding"
    freeze_layers: int = 2
    max_length: int = 128
    batch_tokens: int = 1536
    num_train_epochs: int = 3
    learning_rate: float = 1e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_ratio: float = 0.1
    max_grad_norm: float = 1.0
    seed_weight: float = 0.6
    probe_ridge: float = 0.2
    bf16: bool = False
    precision: str = "int8"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.head not in {"embedding", "first"}:
            raise UsageError(f"there is no head {self.head!r}", mend="embedding or first")
        if self.precision not in {"int8", "fp32"}:
            raise UsageError(f"there is no precision {self.precision!r}", mend="int8 or fp32")
        if self.freeze_layers < -1 or self.num_train_epochs < 1:
            raise UsageError("freeze_layers is -1 or more, num_train_epochs 1 or more")
        if not self.batch_tokens >= self.max_length >= 3:
            raise UsageError("a batch must hold at least one passage of max_length tokens, and that at least three")
        positive = (self.learning_rate, self.head_learning_rate, self.max_grad_norm, self.seed_weight, self.probe_ridge)
        # Written so that what is not a number is refused too.
        if not (all(value > 0 for value in positive) and self.weight_decay >= 0 and 0 <= self.warmup_ratio < 1):
            raise UsageError("rates, weights and norms are above 0, and the warm-up is a share below 1")

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)
