"""The tier of the fine-tuned transformer: its scores of passages that it has not seen, and later of any passage."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from careatlas.identifiers import Code, sha256_of
from careatlas.progress import NoProgress, Progress
from models.backbone import find_backbone
from models.encoder import Encoder
from models.examples import Examples
from models.fine_tuning import TextStates, fine_tune
from models.fine_tuning_config import ANY_CODE, FineTuningConfig
from models.fine_tuning_folder import facts_of, labels_of
from models.label_matrix import Floats
from models.splits import GroupedFolds
from models.stack import Inputs

_VERSION = "1"  # goes up whenever the same examples and settings would give another model
_LOGITS = "logits"


def fine_tuned_inputs(
    inputs: Inputs,
    examples: Examples,
    folds: GroupedFolds,
    folder: Path,
    config: FineTuningConfig | None = None,
    *,
    work: Path,
    threads: int = 1,
    progress: Progress | None = None,
) -> Inputs:
    """Train the tier: out-of-fold logits for the stack, and a model of everything in ``folder``.

    Parameters
    ----------
    inputs : Inputs of n passages
        The model reads their texts.
    examples : Examples, length n
    folds : GroupedFolds
        Those that the stack is trained with.
    folder : Path
        Where the model goes that :func:`load_fine_tuned` reads.
    config : FineTuningConfig, optional
    work : Path
        Where finished folds are kept, so that a run that was killed goes on from there.
    threads : int
    progress : Progress, optional

    Returns
    -------
    Inputs
        With ``fine_tuned``; not a number in the rows that are never tested.

    Raises
    ------
    MissingDependencyError, InputError, UsageError, StageError
        As :func:`models.fine_tuning.fine_tune`.
    """
    config = config or FineTuningConfig()
    read = replace(examples, texts=tuple(inputs.texts))
    states = TextStates(read.texts)
    logits = out_of_fold_logits(read, folds, config, work=work, states=states, threads=threads, progress=progress)
    key = training_key(read, config)
    if facts_of(folder).get("key") != key:
        fine_tune(read, folder, config, states=states, key=key, threads=threads, progress=progress)
    return replace(inputs, fine_tuned=logits)


def out_of_fold_logits(
    examples: Examples,
    folds: GroupedFolds,
    config: FineTuningConfig,
    *,
    work: Path,
    states: TextStates | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Floats:
    """Return the logits of passages by models trained on the other folds, shape (n, codes + 1).

    They are computed as at prediction: without torch, in the precision of the settings. A finished fold is kept in
    ``work`` under the digest of all that it depends on, and is not trained again.

    Parameters
    ----------
    examples : Examples, length n
    folds : GroupedFolds
        Rows with fold -1 are always trained with; their logits are not a number.
    config : FineTuningConfig
    work : Path
        A folder that need not exist.
    states : TextStates, optional
        As for :func:`models.fine_tuning.fine_tune`.
    threads : int
    progress : Progress, optional
        Told of the steps of each training.
    """
    states = states or TextStates(examples.texts)
    found = np.full((len(examples), len(examples.codes) + 1), np.nan)
    for train, test in folds.splits():
        fold = _Fold(examples.subset(train), [examples.texts[index] for index in test], config, work)
        found[test] = fold.logits(states, threads, progress or NoProgress())
    return found


def load_fine_tuned(folder: Path, codes: Sequence[Code], *, precision: str = "", threads: int = 1) -> Encoder:
    """Return the encoder of a fine-tuned model, of which ``logits`` gives codes + 1 columns; torch is not needed.

    Parameters
    ----------
    folder : Path
        That :func:`fine_tuned_inputs` wrote.
    codes : sequence of Code
        The codes that its scores must be of, in this order.
    precision : {"int8", "fp32"}
        That of the training if not said: the stack has learned from scores in it.
    threads : int

    Raises
    ------
    InputError
        If the model scores other codes, or the folder holds none.
    """
    labels = labels_of(folder)
    expected = (*map(str, codes), ANY_CODE)
    if labels != expected:
        differing = sorted(set(labels) ^ set(expected))
        raise InputError(
            f"the fine-tuned model scores other codes: {', '.join(differing[:10]) or 'their order differs'}",
            where=str(folder),
            mend="train it again with this codebook",
        )
    settings = facts_of(folder).get("settings", {})
    chosen = precision or str(settings.get("precision", FineTuningConfig().precision))
    return Encoder(find_backbone(str(folder)), chosen, threads=threads)


def training_key(examples: Examples, config: FineTuningConfig) -> str:
    """Return a digest of all that a fine-tuned model depends on but the libraries.

    Unlike the digest of examples, it depends on their order: the batches do.
    """
    rows = [examples.texts, examples.targets.tolist(), examples.weights(config.seed_weight).tolist()]
    parts = [_VERSION, find_backbone(config.backbone).digest, config.as_dict(), examples.codes, rows]
    return sha256_of(json.dumps(parts).encode("ascii"))


class _Fold:
    """One training of several, with its result on disk."""

    def __init__(self, train: Examples, texts: list[str], config: FineTuningConfig, work: Path) -> None:
        self._train, self._texts, self._config = train, texts, config
        self._folder = work / sha256_of(json.dumps([training_key(train, config), texts]).encode("ascii"))[:32]
        self._result = self._folder / f"{_LOGITS}.safetensors"

    def logits(self, states: TextStates, threads: int, progress: Progress) -> NDArray[np.float32]:
        """Return the logits of the held-out texts, from disk if they are there."""
        from safetensors.numpy import load_file, save_file

        if self._result.is_file():
            return load_file(self._result)[_LOGITS]
        model = self._folder / "model"
        if not model.is_dir():  # it appears when it is whole
            fine_tune(self._train, model, self._config, states=states, threads=threads, progress=progress)
        # A cache of its own: nobody needs the graph of a fold's model again.
        encoder = Encoder(find_backbone(str(model)), self._config.precision, threads=threads, cache=self._folder)
        found = encoder.logits(self._texts, progress)
        draft = self._folder / "draft.safetensors"
        save_file({_LOGITS: found}, draft)
        draft.replace(self._result)
        # The scores are all that is needed of it, and it is as large as the backbone.
        shutil.rmtree(model, ignore_errors=True)
        shutil.rmtree(self._folder / "graphs", ignore_errors=True)
        return found
