"""The reference of `bench_image_serving.py`: what someone writes who serves one by hand.

Usage: ``python plain_image_fastapi.py MODEL_FOLDER`` prints its port, then serves
``POST /predict {"image": base64, "top_num": 6}`` by FastAPI, Pillow and onnxruntime until it
is ended. FastAPI calls a plain function in its pool of threads, which is the faster way here.
"""

from __future__ import annotations

import base64
import io
import json
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI
from PIL import Image
from pydantic import BaseModel


class Question(BaseModel):
    """A picture, and how many results are wanted."""

    image: str
    top_num: int = 6


def make_app(folder: Path) -> FastAPI:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    classes, preparation = card["classes"], card["preparation"]
    height, width = preparation["size"]
    mean, std = (np.array(preparation[name], dtype=np.float32) for name in ("mean", "std"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / card["file"]), options)
    app = FastAPI()

    @app.post("/predict")
    def predict(question: Question) -> dict[str, Any]:
        image = Image.open(io.BytesIO(base64.b64decode(question.image))).convert("RGB")
        small = image.resize((width, height), Image.Resampling.BILINEAR)
        picture = (np.asarray(small, dtype=np.float32) / 255 - mean) / std
        batch = np.ascontiguousarray(picture.transpose(2, 0, 1)[None])
        scores = session.run(["scores"], {"pictures": batch})[0][0]
        best = np.argsort(-scores)[: question.top_num]
        return {"results": [{"name": classes[i], "score": float(scores[i])} for i in best]}

    return app


def main(folder: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(make_app(Path(folder)), log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
