"""A tiny encoder of the real architecture, and a tiny corpus in the corpus format."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import zstandard

TOPICS = ("load", "clean", "plot", "fit", "score", "export", "merge", "sample")


def tiny_cells(number: int, rng: np.random.Generator) -> list[list[str]]:
    """Kinds and sources of one notebook; markdown names what the next code cell does."""
    cells = [["markdown", f"# Notebook about {TOPICS[number % len(TOPICS)]}"]]
    for topic in rng.permutation(TOPICS)[:5]:
        cells.append(["markdown", f"## Now we {topic} the table_{topic}"])
        cells.append(["code", f"table_{topic} = {topic}(frame)\nprint(table_{topic})"])
    return cells


def tiny_corpus(folder: Path, notebooks: int, seed: int) -> None:
    """Notebooks in the corpus format: something can be learned."""
    rng = np.random.default_rng(seed)
    for part, count in (("train-00", notebooks), ("valid", notebooks // 2)):
        lines = [
            json.dumps(
                {
                    "id": f"{part}-{number}",
                    "ancestor": f"{number:08x}",
                    "repo": f"repo/{number % 3}",
                    "path": "a.ipynb",
                    "commit": "0",
                    "licence": "MIT",
                    "lang": "en",
                    "cells": tiny_cells(number, rng),
                }
            )
            for number in range(count)
        ]
        data = zstandard.ZstdCompressor().compress("\n".join(lines).encode() + b"\n")
        (folder / f"{part}.jsonl.zst").write_bytes(data)


def tiny_kaggle(folder: Path, notebooks: int, seed: int) -> Path:
    """The same in Kaggle's layout: code in its order, then shuffled markdown."""
    rng = np.random.default_rng(seed)
    (folder / "train").mkdir(parents=True)
    orders, ancestors = ["id,cell_order"], ["id,ancestor_id,parent_id"]
    for number in range(notebooks):
        name = f"{number:014x}"
        cells = tiny_cells(number, rng)
        names = [f"{at:08x}" for at in rng.choice(2**31, len(cells), replace=False)]
        kinds = {own: kind for own, (kind, _) in zip(names, cells, strict=True)}
        markdown = [own for own in names if kinds[own] == "markdown"]
        shown = [own for own in names if kinds[own] == "code"] + list(rng.permutation(markdown))
        sources = dict(zip(names, (source for _, source in cells), strict=True))
        record = {
            "cell_type": {str(own): kinds[own] for own in shown},
            "source": {str(own): sources[own] for own in shown},
        }
        (folder / "train" / f"{name}.json").write_text(json.dumps(record))
        orders.append(f"{name},{' '.join(names)}")
        ancestors.append(f"{name},{number // 2:08x},")
    (folder / "train_orders.csv").write_text("\n".join(orders) + "\n")
    (folder / "train_ancestors.csv").write_text("\n".join(ancestors) + "\n")
    return folder


def tiny_encoder(folder: Path) -> Path:
    """A randomly initialised BERT of two layers, with a WordPiece tokenizer over a few words."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # type: ignore[call-arg]
    tokenizer.normalizer = normalizers.BertNormalizer()  # type: ignore[assignment]
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()  # type: ignore[assignment]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    text = [f"# now we {topic} the table_{topic} = {topic}(frame) print" for topic in TOPICS]
    tokenizer.train_from_iterator(
        text, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )  # type: ignore[assignment]
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
    )
    BertModel(config).save_pretrained(folder)
    return folder


def tiny_roberta(folder: Path, seed: int = 0) -> Path:
    """A randomly initialised RoBERTa, CodeBERT's architecture, with a byte-level BPE tokenizer."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import RobertaConfig, RobertaModel, RobertaTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(
        [f"# Now we {topic} the table_{topic} = {topic}(frame)" for topic in TOPICS],
        vocab_size=400,
        special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        show_progress=False,
    )
    trained.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=514,  # CodeBERT's: 512 tokens and the padding's two
        type_vocab_size=1,
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    RobertaModel(config).save_pretrained(folder)
    return folder


def tiny_hub(folder: Path) -> Path:
    """Tiny encoders under the names that the shipped recipes start from."""
    for name in ("codebert-base", "codebert-base-mlm", "graphcodebert-base"):
        tiny_roberta(folder / "microsoft" / name)
    tiny_encoder(folder / "prajjwal1" / "bert-small")
    tiny_encoder(folder / "sentence-transformers" / "all-MiniLM-L6-v2")
    return folder


RECIPE = """
summary = "tiny"
task = "context"
encoder = "{encoder}"
seed = 3

[tokens]
markdown = 24
code = 24

[network]
width = 32
heads = 2
feed_forward = 64
first_layers = 1
second_layers = 1
dropout = 0.0

[frozen]
steps = {steps}
rate = 3e-3
cells = 120
longest = 40
warm_up = 4
precision = "fp32"
score_every = {every}

[unfrozen]
steps = 4
rate = 1e-3
encoder_rate = 1e-3
unfrozen_layers = 1
cells = 60
longest = 20
warm_up = 1
precision = "fp32"
score_every = 4
"""


def tiny_recipe(path: Path, encoder: Path, steps: int = 60, every: int = 30) -> Path:
    """A recipe file that trains in seconds."""
    path.write_text(RECIPE.format(encoder=encoder.as_posix(), steps=steps, every=every))
    return path


class TinyRun:
    """One finished tiny run and its exported bundle, made once for all tests."""

    def __init__(self, folder: Path) -> None:
        from training import export, run

        self.corpus = folder / "corpus"
        self.corpus.mkdir()
        tiny_corpus(self.corpus, 24, 0)
        self.encoder = tiny_encoder(folder / "encoder")
        self.recipe = tiny_recipe(folder / "tiny.toml", self.encoder)
        self.output = folder / "run"
        self.bundle = folder / "bundle"
        arguments = [str(self.recipe), "--data", str(self.corpus), "--output", str(self.output)]
        assert run.main(arguments) == 0
        assert export.main([str(self.output), "--output", str(self.bundle)]) == 0
