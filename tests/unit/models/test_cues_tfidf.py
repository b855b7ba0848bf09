"""The first tier: what it promises without labels, and that its identity is that of its inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped
from careatlas.errors import UsageError
from models.classifier import Classifier, PassageText
from models.cues_tfidf import CuesTfidfClassifier
from models.cues_tfidf_identity import CuesTfidfConfig, model_info
from models.seed_examples import seed_examples
from models.tiers import classifier_of, info_of


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return shipped("care-home-integration")


@pytest.fixture(scope="module")
def classifier(codebook: Codebook) -> Classifier:
    return classifier_of("cues-tfidf", codebook)


def test_seed_examples_name_one_code_each(codebook: Codebook) -> None:
    examples = seed_examples(codebook)
    assert examples.targets.shape == (len(examples), len(codebook.codes))
    assert (examples.targets.sum(axis=1) == examples.initiative()).all()
    assert (examples.targets.sum(axis=0) > 5).all()
    assert (examples.initiative() == 0).sum() > 5
    assert set(examples.origins) == {"codebook"}


def test_scores_are_probabilities_in_the_promised_shape(classifier: Classifier, codebook: Codebook) -> None:
    texts = ["A trusted assessor works at the discharge hub.", "", "The bridge will be closed for repair.", "\x00 =1+1"]
    found = classifier.predict([PassageText(text=text) for text in texts])
    assert found.probabilities.shape == (4, len(codebook.codes)) == found.accepted.shape
    assert found.none_probability.shape == (4,)
    for values in (found.probabilities, found.none_probability):
        assert ((values >= 0) & (values <= 1)).all()
    assert (found.accepted == (found.probabilities >= classifier.cut_offs)).all()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Discharge to assess is in place, with two trusted assessors who visit the wards daily.", "discharge"),
        ("The councils and the board pool their budgets under section 75.", "finance-incentives"),
        ("The red bag travels with the resident to hospital, with a transfer form.", "transfer-to-hospital"),
        ("A weekly home round by the aligned practice reviews each resident's medicines.", "primary-care"),
    ],
)
def test_plain_cases_come_out_first(classifier: Classifier, text: str, code: str) -> None:
    found = classifier.predict([PassageText(text=text)])
    assert classifier.codes[int(found.probabilities[0].argmax())] == code
    assert found.accepted[0, classifier.codes.index(code)]


def test_what_has_nothing_to_do_with_care_is_not_accepted(classifier: Classifier) -> None:
    found = classifier.predict(
        [PassageText(text="The junction will be widened and cycle lanes added by the contractor.")]
    )
    assert not found.accepted.any()


def test_no_passages_give_no_rows(classifier: Classifier) -> None:
    assert classifier.predict([]).probabilities.shape == (0, len(classifier.codes))


def test_scores_do_not_depend_on_the_batch(classifier: Classifier) -> None:
    passages = [PassageText(text=text) for text in ("falls pick-up service", "pooled budget", "land for housing")]
    together = classifier.predict(passages).probabilities
    apart = np.vstack([classifier.predict([passage]).probabilities for passage in passages])
    np.testing.assert_allclose(together, apart)


def test_the_same_codebook_makes_the_same_model(codebook: Codebook, classifier: Classifier) -> None:
    again = CuesTfidfClassifier(codebook)
    passages = [PassageText(text="urgent community response within two hours")]
    assert again.info.model_id == classifier.info.model_id == info_of("cues-tfidf", codebook).model_id
    np.testing.assert_array_equal(again.predict(passages).probabilities, classifier.predict(passages).probabilities)


def test_any_change_of_the_inputs_makes_another_model(codebook: Codebook) -> None:
    first = codebook.codes[0]
    changed = replace(codebook, codes=(replace(first, cues=(*first.cues, "new cue")), *codebook.codes[1:]))
    others = {
        model_info(changed).model_id,
        model_info(replace(codebook, background=codebook.background[1:])).model_id,
        model_info(codebook, CuesTfidfConfig(cut_off=0.5)).model_id,
    }
    assert len(others | {model_info(codebook).model_id}) == 4


def test_the_card_says_what_the_model_is_not(classifier: Classifier) -> None:
    assert classifier.info.card["calibrated"] is False
    assert classifier.info.card["human_labels"] == 0


def test_a_codebook_without_background_is_refused(codebook: Codebook) -> None:
    with pytest.raises(UsageError, match="background"):
        CuesTfidfClassifier(replace(codebook, background=()))


def test_an_unknown_tier_is_named_with_those_there_are(codebook: Codebook) -> None:
    with pytest.raises(UsageError) as caught:
        classifier_of("oracle", codebook)
    assert "cues-tfidf" in caught.value.mend
