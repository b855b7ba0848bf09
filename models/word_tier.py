"""The tier of words: TF-IDF of words and word pairs under a joint linear head. It needs no weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.joint_head import JointHead
from models.label_matrix import Floats, Targets

_LEAST_DOCUMENTS = 2  # a word that stands in one text alone says nothing of another


class WordTier:
    """TF-IDF and a :class:`models.joint_head.JointHead`.

    Parameters
    ----------
    ridge : float
        Of the head; a TF-IDF row has length 1.
    """

    def __init__(self, ridge: float = 0.1) -> None:
        self.head = JointHead(ridge=ridge, warm_start=True)
        self.terms: tuple[str, ...] = ()
        self._words: Any = None

    def fit(self, texts: Sequence[str], targets: Targets, weights: Floats) -> WordTier:
        """Learn the vocabulary and the head; targets of shape (n, columns) with -1 for unknown.

        Raises
        ------
        ValueError
            If no word stands in two texts.
        """
        self._words = _vectoriser().fit(texts)
        self.terms = tuple(self._words.get_feature_names_out())
        self.head = JointHead(ridge=self.head.ridge, warm_start=True)
        self.head.fit(self._words.transform(texts), targets, weights)
        return self

    def refit(self, texts: Sequence[str], targets: Targets, weights: Floats) -> WordTier:
        """Learn the head once more from where it was, with the vocabulary as it is."""
        self.head.fit(self._words.transform(texts), targets, weights)
        return self

    def logits(self, texts: Sequence[str]) -> Floats:
        """Return the head's logits, shape (n, columns)."""
        return self.head.decision_function(self._words.transform(texts))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return what was learned, without the terms."""
        return {
            # Half precision: an error of 0.05 % per weight, a third of the file.
            "idf": self._words.idf_.astype(np.float16),
            "coef": self.head.coef_.astype(np.float16),
            "intercept": self.head.intercept_,
        }

    @classmethod
    def from_arrays(cls, terms: Sequence[str], arrays: Mapping[str, NDArray[Any]], *, ridge: float) -> WordTier:
        """Make the tier from its terms and arrays."""
        tier = cls(ridge)
        tier.terms = tuple(terms)
        tier._words = _vectoriser(tier.terms)
        tier._words.idf_ = np.asarray(arrays["idf"], dtype=np.float64)
        tier.head.restore(arrays["coef"], arrays["intercept"])
        return tier


def _vectoriser(terms: Sequence[str] | None = None) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # No stop words are left out: "will", "should" and "has been" tell a plan from a wish and from what is there.
    return TfidfVectorizer(
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=1 if terms else _LEAST_DOCUMENTS,
        vocabulary=None if terms is None else {term: index for index, term in enumerate(terms)},
    )
