"""The steps that train on pictures keep what every component promises."""

from __future__ import annotations

from pathlib import Path

from plugins.backbones import NewBackbone
from plugins.picture_sets import NewPictures, grids, stripes

from aileron.run.conformance import Case, check_component
from aileron.train.images.backbone import TrainImageBackbone
from aileron.train.images.cnn import TrainImageCNN


def test_the_small_network_is_a_component(new_pictures: NewPictures) -> None:
    single, multi = new_pictures(stripes(20)).ports(), new_pictures(grids(24), multi=True).ports()
    alone = new_pictures(stripes(8, kinds=["across"])).ports()
    small = {"epochs": 2, "width": 4, "threads": 1, "device": "cpu"}
    check_component(
        TrainImageCNN,
        [Case(small, single), Case(small | {"image_size": 16, "flip": True}, multi)],
        refused=[
            Case(small | {"epochs": 0}, single),
            Case(small | {"rounds": 3}, single),
            Case(small | {"precision": "16"}, single),
            Case(small, alone),
        ],
    )


def test_a_fine_tuned_backbone_is_a_component(
    new_pictures: NewPictures, new_backbone: NewBackbone, tmp_path: Path
) -> None:
    inputs = new_pictures(stripes(20)).ports(weights=new_backbone("convnext"))
    small = {"weights": "backbone", "epochs": 2, "threads": 1, "device": "cpu"}
    (tmp_path / "empty").mkdir()
    check_component(
        TrainImageBackbone,
        [Case(small, inputs)],
        refused=[
            Case({"epochs": 2}, inputs),
            Case(small, inputs | {"weights": tmp_path / "empty"}),
        ],
    )
