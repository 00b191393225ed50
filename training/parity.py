"""How far ONNX Runtime may answer from torch on the same weights."""

from __future__ import annotations

from jupyter_cellorder.errors import CellOrderError

PARITY = 1e-3  # largest difference of a probability between torch and ONNX Runtime


class ExportError(CellOrderError):
    """The run cannot be exported; the message says why."""


def check_parity(difference: float) -> None:
    """Refuse a member whose backends disagree.

    Raises:
        ExportError: ``parity``, above :data:`PARITY` or not a number.
    """
    if not difference <= PARITY:
        raise ExportError(
            f"ONNX Runtime and torch differ by {difference:.1e} in a probability; at most "
            f"{PARITY:.0e} is allowed. Export again with other versions of torch or onnxruntime.",
            "parity",
        )
