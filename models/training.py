"""``careatlas train`` without the command: from examples to a finished model folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from careatlas.errors import MissingDependencyError
from careatlas.identifiers import ModelId
from careatlas.progress import NoProgress, Progress
from models.backbone import find_backbone
from models.encoder import Encoder
from models.exemplars import Exemplars, exemplar_texts
from models.fine_tuned_tier import fine_tuned_inputs
from models.fine_tuning_config import FineTuningConfig
from models.model_cache import model_cache
from models.model_folder import FINE_TUNED, save_stack
from models.reading_form import example_forms
from models.seed_passages import seed_digest
from models.stack import Inputs
from models.stack_config import StackConfig
from models.stack_training import TrainedStack, train_stack, training_folds
from models.text_embeddings import text_embeddings
from models.training_data import TrainingData


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Training:
    """A finished training, not yet in a folder."""

    trained: TrainedStack
    data: TrainingData
    encoder_key: str
    notes: tuple[str, ...]
    fine_tuned: Path | None = None

    def save(self, codebook: Codebook, folder: Path, *, made_at: str = "") -> ModelId:
        """Write the model into a folder that is there, and return its identity."""
        if self.fine_tuned is not None:
            shutil.copytree(self.fine_tuned, folder / FINE_TUNED)
        return save_stack(
            self.trained, codebook, folder, encoder_key=self.encoder_key, facts=self._facts(codebook, made_at)
        )

    def _facts(self, codebook: Codebook, made_at: str) -> dict[str, Any]:
        real = sum(count for origin, count in self.data.counts.items() if origin in {"file", "judgement"})
        return {
            "made_at": made_at or datetime.now(UTC).isoformat(timespec="seconds"),
            "careatlas": version("careatlas"),
            "made_from": self.data.counts,
            "human_labels": real,
            "data_digest": self.data.examples.digest(),
            "seed_digest": seed_digest(codebook),
            "notes": list(self.notes),
        }


def train(
    data: TrainingData,
    codebook: Codebook,
    config: StackConfig,
    *,
    progress: Progress | None = None,
    threads: int = 2,
    fine_tune: bool = False,
) -> Training:
    """Train a stack on examples.

    Without the encoder the lower tiers are trained alone, and a note says so.

    Parameters
    ----------
    threads : int
        Of the encoder.
    fine_tune : bool
        Whether a transformer is fine-tuned as a further tier. Finished folds are kept in the model cache, so that a
        run that was stopped goes on from there.

    Raises
    ------
    MissingDependencyError
        If fine-tuning is asked for and torch is not installed.
    InputError
        If the labels hold nothing to learn from, or the encoder's files are not the registered ones.
    StageError
        If the labels come from too few separate areas or documents.
    """
    progress = progress or NoProgress()
    notes = list(data.notes)
    folds = training_folds(data.examples, config)
    texts = example_forms(data.examples, config)
    encoder = _encoder(config, threads, notes)
    exemplars, embeddings = None, None
    if encoder is not None:
        known, owners = exemplar_texts(codebook)
        exemplars = Exemplars(text_embeddings(encoder, known), owners)
        embeddings = _embeddings(encoder, texts, data, progress)
    inputs = Inputs(texts=texts, embeddings=embeddings)
    tuned = None
    if fine_tune:
        work = model_cache() / "fine_tuning"
        tuned = work / data.examples.digest()[:16]
        settings = FineTuningConfig(backbone=config.backbone, seed_weight=config.seed_weight)
        inputs = fine_tuned_inputs(inputs, data.examples, folds, tuned, settings, work=work, progress=progress)
    trained = train_stack(data.examples, inputs, codebook, exemplars, config, progress, folds=folds)
    notes += [trained.folds.warning] if trained.folds.warning else []
    key = encoder.key if encoder else ""
    return Training(trained=trained, data=data, encoder_key=key, notes=tuple(notes), fine_tuned=tuned)


def _embeddings(encoder: Encoder, texts: list[str], data: TrainingData, progress: Progress) -> NDArray[np.float32]:
    # Apart, so that the written examples are found in the cache, whatever was labelled meanwhile.
    labelled = int(data.examples.labelled().sum())
    parts = [part for part in (texts[:labelled], texts[labelled:]) if part]
    return np.concatenate([text_embeddings(encoder, part, progress=progress) for part in parts])


def _encoder(config: StackConfig, threads: int, notes: list[str]) -> Encoder | None:
    if not config.backbone:
        notes.append("trained without an encoder: words and cues alone")
        return None
    try:
        return Encoder(find_backbone(config.backbone), config.precision, threads=threads)
    except MissingDependencyError as error:
        notes.append(f"trained on words and cues alone: {error}")
        return None
