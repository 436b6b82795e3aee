"""What passes between platform and pod: long logs, adoption, checkpoints, a store in S3."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from plugins.cluster import Cluster
from plugins.pods import new_subject
from plugins.waiting import wait_until

from aileron.cluster.placement import StoreAccess
from aileron.core.ports import ArtifactKind
from aileron.run import pods
from aileron.run.conformance.runners import Bench
from aileron.run.exchange import Exchange
from aileron.run.request import Request

LINES = 100_000
RUNNER = """
import sys
from pathlib import Path
from aileron.run.kubernetes import KubernetesRunner
from aileron.run.request import Request
request = Request.model_validate_json(sys.argv[1])
KubernetesRunner().run(request, on_log=lambda line: print(line, flush=True))
"""


def again(request: Request) -> Request:
    """The same asked once more, as a retry asks it."""
    return request.model_copy(update={"folder": request.folder.with_name(uuid.uuid4().hex)})


def numbers(path: Path) -> list[int]:
    return [int(line.split(" ", 1)[0]) for line in path.read_text().splitlines()]


def test_a_hundred_thousand_lines_arrive_complete_and_once_though_the_reader_died(
    pods_bench: Bench, cluster: Cluster, namespace: str
) -> None:
    request = pods_bench.request({"behaviour": "chatter", "amount": LINES}, subject=new_subject())
    words = [sys.executable, "-c", RUNNER, request.model_dump_json()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        for line in reader.stdout:
            if line.startswith("line "):
                break
        reader.send_signal(signal.SIGKILL)
    pods = cluster.kubectl("get", "pods", "-n", namespace, "-o", "name").split()
    retried = again(request)
    started = time.monotonic()
    result = pods_bench.run(retried)
    seconds = time.monotonic() - started
    assert result.state == "succeeded", result
    assert len(pods) == 1, "the one that the dead reader started"
    assert pods_bench.log == ["probe: chatter", *(f"line {n}" for n in range(1, LINES + 1))]
    assert numbers(retried.log_path) == list(range(1, LINES + 2))
    print(f"{LINES / seconds:.0f} lines/s to the end of the pod")


def test_a_good_result_that_nobody_collected_is_not_made_again(
    pods_bench: Bench, cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = pods_bench.request({"text": "once"}, subject=new_subject())
    words = [sys.executable, "-c", RUNNER, request.model_dump_json()]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as runner:
        wait_until(lambda: cluster.kubectl("get", "pods", "-n", namespace, "-o", "name"), 60)
        runner.send_signal(signal.SIGKILL)
    name = cluster.kubectl("get", "pods", "-n", namespace, "-o", "name").split("/")[1].strip()
    wait_until(lambda: Exchange(pods_bench.store, name).result() is not None, 60)
    cluster.kubectl("delete", "pod", "-n", namespace, name)
    monkeypatch.setattr(pods, "_create", lambda *_: pytest.fail("a pod was started"))
    result = pods_bench.run(again(request))
    assert pods_bench.report(result)["text"] == "once"


def test_who_was_held_up_leaves_the_pod_to_who_adopted_it(pods_bench: Bench) -> None:
    request = pods_bench.request({"behaviour": "sleep", "amount": 30}, subject=new_subject())
    adopted = threading.Event()
    first, second = (replace(pods_bench, log=[], metrics=[]) for _ in range(2))
    with ThreadPoolExecutor(2) as pool:
        held_up = pool.submit(first.run, request, cancelled=adopted.is_set)
        wait_until(lambda: first.log, 60)
        adopter = pool.submit(second.run, again(request))
        wait_until(lambda: second.log, 60)
        adopted.set()
        assert held_up.result().exit.reason == "cancelled"
        assert adopter.result().state == "succeeded"


@pytest.fixture(scope="module")
def bucket(cluster: Cluster, namespace: str) -> Iterator[str]:
    """A store in moto's server, which pods reach at this machine's address with a Secret."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("0.0.0.0", 0, verbose=False)
    server.start()
    access = {
        "AWS_ENDPOINT_URL": f"http://{cluster.host}:{server.get_host_and_port()[1]}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    words = [f"--from-literal={name}={value}" for name, value in access.items()]
    cluster.kubectl("create", "secret", "generic", "store", "-n", namespace, *words)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in access.items():
            patch.setenv(name, value)
        boto3.resource("s3").Bucket("pods").create()
        yield "s3://pods/aileron"
    server.stop()


@pytest.fixture
def far_bench(pods_bench: Bench, bucket: str) -> Bench:
    """Pods that share no folder with this machine."""
    assert pods_bench.placement is not None
    placement = pods_bench.placement.model_copy(update={"store": StoreAccess(secret="store")})
    return Bench(pods_bench.runner, pods_bench.folder, placement, root=bucket)


def test_a_store_in_s3(far_bench: Bench) -> None:
    source = far_bench.store.put_json(ArtifactKind.SOURCE, "data.json", [1])
    request = far_bench.request({"behaviour": "environment"}, inputs={"source": source})
    result = far_bench.run(request)
    report = far_bench.report(result)
    assert report["source"] == ["[1]"]
    assert not [name for name in report["environment"] if name.startswith("AWS_")]
    assert far_bench.log == ["probe: environment"]
    assert far_bench.metrics == [("done", 0, 1.0)]
    assert far_bench.store.object_keys("executions/") == []


def test_a_killed_pod_goes_on_from_its_checkpoint_in_s3(far_bench: Bench) -> None:
    config = {"behaviour": "resume", "text": "epoch 3"}
    request = far_bench.request(config, checkpoint=Path("any"), subject=new_subject())
    assert far_bench.run(request).exit.reason == "killed"
    kept = far_bench.store.object_keys("executions/checkpoints/")
    assert [key.rpartition("/")[2] for key in kept] == ["kept.txt", "current.json"]
    assert far_bench.report(far_bench.run(again(request)))["kept"] == "epoch 3"
    assert far_bench.store.object_keys("executions/") == []


def test_a_store_in_s3_that_the_pod_cannot_enter(
    far_bench: Bench, cluster: Cluster, namespace: str
) -> None:
    words = ["--from-literal=AWS_ENDPOINT_URL=http://127.0.0.1:9"]
    cluster.kubectl("create", "secret", "generic", "wrong", "-n", namespace, *words)
    assert far_bench.placement is not None
    placement = far_bench.placement.model_copy(update={"store": StoreAccess(secret="wrong")})
    bench = Bench(far_bench.runner, far_bench.folder, placement, root=far_bench.root)
    result = bench.probe("copy")
    assert result.exit.reason == "store_unreachable", result
    assert "s3://pods/aileron" in str(result.raised())
