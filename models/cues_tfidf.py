"""The tier that needs no weights and no labels: the codebook's cues beside a linear model of its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.codebook import Codebook
from careatlas.errors import UsageError
from models.classifier import PassageText, Prediction
from models.cues import CueCounter
from models.cues_tfidf_identity import CuesTfidfConfig, model_info
from models.label_matrix import ABSENT, PRESENT
from models.seed_examples import seed_examples


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
        for column in (*(examples.targets == PRESENT).T, examples.initiative() == ABSENT):
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
