"""Putting the ``priors`` member into a bundle, beside the members that it has."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from jupyter_cellorder.bundle import MANIFEST, load_bundle, read_manifest
from jupyter_cellorder.errors import BundleError
from jupyter_cellorder.members.priors import FILE
from training.loop.results import whole_folder
from training.manifest import MEASURED, update_manifest
from training.priors.record import write_record

KIND = "priors"


def install(record: dict[str, Any], bundle: Path, weight: float) -> None:
    """Give a bundle the member, or its member new rules and another weight.

    The bundle is replaced by a changed copy, so that it is whole at every moment and stays as it
    was where anything fails; the other members' files are not touched.

    Args:
        record: content of ``priors.json``.
        bundle: folder of a bundle.
        weight: of the member, positive.

    Raises:
        BundleError: It is no bundle, has another member of that name, or could not be read with the
            new rules.
        LoopError: It cannot be written.
    """
    for entry in read_manifest(bundle).members:
        if entry.name == KIND and entry.kind != KIND:
            raise BundleError(
                f"The bundle {bundle} has a member {KIND!r} of the kind {entry.kind!r}. Export it "
                "again under another name.",
                "bundle-corrupt",
            )
    load_bundle(bundle)  # a bundle that is damaged already is not made to look whole
    with whole_folder(bundle) as changed:
        shutil.copytree(bundle, changed, dirs_exist_ok=True)
        manifest = json.loads((changed / MANIFEST).read_text(encoding="utf-8"))
        found = [entry for entry in manifest["members"] if entry["kind"] == KIND]
        member = {
            **{"name": KIND, "kind": KIND, "folder": KIND, "backends": ["onnx", "torch"]},
            **(found[0] if found else {}),
            "weight": weight,
        }
        others = [entry for entry in manifest["members"] if entry["kind"] != KIND]
        (changed / member["folder"]).mkdir(exist_ok=True)
        write_record(record, changed / member["folder"] / FILE)
        for name in MEASURED:
            manifest["figures"].pop(name, None)
        (changed / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        update_manifest(changed, {"members": [*others, member]}, {})
        load_bundle(changed)
