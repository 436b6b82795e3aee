"""A place that is not there is refused in words; auto takes what is there."""

from collections.abc import Iterator

import pytest
import torch

from aileron.core.errors import InvalidInput
from aileron.train.images.device import choose_place


@pytest.fixture(autouse=True)
def torch_as_it_was() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(False)


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture(params=[True, False], ids=["bf16", "old"])
def gpu(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> torch.dtype:
    """A GPU as far as can be asked; what it can reduce to."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: request.param)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Some GPU")
    return torch.bfloat16 if request.param else torch.float16


def test_a_gpu_that_is_not_there_is_refused(no_gpu: None) -> None:
    with pytest.raises(InvalidInput, match="no GPU can be used here"):
        choose_place("cuda", "auto", None)


def test_auto_is_the_processor_in_32_bits_where_nothing_else_is(no_gpu: None) -> None:
    place = choose_place("auto", "auto", 1)
    assert (place.device.type, place.reduced) == ("cpu", None)
    assert str(place) == "CPU, float32, 1 threads"


def test_auto_is_the_gpu_in_the_precision_that_it_has(gpu: torch.dtype) -> None:
    place = choose_place("auto", "auto", None)
    assert (place.device.type, place.reduced) == ("cuda", gpu)
    assert choose_place("cpu", "auto", None).device.type == "cpu"
    assert choose_place("cuda", "32", None).reduced is None


def test_a_precision_that_a_gpu_lacks_is_refused(gpu: torch.dtype) -> None:
    if gpu is torch.bfloat16:
        assert choose_place("cuda", "bf16", None).reduced is torch.bfloat16
    else:
        with pytest.raises(InvalidInput, match="Some GPU cannot compute in bf16"):
            choose_place("cuda", "bf16", None)


def test_half_precision_needs_a_gpu_and_bf16_does_not() -> None:
    with pytest.raises(InvalidInput, match="needs a GPU"):
        choose_place("cpu", "16", None)
    with choose_place("cpu", "bf16", None).autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.bfloat16
