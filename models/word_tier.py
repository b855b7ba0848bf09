"""The tier of words: TF-IDF of words and word pairs under a joint linear head. It needs no weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from models.joint_head import JointHead
from models.label_matrix import Floats, Targets

_LEAST_TEXTS = 3  # in which a word or pair must stand: of two, the model is twice as large and no better
_FEW_TEXTS = 500  # of so few, one is enough


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
        self._rows: Any = None  # those of training texts, so that a refit need not count their words again
        self._places: dict[str, int] = {}

    def fit(self, texts: Sequence[str], targets: Targets, weights: Floats) -> WordTier:
        """Learn the vocabulary and the head; targets of shape (n, columns) with -1 for unknown.

        Raises
        ------
        InputError
            If there is no word.
        """
        self._words = _vectoriser(least=_LEAST_TEXTS if len(texts) >= _FEW_TEXTS else 1)
        try:
            self._rows = self._words.fit_transform(texts)
        except ValueError as error:
            raise InputError(
                f"there is no word in the {len(texts):,} texts: there is nothing to learn from",
                mend="label more passages, or train with the written examples too",
            ) from error
        self._places = {text: row for row, text in enumerate(texts)}
        self.terms = tuple(self._words.get_feature_names_out())
        self.head = JointHead(ridge=self.head.ridge, warm_start=True)
        self.head.fit(self._rows, targets, weights)
        return self

    def refit(self, texts: Sequence[str], targets: Targets, weights: Floats) -> WordTier:
        """Learn the head once more from where it was, with the vocabulary as it is."""
        self.head.fit(self._kept_rows(texts), targets, weights)
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

    def _kept_rows(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import vstack

        new = [text for text in dict.fromkeys(texts) if text not in self._places]
        if new:
            rows = self._words.transform(new)
            first = 0 if self._rows is None else self._rows.shape[0]
            self._places |= {text: first + place for place, text in enumerate(new)}
            self._rows = rows if self._rows is None else vstack([self._rows, rows], format="csr")
        return self._rows[[self._places[text] for text in texts]]


def _vectoriser(terms: Sequence[str] | None = None, *, least: int = 1) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    # No stop words are left out: "will", "should" and "has been" tell a plan from a wish and from what is there.
    return TfidfVectorizer(
        ngram_range=(1, 2),
        sublinear_tf=True,
        min_df=least,
        vocabulary=None if terms is None else {term: index for index, term in enumerate(terms)},
    )
