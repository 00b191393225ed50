"""Sessions of ONNX Runtime, as every member wants them."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def onnx_session(path: Path, threads: int | None) -> onnxruntime.InferenceSession:
    """A session on the processor; ``threads`` None leaves their number to the runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads is not None:
        options.intra_op_num_threads = threads
    # Spinning threads would make the notebook's own kernels wait for a core.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
