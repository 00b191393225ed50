"""What is said where the torch backend is wanted and cannot be had."""

from __future__ import annotations

from jupyter_cellorder.errors import BundleError


def needs_torch(error: ImportError) -> BundleError:
    """The error that names what is missing and how to get it."""
    return BundleError(
        f"The torch backend needs {error.name}, which is not installed. Install it with "
        "pip install 'jupyter-cellorder[training]', or use the backend 'onnx'.",
        "backend-missing",
    )
