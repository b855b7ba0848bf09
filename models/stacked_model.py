"""A trained stack in use: passages in, calibrated probabilities and verdicts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from careatlas.errors import InputError
from careatlas.identifiers import sha256_of
from careatlas.progress import Progress
from models.backbone import find_backbone
from models.classifier import ModelInfo, PassageText, Prediction
from models.encoder import Encoder
from models.fine_tuned_tier import load_fine_tuned
from models.model_folder import FINE_TUNED, config_of, read_stack
from models.model_identity import stack_info
from models.model_meta import read_meta
from models.reading_form import forms
from models.stack import Inputs


class StackedModel:
    """A model folder, opened.

    Where the encoder that it was trained with is not installed, the model answers from cues and words alone, with the
    combiner that was learned for these, and under another identity.

    Parameters
    ----------
    folder : Path
        The model's folder.
    codebook : Codebook
        The codebook in use; it must be the one that the model was trained with.
    threads : int
        Of the encoder.

    Raises
    ------
    InputError
        If the folder is no sound model, it is for another codebook, or the encoder's files are not the registered ones.
    """

    def __init__(self, folder: Path, codebook: Codebook, *, threads: int = 1) -> None:
        meta = read_meta(folder)
        self.info: ModelInfo = stack_info(meta, codebook, where=str(folder))
        self.config = config_of(meta)
        self.codes = tuple(code.id for code in codebook.codes)
        self.encoder = encoder_of(meta, threads=threads) if self.info.card["encoder_there"] else None
        self._answering = tuple(self.info.card["tiers"])
        self._fine_tuned = (
            load_fine_tuned(folder / FINE_TUNED, self.codes, threads=threads) if FINE_TUNED in self._answering else None
        )
        self._tiers, readouts = read_stack(folder, meta, codebook)
        self._readout = readouts[self._answering]
        self.cut_offs = self._readout.cut_offs

    @property
    def form(self) -> str:
        """Name of the form in which passages are put to the encoder; part of an embedding's cache key."""
        if not self.config.mask:
            return self.config.context
        names = sha256_of("\n".join(self.config.mask_names).encode())[:8]
        return f"{self.config.context}-masked-{names}"

    def forms(self, passages: Sequence[PassageText]) -> list[str]:
        """Return the text that the model reads of each passage."""
        return forms(
            [item.text for item in passages],
            [item.heading_path for item in passages],
            [item.before for item in passages],
            [item.after for item in passages],
            context=self.config.context,
            mask=self.config.mask,
            names=self.config.mask_names,
        )

    def predict(
        self,
        passages: Sequence[PassageText],
        *,
        embeddings: NDArray[np.float32] | None = None,
        progress: Progress | None = None,
    ) -> Prediction:
        """Score passages.

        Parameters
        ----------
        passages : sequence of PassageText
        embeddings : array of shape (passages, dim), optional
            Of :meth:`forms`, where they are known already.
        progress : Progress, optional
            Told of every text that is embedded.
        """
        if not passages:
            nothing = np.zeros((0, len(self.codes)))
            return Prediction(probabilities=nothing, none_probability=np.zeros(0), accepted=nothing.astype(bool))
        texts = self.forms(passages)
        if embeddings is None and self.encoder is not None:
            # Half precision, as the store keeps them and as the model was trained: classify and suggest say the same.
            embeddings = self.encoder.encode(texts, progress).astype(np.float16).astype(np.float32)
        fine_tuned = None
        if self._fine_tuned is not None:
            fine_tuned = np.asarray(self._fine_tuned.logits(texts), dtype=np.float64)
        scores = self._tiers.scores(Inputs(texts=texts, embeddings=embeddings, fine_tuned=fine_tuned))
        probabilities, initiative = self._readout.probabilities(scores.only(self._answering))
        return Prediction(
            probabilities=probabilities,
            none_probability=1.0 - initiative,
            accepted=np.asarray(probabilities >= self.cut_offs),
            verdicts=self._readout.rules.decide(probabilities) if self._readout.rules else None,
        )


def encoder_of(meta: Mapping[str, Any], *, threads: int = 1) -> Encoder:
    """Return the encoder that a model was trained with.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    InputError
        If its files are not those that the model was trained with.
    """
    config = config_of(meta)
    encoder = Encoder(find_backbone(config.backbone), config.precision, threads=threads)
    if encoder.key != meta["encoder"]:
        raise InputError(
            f"the encoder {config.backbone} that is installed is not the one the model was trained with",
            where=f"{meta['encoder']} then, {encoder.key} now",
            mend="train the model again (careatlas train)",
        )
    return encoder
