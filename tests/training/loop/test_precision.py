"""Which arithmetic a machine gives."""

from __future__ import annotations

import pytest
import torch

from training.loop import precision as chosen
from training.loop.errors import LoopError


def test_fp32_is_always_there() -> None:
    assert chosen.precision("fp32") == "fp32"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_fp16_needs_a_gpu() -> None:
    with pytest.raises(LoopError, match="needs a GPU"):
        chosen.precision("fp16")


def test_no_such_precision() -> None:
    with pytest.raises(LoopError, match="choose bf16, fp16, fp32"):
        chosen.precision("int8")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize(("has", "given"), [(True, "bf16"), (False, "fp32")])
def test_bf16_only_where_the_processor_has_it(
    has: bool, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chosen, "_processor_has_bf16", lambda: has)
    assert chosen.precision("bf16") == given


@pytest.mark.skipif(
    not hasattr(torch.cpu, "get_capabilities"), reason="torch before 2.11 does not say what it has"
)
@pytest.mark.parametrize(
    ("found", "half", "single", "given"),
    [
        ({"avx512_bf16": True}, 1.0, 2.0, True),
        ({"avx512_bf16": True}, 2.0, 1.0, False),  # there, and slower
        ({"avx512_f": True}, 1.0, 2.0, False),  # emulated
    ],
)
def test_bf16_only_where_the_processor_is_faster_in_it(
    found: dict[str, bool], half: float, single: float, given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found)
    seconds = {torch.bfloat16: half, torch.float32: single}
    monkeypatch.setattr(chosen, "_seconds_of_a_product", lambda kind: seconds[kind])
    assert chosen._processor_has_bf16.__wrapped__() == given


@pytest.mark.parametrize(("has", "given"), [(True, "bf16"), (False, "fp32")])
def test_bf16_only_where_the_gpu_does_not_emulate_it(
    has: bool, given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default torch says yes of a GPU that emulates it, slowly, as a T4."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(
        torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation or has
    )
    assert chosen.precision("bf16") == given


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
@pytest.mark.parametrize(("has", "given"), [(True, torch.bfloat16), (False, torch.float32)])
def test_what_is_scored_is_never_scored_in_emulated_bf16(
    has: bool, given: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chosen, "_processor_has_bf16", lambda: has)
    with chosen.half(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == given
