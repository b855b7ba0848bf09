"""Training of the stack: what is learned on what, what is refused, and that nothing leaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from careatlas.errors import CareAtlasError, InputError, StageError
from models.examples import Example, Examples, examples_of, joined
from models.seed_examples import seed_examples
from models.splits import ALWAYS_TRAINING
from models.stack_config import StackConfig
from models.stack_training import refitted, train_stack, training_folds

WORDS = ("cues", "words")
EVERY = (*WORDS, "embedding", "exemplars", "neighbours")


class Counted:
    """A progress that counts."""

    def __init__(self) -> None:
        self.total = self.done = 0
        self.labels: list[str] = []

    def start(self, label: str, total: int) -> None:
        self.labels.append(label)
        self.total = total

    def advance(self, label: str = "") -> None:
        self.labels += [label] if label else []
        self.done += 1


def relabelled(examples: Examples, change) -> Examples:
    """Return examples with other targets: ``change(targets, groups)`` edits them in place."""
    targets = examples.targets.copy()
    change(targets, np.array(examples.groups))
    return replace(examples, targets=targets)


@pytest.fixture
def trained_on(inputs_of, small_codebook, small_exemplars, small_config):
    """Return ``trained_on(examples, embedded=False, config=..., progress=...)``."""

    def make(examples, *, embedded: bool = False, config: StackConfig = small_config, progress=None):
        exemplars = small_exemplars if embedded else None
        return train_stack(
            examples, inputs_of(examples, embedded=embedded), small_codebook, exemplars, config, progress
        )

    return make


# --- what is learned


def test_a_readout_for_words_alone_stands_beside_the_whole(small_stack, small_data):
    assert tuple(small_stack.readouts) == (WORDS, EVERY)
    assert small_stack.on_real_labels
    for readout in small_stack.readouts.values():
        assert [rule.code for rule in readout.rules.codes] == list(small_data.codes)


def test_only_labelled_passages_are_tested_each_once_and_out_of_its_fold(small_stack, small_data):
    found = small_stack.out_of_fold
    labelled = [at for at, origin in enumerate(small_data.origins) if origin == "file"]
    assert sorted(found.rows.tolist()) == labelled
    assert (found.folds == small_stack.folds.index[found.rows]).all()
    assert (small_stack.folds.index[len(labelled) :] == ALWAYS_TRAINING).all()
    for values in (found.probabilities, found.uncalibrated):
        assert values.shape == (len(labelled), 3)
        assert ((values > 0) & (values < 1)).all()
    assert found.words.shape == (len(labelled), 3)


def test_no_document_is_in_two_folds(small_stack, small_data):
    by_group: dict[str, set[int]] = {}
    for at, fold in zip(small_stack.out_of_fold.rows, small_stack.out_of_fold.folds, strict=True):
        by_group.setdefault(small_data.groups[at], set()).add(int(fold))
    assert all(len(folds) == 1 for folds in by_group.values())


def test_out_of_fold_scores_rank_codes_but_noise_labels_stay_noise(trained_on, small_stack, small_data):
    present = small_data.targets[small_stack.out_of_fold.rows] == 1
    learned = small_stack.out_of_fold.probabilities
    assert learned[present].mean() > learned[~present].mean() + 0.4
    # Labels dealt at random cannot be known of a passage that was held out: were it seen in training, they would be.
    noise = relabelled(small_data, lambda targets, _: np.random.default_rng(0).shuffle(targets[: 8 * 12]))
    blind = trained_on(noise, embedded=True).out_of_fold
    truth = noise.targets[blind.rows] == 1
    assert blind.probabilities[truth].mean() < blind.probabilities[~truth].mean() + 0.1


def test_without_labels_written_pages_take_their_place(made_up, small_codebook, trained_on):
    seeds = made_up(6, 10, origin="seed")
    pages = replace(seeds, before=("before",) * 60)
    alone = replace(made_up(1, 20, seed=3, origin="seed"), groups=tuple(f"seed:{at}" for at in range(20)))
    trained = trained_on(joined(pages, alone, seed_examples(small_codebook)), embedded=True)
    assert not trained.on_real_labels
    assert sorted(trained.out_of_fold.rows.tolist()) == list(range(60))
    assert tuple(trained.readouts) == (WORDS, EVERY[:4])  # written examples make poor neighbours
    for readout in trained.readouts.values():
        assert readout.rules is None
        weights = readout.combination.codes.weights
        assert weights["words: any code"] == 0
        assert weights["cues"] == pytest.approx(0.2 * weights["words"] * (2 if "embedding" in weights else 1))


def test_without_pages_the_codebooks_own_texts_stand_in(small_codebook, trained_on):
    own = seed_examples(small_codebook)
    trained = trained_on(own)
    assert sorted(trained.out_of_fold.rows.tolist()) == list(range(len(own)))
    assert not trained.on_real_labels


def test_written_examples_weigh_less_than_labels(small_data, trained_on, small_config):
    written = small_data.subset(np.arange(96, len(small_data)))
    fits = []
    for weight in (0.001, 0.6, 5.0):
        logits = trained_on(small_data, config=replace(small_config, seed_weight=weight)).tiers.words.logits(
            written.texts
        )
        fits.append(np.where(written.targets == 1, logits[:, :3], -logits[:, :3]).mean())
    assert fits == sorted(fits)
    assert fits[2] > fits[0] + 0.5


def test_blanks_are_fine(small_data, trained_on):
    def hide(targets, _):
        hidden = np.random.default_rng(1).uniform(size=targets[:96].shape) < 0.3
        targets[:96][hidden] = -1

    partly = relabelled(small_data, hide)
    trained = trained_on(partly)
    assert np.isfinite(trained.out_of_fold.probabilities).all()
    present = small_data.targets[trained.out_of_fold.rows] == 1  # the labels before they were hidden
    assert trained.out_of_fold.probabilities[present].mean() > trained.out_of_fold.probabilities[~present].mean() + 0.3


def test_the_same_inputs_make_the_same_stack(small_data, trained_on):
    one, other = trained_on(small_data, embedded=True), trained_on(small_data, embedded=True)
    np.testing.assert_array_equal(one.tiers.words.head.coef_, other.tiers.words.head.coef_)
    np.testing.assert_array_equal(one.tiers.embedding.coef_, other.tiers.embedding.coef_)
    np.testing.assert_array_equal(one.out_of_fold.probabilities, other.out_of_fold.probabilities)
    assert one.readouts[EVERY].cut_offs.tolist() == other.readouts[EVERY].cut_offs.tolist()


def test_a_fine_tuned_tier_takes_part_where_its_scores_are_given(small_data, inputs_of, small_codebook, small_config):
    logits = np.random.default_rng(0).normal(size=(len(small_data), 4))
    logits[:, :3] += 3.0 * small_data.targets
    inputs = replace(inputs_of(small_data, embedded=False), fine_tuned=logits)
    trained = train_stack(small_data, inputs, small_codebook, None, small_config)
    assert tuple(trained.readouts) == (WORDS, (*WORDS, "fine_tuned"))
    weights = trained.readouts[*WORDS, "fine_tuned"].combination.codes.weights
    assert weights["fine_tuned"] > 1


def test_progress_is_told_of_every_fold_and_the_last_fit(small_data, trained_on):
    progress = Counted()
    trained_on(small_data, progress=progress)
    assert progress.done == progress.total == 4
    assert progress.labels == ["training"]


# --- what is refused


def only_absent(targets, groups):
    targets[targets == 1] = 0


def only_present(targets, groups):
    targets[:, 0] = 1


def nothing_known(targets, groups):
    targets[:] = -1


def one_single_label(targets, groups):
    targets[1:], targets[0] = -1, [1, -1, -1]


def one_positive(targets, groups):
    targets[targets == 1] = 0
    targets[0, 0] = 1


def positives_of_one_document(targets, groups):
    targets[(targets == 1) & (groups != "document-0")[:, None]] = 0


def negatives_of_one_document(targets, groups):
    targets[groups != "document-0", 0] = 1


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (only_absent, "the labels hold no positive: 96 passages, 0 codes present"),
        (only_present, "the labels hold no passage without any code"),
        (nothing_known, "the labels hold no positive"),
        (one_single_label, "the labels hold no passage without any code: 96 passages, 1 codes present"),
        (one_positive, "every labelled positive is in one area, document or family of copied text"),
        (positives_of_one_document, "every labelled positive is in one area"),
        (negatives_of_one_document, "every labelled passage without any code is in one area"),
    ],
)
@pytest.mark.parametrize("seeds", [False, True])
def test_labels_from_which_nothing_can_be_learned_are_refused(made_up, small_codebook, trained_on, change, what, seeds):
    labelled = relabelled(made_up(), change)
    examples = joined(labelled, seed_examples(small_codebook)) if seeds else labelled
    with pytest.raises(InputError, match=what) as caught:
        trained_on(examples)
    assert caught.value.mend


@pytest.mark.parametrize("count", [1, 12])
def test_one_document_is_too_few(made_up, trained_on, count):
    examples = made_up(1, 24).subset(np.arange(count) if count > 1 else [0])
    with pytest.raises(CareAtlasError) as caught:
        trained_on(examples)
    assert caught.value.mend


def test_a_label_that_repeats_a_written_example_is_refused(made_up, small_codebook, trained_on):
    labelled = made_up()
    copy = replace(labelled.subset([3]), ids=("copy",), origins=("seed",), groups=("seed:copy",))
    with pytest.raises(StageError, match="near-duplicates") as caught:
        trained_on(joined(labelled, copy, seed_examples(small_codebook)))
    assert "file-0-3" in caught.value.what


# --- folds


def test_documents_that_copy_each_other_make_fewer_folds_not_an_error(made_up, small_config):
    examples = made_up(4, 12)
    texts = list(examples.texts)
    texts[1] = texts[0]  # documents 0 and 1
    folds = training_folds(replace(examples, texts=tuple(texts)), StackConfig(folds=5))
    assert folds.count == 3
    assert training_folds(examples, StackConfig(folds=5)).count == 4
    assert training_folds(examples, small_config).count == 3


def test_known_folds_are_used(small_data, small_stack, inputs_of, small_codebook, small_config):
    inputs = inputs_of(small_data, embedded=False)
    folds = training_folds(small_data, replace(small_config, folds=2))
    trained = train_stack(small_data, inputs, small_codebook, None, small_config, folds=folds)
    assert trained.folds is folds
    assert set(trained.out_of_fold.folds) == {0, 1}


# --- learning again


def test_new_labels_are_in_the_heads_and_the_readouts_stay(small_data, small_codebook, trained_on, inputs_of):
    trained = trained_on(small_data, embedded=True)
    words = trained.tiers.words
    codes = [code.id for code in small_codebook.codes]
    news = [
        Example(
            id=f"new-{at}",
            text=f"the bus road map number {at} letter",
            present=frozenset(codes[:1]),
            absent=frozenset(codes[1:]),
            origin="file",
        )
        for at in range(20)
    ]
    more = joined(small_data, examples_of(codes, news))
    probe = inputs_of(examples_of(codes, news[:1]))
    before, terms, readouts = trained.tiers.scores(probe), words.terms, dict(trained.readouts)
    again = refitted(trained, more, inputs_of(more))
    after = again.tiers.scores(probe)
    assert after.words[0, 0] > before.words[0, 0] + 1
    assert after.embedding[0, 0] > before.embedding[0, 0] + 1
    assert after.neighbours[0, 0] > before.neighbours[0, 0] + 1
    assert again.tiers.words.terms == terms
    assert again.readouts == readouts


def test_learning_the_same_again_changes_nothing(small_data, trained_on, inputs_of):
    trained = trained_on(small_data, embedded=True)
    inputs = inputs_of(small_data)
    before = trained.tiers.scores(inputs)
    after = refitted(trained, small_data, inputs).tiers.scores(inputs)
    assert after.words == pytest.approx(before.words, abs=1e-3)
    assert after.embedding == pytest.approx(before.embedding, abs=1e-3)
