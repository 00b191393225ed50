"""Which arithmetic a stage gets on this machine."""

from __future__ import annotations

import logging

import torch

from training.loop.errors import LoopError

_LOG = logging.getLogger(__name__)

PRECISIONS = ("bf16", "fp16", "fp32")


def precision(wanted: str) -> str:
    """``wanted``, or fp32 where bf16 would be emulated.

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
        _LOG.info("This machine has no bf16: training in fp32.")
        return "fp32"
    return wanted


def half(device: torch.device) -> torch.autocast:
    """The context in which something is scored: bf16, but fp32 where that would be emulated.

    A processor without it is seven times slower in bf16 than in fp32.
    """
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=_has_bf16())


def _has_bf16() -> bool:
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return _processor_has_bf16()


def _processor_has_bf16() -> bool:
    if not hasattr(torch.cpu, "get_capabilities"):  # torch before 2.11
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    has = torch.cpu.get_capabilities()
    return any(bool(has.get(name)) for name in ("avx512_bf16", "amx_bf16", "bf16"))
