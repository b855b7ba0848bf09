"""Tiny encoders with random weights, in the very files that real ones come in, and handmade models with papers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from careatlas.codebook import Codebook, CodeDefinition, Provenance
from careatlas.identifiers import Code, CodebookId
from careatlas.progress import NoProgress, Progress
from models.decisions import DecisionConfig, decision_rules
from models.examples import Example, Examples, examples_of, joined
from models.exemplars import Exemplars, exemplar_texts
from models.held_out import held_out
from models.model_card import write_card
from models.model_codebook import codebook_facts
from models.model_folder import save_stack
from models.model_meta import identity_of
from models.record_files import save_record
from models.seed_examples import seed_examples
from models.splits import GroupedFolds
from models.stack import Inputs
from models.stack_config import StackConfig
from models.stack_training import TrainedStack, train_stack
from models.training_record import TrainingRecord, training_record

HIDDEN, HEADS, WIDE, LAYERS, TOKENS = 32, 4, 48, 2, 40
WORDS = (
    "care",
    "home",
    "homes",
    "gp",
    "visit",
    "fall",
    "##s",
    "##ing",
    "the",
    "a",
    "weekly",
    "round",
    ".",
    ",",
    "team",
)
SPECIAL = {
    "bert": ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    "mpnet": ("<s>", "<pad>", "</s>", "[UNK]", "<mask>"),
}
TinyBackbone = Callable[..., Path]

_ATTENTION = {
    "bert": ("self.query", "self.key", "self.value", "output.dense", "output.LayerNorm"),
    "mpnet": ("attn.q", "attn.k", "attn.v", "attn.o", "LayerNorm"),
}


@pytest.fixture
def tiny_backbone(tmp_path: Path) -> TinyBackbone:
    """Return a maker of encoders: ``tiny_backbone(kind, labels=0, seed=0, config={...})`` gives their folder."""

    def make(kind: str, *, labels: int = 0, seed: int = 0, config: dict[str, object] | None = None) -> Path:
        folder = tmp_path / f"{kind}-{labels}-{seed}"
        folder.mkdir(exist_ok=True)
        values = _config(kind, labels) | (config or {})
        (folder / "config.json").write_text(json.dumps(values))
        (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": TOKENS - 10}))
        _tokenizer(kind).save(str(folder / "tokenizer.json"))
        save_file(_tensors(kind, labels, np.random.default_rng(seed)), folder / "model.safetensors")
        return folder

    return make


def _config(kind: str, labels: int) -> dict[str, object]:
    values: dict[str, object] = {
        "model_type": kind,
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": WIDE,
        "hidden_act": "gelu",
        "vocab_size": len(SPECIAL[kind]) + len(WORDS),
        "layer_norm_eps": 1e-5 if kind == "mpnet" else 1e-12,
        "max_position_embeddings": TOKENS + 2 if kind == "mpnet" else TOKENS,
        "pad_token_id": 1 if kind == "mpnet" else 0,
        "bos_token_id": 0,
        "eos_token_id": 2,
    }
    values |= {"relative_attention_num_buckets": 32} if kind == "mpnet" else {"type_vocab_size": 2}
    if labels:
        values["id2label"] = {str(number): f"code-{number}" for number in range(labels)}
        values["label2id"] = {f"code-{number}": number for number in range(labels)}
    return values


def _tokenizer(kind: str) -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate((*SPECIAL[kind], *WORDS))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    first, last = ("[CLS]", "[SEP]") if kind == "bert" else ("<s>", "</s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(name, vocabulary[name]) for name in (first, last)]
    )
    tokenizer.add_special_tokens(list(SPECIAL[kind]))
    # As the real files do: whoever leaves this on pads every text to the same length.
    tokenizer.enable_padding(length=TOKENS, pad_id=vocabulary[SPECIAL[kind][1 if kind == "mpnet" else 0]])
    return tokenizer


def _tensors(kind: str, labels: int, chance: np.random.Generator) -> dict[str, np.ndarray]:
    made: dict[str, np.ndarray] = {}
    prefix = f"{kind}." if labels else ""

    def table(name: str, rows: int, columns: int = HIDDEN) -> None:
        made[name] = chance.normal(scale=0.5, size=(rows, columns)).astype(np.float32)

    def dense(name: str, inputs: int, outputs: int) -> None:
        made[f"{name}.weight"] = chance.normal(scale=0.3, size=(outputs, inputs)).astype(np.float32)
        made[f"{name}.bias"] = chance.normal(scale=0.3, size=outputs).astype(np.float32)

    def norm(name: str) -> None:
        made[f"{name}.weight"] = chance.uniform(0.5, 1.5, size=HIDDEN).astype(np.float32)
        made[f"{name}.bias"] = chance.normal(scale=0.2, size=HIDDEN).astype(np.float32)

    table(f"{prefix}embeddings.word_embeddings.weight", len(SPECIAL[kind]) + len(WORDS))
    table(f"{prefix}embeddings.position_embeddings.weight", TOKENS + 2 if kind == "mpnet" else TOKENS)
    if kind == "bert":
        table(f"{prefix}embeddings.token_type_embeddings.weight", 2)
    else:
        table(f"{prefix}encoder.relative_attention_bias.weight", 32, HEADS)
    norm(f"{prefix}embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"{prefix}encoder.layer.{number}."
        *projections, after = (f"{layer}attention.{part}" for part in _ATTENTION[kind])
        for name in projections:
            dense(name, HIDDEN, HIDDEN)
        norm(after)
        dense(f"{layer}intermediate.dense", HIDDEN, WIDE)
        dense(f"{layer}output.dense", WIDE, HIDDEN)
        norm(f"{layer}output.LayerNorm")
    if labels and kind == "bert":
        dense("bert.pooler.dense", HIDDEN, HIDDEN)
        dense("classifier", HIDDEN, labels)
    elif labels:
        dense("classifier.dense", HIDDEN, HIDDEN)
        dense("classifier.out_proj", HIDDEN, labels)
    return made


# --- handmade models: folders with papers, without anything that was learned


@pytest.fixture(scope="session")
def tiny_book() -> Callable[..., Codebook]:
    """Return a maker of a codebook of three codes: ``tiny_book(version="1.0.0", title="Tiny")``."""

    def make(version: str = "1.0.0", title: str = "Tiny") -> Codebook:
        codes = tuple(
            CodeDefinition(id=Code(name), label=f"About {name}", definition=f"What is {name}.", cues=(name,))
            for name in ("beds", "falls", "pay")
        )
        return Codebook(
            id=CodebookId("tiny"),
            version=version,
            title=title,
            provenance=Provenance.RECONSTRUCTED,
            source="us",
            codes=codes,
        )

    return make


@pytest.fixture(scope="session")
def labelled(tiny_book: Callable[..., Codebook]) -> Callable[..., Examples]:
    """Return a maker of labelled passages: ``labelled(rows=120, documents=12, seed=0, prefix="p")``."""

    def make(rows: int = 120, documents: int = 12, seed: int = 0, prefix: str = "p", origin: str = "file") -> Examples:
        chance = np.random.default_rng(seed)
        codes = [code.id for code in tiny_book().codes]
        found = []
        for row in range(rows):
            present = frozenset(code for code in codes if chance.random() < 0.2)
            words = " ".join("".join(letters) for letters in chance.choice(list("bcdfghjkl"), size=(12, 7)))
            found.append(
                Example(
                    id=f"{prefix}{row}",
                    text=f"{words} {' '.join(sorted(present))}",
                    present=present,
                    absent=frozenset(codes) - present,
                    origin=origin,
                    group=f"plan-{row % documents}",
                )
            )
        return examples_of(codes, found)

    return make


@pytest.fixture(scope="session")
def scores_of() -> Callable[..., np.ndarray]:
    """Return a maker of probabilities: ``scores_of(examples, noise)``; without noise they are nearly the truth."""

    def make(examples: Examples, noise: float, seed: int = 1) -> np.ndarray:
        logits = 6.0 * (examples.targets == 1) - 3.0
        logits = logits + np.random.default_rng(seed).normal(scale=noise, size=logits.shape)
        return 1 / (1 + np.exp(-logits))

    return make


@pytest.fixture(scope="session")
def made_model(
    tiny_book: Callable[..., Codebook],
    labelled: Callable[..., Examples],
    scores_of: Callable[..., np.ndarray],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Path]:
    """Return a maker of model folders with papers: ``made_model(folder, noise=1.0, version="1.0.0", ...)``."""
    kept: dict[object, tuple[Path, object]] = {}

    def make(folder: Path, *, noise: float = 1.0, version: str = "1.0.0", title: str = "Tiny", **facts: object) -> Path:
        key = (noise, version, title, *((name, id(value)) for name, value in sorted(facts.items())))
        if key not in kept:
            kept[key] = (tmp_path_factory.mktemp("model"), dict(facts))  # held, so that no identity is used twice
            examples = facts.pop("examples", None) or labelled()
            _make(kept[key][0], examples, scores_of(examples, noise), tiny_book(version, title), noise, **facts)
        return shutil.copytree(kept[key][0], folder, dirs_exist_ok=True)

    return make


def _make(
    folder: Path,
    examples: Examples,
    scores: np.ndarray,
    book: Codebook,
    noise: float,
    *,
    synthetic: bool = False,
    notes: tuple[str, ...] = (),
) -> None:
    rules = None
    if not synthetic:
        codes, config = list(map(str, examples.codes)), DecisionConfig(resamples=20)
        rules = decision_rules(scores, examples.targets, examples.groups, codes=codes, config=config).as_dict()
    whole = {"tiers": ["cues", "words"], "cut_offs": [0.5] * 3, "initiative_cut_off": 0.5, "cut_off_goal": "micro-f1"}
    core = {
        "format": 1,
        "codebook": codebook_facts(book),
        "config": {"backbone": "", "seed": 0},
        "encoder": "",
        "on_real_labels": not synthetic,
        "readouts": [{**whole, "rules": json.loads(json.dumps(rules))}],
        "digests": {"noise": str(noise)},
    }
    facts = {"made_at": "2024-05-01T00:00:00+00:00", "human_labels": len(examples), "notes": list(notes)}
    meta = {"model_id": identity_of(core), **core, "facts": facts}
    (folder / "model.json").write_text(json.dumps(meta), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    save_record(_record(examples, scores, book, synthetic=synthetic), folder)
    write_card(folder, book)


def _record(examples: Examples, scores: np.ndarray, book: Codebook, *, synthetic: bool) -> TrainingRecord:
    rows = np.arange(len(examples))
    folds = np.array([int(group.rpartition("-")[2]) % 3 for group in examples.groups])
    return training_record(
        examples,
        rows,
        held_out(examples, rows, folds, scores, scores.max(axis=1), goal="micro-f1"),
        book,
        synthetic=synthetic,
        folds=GroupedFolds(index=folds, count=3, families=rows, components=12, largest_share=0.1),
        seed=0,
        cut_offs=np.full(3, 0.5),
        others={"words alone": scores},
        uncalibrated=scores,
        resamples=30,
    )


# --- a small stack: three codes, made-up passages, and vectors of hashed words instead of an encoder

TOPICS = {
    "gp-round": "gp round practice resident weekly medicine clinician ward doctor nurse review visit surgery list",
    "falls": "fall strength balance exercise bone hip trip hazard frailty lift slipper rail injury floor",
    "pooled-budget": "budget fund pooled section partner money cost spend board invest finance council saving grant",
}
COMMON = (
    "the a of and to for with our this plan will area local people we each year been has new service report which more"
    " page map road school bus library park weather history chapter annual number table figure public website letter"
)
DIM = 16


class HashedWords:
    """An encoder for tests: every word has a direction, a text the mean of its words'."""

    dim, key = DIM, "hashed-words-16"

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        made = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), DIM)
        for _ in texts:
            (progress or NoProgress()).advance()
        return made

    @staticmethod
    def _vector(text: str) -> np.ndarray:
        words = text.lower().split() or [""]
        seeds = [int.from_bytes(sha256(word.encode("utf-8", "replace")).digest()[:4]) for word in words]
        total = sum(np.random.default_rng(seed).normal(size=DIM) for seed in seeds)
        return total / np.linalg.norm(total)


@pytest.fixture(scope="session")
def hashed_words() -> HashedWords:
    return HashedWords()


@pytest.fixture(scope="session")
def small_codebook() -> Codebook:
    """Return a codebook of three codes, with cues, examples and background."""
    codes = []
    for name, topic in TOPICS.items():
        words = topic.split()
        codes.append(
            CodeDefinition(
                id=Code(name),
                label=name,
                definition=" ".join(words[:5]),
                include=(" ".join(words[4:9]),),
                cues=(words[0], words[1]),
                positive=(" ".join([*words[8:12], "will"]), " ".join([*words[2:6], "plan"])),
                negative=(f"the {words[0]} of a school report",),
            )
        )
    return Codebook(
        id=CodebookId("small"),
        version="1.0.0",
        title="Small",
        provenance=Provenance.RECONSTRUCTED,
        source="made up",
        codes=tuple(codes),
        background=("the annual report of the library", "a map of the bus road", "weather history of the park"),
    )


@pytest.fixture(scope="session")
def made_up(small_codebook: Codebook) -> Callable[..., Examples]:
    """Return a maker of labelled passages: ``made_up(documents=8, each=12, seed=0, origin="file")``."""

    def make(documents: int = 8, each: int = 12, *, seed: int = 0, origin: str = "file") -> Examples:
        chance = np.random.default_rng(seed)
        every = frozenset(code.id for code in small_codebook.codes)
        rows = []
        for index in range(documents * each):
            count = chance.choice(3, p=[0.5, 0.4, 0.1])
            present = [Code(str(name)) for name in chance.choice(sorted(every), size=count, replace=False)]
            pool = [word for code in present for word in TOPICS[code].split()]
            words = [*chance.choice(COMMON.split(), size=9), *(chance.choice(pool, size=7) if pool else ())]
            rows.append(
                Example(
                    id=f"{origin}-{seed}-{index}",
                    text=" ".join(chance.permutation(words).tolist()),
                    present=frozenset(present),
                    absent=every - set(present),
                    group=f"document-{index % documents}",
                    origin=origin,
                )
            )
        return examples_of([code.id for code in small_codebook.codes], rows)

    return make


@pytest.fixture(scope="session")
def small_exemplars(small_codebook: Codebook, hashed_words: HashedWords) -> Exemplars:
    texts, owners = exemplar_texts(small_codebook)
    return Exemplars(hashed_words.encode(texts), owners)


@pytest.fixture(scope="session")
def inputs_of(hashed_words: HashedWords) -> Callable[..., Inputs]:
    """Return ``inputs_of(examples, embedded=True)``."""

    def make(examples: Examples, *, embedded: bool = True) -> Inputs:
        vectors = hashed_words.encode(examples.texts).astype(np.float16).astype(np.float32) if embedded else None
        return Inputs(texts=list(examples.texts), embeddings=vectors)

    return make


@pytest.fixture(scope="session")
def small_config() -> StackConfig:
    return StackConfig(folds=3)


@pytest.fixture(scope="session")
def small_data(small_codebook: Codebook, made_up: Callable[..., Examples]) -> Examples:
    """Return labelled passages with the codebook's own texts beside them."""
    return joined(made_up(), seed_examples(small_codebook))


@pytest.fixture(scope="session")
def small_stack(small_data, inputs_of, small_codebook, small_exemplars, small_config) -> TrainedStack:
    """Return a stack trained on labels; who changes it must train one of their own."""
    return train_stack(small_data, inputs_of(small_data), small_codebook, small_exemplars, small_config)


@pytest.fixture
def small_model(small_stack: TrainedStack, small_codebook: Codebook, tmp_path: Path) -> Path:
    """Return the folder of the small stack, saved."""
    folder = tmp_path / "small-model"
    folder.mkdir()
    save_stack(small_stack, small_codebook, folder, encoder_key=HashedWords.key, facts={"human_labels": 96})
    return folder


@pytest.fixture
def hashed_encoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hashed_words: HashedWords) -> HashedWords:
    """Let hashed words stand in wherever an encoder is looked for, and keep what is cached out of the user's cache."""
    monkeypatch.setenv("CAREATLAS_MODEL_CACHE", str(tmp_path / "cache"))
    for module in ("models.backbone", "models.stacked_model", "models.training"):
        monkeypatch.setattr(f"{module}.find_backbone", lambda setting="minilm", **_: setting)
    for module in ("models.stacked_model", "models.training"):
        monkeypatch.setattr(f"{module}.Encoder", lambda *_, **__: hashed_words)
    return hashed_words
