# ruff: noqa: N812
"""The same digits by several processes: each takes its share of every batch.

Begins where ./output/checkpoint.pt ends, and dies once if it is told to by --die.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn
from torch.nn.parallel import DistributedDataParallel

OUTPUT = Path("output")
EPOCHS, BATCH = 6, 128


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--die", default="", help="RANK@EPOCH, the first time")
    parser.add_argument("--always", action="store_true", help="and every other time")
    args = parser.parse_args()
    torch.set_num_threads(1)
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    data = np.load("train_data/digits.npz")
    x, y = torch.tensor(data["x"], dtype=torch.float32), torch.tensor(data["y"])
    torch.manual_seed(7)
    model = DistributedDataParallel(nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    kept, begin = OUTPUT / "checkpoint.pt", 0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        begin = state["epoch"]
        print(f"goes on at epoch {begin}")
    for epoch in range(begin, EPOCHS):
        if args.die == f"{rank}@{epoch}" and (args.always or not begin):
            print("this node has had enough")
            sys.stdout.flush()
            os._exit(9)
        order = torch.randperm(1280, generator=torch.Generator().manual_seed(epoch))
        for rows in order.split(BATCH):
            mine = rows[rank::world]
            optimizer.zero_grad()
            F.cross_entropy(model(x[mine]), y[mine]).backward()
            optimizer.step()
        if rank == 0:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save({**state, "epoch": epoch + 1}, OUTPUT / "checkpoint.part")
            (OUTPUT / "checkpoint.part").rename(kept)
        dist.barrier()
    if rank == 0:
        with torch.no_grad():
            accuracy = (model(x[1280:]).argmax(1) == y[1280:]).float().mean().item()
        (OUTPUT / "metrics.json").write_text(json.dumps({"accuracy": accuracy, "nodes": world}))
        torch.save(model.module.state_dict(), OUTPUT / "model.pkl")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
