"""What a node asks for comes beside what its pool gives, and replaces nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from aileron.cluster.placing import PodRequest, place
from aileron.cluster.pools import Pool
from aileron.core.errors import AileronError, InvalidInput, Refused

POOL = {
    "apiVersion": "aileron/v1",
    "kind": "Pool",
    "name": "lab",
    "namespace": "lab",
    "images": {"trainer": "t:1"},
    "sizes": {
        "small": {"cpu": 1, "memory_mb": 1024},
        "part": {"cpu": 1, "memory_mb": 1024, "gpu": 1, "gpu_resource": "nvidia.com/mig-1g.5gb"},
    },
    "default_size": "small",
    "quota": {"gpu": 1},
    "store": {"volume": {"mount": "/srv", "claim": "srv"}},
    "volumes": [{"mount": "/share", "host_path": "/mnt/share"}],
    "node_selector": {"pool": "lab"},
    "tolerations": [{"operator": "Exists"}],
    "priority_class": "training",
    "priority_classes": ["urgent"],
    "start_seconds": 900,
}


def placed(**asked: Any) -> Any:
    pool = Pool.model_validate(POOL)
    return place(pool, PodRequest.model_validate(asked), project="p", store_root="/srv/store")


def test_a_pools_file_gives_what_a_node_may_not_ask_for() -> None:
    found = placed()
    assert found.volumes[0].host_path == "/mnt/share"
    assert found.tolerations[0].key is None
    assert (found.priority_class, found.start_seconds) == ("training", 900)


def test_what_comes_beside_the_pools() -> None:
    found = placed(
        node_selector={"disk": "ssd"},
        tolerations=[{"key": "gpu", "operator": "Exists"}],
        volumes=[{"mount": "/data", "claim": "data"}],
        priority_class="urgent",
    )
    assert found.priority_class == "urgent"
    assert placed(priority_class="training").priority_class == "training"
    assert found.node_selector == {"pool": "lab", "disk": "ssd"}
    assert [volume.mount for volume in found.volumes] == ["/share", "/data"]
    assert [one.key for one in found.tolerations] == [None, "gpu"]


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"node_selector": {"pool": "others"}}, Refused, "node_selector: pool"),
        ({"priority_class": "system"}, Refused, "priority_class: system"),
        ({"volumes": [{"mount": "/share/", "claim": "mine"}]}, Refused, "volumes: /share/"),
        ({"volumes": [{"mount": "/srv", "claim": "mine"}]}, Refused, "volumes: /srv"),
        ({"volumes": [{"mount": "/etc-of-node", "host_path": "/etc"}]}, Refused, "host_path: /etc"),
        ({"tolerations": [{"operator": "Exists"}]}, Refused, "tolerations without a key"),
        (
            {"gpu": 1, "gpu_resource": "amd.com/gpu"},
            InvalidInput,
            "has the accelerator amd.com/gpu; they have nvidia.com/gpu, nvidia.com/mig-1g.5gb",
        ),
    ],
)
def test_what_is_the_pools_to_give_is_refused_in_words(
    asked: dict[str, Any], error: type[AileronError], words: str
) -> None:
    with pytest.raises(error) as caught:
        placed(**asked)
    assert words in caught.value.render("en")
    assert "资源池 lab" in caught.value.render("zh")


def test_a_part_of_an_accelerator_that_a_size_has_may_be_asked_for() -> None:
    found = placed(gpu=1, gpu_resource="nvidia.com/mig-1g.5gb")
    assert found.resources.gpu_resource == "nvidia.com/mig-1g.5gb"
