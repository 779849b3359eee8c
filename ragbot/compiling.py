"""Networks compiled by OpenVINO for reading many texts. Its only home; knows nothing of encoders or documents."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

StatesOf = Callable[["Tensor", "Tensor"], NDArray[np.float32]]
"""Word pieces and their mask, each (n, longest), to the last hidden states (n, longest, width)."""


def compiled(network: Any, sample: tuple[Tensor, Tensor], *, bfloat16: bool) -> StatesOf:
    """`network`, a transformer of torch, for this processor: the same states in two thirds to four fifths of the time.

    It is traced while it reads `sample`, word pieces and a mask as it will be given; other sizes may follow. `bfloat16`
    multiplies in bfloat16 instead of float32. Takes a second or two. Threads may call what comes back at the same time.
    """
    import torch

    openvino = _openvino()
    ids, mask = sample
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # every branch that a trace does not follow has one
        model = openvino.convert_model(network, example_input={"input_ids": ids, "attention_mask": mask})
    settings = {
        "PERFORMANCE_HINT": "LATENCY",  # one batch at a time on all cores, not a batch for each core
        "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
    }
    ready = openvino.Core().compile_model(model, "CPU", settings)

    def states(ids: Tensor, mask: Tensor) -> NDArray[np.float32]:
        found = ready.infer_new_request({"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
        last: NDArray[np.float32] = found["last_hidden_state"]
        return last

    return states


def _openvino() -> Any:
    # It reports each import and conversion to its makers through this package, and does without where there is none.
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    return openvino
