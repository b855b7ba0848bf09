"""Fine-tuning: a backbone and a head learn the codes of passages together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError, StageError
from careatlas.progress import NoProgress, Progress
from models.backbone import find_backbone
from models.examples import Examples
from models.fine_tuning_batches import Indices, epoch_batches
from models.fine_tuning_config import FineTuningConfig
from models.fine_tuning_folder import save_fine_tuned
from models.fine_tuning_network import Network
from models.label_matrix import ABSENT, PRESENT, Floats, Targets, any_code

_BETAS, _EPSILON = (0.9, 0.999), 1e-8


class TextStates:
    """What the frozen layers say of texts, kept while several models are trained on top of them.

    Memory: two bytes for each token and each number of its state; 3,000 passages of 90 tokens take 0.2 GB with MiniLM.

    Parameters
    ----------
    texts : sequence of str
        All that are asked for later. They are computed together at the first question: batches that depended on what
        is asked when would round otherwise, and a run that went on after a kill would end a little differently.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = list(dict.fromkeys(texts))
        self._known: dict[str, Any] = {}

    def of(self, network: Network, texts: Sequence[str]) -> list[Any]:
        """Return the states of these texts."""
        if not self._known:
            self._known = dict(zip(self._texts, network.states(self._texts), strict=True))
        return [self._known[text] for text in texts]


def fine_tune(
    examples: Examples,
    folder: Path,
    config: FineTuningConfig | None = None,
    *,
    states: TextStates | None = None,
    key: str = "",
    threads: int = 0,
    progress: Progress | None = None,
) -> list[float]:
    """Fine-tune a backbone on examples, and write it into a folder.

    Parameters
    ----------
    examples : Examples, length n
        Their texts in the form that the model reads. One binary cross-entropy per code and for "any code"; unknown
        cells have no part in it.
    folder : Path
        See ``models.fine_tuning_folder.save_fine_tuned``.
    config : FineTuningConfig, optional
    states : TextStates, optional
        Of one backbone and one setting of frozen layers: what is computed once for several trainings.
    key : str
        Kept among the facts, for whoever asks later whether the model is of these examples and settings.
    threads : int
        Of torch; 0 leaves it as it is. On a machine that others use too, 1 is fastest.
    progress : Progress, optional
        Told of each step, with the loss.

    Returns
    -------
    list of float
        The mean loss of a cell in each epoch.

    Raises
    ------
    MissingDependencyError
        If torch or transformers is not installed, or the backbone is not on this computer.
    InputError
        If no code is present or none is absent, or the backbone is not of a type that is read.
    UsageError
        If the settings do not fit the backbone.
    StageError
        If the loss stops being a number.

    Notes
    -----
    First the linear end of the head is fitted while the encoder stands still, then all that is not frozen learns: a
    head of random numbers would spoil the features that the encoder came with (Kumar et al. 2022, "Fine-tuning can
    distort pretrained features"). AdamW (Loshchilov and Hutter 2019) with linear warm-up and decay. The loss is not
    weighted by class: that destroys calibration.

    The same settings, examples, libraries and number of threads give the same weights on a processor.
    """
    config = config or FineTuningConfig()
    columns = np.column_stack([examples.targets, any_code(examples.targets)])
    _check(columns)
    backbone = find_backbone(config.backbone)
    weights = examples.weights(config.seed_weight)
    network = Network(backbone, columns.shape[1], config)
    with _threads(network.torch, threads), network.torch.random.fork_rng():
        network.torch.manual_seed(config.seed)
        training = _Training(
            network, (states or TextStates(examples.texts)).of(network, examples.texts), columns, weights, config
        )
        losses = training.run(progress or NoProgress())
    facts = {"key": key, "examples": len(examples), "data": examples.digest(), "losses": losses}
    save_fine_tuned(folder, backbone, network.tensors(), [str(code) for code in examples.codes], config, facts)
    return losses


class _Training:
    def __init__(
        self, network: Network, states: list[Any], columns: Targets, weights: Floats, config: FineTuningConfig
    ) -> None:
        self._network, self._torch, self._config = network, network.torch, config
        self._states, self._columns, self._weights = states, columns, weights
        known = (columns >= 0) * weights[:, None]
        self._targets = self._tensor(np.maximum(columns, 0))
        self._known = self._tensor(known)

    def run(self, progress: Progress) -> list[float]:
        """Train all epochs; return the mean loss of each."""
        self._probe()
        epochs = self._epochs()
        steps = sum(len(batches) for batches in epochs)
        progress.start("fine-tuning", steps)
        optimizer = self._torch.optim.AdamW(self._groups(), betas=_BETAS, eps=_EPSILON)
        self._network.train()
        losses, step = [], 0
        for batches in epochs:
            total = weight = 0.0
            for batch in batches:
                self._set_rates(optimizer, step, steps)
                loss, cells = self._step(batch, optimizer)
                step += 1
                total, weight = total + loss * cells, weight + cells
                progress.advance(f"loss {loss:.3f}")
            losses.append(total / weight)
        return losses

    def _probe(self) -> None:
        """Fit the linear end of the head to what the encoder says as it is."""
        from models.joint_head import JointHead

        features = self._network.features(self._states).astype(np.float64)
        scale = float(np.linalg.norm(features, axis=1).mean())
        head = JointHead(ridge=self._config.probe_ridge)
        head.fit(features / scale, self._columns, self._weights)
        self._network.set_linear(head.coef_ / scale, head.intercept_)

    def _epochs(self) -> list[list[Indices]]:
        lengths = np.array([len(state) for state in self._states])
        generator = np.random.default_rng(self._config.seed)
        epochs = range(self._config.num_train_epochs)
        return [epoch_batches(lengths, self._config.batch_tokens, generator) for _ in epochs]

    def _step(self, batch: Indices, optimizer: Any) -> tuple[float, float]:
        """Learn from one batch; return its loss and the weight of its known cells."""
        network, known = self._network, self._known[batch]
        cells = float(known.sum())
        if not cells:
            return 0.0, 0.0
        logits = network.scores([self._states[index] for index in batch])
        each = self._torch.nn.functional.binary_cross_entropy_with_logits(
            logits, self._targets[batch], reduction="none"
        )
        loss = (each * known).sum() / cells
        if not self._torch.isfinite(loss):
            raise StageError("the loss of fine-tuning is not a number any more", mend="lower learning_rate")
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        learning = [value for _, value in network.parameters()]
        self._torch.nn.utils.clip_grad_norm_(learning, self._config.max_grad_norm)
        optimizer.step()
        return float(loss.detach()), cells

    def _groups(self) -> list[dict[str, Any]]:
        config = self._config
        found: dict[tuple[float, float], list[Any]] = {}
        for name, value in self._network.parameters():
            rate = config.head_learning_rate if name.startswith("head.") else config.learning_rate
            decay = config.weight_decay if value.dim() > 1 else 0.0
            found.setdefault((rate, decay), []).append(value)
        return [{"params": group, "peak": rate, "weight_decay": decay} for (rate, decay), group in found.items()]

    def _set_rates(self, optimizer: Any, step: int, steps: int) -> None:
        warm = self._config.warmup_ratio * steps
        pace = min((step + 1) / max(warm, 1.0), (steps - step) / max(steps - warm, 1.0))
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * pace

    def _tensor(self, values: NDArray[Any]) -> Any:
        return self._torch.from_numpy(values.astype(np.float32)).to(self._network.device)


def _check(columns: Targets) -> None:
    codes, anything = columns[:, :-1], columns[:, -1]
    if not (codes == PRESENT).any() or not (anything == ABSENT).any():
        missing = "passage without any code" if (codes == PRESENT).any() else "code that is present"
        raise InputError(
            f"{len(columns):,} examples hold no {missing}: there is nothing to tell apart",
            mend="label passages with and without codes",
        )


@contextmanager
def _threads(torch: Any, threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
