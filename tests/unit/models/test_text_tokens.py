"""Texts as tokens."""

from __future__ import annotations

import numpy as np

from models.backbone import find_backbone
from models.text_tokens import TextTokens


def test_a_text_is_cut_to_the_most_tokens_and_gets_no_padding(tiny_backbone):
    tokens = TextTokens(find_backbone(str(tiny_backbone("bert"))), 6)
    assert tokens.of("care home").shape == (4,)
    long = tokens.of("care home " * 20_000)
    assert long.shape == (6,)
    assert long.dtype == np.int64
    assert np.array_equal(long[:3], tokens.of("care home")[:3])
    assert long[-1] == tokens.of("care home")[-1]


def test_an_empty_text_and_broken_characters_are_texts_too(tiny_backbone):
    tokens = TextTokens(find_backbone(str(tiny_backbone("mpnet"))), 24)
    assert tokens.of("").shape == (2,)
    assert np.array_equal(tokens.of("care \ud800"), tokens.of("care ?"))
