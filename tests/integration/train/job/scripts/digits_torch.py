# ruff: noqa: N812, PTH118, PTH123, PTH208
"""A small network for digits, with the arguments that such scripts have had for years."""

import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def load(folder):
    data = np.load(os.path.join(folder, "digits.npz"))
    return torch.tensor(data["x"], dtype=torch.float32), torch.tensor(data["y"])


def test(model, x, y):
    with torch.no_grad():
        output = model(x)
    return F.cross_entropy(output, y).item(), (output.argmax(1) == y).float().mean().item()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--train-dir", default="./train_data")
    parser.add_argument("--test-dir", default="./test_data")
    parser.add_argument("--output-dir", default="./output")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--test-batch-size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--momentum", type=float, default=0.5)
    parser.add_argument("--no-cuda", action="store_true")
    parser.add_argument("--log-interval", type=int, default=10)
    parser.add_argument("--seed", type=int, default=42)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    x, y = load(args.train_dir)
    test_dir = args.test_dir if os.listdir(args.test_dir) else args.train_dir
    test_x, test_y = load(test_dir)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=args.momentum)
    for epoch in range(1, args.epochs + 1):
        for batch, rows in enumerate(torch.randperm(len(x)).split(args.batch_size)):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            if batch % args.log_interval == 0:
                print(f"epoch: {epoch}, batch: {batch}, loss: {loss.item():.4f}")
        test_loss, accuracy = test(model, test_x, test_y)
        print(f"epoch: {epoch}, test_loss: {test_loss:.4f}, accuracy: {accuracy:.4f}")
    torch.save(model.state_dict(), os.path.join(args.output_dir, "model.pkl"))
    with open(os.path.join(args.output_dir, "metrics.json"), "w") as file:
        json.dump({"accuracy": accuracy, "test_loss": test_loss}, file)


if __name__ == "__main__":
    main()
