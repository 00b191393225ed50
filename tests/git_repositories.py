"""Git repositories with notebooks, made in a test's own folder."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# As on a machine where git has never been set up.
ENVIRONMENT = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "A Person" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "person@example.org" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2024-01-01T00:00:00Z" for who in ("AUTHOR", "COMMITTER")},
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str | bytes], filters: bool = True) -> str:
    """Commit these files beside those that are there; the hash.

    Args:
        folder: The repository, made where it is missing.
        files: Content by path.
        filters: Whether it can be fetched without its files, as from public hosts.
    """
    if not (folder / ".git").exists():
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet")
        git(folder, "config", "uploadpack.allowFilter", str(filters).lower())
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "change")
    return git(folder, "rev-parse", "HEAD")


def ipynb(cells: list[tuple[str, str]], **metadata: Any) -> str:
    """A notebook file of kinds and sources."""
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": metadata,
            "cells": [
                {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
                | ({"outputs": [], "execution_count": None} if kind == "code" else {})
                for kind, source in cells
            ],
        }
    )


def story(word: str, pairs: int = 5) -> list[tuple[str, str]]:
    """Cells about a word; those about another word are no near-duplicates."""
    return [
        cell
        for number in range(pairs)
        for cell in (
            ("markdown", f"## The {word} of {number} and what {word} {number * number} is"),
            ("code", f"{word}_{number} = {word}.make({number})\n{word}_{number}.{word}_show()"),
        )
    ]
