import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_cellorder

HEAVY = {
    "jupyter_server",
    "jupyterlab",
    "onnxruntime",
    "scipy",
    "tokenizers",
    "torch",
    "tornado",
    "transformers",
}


def modules_after(statement: str) -> set[str]:
    """Top-level names in sys.modules of a fresh interpreter that ran the statement."""
    program = (
        f"{statement}\n"
        "import json, sys\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(result.stdout))


@pytest.mark.parametrize(
    "statement",
    [
        "import jupyter_cellorder",
        "from jupyter_cellorder import Notebook, suggest",
        "from jupyter_cellorder import load_bundle",
        "import jupyter_cellorder.evaluation.run",
    ],
)
def test_importing_the_package_loads_nothing_heavy(statement: str) -> None:
    modules = modules_after(statement)

    assert "jupyter_cellorder" in modules
    assert not modules & HEAVY


@pytest.mark.parametrize("module", ["jupyter_cellorder.server", "jupyter_cellorder.cli"])
def test_the_faces_load_no_model_runtime(module: str) -> None:
    modules = modules_after(f"import {module}")

    assert not modules & {"onnxruntime", "torch", "transformers"}


def test_the_package_never_imports_training() -> None:
    package = Path(jupyter_cellorder.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            assert not [name for name in names if name.split(".")[0] == "training"], path
