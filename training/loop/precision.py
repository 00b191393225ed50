"""Which arithmetic a stage gets on this machine."""

from __future__ import annotations

import logging
from functools import cache
from time import perf_counter

import torch

from training.loop.errors import LoopError

_LOG = logging.getLogger(__name__)

PRECISIONS = ("bf16", "fp16", "fp32")


def precision(wanted: str) -> str:
    """``wanted``, or fp32 where bf16 would be emulated or slower.

    Raises:
        LoopError: no such precision, or fp16 without a GPU.
    """
    if wanted not in PRECISIONS:
        raise LoopError(
            f"There is no precision {wanted!r}; choose {', '.join(PRECISIONS)}.", "precision"
        )
    cuda = torch.cuda.is_available()
    if wanted == "fp16" and not cuda:
        raise LoopError(
            "fp16 needs a GPU; choose bf16 or fp32 (--set stage.precision=bf16).", "precision"
        )
    if wanted == "bf16" and not _has_bf16():
        _LOG.info("This machine is not faster in bf16: training in fp32.")
        return "fp32"
    return wanted


def half(device: torch.device) -> torch.autocast:
    """The context in which something is scored: bf16, but fp32 where that is as fast.

    A processor without bf16 is seven times slower in it than in fp32.
    """
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=_has_bf16())


def _has_bf16() -> bool:
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return _processor_has_bf16()


@cache
def _processor_has_bf16() -> bool:
    """Whether it is there and faster: AVX-512's alone halves the speed of some processors."""
    if not hasattr(torch.cpu, "get_capabilities"):  # torch before 2.11
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    has = torch.cpu.get_capabilities()
    if not any(bool(has.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16")):
        return False
    return _seconds_of_a_product(torch.bfloat16) < _seconds_of_a_product(torch.float32)


def _seconds_of_a_product(kind: torch.dtype) -> float:
    """The best of a few, of the size of a layer of MiniLM over a batch."""
    cells, weights = torch.ones(2048, 384, dtype=kind), torch.ones(1536, 384, dtype=kind)
    seconds = []
    for _ in range(6):  # the first one is slower: kernels are made
        begin = perf_counter()
        torch.nn.functional.linear(cells, weights)
        seconds.append(perf_counter() - begin)
    return min(seconds)
