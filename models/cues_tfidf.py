"""The tier that needs no weights and no labels: the codebook's cues beside a linear model of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from careatlas.codebook_shelf import plain_codebook
from careatlas.errors import UsageError
from careatlas.identifiers import ModelId, sha256_of
from models.classifier import ModelInfo, PassageText, Prediction
from models.cues import CueCounter
from models.seed_examples import seed_examples

NAME = "cues-tfidf"
_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class CuesTfidfConfig:
    """Settings of the tier; they are part of the model's identity.

    ``cue_weight`` is the weight of one cue beside a TF-IDF row of length 1; ``regularisation`` is scikit-learn's ``C``.
    """

    cue_weight: float = 0.5
    regularisation: float = 1.0
    cut_off: float = 0.4


def model_info(codebook: Codebook, config: CuesTfidfConfig | None = None) -> ModelInfo:
    """Return which model a codebook makes, without making it: its identity is that of its inputs."""
    config = config or CuesTfidfConfig()
    parts = [NAME, _VERSION, plain_codebook(codebook), codebook.background, msgspec.to_builtins(config)]
    digest = sha256_of(msgspec.json.encode(parts, order="deterministic"))
    card = {
        "tier": NAME,
        "made_from": "the texts of the codebook alone: definitions, notes, cues and examples written for it",
        "human_labels": 0,
        "calibrated": False,
        "note": "Probabilities are for ranking only. Nobody has checked these suggestions.",
        "cut_off": config.cut_off,
        "config": msgspec.to_builtins(config),
    }
    return ModelInfo(
        model_id=ModelId(f"{NAME}-{digest[:12]}"),
        codebook_id=codebook.id,
        codebook_version=codebook.version,
        card=card,
    )


class CuesTfidfClassifier:
    """TF-IDF of words and word pairs and the number of cues of each code, in one logistic regression per code.

    A further regression for "no code applies" is trained on the background passages. Training takes well under a
    second, so that the model is made anew from its codebook instead of being stored.

    Parameters
    ----------
    codebook : Codebook
        What to score against. It needs example passages.
    config : CuesTfidfConfig, optional
        Settings.

    Raises
    ------
    UsageError
        If the codebook has no background passages, or a code without any text.
    """

    def __init__(self, codebook: Codebook, config: CuesTfidfConfig | None = None) -> None:
        self.config = config or CuesTfidfConfig()
        self.info = model_info(codebook, self.config)
        self.codes = tuple(code.id for code in codebook.codes)
        self.cut_offs = np.full(len(self.codes), self.config.cut_off)
        self._cues = CueCounter(codebook)
        self._fit(codebook)

    def predict(self, passages: Sequence[PassageText]) -> Prediction:
        """Score passages by their own words; this tier does not read headings."""
        if not passages:
            empty = np.zeros((0, len(self.codes)))
            return Prediction(probabilities=empty, none_probability=np.zeros(0), accepted=empty.astype(bool))
        features = self._features([passage.text for passage in passages])
        scores = 1.0 / (1.0 + np.exp(-(features @ self._weights.T + self._offsets)))
        probabilities: NDArray[np.float64] = scores[:, :-1]
        return Prediction(
            probabilities=probabilities, none_probability=scores[:, -1], accepted=probabilities >= self.cut_offs
        )

    def _fit(self, codebook: Codebook) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        if not codebook.background:
            raise UsageError(
                f"codebook {codebook.id} has no background passages, so that nothing tells what carries no code",
                mend="add example passages without any code under 'background' (docs/codebooks.md)",
            )
        examples = seed_examples(codebook)
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, stop_words="english")
        self._words.fit(examples.texts)
        features = self._features(examples.texts)
        weights, offsets = [], []
        for column in examples.targets.T:
            model = LogisticRegression(C=self.config.regularisation, class_weight="balanced", max_iter=1_000)
            model.fit(features, column)
            weights.append(model.coef_[0])
            offsets.append(float(model.intercept_[0]))
        self._weights = np.array(weights)
        self._offsets = np.array(offsets)

    def _features(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        cues = csr_matrix(self.config.cue_weight * self._cues.counts(texts))
        return hstack([self._words.transform(texts), cues]).tocsr()

