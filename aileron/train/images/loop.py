"""The training loop: epochs, curves, early stopping, the best epoch kept, resuming.

Everything random in an epoch follows from (seed, epoch), and the learning rate from the
number of the step, so that a training that resumes after any epoch repeats, on a CPU to the
last bit, what an undisturbed one would have done.
"""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, field
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from aileron.core.errors import InvalidInput
from aileron.core.steps import Context
from aileron.serve.pictures import Preparation
from aileron.train.images.augmentation import Augmentation
from aileron.train.images.average import WeightAverage
from aileron.train.images.checkpoint import CheckpointFolder, State, Weights
from aileron.train.images.config import ImageTrainingConfig
from aileron.train.images.device import Place
from aileron.train.images.network import Classifier
from aileron.train.images.objective import Objective
from aileron.train.images.pictures import Pictures
from aileron.train.trainer import Point

WARM_UP: Final = 0.1
"""Share of the steps in which the learning rate rises; it falls along a cosine afterwards."""
WORTHWHILE: Final = 0.002
"""A validation loss must be lower by this to be worth more patience."""
EVALUATION_BATCH: Final = 64


@dataclass(frozen=True)
class Data:
    """The pictures to learn from, those to judge by, and how the network wants them."""

    train: Pictures
    validation: Pictures | None
    preparation: Preparation


@dataclass
class Progress:
    """What is known after some epochs, which count from 0."""

    epochs: int = 0
    """How many are finished."""
    best_epoch: int = -1
    best_loss: float = math.inf
    hopeful_epoch: int = -1
    """The last one whose loss was better by something worthwhile."""
    hopeful_loss: float = math.inf
    history: list[Point] = field(default_factory=list)


class Loop:
    """Trains a network. After `run`, `network` has the weights of the best epoch."""

    def __init__(
        self,
        context: Context,
        config: ImageTrainingConfig,
        network: Classifier,
        objective: Objective,
        data: Data,
        place: Place,
    ) -> None:
        self._context, self._config = context, config
        self._objective, self._data, self._place = objective, data, place
        self._batches = math.ceil(len(data.train) / config.batch_size)
        self.network = network.to(place.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        groups = network.groups(config.learning_rate, config.weight_decay)
        self._rates = [group["lr"] for group in groups]
        self._optimizer = torch.optim.AdamW(groups)
        self._scaler = place.scaler()
        self._average = WeightAverage(network, self._batches)
        self._augment = Augmentation(config.flip, config.rotate, config.crop, config.brightness)
        self._checkpoints = CheckpointFolder(context.checkpoint, context.log)
        self._best: Weights = {}
        self.progress = Progress()

    def run(self) -> None:
        """Learn until the last epoch, or until patience is over.

        Raises:
            InvalidInput: the loss stopped being a number.
        """
        self._resume()
        while not self._done():
            self._epoch(self.progress.epochs)
        self.network.load_state_dict(self._best)
        best = self.progress.best_epoch + 1
        self._context.log(f"best epoch {best} of {self.progress.epochs} trained")

    def logits(self, pictures: Pictures) -> Tensor:
        """The answers of `network` [n, classes], on the CPU."""
        return self._logits(self.network, pictures)

    def _done(self) -> bool:
        progress, patience = self.progress, self._config.early_stopping_epochs
        waited = progress.epochs - 1 - progress.hopeful_epoch
        tired = patience is not None and progress.epochs > 0 and waited >= patience
        return tired or progress.epochs >= self._config.epochs

    # One epoch

    def _epoch(self, epoch: int) -> None:
        started = time.monotonic()
        figures = {"train_loss": self._learn(epoch)}
        validation = self._data.validation
        if validation is not None:
            logits = self._logits(self._average.network, validation)
            figures["validation_loss"] = float(self._objective.loss(logits, validation.targets))
            named = self._objective.figures(logits, validation.targets)
            figures |= {f"validation_{name}": value for name, value in named}
        self._check(figures, epoch)
        self._note(figures, epoch)
        said = ", ".join(f"{name} {value:.4g}" for name, value in figures.items())
        seconds = time.monotonic() - started
        self._context.log(f"epoch {epoch + 1} of {self._config.epochs}: {said}, {seconds:.1f} s")

    def _learn(self, epoch: int) -> float:
        """One pass over the training pictures; the mean loss."""
        order, chance = self._randomness(epoch)
        self.network.train()
        self.network.before_epoch(epoch)
        total = 0.0
        for number, indices in enumerate(np.array_split(order, self._batches)):
            self._set_rates(epoch * self._batches + number)
            pictures = self._data.train.batch(indices.tolist()).to(self._place.device)
            targets = self._data.train.targets[indices].to(self._place.device)
            inputs = self.normalised(self._augment(pictures, chance))
            with self._place.autocast():
                logits = self.network(inputs)
            loss = self._objective.loss(logits, targets)
            self._optimizer.zero_grad()
            self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            self._scaler.step(self._optimizer)
            self._scaler.update()
            self._average.update()
            total += loss.item() * len(indices)
        return total / len(order)

    def _randomness(self, epoch: int) -> tuple[NDArray[np.int64], Generator]:
        """The order of the pictures and the generator of their changes; torch is seeded too."""
        order, changes, network = np.random.SeedSequence([self._context.seed, epoch]).spawn(3)
        torch.manual_seed(int(network.generate_state(1)[0]))
        chance = Generator().manual_seed(int(changes.generate_state(1)[0]))
        return np.random.default_rng(order).permutation(len(self._data.train)), chance

    def _set_rates(self, step: int) -> None:
        steps = self._config.epochs * self._batches
        rising = max(1.0, WARM_UP * steps)
        if step < rising:
            share = (step + 1) / (rising + 1)
        else:
            share = 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1.0, steps - rising)))
        for group, rate in zip(self._optimizer.param_groups, self._rates, strict=True):
            group["lr"] = rate * share

    def normalised(self, pictures: Tensor) -> Tensor:
        """Pictures with values 0 to 1 as the network wants them."""
        mean, std = (
            torch.tensor(values, device=pictures.device).reshape(1, -1, 1, 1)
            for values in (self._data.preparation.mean, self._data.preparation.std)
        )
        return ((pictures - mean) / std).contiguous(memory_format=torch.channels_last)

    def _logits(self, network: torch.nn.Module, pictures: Pictures) -> Tensor:
        network.eval()
        with torch.inference_mode():
            found = []
            for start in range(0, len(pictures), EVALUATION_BATCH):
                indices = range(start, min(start + EVALUATION_BATCH, len(pictures)))
                batch = pictures.batch(indices).to(self._place.device)
                with self._place.autocast():
                    found.append(network(self.normalised(batch)).float().cpu())
        return torch.cat(found).clone()

    # What is kept

    def _check(self, figures: dict[str, float], epoch: int) -> None:
        for name, value in figures.items():
            if not math.isfinite(value):
                raise InvalidInput("train.diverged", name=name, epoch=epoch + 1)

    def _note(self, figures: dict[str, float], epoch: int) -> None:
        """Keep the figures, and on disk all that the next epoch follows from."""
        progress = self.progress
        for name, value in figures.items():
            progress.history.append(Point(name, epoch, value))
            self._context.metric(name, value, epoch)
        progress.epochs = epoch + 1
        loss = figures.get("validation_loss", -math.inf)  # without validation the last is best
        better = loss <= progress.best_loss
        if loss <= progress.hopeful_loss - WORTHWHILE:
            progress.hopeful_epoch, progress.hopeful_loss = epoch, loss
        if better:
            progress.best_epoch, progress.best_loss = epoch, loss
            averaged = self._average.network.state_dict()
            self._best = {name: value.cpu().clone() for name, value in averaged.items()}
        self._checkpoints.save(self._state(), self._best if better else None)

    def _state(self) -> State:
        return {
            "progress": asdict(self.progress),
            "best_epoch": self.progress.best_epoch,
            "network": self.network.state_dict(),
            "average": self._average.network.state_dict(),
            "average_steps": self._average.steps,
            "optimizer": self._optimizer.state_dict(),
            "scaler": self._scaler.state_dict(),
        }

    def _resume(self) -> None:
        found = self._checkpoints.load()
        if found is None:
            return
        state, self._best = found
        self.network.load_state_dict(state["network"])
        self._average.network.load_state_dict(state["average"])
        self._average.steps = state["average_steps"]
        self._optimizer.load_state_dict(state["optimizer"])
        self._scaler.load_state_dict(state["scaler"])
        history = [Point(**point) for point in state["progress"]["history"]]
        self.progress = Progress(**{**state["progress"], "history": history})
        for point in history:
            self._context.metric(point.name, point.value, point.step)
        self._context.log(f"resumed after epoch {self.progress.epochs}")
