"""Run by the Python of Label Studio's own environment: what its library says of our values.

Reads JSON from the standard input, a list of configurations with predictions and brushes, and
prints what is wrong with each as the library has it.
"""

import json
import sys

import numpy as np
from label_studio_sdk.converter import brush
from label_studio_sdk.label_interface import LabelInterface


def main() -> None:
    """Check each and print the answers as JSON."""
    print(json.dumps([answer(one) for one in json.load(sys.stdin)]))


def answer(one: dict) -> dict:
    """What is wrong with a prediction, what its brushes hold, and the library's own of these."""
    interface = LabelInterface(one["config"])
    interface.validate()
    found = {"wrong": interface.validate_prediction(one["prediction"], return_errors=True)}
    brushes = [item for item in one["prediction"]["result"] if "rle" in item.get("value", ())]
    found["painted"], found["written"] = [], []
    for item in brushes:
        size = (item["original_height"], item["original_width"])
        alpha = brush.decode_rle(item["value"]["rle"]).reshape(*size, 4)[:, :, 3]
        found["painted"].append((alpha > 0).tolist())
        found["written"].append(brush.mask2rle(alpha.astype(np.uint8)))
    return found


if __name__ == "__main__":
    main()
