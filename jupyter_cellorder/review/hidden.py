"""What cannot be added up: a small hidden layer beside the weighted sum of a place's features.

That a place has nothing but code around it speaks for it where the author explains every code cell,
and hardly where few are; that the network is certain says less of a title than of a step.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from jupyter_cellorder.precedence import Array

FILE = "review/hidden.npz"

_SLOPE = np.float32(np.sqrt(2 / np.pi))


@dataclass(frozen=True, eq=False)
class Hidden:
    """A layer of H units over F named features, and its weighted sum.

    Attributes:
        names: (F) the features, in the order of the columns that are read.
        into: (F, H) from raw features.
        bias: (H).
        out: (H).

    Raises:
        ValueError: shapes that do not fit, or numbers that are not finite.
    """

    names: tuple[str, ...]
    into: NDArray[np.float32]
    bias: NDArray[np.float32]
    out: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Refuse what cannot be computed with."""
        features, units = len(self.names), len(self.bias)
        shapes = (self.into.shape, self.bias.shape, self.out.shape)
        if shapes != ((features, units), (units,), (units,)):
            raise ValueError(f"the hidden layer of review has the shapes {shapes}")
        if not all(np.isfinite(part).all() for part in (self.into, self.bias, self.out)):
            raise ValueError("the hidden layer of review must be finite")

    def scores(self, features: NDArray[np.floating]) -> Array:
        """(L) what is added to the scores of L places with features (L, F)."""
        x = features.astype(np.float32) @ self.into + self.bias
        # GELU in its form with tanh (Hendrycks and Gimpel, Gaussian error linear units, 2016).
        bent = 0.5 * x * (1 + np.tanh(_SLOPE * (x + 0.044715 * x * x * x)))
        found: Array = (bent @ self.out).astype(np.float64)
        return found

    def write(self, stream: BinaryIO) -> None:
        """Write the layer as a NumPy archive without pickles."""
        np.savez(stream, names=np.array(self.names), into=self.into, bias=self.bias, out=self.out)

    @classmethod
    def read(cls, path: Path) -> Hidden:
        """Read what `write` wrote.

        Raises:
            ValueError: it holds something else.
            OSError: it cannot be read.
        """
        with np.load(path, allow_pickle=False) as found:
            return cls(
                tuple(str(name) for name in found["names"]),
                found["into"],
                found["bias"],
                found["out"],
            )
