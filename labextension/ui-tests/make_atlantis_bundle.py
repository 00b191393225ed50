"""Write a bundle of the shape of HCMUS-Atlantis: three pointwise members and a pairwise one, tiny.

``python make_atlantis_bundle.py FOLDER``. Nobody trained the members: what they say is at random,
but the same at every run, and it goes the whole way of a real ensemble: checkpoints, export to
ONNX Runtime, manifest. Review mode is told to propose whatever evidence it finds.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from tiny_checkpoints import ensemble_run, sequence_checkpoint
from tiny_training import tiny_encoder, tiny_roberta
from transformers.utils.logging import disable_progress_bar

from jupyter_cellorder.review.settings import Eagerness, ReviewSettings
from training import export
from training.manifest import update_manifest

WEIGHTS = {"codebert-20": 6.0, "codebert-mlm-10": 5.0, "codebert-25": 2.0, "pairwise": 3.0}


def make(folder: Path) -> int:
    """Write the bundle in place of an older one; the export's exit code."""
    disable_progress_bar()
    shutil.rmtree(folder, ignore_errors=True)
    with TemporaryDirectory() as scratch:
        run = Path(scratch) / "run"
        for seed, name in enumerate(WEIGHTS):
            if name == "pairwise":
                encoder = tiny_encoder(Path(scratch) / name)
                sequence_checkpoint(run / name, "pairwise", encoder)
            else:
                encoder = tiny_roberta(Path(scratch) / name, seed)
                sequence_checkpoint(run / name, "pointwise", encoder)
        ensemble_run(run, WEIGHTS)
        status = export.main([str(run), "--output", str(folder), "--name", "tiny-atlantis"])
    if status == 0:
        any_evidence = dict.fromkeys((each.value for each in Eagerness), 0.0)
        eager = ReviewSettings(thresholds=any_evidence, max_share=1.0)
        update_manifest(folder, {"review": asdict(eager)}, {})
    return status


if __name__ == "__main__":
    sys.exit(make(Path(sys.argv[1])))
