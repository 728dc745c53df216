"""Small real models for the tests, built in code: nothing is downloaded, and the same weights every time."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch

WORDS = ["the", "cat", "sat", "on", "mat", "dog", "ran", "to", "a", "house", "and", "Madison", "Square", "Garden", "is", "in"]


def tiny_net() -> Any:
    """The network of the issue that this package is about: layer1 (5 → 10), layer2 (10 → 2)."""
    from nnsight import NNsight

    torch.manual_seed(423)
    layers = OrderedDict([("layer1", torch.nn.Linear(5, 10)), ("layer2", torch.nn.Linear(10, 2))])
    return NNsight(torch.nn.Sequential(layers).requires_grad_(False))


def tiny_gpt2(layers: int = 2, width: int = 16, heads: int = 2) -> Any:
    """A real GPT-2 with random weights and a tokenizer of whole words (:data:`WORDS`)."""
    from nnsight import LanguageModel
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    vocabulary = {word: i for i, word in enumerate(["<pad>", "<unk>", "<eos>", *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", eos_token="<eos>")
    torch.manual_seed(0)
    config = GPT2Config(
        n_layer=layers, n_embd=width, n_head=heads, vocab_size=len(vocabulary), n_positions=64, pad_token_id=0, eos_token_id=2,
        bos_token_id=2,
    )  # fmt: skip
    return LanguageModel(GPT2LMHeadModel(config).eval(), tokenizer=fast)
