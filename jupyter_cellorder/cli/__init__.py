"""The command line, ``jupyter cellorder``."""

from jupyter_cellorder.cli.app import CellOrderApp, main

__all__ = ["CellOrderApp", "main"]
