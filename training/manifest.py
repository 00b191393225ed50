"""Writing a bundle's manifest; :mod:`jupyter_cellorder.bundle` reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_cellorder.bundle import FORMAT, MANIFEST
from jupyter_cellorder.review.settings import ReviewSettings

# Figures of the whole ensemble that hold no longer when a member or a weight has changed.
MEASURED = ("scores", "selected")


def write_manifest(
    folder: Path,
    name: str,
    recipe: str,
    corpus: str,
    members: Sequence[Mapping[str, Any]],
    figures: Mapping[str, Any],
    strategy: str,
) -> None:
    """The manifest of a freshly exported bundle; review mode is not fitted yet.

    ``members`` hold the fields of :class:`jupyter_cellorder.bundle.MemberEntry`, ``strategy`` is
    one of :data:`jupyter_cellorder.strategies.STRATEGIES`.
    """
    record = {
        "format": FORMAT,
        "name": name,
        "recipe": recipe,
        "corpus": corpus,
        "members": [dict(member) for member in members],
        "strategy": strategy,
        "review": asdict(ReviewSettings()),
        "diagonal": 0.0,
        "gap_temperature": 1.0,
        "figures": dict(figures),
    }
    _write(folder, record)


def update_manifest(folder: Path, changes: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    """Replace fields, add figures, and name the files as they lie there now."""
    record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    changed = {**record, **changes}
    _write(folder, {**changed, "figures": {**changed["figures"], **figures}})


def _write(folder: Path, record: Mapping[str, Any]) -> None:
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    text = json.dumps({**record, "files": files}, indent=1) + "\n"
    # Not inside the folder: a manifest names all that lies there.
    partial = folder.with_name(f"{folder.name}.{MANIFEST}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(folder / MANIFEST)
