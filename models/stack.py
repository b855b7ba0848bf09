"""The stacked model: cues, exemplars, words, embeddings and a fine-tuned transformer under one small combiner.

Tiers are added, never replaced: what each of them says goes into the combiner, which has one set of weights per set
of tiers, so that a model trained with an encoder still answers where the encoder is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from models.combiner import Combiner
from models.cues import CueCounter
from models.exemplars import Exemplars
from models.joint_head import JointHead
from models.label_matrix import PRESENT, Floats, Targets, any_code
from models.neighbours import Neighbours
from models.stack_config import StackConfig
from models.tier_scores import TierScores, initiative_features, pair_features
from models.word_tier import WordTier


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inputs:
    """What the tiers read of n passages.

    Attributes
    ----------
    texts : list of str
        In the form that the model reads (``models.reading_form``).
    embeddings : array of shape (n, dim) or None
        Without an encoder there are none, and the tiers that need them are left out.
    fine_tuned : array of shape (n, codes + 1) or None
        Logits of a fine-tuned transformer that has not seen these passages in training.
    """

    texts: list[str]
    embeddings: NDArray[np.float32] | None = None
    fine_tuned: Floats | None = None

    def rows(self, indices: NDArray[np.intp]) -> Inputs:
        """Return the inputs of these passages."""
        return Inputs(
            texts=[self.texts[index] for index in indices],
            embeddings=None if self.embeddings is None else self.embeddings[indices],
            fine_tuned=None if self.fine_tuned is None else self.fine_tuned[indices],
        )


class Tiers:
    """The tiers of one stack, without the combiner.

    Parameters
    ----------
    codebook : Codebook
        Its cues are a tier of their own.
    exemplars : Exemplars or None
        The codebook's embedded texts; ``None`` without an encoder.
    config : StackConfig
        The ridges of the heads.
    """

    def __init__(self, codebook: Codebook, exemplars: Exemplars | None, config: StackConfig) -> None:
        self.cues = CueCounter(codebook)
        self.exemplars = exemplars
        self.words = WordTier(config.word_ridge)
        self.embedding = JointHead(ridge=config.embedding_ridge, offsets=1, warm_start=True)
        self.neighbours: Neighbours | None = None

    def fit(
        self, inputs: Inputs, targets: Targets, weights: Floats, *, again: bool = False, neighbours: bool = False
    ) -> Tiers:
        """Learn the heads of the word and embedding tiers.

        Parameters
        ----------
        targets : array of int8, shape (n, codes)
        weights : array of shape (n,)
        again : bool
            Keep the vocabulary and start from the heads as they are.
        neighbours : bool
            Whether the passages become neighbours of later ones. Written examples alone make poor neighbours.
        """
        columns = np.column_stack([targets, any_code(targets)])
        learn = self.words.refit if again else self.words.fit
        learn(inputs.texts, columns, weights)
        if self.exemplars is not None and inputs.embeddings is not None:
            self.embedding.fit(self._with_offsets(inputs.embeddings), columns, weights)
            if neighbours:
                self.neighbours = Neighbours(inputs.embeddings, columns, weights)
        return self

    def scores(self, inputs: Inputs) -> TierScores:
        """Return what each tier says."""
        alone = TierScores(
            cues=self.cues.counts(inputs.texts), words=self.words.logits(inputs.texts), fine_tuned=inputs.fine_tuned
        )
        vectors = inputs.embeddings
        if self.exemplars is None or vectors is None:
            return alone
        return replace(
            alone,
            embedding=self.embedding.decision_function(self._with_offsets(vectors)),
            exemplars=self.exemplars.similarity(vectors),
            exemplars_weight=1.0 if self.exemplars.say_more else 0.3,
            neighbours=self.neighbours.logits(vectors) if self.neighbours else None,
        )

    def _with_offsets(self, embeddings: NDArray[np.float32] | None) -> Floats:
        assert self.exemplars is not None and embeddings is not None  # noqa: PT018, S101
        near = self.exemplars.definition_similarity(embeddings)
        # Of all codes alike: 0.2 and 0.1 are what such similarities have as mean and spread on any policy text.
        offsets = (near - 0.2) / 0.1
        return np.column_stack([embeddings, offsets, offsets.max(axis=1)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Combination:
    """The combiners of one set of tiers: one for codes, one for "is an initiative"."""

    codes: Combiner
    initiative: Combiner

    def logits(self, scores: TierScores) -> tuple[Floats, Floats]:
        """Return the logits of codes, shape (n, codes), and of "is an initiative", shape (n,)."""
        codes = self.codes.logits(pair_features(scores))
        return codes, self.initiative.logits(initiative_features(scores, codes))[:, 0]


def combination(scores: TierScores, targets: Targets, *, learn_weights: bool) -> Combination:
    """Learn the combiners on out-of-fold scores.

    Parameters
    ----------
    scores : TierScores of n passages
    targets : array of int8, shape (n, codes)
    learn_weights : bool
        See :meth:`models.combiner.Combiner.fit`.

    Raises
    ------
    ValueError
        If no code is present anywhere, or none is absent.
    """
    pairs = pair_features(scores)
    codes = Combiner().fit(pairs, targets, learn_weights=learn_weights)
    passages = initiative_features(scores, codes.logits(pairs))
    initiative = Combiner().fit(passages, any_code(targets)[:, None], learn_weights=learn_weights)
    return Combination(codes=codes, initiative=initiative)


def has_both(targets: Targets) -> bool:
    """Tell whether there is something present and something absent to learn from."""
    return bool((targets == PRESENT).any() and (any_code(targets) == 0).any())
