"""MODEL artifacts as custom jobs leave them, and requests to them."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plugins.tables import RecordingContext

from aileron.train.job.artefact import write_model
from aileron.train.job.metrics import Measured
from aileron.train.job.spec import JobWork

ADDS = """\
class PredictWrapper:
    def __init__(self, model_path):
        self.more = float(open(model_path + "/more.txt").read())

    def predict(self, request):
        return [value + self.more for value in request["values"]]
"""
"""Serving code that adds the number in ``./output/more.txt``."""
VALUES = {"values": [1, 2.5]}
"""A request to `ADDS`."""

NET = """\
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 2)

    def forward(self, given):
        return self.layer(given)
"""
TORCH = """\
import base64
import json
import struct
from pathlib import Path

import torch

from net import Net


def model_fn(model_dir):
    model = Net()
    model.load_state_dict(torch.load(Path(model_dir) / "model.pkl", weights_only=True))
    return model


def input_fn(request):
    data = (base64.b64decode(one["data"], validate=True) for one in request["instances"])
    return torch.tensor([struct.unpack("3f", one) for one in data])


def output_fn(result):
    return json.dumps({"predictions": result.tolist()})
"""
"""The serving contract of BML's PyTorch jobs, beside the module `net`."""


def instances(*rows: Sequence[float]) -> dict[str, Any]:
    """A request of BML-JOB-15."""
    return {
        "instances": [{"data": base64.b64encode(struct.pack("3f", *row)).decode()} for row in rows]
    }


def write_job_model(
    folder: Path,
    *,
    code: Mapping[str, str],
    output: Mapping[str, bytes | str],
    framework: str = "other",
    sample: Any = None,
    module: str = "serve.py",
    requirements: Sequence[str] = (),
    measured: Measured | None = None,
    **work: Any,
) -> Path:
    """The MODEL of a job with `code` that left `output`, made in the new folder `folder`."""
    places = {"code": folder / "code", "output": folder / "output"}
    for name, files in (("code", code), ("output", output)):
        places[name].mkdir(parents=True)
        for path, content in files.items():
            target = places[name] / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)
    serving: dict[str, Any] = {"module": module, "requirements": list(requirements)}
    if sample is not None:
        (places["code"] / "sample.json").write_text(json.dumps(sample))
        serving["sample"] = "sample.json"
    asked = {"command": "python train.py", "framework": framework, "serving": serving, **work}
    model = write_model(
        RecordingContext(folder),
        JobWork.model_validate(asked),
        places["code"],
        places["output"],
        measured or Measured(),
    )
    assert model is not None
    return model


def torch_model(folder: Path) -> Path:
    """A small network of torch, with the code that serves it and a sample."""
    import torch

    torch.manual_seed(3)
    weights = {"layer.weight": torch.rand(2, 3), "layer.bias": torch.rand(2)}
    folder.mkdir(parents=True)
    torch.save(weights, folder / "weights")
    return write_job_model(
        folder / "job",
        code={"net.py": NET, "serve.py": TORCH},
        output={"model.pkl": (folder / "weights").read_bytes()},
        framework="pytorch",
        sample=instances((1, 2, 3), (0, 0, 0)),
        requirements=(f"torch=={torch.__version__.partition('+')[0]}",),
    )
