"""A backbone cut in two: the lowest layers, which stay as they are, and those that learn, with a head on top."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError, UsageError
from models.backbone import Backbone
from models.fine_tuning_config import FineTuningConfig
from models.text_tokens import TextTokens
from models.torch_libraries import torch_libraries
from models.transformer_weights import EMBEDDING_HEAD

Array = NDArray[np.float32]


class Network:
    """A torch model that scores batches of passages and can be trained.

    Its input are *states*: what the frozen lowest layers say of the tokens of a text, or where nothing is frozen the
    tokens themselves. Frozen layers have no dropout, so that a text's states are the same in every epoch and every
    fold, and are computed once.

    Parameters
    ----------
    backbone : Backbone
        Its weights are read from safetensors; nobody's code is run.
    columns : int
        Scores of a passage.
    config : FineTuningConfig

    Raises
    ------
    MissingDependencyError
        If torch or transformers is not installed.
    UsageError
        If more layers are to be frozen than there are.
    InputError
        If transformers cannot read the backbone.
    """

    def __init__(self, backbone: Backbone, columns: int, config: FineTuningConfig) -> None:
        self.torch, transformers = torch_libraries()
        if config.freeze_layers >= backbone.config.layers:
            raise UsageError(
                f"{config.freeze_layers} layers cannot be frozen: {backbone.name} has {backbone.config.layers}, and one"
                " must learn"
            )
        self._backbone, self._config = backbone, config
        self._tokens = TextTokens(backbone, min(config.max_length, backbone.config.max_tokens))
        self.device = self.torch.device("cuda" if self.torch.cuda.is_available() else "cpu")
        with self._seeded():
            self._whole = _loaded(transformers, backbone, columns).to(self.device)
            self._linear = self._head(columns)
        self._base = self._whole.base_model
        self._embeddings, self._layers = self._base.embeddings, self._base.encoder.layer
        self._frozen = config.freeze_layers >= 0
        if self._frozen:
            self._base.requires_grad_(requires_grad=False)
            self._layers[config.freeze_layers :].requires_grad_(requires_grad=True)
        if getattr(self._base, "pooler", None) is not None:
            self._base.pooler.requires_grad_(requires_grad=config.head == "first")

    def states(self, texts: Sequence[str]) -> list[Any]:
        """Return the states of texts, one tensor of shape (tokens, hidden) or (tokens,) each, in half precision."""
        sequences = [self.torch.from_numpy(self._tokens.of(text)) for text in texts]
        if not self._frozen:
            return sequences
        found: list[Any] = [None] * len(texts)
        self._whole.eval()
        with self.torch.inference_mode(), self._autocast(), self._only(self._layers[: self._config.freeze_layers]):
            for batch in _by_length(sequences, self._config.batch_tokens):
                padded, mask = self._padded([sequences[index] for index in batch])
                states = self._base(input_ids=padded, attention_mask=mask).last_hidden_state
                for row, index in enumerate(batch):
                    found[index] = states[row, : len(sequences[index])].to("cpu", self.torch.float16)
        return found

    def scores(self, states: Sequence[Any]) -> Any:
        """Return the logits of passages, a tensor of shape (passages, columns)."""
        padded, mask = self._padded(states)
        with self._autocast(), self._only(self._layers[max(0, self._config.freeze_layers) :], states=self._frozen):
            inputs = {"inputs_embeds": padded.float()} if self._frozen else {"input_ids": padded}
            if self._config.head == "first":
                return self._whole(attention_mask=mask, **inputs).logits.float()
            tokens = self._base(attention_mask=mask, **inputs).last_hidden_state.float()
        is_first = self._backbone.config.pooling == "cls"
        pooled = tokens[:, 0] if is_first else (tokens * mask[:, :, None]).sum(dim=1)
        unit = self.torch.nn.functional.normalize(pooled, dim=1)
        # Scaled so that each number is about 1 in size, as those inside the encoder are: one learning rate fits both.
        dropped = self.torch.nn.functional.dropout(
            unit * self._scale, self._whole.config.hidden_dropout_prob, self._whole.training
        )
        return self._linear(dropped)

    def features(self, states: Sequence[Any]) -> Array:
        """Return what the linear end of the head reads of each passage, shape (passages, hidden)."""
        seen: list[Any] = []
        hook = self._linear.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].float().cpu()))
        self._whole.eval()
        try:
            with self.torch.inference_mode():
                batches = list(_by_length(states, self._config.batch_tokens))
                for batch in batches:
                    self.scores([states[index] for index in batch])
        finally:
            hook.remove()
        rows = np.concatenate([part.numpy() for part in seen])
        return np.asarray(rows[np.argsort(np.concatenate(batches), kind="stable")])

    def set_linear(self, weight: NDArray[Any], bias: NDArray[Any]) -> None:
        """Set the linear end of the head; ``weight`` has the shape (columns, hidden)."""
        with self.torch.no_grad():
            self._linear.weight.copy_(self.torch.from_numpy(weight))
            self._linear.bias.copy_(self.torch.from_numpy(bias))

    def train(self) -> None:
        """Switch dropout on in the layers that learn."""
        self._whole.train()

    def parameters(self) -> list[tuple[str, Any]]:
        """Return the parameters that learn, with their names; those of the head's linear end start with ``head.``."""
        own = {id(value) for value in self._linear.parameters()}
        named = [(name, value) for name, value in self._whole.named_parameters() if id(value) not in own]
        if self._config.head == "embedding":
            named = [(name, value) for name, value in named if not name.startswith("classifier")]
        named += [(f"head.{name}", value) for name, value in self._linear.named_parameters()]
        return [(name, value) for name, value in named if value.requires_grad]

    def tensors(self) -> dict[str, Array]:
        """Return the tensors of the whole model under the names that transformers and our own graph builder read."""
        found = {name: value.detach().cpu().numpy() for name, value in self._whole.state_dict().items()}
        if self._config.head == "embedding":
            found = {name: value for name, value in found.items() if not name.startswith("classifier")}
            weight, bias = (value.detach().cpu().numpy() for value in (self._linear.weight, self._linear.bias))
            found |= {f"{EMBEDDING_HEAD}.weight": weight * np.float32(self._scale), f"{EMBEDDING_HEAD}.bias": bias}
        return {name: np.ascontiguousarray(value) for name, value in found.items()}

    @property
    def _scale(self) -> float:
        return math.sqrt(self._backbone.config.hidden)

    def _head(self, columns: int) -> Any:
        if self._config.head == "embedding":
            return self.torch.nn.Linear(self._backbone.config.hidden, columns).to(self.device)
        return getattr(self._whole.classifier, "out_proj", self._whole.classifier)

    def _padded(self, states: Sequence[Any]) -> tuple[Any, Any]:
        pad = 0.0 if self._frozen and states[0].dim() == 2 else self._backbone.config.pad_id
        padded = self.torch.nn.utils.rnn.pad_sequence(list(states), batch_first=True, padding_value=pad)
        lengths = self.torch.tensor([len(state) for state in states])
        # From the lengths, never from the identifiers: a text may hold the padding token.
        mask = self.torch.arange(padded.shape[1])[None, :] < lengths[:, None]
        return padded.to(self.device), mask.long().to(self.device)

    @contextmanager
    def _only(self, layers: Any, *, states: bool = False) -> Iterator[None]:
        """Let the encoder have these layers alone, and take states in place of tokens."""
        self._base.encoder.layer = layers
        if states:
            self._base.embeddings = _passing(self.torch)
        try:
            yield
        finally:
            self._base.encoder.layer, self._base.embeddings = self._layers, self._embeddings

    def _autocast(self) -> Any:
        return self.torch.autocast(self.device.type, self.torch.bfloat16, enabled=self._config.bf16)

    @contextmanager
    def _seeded(self) -> Iterator[None]:
        with self.torch.random.fork_rng():
            self.torch.manual_seed(self._config.seed)
            yield


def _loaded(transformers: Any, backbone: Backbone, columns: int) -> Any:
    from safetensors import SafetensorError

    try:
        return transformers.AutoModelForSequenceClassification.from_pretrained(
            str(backbone.folder),
            num_labels=columns,
            ignore_mismatched_sizes=True,  # a backbone that was fine-tuned before has a head of another size
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="eager",  # on a processor it trains faster than the fused one
        ).float()
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise InputError(f"transformers cannot read the backbone: {error}", where=str(backbone.folder)) from error


def _passing(torch: Any) -> Any:
    """Make a module that stands where the embeddings were and hands on the states that it is given."""

    class Passing(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *, inputs_embeds: Any, **_: Any) -> Any:
            return inputs_embeds

    return Passing()


def _by_length(sequences: Sequence[Any], batch_tokens: int) -> Iterator[list[int]]:
    batch: list[int] = []
    for index in sorted(range(len(sequences)), key=lambda index: -len(sequences[index])):
        if batch and (len(batch) + 1) * len(sequences[batch[0]]) > batch_tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
