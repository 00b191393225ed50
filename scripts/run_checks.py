"""Run every check of the project and count the tests: what `make test` calls.

A check that fails does not stop the others. The last line is `N passed, N failed`: the tests of
pytest, Jest and Playwright, and each linter or type checker as one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".reports"
UI_TESTS = ROOT / "labextension" / "ui-tests"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Count:
    """How many tests passed and failed."""

    passed: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Check:
    """One command; without a report it counts as a single test."""

    name: str
    command: list[str]
    folder: Path = ROOT
    environment: dict[str, str] = field(default_factory=dict)
    report: Path | None = None
    read: Callable[[Path], Count] | None = None


def read_pytest(report: Path) -> Count:
    """Counts in a JUnit XML file."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    total, bad, skipped = (
        sum(int(suite.get(key, 0)) for suite in suites for key in keys)
        for keys in (("tests",), ("failures", "errors"), ("skipped",))
    )
    return Count(total - bad - skipped, bad)


def read_jest(report: Path) -> Count:
    """Counts in Jest's JSON; a suite that did not even start is a failure."""
    result = json.loads(report.read_text(encoding="utf-8"))
    return Count(
        result["numPassedTests"], result["numFailedTests"] + result["numRuntimeErrorTestSuites"]
    )


def read_playwright(report: Path) -> Count:
    """Counts in Playwright's JSON; `errors` are those outside of any test."""
    result = json.loads(report.read_text(encoding="utf-8"))
    stats = result["stats"]
    return Count(
        stats["expected"] + stats["flaky"], stats["unexpected"] + len(result.get("errors", []))
    )


def find_chromium() -> str:
    """Path of a Chromium for the browser tests; installs Debian's where root may."""
    given = os.environ.get("CHROMIUM_PATH")
    if given:
        return given
    for attempt in ("as it is", "installed"):
        for name in CHROMIUM_NAMES:
            path = shutil.which(name)
            if path:
                return path
        if attempt == "as it is" and shutil.which("apt-get") and os.geteuid() == 0:
            print("No Chromium found: installing Debian's", flush=True)
            subprocess.run(["apt-get", "update", "-qq"], check=False)
            packages = ["chromium", "fonts-dejavu-core"]
            subprocess.run(
                ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
                check=False,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )
    sys.exit(
        "The browser tests need Chromium: install it (Debian: apt install chromium), "
        "or set CHROMIUM_PATH to its executable."
    )


def run(check: Check, environment: dict[str, str]) -> Count:
    """Run one check and count it."""
    if check.report:
        check.report.unlink(missing_ok=True)
    result = subprocess.run(
        check.command,
        cwd=check.folder,
        env={**environment, **check.environment},
        stdin=subprocess.DEVNULL,
        check=False,
    )
    ok = result.returncode == 0
    if check.report is None or check.read is None:
        return Count(int(ok), int(not ok))
    if not check.report.exists():
        return Count(0, 1)
    count = check.read(check.report)
    # A runner that fails without a failed test (a crash, no test at all) must not look green.
    return count if ok or count.failed else Count(count.passed, 1)


def checks(chromium: str) -> list[Check]:
    """All checks, the quick ones first."""
    python = sys.executable
    jest, browser = REPORTS / "jest.json", REPORTS / "playwright.json"
    junit = REPORTS / "pytest.xml"
    return [
        Check("ruff", [python, "-m", "ruff", "check", "."]),
        Check("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        Check("mypy", [python, "-m", "mypy"]),
        Check("node packages", ["jlpm", "install", "--immutable"]),
        Check("stylelint", ["jlpm", "stylelint:check"]),
        Check("prettier", ["jlpm", "prettier:check"]),
        Check("eslint", ["jlpm", "eslint:check"]),
        Check(
            "jest",
            ["jlpm", "test", "--json", f"--outputFile={jest}"],
            report=jest,
            read=read_jest,
        ),
        Check(
            "pytest",
            # Two files at a time, each with a core of its own.
            [python, "-m", "pytest", "-n", "2", "--dist", "loadfile", f"--junitxml={junit}"],
            environment={"OMP_NUM_THREADS": "1"},
            report=junit,
            read=read_pytest,
        ),
        Check("node packages of the browser tests", ["jlpm", "install", "--immutable"], UI_TESTS),
        Check(
            "browser tests",
            ["jlpm", "test", "--reporter=list,json"],
            UI_TESTS,
            {"PLAYWRIGHT_JSON_OUTPUT_NAME": str(browser), "CHROMIUM_PATH": chromium},
            browser,
            read_playwright,
        ),
    ]


def main() -> int:
    """Run all checks; 0 when nothing failed."""
    REPORTS.mkdir(exist_ok=True)
    environment = {
        **os.environ,
        # Node.js and jlpm come from the virtual environment.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "OMP_NUM_THREADS": "1",
    }
    lines: list[str] = []
    passed = failed = 0
    for check in checks(find_chromium()):
        print(f"\n== {check.name}", flush=True)
        start = time.monotonic()
        count = run(check, environment)
        passed, failed = passed + count.passed, failed + count.failed
        seconds = time.monotonic() - start
        lines.append(
            f"{check.name:36} {count.passed:5} passed {count.failed:3} failed {seconds:6.0f} s"
        )
    print("\n" + "\n".join(lines))
    print(f"{passed} passed, {failed} failed", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
