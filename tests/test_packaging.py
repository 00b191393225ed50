import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import jupyter_cellorder

ROOT = Path(__file__).parent.parent
LABEXTENSION = "jupyter_cellorder-{}.data/data/share/jupyter/labextensions/jupyter-cellorder/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # jlpm and node, should the front end have to be built, stand beside Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it; its dependencies come from ours."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(folder)})
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    offline = ["--quiet", "--no-deps", "--no-index", "--ignore-installed"]
    subprocess.run([*pip, "install", *offline, wheel], check=True)
    return folder


def run(environment: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of that environment on a PATH without Node.js."""
    return subprocess.run(
        [environment / "bin" / command[0], *command[1:]],
        env={**os.environ, "PATH": ""},
        cwd=environment,
        capture_output=True,
        text=True,
        check=True,
    )


def listing(environment: Path, module: str) -> str:
    """What `python -m module list` says of the extensions of that environment."""
    result = run(environment, "python", "-m", module, "list")
    text = result.stdout + result.stderr
    return text[text.index(str(environment)) :]


def test_the_wheel_brings_what_runs(names: set[str]) -> None:
    for name in [
        "jupyter_cellorder/suggest.py",
        "jupyter_cellorder/py.typed",
        "jupyter_cellorder/server/openapi.yaml",
        "training/run.py",
        "training/recipes/minilm-context.toml",
        "training/data/SOURCES.csv",
    ]:
        assert name in names


def test_the_wheel_brings_every_file_of_the_default_bundle(wheel: Path, names: set[str]) -> None:
    bundle = "jupyter_cellorder/bundles/default/"
    here = ROOT / bundle
    expected = {path.relative_to(here).as_posix() for path in here.rglob("*") if path.is_file()}

    assert "manifest.json" in expected
    assert {name.removeprefix(bundle) for name in names if name.startswith(bundle)} == expected
    assert wheel.stat().st_size <= 70 * 1024**2


def test_the_wheel_brings_the_examples(names: set[str]) -> None:
    examples = {path.name for path in (ROOT / "jupyter_cellorder" / "examples").glob("*.ipynb")}

    assert examples
    assert {f"jupyter_cellorder/examples/{name}" for name in examples} <= names


def test_the_wheel_brings_the_built_front_end(wheel: Path, names: set[str]) -> None:
    folder = LABEXTENSION.format(jupyter_cellorder.__version__)
    with zipfile.ZipFile(wheel) as archive:
        package = json.loads(archive.read(folder + "package.json"))

    assert folder + package["jupyterlab"]["_build"]["load"] in names
    assert folder + "install.json" in names
    assert folder + "schemas/jupyter-cellorder/plugin.json" in names


def test_the_wheel_brings_no_sources_of_the_front_end_nor_litter(names: set[str]) -> None:
    litter = ("node_modules", "__pycache__", "labextension/src", "tests/", ".ipynb_checkpoints")

    assert not [name for name in names if any(part in name for part in litter)]


def test_installing_enables_the_server_extension_without_node(environment: Path) -> None:
    ours = listing(environment, "jupyter_server.extension.serverextension")

    assert re.search(r"jupyter_cellorder\b.*enabled", ours)
    assert re.search(rf"jupyter_cellorder {jupyter_cellorder.__version__}.*OK", ours)


def test_installing_adds_the_front_end_without_node(environment: Path) -> None:
    ours = listing(environment, "jupyterlab.labextensions")

    assert re.search(rf"jupyter-cellorder v{jupyter_cellorder.__version__}.*enabled.*OK", ours)


def test_the_installed_command_suggests_without_node(environment: Path) -> None:
    packages = sysconfig.get_path("purelib", vars={"base": str(environment)})
    (example,) = Path(packages, "jupyter_cellorder/examples/out-of-order").glob("*.ipynb")

    result = run(environment, "jupyter-cellorder", "suggest", str(example), "--json")
    answer = json.loads(result.stdout)

    cells = json.loads(example.read_text(encoding="utf-8"))["cells"]
    assert sorted(answer["order"]) == sorted(cell["id"] for cell in cells)


def test_front_end_and_package_have_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))

    assert package["version"] == jupyter_cellorder.__version__
