"""What travels to a worker and back: nothing is lost, and kept vectors are not computed again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careatlas.codebook_file import shipped
from careatlas.identifiers import PassageId
from models import document_partition
from models.classifier import PassageText, Prediction
from models.document_partition import prediction_of, request_of, scored
from models.tiers import classifier_of

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
passages = st.builds(PassageText, text=texts, heading_path=st.tuples(texts, texts), before=texts, after=texts)


class ThreeNumbers:
    """An encoder of which every number is the length of the text, so that half precision holds it."""

    dim, key = 3, "lengths"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], progress: object = None) -> np.ndarray:
        del progress
        self.asked += texts
        return np.array([[len(text)] * self.dim for text in texts], dtype=np.float32)


class Echo:
    """Answers with the embeddings it was given."""

    def __init__(self) -> None:
        self.encoder = ThreeNumbers()

    def forms(self, items: Sequence[PassageText]) -> list[str]:
        return [" ".join((*item.heading_path, item.before, item.text, item.after)) for item in items]

    def predict(self, items: Sequence[PassageText], *, embeddings: np.ndarray) -> Prediction:
        assert len(items) == len(embeddings)
        return Prediction(
            probabilities=embeddings / 7, none_probability=embeddings[:, 0] / 3, accepted=embeddings[:, ::-1] > 20
        )


@given(st.lists(passages, max_size=5))
def test_what_is_said_of_passages_comes_back_as_it_was(items: list[PassageText]) -> None:
    echo = Echo()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_partition, "StackedModel", Echo)
        names = [PassageId(f"p{number}") for number in range(len(items))]
        answer, vectors = prediction_of(scored(echo, request_of(names, items, {})), len(items), 3)
        lengths = np.array([[len(form)] * 3 for form in echo.forms(items)], dtype=np.float32).reshape(-1, 3)
        assert (answer.probabilities == (lengths / 7).astype(np.float64)).all()
        assert (answer.none_probability == (lengths[:, 0] / 3).astype(np.float64)).all()
        assert (answer.accepted == (lengths > 20)).all()
        assert list(vectors) == names
        # With these vectors kept, nothing is computed a second time, and the answer is the same.
        echo.encoder.asked.clear()
        again, new = prediction_of(scored(echo, request_of(names, items, vectors)), len(items), 3)
        assert (again.probabilities == answer.probabilities).all()
        assert (new, echo.encoder.asked) == ({}, [])


def test_a_model_without_an_encoder_keeps_nothing() -> None:
    classifier = classifier_of("cues-tfidf", shipped("care-home-integration"))
    items = [PassageText(text="A trusted assessor works at the discharge hub."), PassageText(text="")]
    names = [PassageId("a"), PassageId("b")]
    answer, vectors = prediction_of(scored(classifier, request_of(names, items, {})), 2, len(classifier.codes))
    wanted = classifier.predict(items)
    assert (answer.probabilities == wanted.probabilities).all()
    assert (answer.accepted == wanted.accepted).all()
    assert answer.accepted.any()
    assert (answer.none_probability == wanted.none_probability).all()
    assert vectors == {}
