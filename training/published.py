"""``python -m training.published STATE_DICT --recipe RECIPE --output RUN``: weights of others.

Brings in a published ``state_dict`` of the architecture that a ``pointwise`` or ``pairwise`` recipe
trains, as the public notebooks of AI4Code (2022) saved it: an encoder under any prefix, and one
linear layer. The result is a finished run, for ``training.export`` or as a member of an ensemble.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModel, PretrainedConfig

from jupyter_cellorder.errors import CellOrderError
from training import tasks
from training.checkpoint import is_unused
from training.data.writing import writing
from training.encoders import load_config, save_tokenizer
from training.pairwise.data import PairwiseQuestions
from training.pairwise.recipe import PairwiseRecipe
from training.pointwise.data import PointwiseQuestions
from training.pointwise.recipe import PointwiseRecipe
from training.sequences.checkpoint import write_checkpoint

MARK = "embeddings.word_embeddings.weight"  # what stands before it is the encoder's prefix
WRAPPERS = ("state_dict", "model_state_dict", "model")  # keys under which trainers save one


class PublishedError(CellOrderError):
    """Weights that are not those of the recipe's architecture; the message says where."""


def read_state(path: Path) -> dict[str, Tensor]:
    """A state dict from a .safetensors file or one of torch; nothing in it is ever run.

    Raises:
        PublishedError: ``published-missing``, or ``published-invalid`` for what holds anything but
            tensors.
    """
    if not path.is_file():
        raise PublishedError(
            f"There is no file {path}; give the file with the published weights.",
            "published-missing",
        )
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (
        pickle.UnpicklingError,
        SafetensorError,
        OSError,
        RuntimeError,
        EOFError,
        ValueError,
    ) as error:
        raise _not_a_state_dict(path) from error
    for key in WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
    if (
        not isinstance(found, Mapping)
        or not found
        or not all(isinstance(name, str) for name in found)
        or not all(isinstance(value, Tensor) for value in found.values())
    ):
        raise _not_a_state_dict(path)
    return dict(found)


def _not_a_state_dict(path: Path) -> PublishedError:
    return PublishedError(
        f"{path} is not a state dict of tensors alone, and nothing else is read: pickled code "
        "could do anything. Save model.state_dict() with torch.save, or as .safetensors, and give "
        "that file.",
        "published-invalid",
    )


def matched(
    state: Mapping[str, Tensor], config: PretrainedConfig, extras: int
) -> dict[str, Tensor]:
    """The weights, named as :class:`~jupyter_cellorder.networks.sequence.SequenceScorer` does.

    Args:
        state: A published state dict.
        config: The encoder that it should hold.
        extras: Plain numbers beside the encoder's vector that the head reads.

    Raises:
        PublishedError: ``published-mismatch``, with the first layer that does not fit.
    """
    prefix = _prefix(state)
    weights = {}
    for name, shape in _shapes(config).items():
        found = state.get(prefix + name)
        if found is None:
            raise _mismatch(f"The encoder's {prefix + name} is missing")
        if tuple(found.shape) != shape:
            raise _mismatch(
                f"{prefix + name} is of the shape {tuple(found.shape)}, where the recipe's encoder "
                f"has {shape}"
            )
        weights[f"encoder.{name}"] = found
    known = {prefix + name.removeprefix("encoder.") for name in weights}
    rest = {
        name: value
        for name, value in state.items()
        if name not in known
        and not (name.startswith(prefix) and is_unused(name.removeprefix(prefix)))
    }
    wanted = (1, int(config.hidden_size) + extras)
    heads = [
        name
        for name, value in rest.items()
        if name.endswith("weight") and tuple(value.shape) == wanted
    ]
    if len(heads) != 1:
        shown = ", ".join(f"{name} {tuple(value.shape)}" for name, value in rest.items()) or "none"
        raise _mismatch(
            f"One layer of the shape {wanted} is wanted as the head, and {len(heads)} are there; "
            f"beside the encoder there is: {shown}"
        )
    bias = f"{heads[0].removesuffix('weight')}bias"
    if bias not in rest or rest[bias].numel() != 1:
        raise _mismatch(f"The head {heads[0]} has no bias {bias} of one number")
    others = sorted(rest.keys() - {heads[0], bias})
    if others:
        raise _mismatch(f"There is more than an encoder and a head: {', '.join(others[:3])}")
    weights |= {"head.weight": rest[heads[0]], "head.bias": rest[bias].reshape(1)}
    spoilt = [name for name, value in weights.items() if not bool(torch.isfinite(value).all())]
    if spoilt:
        raise _mismatch(f"{spoilt[0]} holds numbers that are not finite")
    return {name: value.float().clone().contiguous() for name, value in weights.items()}


def _prefix(state: Mapping[str, Tensor]) -> str:
    marks = [name for name in state if name == MARK or name.endswith(f".{MARK}")]
    if len(marks) != 1:
        raise _mismatch(
            f"One encoder is wanted, and {len(marks)} are there (a layer {MARK}, under any prefix)"
        )
    return marks[0].removesuffix(MARK)


def _shapes(config: PretrainedConfig) -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        encoder: Any = AutoModel.from_config(config)  # type: ignore[no-untyped-call]
    encoder.pooler = None
    return {name: tuple(value.shape) for name, value in encoder.state_dict().items()}


def _mismatch(what: str) -> PublishedError:
    return PublishedError(
        f"{what}. Choose the recipe whose encoder and task the weights were trained with.",
        "published-mismatch",
    )


def bring_in(
    path: Path, name: str, output: Path, changes: list[str], encoders: Path | None
) -> Path:
    """Write a finished run from published weights; the folder of its checkpoint.

    Args:
        path: See :func:`read_state`.
        name: The recipe, of the task ``pointwise`` or ``pairwise``.
        output: Folder of the run.
        changes: Of the recipe, as in :func:`training.tasks.load`.
        encoders: See :class:`training.tasks.Order`.

    Raises:
        CellOrderError: The recipe, the weights, the encoder or the folder are not to be used.
    """
    recipe = tasks.load(name, changes)
    kind: type[PointwiseQuestions | PairwiseQuestions]
    if isinstance(recipe, PointwiseRecipe):
        kind = PointwiseQuestions
    elif isinstance(recipe, PairwiseRecipe):
        kind = PairwiseQuestions
    else:
        raise PublishedError(
            f"{name} is a recipe of the task {recipe.task!r}; published weights can be brought in "
            "for a pointwise or pairwise recipe, such as codebert-5 or pairwise-bertsmall.",
            "published-recipe",
        )
    folder = output / "checkpoint"
    if folder.exists():
        raise PublishedError(
            f"{folder} exists. Remove it or choose another folder.", "output-exists"
        )
    state = read_state(path)
    encoder = tasks.found_encoder(recipe.encoder, encoders)
    config = load_config(encoder)
    weights = matched(state, config, kind.extras)
    with writing(output, "choose another --output"), tempfile.TemporaryDirectory() as scratch:
        output.mkdir(parents=True, exist_ok=True)
        tokenizer = Path(scratch) / "tokenizer.json"
        save_tokenizer(encoder, tokenizer)
        write_checkpoint(
            folder,
            recipe,
            Path(name).stem,
            weights,
            tokenizer,
            config.to_dict(),
            kind.temperature,
        )
    return folder


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0: a finished run lies there; 2: not, with a sentence that says why."""
    made = argparse.ArgumentParser(prog="python -m training.published", description=__doc__)
    made.add_argument("state", type=Path, help="the weights: .safetensors, or a file of torch.save")
    made.add_argument("--recipe", required=True, help="by what they were trained, as codebert-5")
    made.add_argument(
        "--output", type=Path, required=True, help="folder of the run; an ensemble's RUN/MEMBER"
    )
    made.add_argument(
        "--encoders", type=Path, help="folder with encoders by their names, as for training.run"
    )
    made.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a value of the recipe, as in --set layout.code_tokens=22",
    )
    chosen = made.parse_args(arguments)
    try:
        folder = bring_in(chosen.state, chosen.recipe, chosen.output, chosen.set, chosen.encoders)
    except CellOrderError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Brought in: {folder}")
    print(f"Next: python -m training.export {chosen.output} --output BUNDLE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
