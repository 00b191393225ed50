"""A bundle: the folder that holds a trained ensemble, and how it is read.

``manifest.json`` names the members, their weights, the settings fitted for them, where they come
from, and the size and sha256 of every other file. Weights are safetensors or ONNX: nothing in a
bundle is code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

from jupyter_cellorder.ensemble import Ensemble
from jupyter_cellorder.errors import BundleError
from jupyter_cellorder.members.base import Member
from jupyter_cellorder.review.features import NAMES
from jupyter_cellorder.review.hidden import Hidden
from jupyter_cellorder.review.settings import ReviewSettings
from jupyter_cellorder.strategies import DEFAULT as DEFAULT_STRATEGY
from jupyter_cellorder.strategies import STRATEGIES

FORMAT = 3
MANIFEST = "manifest.json"
DEFAULT = Path(__file__).parent / "bundles" / "default"

# Kind of member to the module that reads it, imported only then, and its function.
READERS = {
    "context": ("context", "load_context"),
    "pairwise": ("pairwise", "load_pairwise"),
    "pointwise": ("pointwise", "load_pointwise"),
    "priors": ("priors", "load_priors"),
}

Backend = Literal["onnx", "torch"]


@dataclass(frozen=True)
class MemberEntry:
    """One member: its kind says which reader loads its folder.

    ``value`` is what it is worth where time is short, such as the Kendall tau gained when it joins;
    None, where the file has none, for its weight.
    """

    name: str
    kind: str
    weight: float
    folder: str
    backends: tuple[str, ...]
    value: float | None = None


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        name: Shown to users and in results.
        recipe: Recipe that trained it.
        corpus: What it was trained on.
        members: In the order of the file.
        review: Settings of review mode, fitted on held-out notebooks, without their hidden layer.
        hidden: Path inside the bundle of that layer; optional in the file.
        diagonal: See :class:`jupyter_cellorder.ensemble.Ensemble`.
        strategy: As there; optional in the file.
        gap_temperature: As there; optional in the file.
        files: Path inside the bundle to (bytes, sha256).
        figures: Measured scores, free of meaning to the program.
        sha256: Of the manifest file itself: names the bundle exactly.
    """

    name: str
    recipe: str
    corpus: str
    members: tuple[MemberEntry, ...]
    review: ReviewSettings
    diagonal: float
    files: Mapping[str, tuple[int, str]]
    figures: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    strategy: str = DEFAULT_STRATEGY
    gap_temperature: float = 1.0
    hidden: str | None = None


def read_manifest(path: str | Path | None = None) -> Manifest:
    """Read what a bundle says of itself; its other files are not looked at.

    Raises:
        BundleError: ``bundle-missing``, ``bundle-corrupt`` or ``bundle-version``.
    """
    folder = DEFAULT if path is None else Path(path)
    try:
        text = (folder / MANIFEST).read_bytes()
    except OSError:
        raise BundleError(_missing(folder, path), "bundle-missing") from None
    try:
        record = json.loads(text)
        version = record["format"]
        if version != FORMAT:
            raise BundleError(
                f"The bundle {folder} has format {version}; this version of jupyter-cellorder "
                f"reads format {FORMAT}. Upgrade jupyter-cellorder, or export the bundle again.",
                "bundle-version",
            )
        strategy = str(record.get("strategy", DEFAULT_STRATEGY))
        if strategy not in STRATEGIES:
            raise BundleError(
                f"The bundle {folder} names the strategy {strategy!r}, which this version of "
                f"jupyter-cellorder does not know ({', '.join(STRATEGIES)}). "
                "Upgrade jupyter-cellorder.",
                "bundle-version",
            )
        review = dict(record["review"])
        review["calibration"] = tuple(review["calibration"])
        hidden = review.pop("hidden", None)
        _known(review["weights"])
        return Manifest(
            name=str(record["name"]),
            recipe=str(record["recipe"]),
            corpus=str(record["corpus"]),
            members=tuple(
                MemberEntry(
                    str(entry["name"]),
                    str(entry["kind"]),
                    float(entry["weight"]),
                    str(entry["folder"]),
                    tuple(entry["backends"]),
                    None if entry.get("value") is None else float(entry["value"]),
                )
                for entry in record["members"]
            ),
            review=ReviewSettings(**review),
            diagonal=float(record["diagonal"]),
            files={
                name: (int(entry["bytes"]), str(entry["sha256"]))
                for name, entry in record["files"].items()
            },
            figures=record.get("figures", {}),
            sha256=hashlib.sha256(text).hexdigest(),
            strategy=strategy,
            gap_temperature=float(record.get("gap_temperature", 1.0)),
            hidden=None if hidden is None else str(hidden),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError(
            f"The manifest of the bundle {folder} is damaged ({type(error).__name__}). "
            f"{_mend(path)}",
            "bundle-corrupt",
        ) from error


def load_bundle(
    path: str | Path | None = None, backend: Backend = "onnx", threads: int | None = None
) -> Ensemble:
    """Load an ensemble, ready to answer.

    Args:
        path: A bundle's folder; None for the one that ships with the package.
        backend: ``onnx`` runs on ONNX Runtime; ``torch`` needs torch and transformers and uses a
            GPU where there is one.
        threads: Threads of computation; None leaves it to the runtime.

    Raises:
        BundleError: ``bundle-missing``, ``bundle-corrupt`` (a file is missing or differs from the
            manifest), ``bundle-version``, or ``backend-missing``.
    """
    if backend not in get_args(Backend):
        raise BundleError(
            f"There is no backend {backend!r}. Use 'onnx', or 'torch' where torch is installed.",
            "backend-missing",
        )
    manifest = read_manifest(path)
    folder = DEFAULT if path is None else Path(path)
    _verify(folder, manifest, path)
    try:
        members = tuple(_load(folder, entry, backend, threads) for entry in manifest.members)
        return Ensemble(
            members,
            tuple(entry.weight for entry in manifest.members),
            manifest.name,
            _review(folder, manifest),
            manifest.diagonal,
            manifest.strategy,
            tuple(
                entry.weight if entry.value is None else entry.value for entry in manifest.members
            ),
            gap_temperature=manifest.gap_temperature,
        )
    except BundleError:
        raise
    except Exception as error:  # those of ONNX Runtime and safetensors derive from nothing narrower
        raise BundleError(
            f"The bundle {folder} could not be loaded ({type(error).__name__}). {_mend(path)}",
            "bundle-corrupt",
        ) from error


def _load(folder: Path, entry: MemberEntry, backend: Backend, threads: int | None) -> Member:
    if entry.kind not in READERS:
        raise BundleError(
            f"The bundle {folder} has a member of the kind {entry.kind!r}, which this version of "
            "jupyter-cellorder does not know. Upgrade jupyter-cellorder.",
            "bundle-version",
        )
    if backend not in entry.backends:
        raise BundleError(
            f"The member {entry.name!r} of {folder} runs on {' or '.join(entry.backends)} only; "
            "choose that backend, or export the bundle again.",
            "backend-missing",
        )
    module, function = READERS[entry.kind]
    reader = getattr(import_module(f"jupyter_cellorder.members.{module}"), function)
    member: Member = reader(entry.name, folder / entry.folder, backend, threads)
    return member


def _review(folder: Path, manifest: Manifest) -> ReviewSettings:
    if manifest.hidden is None:
        return manifest.review
    hidden = Hidden.read(folder / manifest.hidden)
    _known(hidden.names)
    return replace(manifest.review, hidden=hidden)


def _known(features: Iterable[str]) -> None:
    unknown = sorted(set(features) - set(NAMES))
    if unknown:
        raise ValueError(f"there is no feature {unknown[0]!r}")


def _verify(folder: Path, manifest: Manifest, path: str | Path | None) -> None:
    for name, (size, digest) in manifest.files.items():
        file = folder / name
        try:
            with file.open("rb") as stream:
                found = _digest(stream)
        except OSError:
            raise BundleError(
                f"The file {name} of the bundle {folder} is missing. {_mend(path)}",
                "bundle-corrupt",
            ) from None
        if file.stat().st_size != size or found != digest:
            raise BundleError(
                f"The file {name} of the bundle {folder} differs from its manifest. {_mend(path)}",
                "bundle-corrupt",
            )


def _digest(stream: BinaryIO) -> str:
    found = hashlib.sha256()
    while piece := stream.read(1 << 20):
        found.update(piece)
    return found.hexdigest()


def _missing(folder: Path, path: str | Path | None) -> str:
    if path is None:
        return (
            "The model that ships with jupyter-cellorder is missing. "
            "Reinstall it: pip install --force-reinstall jupyter-cellorder."
        )
    return (
        f"{folder} holds no bundle (no {MANIFEST}). Give the folder that "
        "`python -m training.export` wrote, or leave it out to use the one that ships."
    )


def _mend(path: str | Path | None) -> str:
    if path is None:
        return "Reinstall it: pip install --force-reinstall jupyter-cellorder."
    return "Copy or export the bundle again."
