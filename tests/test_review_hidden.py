"""The hidden layer of review mode."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from truthful import ensemble, notebook

from jupyter_cellorder.review.decision import scores
from jupyter_cellorder.review.features import NAMES
from jupyter_cellorder.review.hidden import Hidden
from jupyter_cellorder.review.moves import propose
from jupyter_cellorder.review.settings import ReviewSettings


def layer(*names: str, units: int = 3) -> Hidden:
    rng = np.random.default_rng(0)
    return Hidden(
        names,
        rng.normal(size=(len(names), units)).astype(np.float32),
        rng.normal(size=units).astype(np.float32),
        rng.normal(size=units).astype(np.float32),
    )


def test_it_adds_to_the_weighted_sum_whatever_the_order_of_its_features() -> None:
    hidden = layer("share", "alone")
    rows = np.random.default_rng(1).normal(size=(5, len(NAMES)))
    plain = ReviewSettings(weights={"present": 2.0})
    found = scores(rows, ReviewSettings(weights={"present": 2.0}, hidden=hidden))
    chosen = rows[:, [NAMES.index("share"), NAMES.index("alone")]]
    assert found - scores(rows, plain) == pytest.approx(hidden.scores(chosen))
    # By hand for one row.
    x = chosen[0] @ hidden.into + hidden.bias
    gelu = [0.5 * v * (1 + np.tanh((2 / np.pi) ** 0.5 * (v + 0.044715 * v**3))) for v in x]
    assert hidden.scores(chosen[:1])[0] == pytest.approx(float(np.dot(gelu, hidden.out)))


def test_it_decides_with_the_rest() -> None:
    text = notebook("m0 c1 c2 m3 c4 m5 c6 m7 c8 m1.5")
    assert propose(text, ensemble())[0].confidence > 0.5
    # One unit that is large at the present place alone.
    stay = Hidden(
        ("present",),
        np.array([[40.0]], dtype=np.float32),
        np.zeros(1, dtype=np.float32),
        np.ones(1, dtype=np.float32),
    )
    assert propose(text, ensemble(hidden=stay))[0].confidence < 0.01


def test_what_is_written_is_read(tmp_path: Path) -> None:
    hidden = layer("alone", "present", "crowd")
    written = io.BytesIO()
    hidden.write(written)
    (tmp_path / "hidden.npz").write_bytes(written.getvalue())
    found = Hidden.read(tmp_path / "hidden.npz")
    assert found.names == hidden.names
    for name in ("into", "bias", "out"):
        assert np.array_equal(getattr(found, name), getattr(hidden, name))
    again = io.BytesIO()
    hidden.write(again)
    assert again.getvalue() == written.getvalue()


def test_what_does_not_fit_is_refused() -> None:
    good = layer("alone", "present")
    with pytest.raises(ValueError, match="shapes"):
        Hidden(("alone",), good.into, good.bias, good.out)
    with pytest.raises(ValueError, match="finite"):
        Hidden(good.names, good.into, good.bias * np.nan, good.out)
