"""Texts as the numbers of their tokens: the same for training and for reading."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from careatlas.errors import InputError
from models.backbone import Backbone

# Longer texts are cut before they are cut into tokens. English has five characters per token, so that this changes
# nothing but for texts that are hardly words.
_CHARACTERS_PER_TOKEN = 64

Tokens = NDArray[np.int64]


class TextTokens:
    """The tokeniser of a backbone.

    Parameters
    ----------
    backbone : Backbone
    most : int
        Tokens of a text that are read, the two special ones among them.

    Raises
    ------
    InputError
        If the tokeniser cannot be read, or knows more words than the weights.
    """

    def __init__(self, backbone: Backbone, most: int) -> None:
        self.most = most
        self._tokenizer = _tokenizer(backbone, most)

    def of(self, text: str) -> Tokens:
        """Return the tokens of a text, shape (tokens,)."""
        # Lone surrogates come out of broken PDFs, and the tokeniser takes none.
        whole = text[: self.most * _CHARACTERS_PER_TOKEN].encode("utf-8", "replace").decode("utf-8")
        return np.array(self._tokenizer.encode(whole).ids, dtype=np.int64)


def _tokenizer(backbone: Backbone, most: int) -> Any:
    from tokenizers import Tokenizer

    path = backbone.folder / "tokenizer.json"
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare exceptions
        raise InputError(f"the tokeniser cannot be read: {error}", where=str(path)) from error
    words = tokenizer.get_vocab_size()
    if words > backbone.config.words:
        raise InputError(f"the tokeniser has {words} words, the weights have {backbone.config.words}", where=str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return tokenizer
