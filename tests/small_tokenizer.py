"""A tokenizer whose tokens are words, so that a test can count them."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, processors

SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]")
WORDS = tuple(f"w{number}" for number in range(200))


def write_tokenizer(path: Path, cut: int | None = None) -> Path:
    """A tokenizer.json; with `cut` it asks for truncation and padding, as files on the hub do."""
    numbers = {word: number for number, word in enumerate((*SPECIAL, *WORDS))}
    made = Tokenizer(models.WordLevel(numbers, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    if cut is not None:
        made.enable_truncation(cut)
        made.enable_padding(length=cut)
    made.save(str(path))
    return path


def numbers(text: str) -> list[int]:
    """Token numbers of words."""
    return [(*SPECIAL, *WORDS).index(word) for word in text.split()]
