"""The reference of `bench_serving.py`: what someone writes who serves one model by hand.

Usage: ``python plain_fastapi.py MODEL_FOLDER`` prints its port, then serves
``POST /predict {"data": [{feature: value}]}`` by FastAPI and uvicorn until it is ended.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
import xgboost
from fastapi import FastAPI
from pydantic import BaseModel


class Question(BaseModel):
    """Rows, each feature by its name."""

    data: list[dict[str, float]]


def make_app(folder: Path) -> FastAPI:
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    names = [feature["name"] for feature in card["features"]]
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(folder / card["file"])
    app = FastAPI()

    @app.post("/predict")
    async def predict(question: Question) -> dict[str, Any]:
        rows = [[row[name] for name in names] for row in question.data]
        scores = booster.inplace_predict(np.array(rows, dtype=np.float32))
        return {"batch_results": [{"score": float(score)} for score in scores]}

    return app


def main(folder: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app = make_app(Path(folder))
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
