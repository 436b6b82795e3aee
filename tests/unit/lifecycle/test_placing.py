"""What runs in pods is placed when a workflow is compiled, or refused with a sentence."""

import pytest
from plugins.workspaces import POOL, Workspace

from aileron.core.errors import InvalidInput, NotFound, Refused
from aileron.graph.pipeline import Graph
from aileron.lifecycle import (
    compile_lifecycle,
    form_parameters,
    load_lifecycle,
    resolve,
    resolved_workflow,
)
from aileron.lifecycle.fitting import pools_of
from aileron.lifecycle.placing import placements
from aileron.lifecycle.shape import Task, shape

PIPELINE = """\
apiVersion: aileron/v1
kind: Pipeline
name: sums
sources: {table: {file: datasets/fruit/fruit.csv}}
nodes:
  - name: ingest
    step: data.ingest
    config: {name: fruit, target: kind, task: classification}
    inputs: {source: source:table}
    runner: kubernetes
    resources: {pool: shared, size: cpu-2x4}
"""


def compiled(workspace: Workspace, name: str = "fruit") -> Graph:
    return compile_lifecycle(load_lifecycle(workspace.settings, name), workspace.settings)


def tasks(workspace: Workspace) -> dict[str, Task]:
    return {task.name: task for task in shape(workspace.settings, "fruit").tasks}


def ask(workspace: Workspace, resources: str) -> None:
    """Let the pool be there, and the lifecycle ask it for `resources`."""
    workspace.pool()
    workspace.edit("fruit", "pool: shared}", f"pool: shared, resources: {resources}}}")


def test_the_training_is_placed_by_the_pools_default_size(workspace: Workspace) -> None:
    workspace.pool()
    node = compiled(workspace).node("train")
    assert node.runner == "kubernetes"
    assert node.placement is not None
    assert node.placement.pool == "shared"
    assert node.placement.namespace == "aileron-shared"
    assert node.placement.image == "localhost/aileron-trainer:dev"
    assert (node.placement.size, node.placement.resources.memory_mb) == ("cpu-1x2", 2048)
    assert node.placement.store.uri == "s3://aileron/store"


def test_only_the_training_is_a_pod_unless_another_is_named(workspace: Workspace) -> None:
    ask(workspace, "{evaluate: {size: cpu-2x4}}")
    pods = {node.name for node in compiled(workspace).nodes if node.placement}
    assert pods == {"train", "evaluate"}


def test_a_training_in_a_pod_is_a_task_between_two_groups(workspace: Workspace) -> None:
    workspace.pool()
    found = tasks(workspace)
    assert found["learn"].nodes == ("validate", "split")
    assert found["train"].nodes == ("train",)
    assert found["judge"].nodes == ("evaluate", "gate")
    assert found["train"].upstream[-1] == "learn"
    assert "train" in found["judge"].upstream


def test_a_pods_task_takes_slots_of_its_pool(workspace: Workspace) -> None:
    workspace.pool()
    found = tasks(workspace)
    assert (found["train"].kind, found["train"].pool) == ("pod", "aileron_shared")
    assert (found["learn"].kind, found["learn"].pool) == ("component", None)
    assert shape(workspace.settings, "fruit").runtime.airflow_pool is None


def test_without_pods_a_pool_is_airflows(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "runtime: {pool: night}\ngate:")
    made = shape(workspace.settings, "fruit")
    assert made.runtime.airflow_pool == "night"
    assert next(task for task in made.tasks if task.name == "learn").nodes == (
        "validate",
        "split",
        "train",
        "evaluate",
        "gate",
    )


def test_a_change_of_the_pools_file_makes_the_shape_anew(workspace: Workspace) -> None:
    workspace.pool()
    shape(workspace.settings, "fruit")
    workspace.pool_file(POOL.replace("cpu-1x2", "small"))
    assert "small" in shape(workspace.settings, "fruit").parameters["size"]["enum"]


def test_numbers_lie_over_the_size(workspace: Workspace) -> None:
    ask(
        workspace,
        "{train: {size: cpu-2x4, memory_mb: 3000, shm_mb: 512, node_selector: {disk: ssd}, "
        "tolerations: [{key: gpu, operator: Exists}], image: 'mine:1'}}",
    )
    placement = compiled(workspace).node("train").placement
    assert placement is not None
    assert (placement.resources.cpu, placement.resources.memory_mb) == (2, 3000)
    assert placement.resources.shm_mb == 512
    assert placement.node_selector == {"disk": "ssd"}
    assert placement.tolerations[0].key == "gpu"
    assert placement.image == "mine:1"


@pytest.mark.parametrize(
    ("resources", "sentence"),
    [
        ("{train: {size: huge}}", r"no size huge\. Sizes that fit: cpu-1x2 \(cpu: 1, memory_mb"),
        ("{train: {cpu: 64}}", r"asks for cpu 64, and the pool's quota is 3\. Sizes that fit"),
        (
            "{train: {memory_mb: 1048577}}",
            "asks for memory_mb 1048577, and the pool's quota is 8192",
        ),
        ("{train: {size: gpu-1}}", "asks for gpu 1, and the pool's quota is 0"),
        ("{release: {size: cpu-1x2}}", "release cannot run in a pod: it is of kind effect"),
        ("{trian: {size: cpu-1x2}}", "did you mean train?"),
        ("{train: {pool: other}}", "There is no pool other"),
        ("{train: {cores: 2}}", "cores"),
        ("{train: {priority_class: night}}", "priority_class"),
        ("{train: {volumes: [{mount: /x, host_path: /}]}}", "host_path: /. Leave it out"),
    ],
)
def test_what_can_never_run_is_refused_at_its_line(
    workspace: Workspace, resources: str, sentence: str
) -> None:
    ask(workspace, resources)
    with pytest.raises((InvalidInput, NotFound, Refused), match=sentence) as caught:
        compiled(workspace)
    assert ".yaml:8" in str(caught.value)


def test_a_size_over_the_quota_is_not_offered(workspace: Workspace) -> None:
    ask(workspace, "{train: {cpu: 64}}")
    with pytest.raises(InvalidInput) as caught:
        compiled(workspace)
    assert "gpu-1" not in str(caught.value)


def test_a_project_that_is_not_named_may_not_use_the_pool(workspace: Workspace) -> None:
    workspace.pool(POOL + "projects: [vision]\n")
    with pytest.raises(Refused, match="default may not use pool shared"):
        compiled(workspace)


def test_a_folder_that_no_volume_holds_is_no_store_for_pods(workspace: Workspace) -> None:
    workspace.pool(POOL.replace('store: {uri: "s3://aileron/store"}\n', ""))
    with pytest.raises(InvalidInput, match="none of their volumes is mounted at it"):
        compiled(workspace)


def test_a_folder_on_a_volume_is_a_store_for_pods(workspace: Workspace) -> None:
    volume = f"{{mount: {workspace.settings.home}, host_path: {workspace.settings.home}}}"
    workspace.pool(
        POOL.replace('store: {uri: "s3://aileron/store"}', f"store: {{volume: {volume}}}")
    )
    placement = compiled(workspace).node("train").placement
    assert placement is not None
    assert placement.store.uri == workspace.settings.store_root


def test_resources_without_pods_are_refused(workspace: Workspace) -> None:
    workspace.edit("fruit", "gate:", "runtime: {resources: {train: {cpu: 2}}}\ngate:")
    with pytest.raises(InvalidInput, match="runner is `process`"):
        compiled(workspace)


def test_pods_without_a_pool_are_refused_naming_the_pools(workspace: Workspace) -> None:
    workspace.pool()
    workspace.edit("fruit", ", pool: shared", "")
    with pytest.raises(InvalidInput, match=r"no pool is named\. Set `pool` to one of: shared"):
        compiled(workspace)


def test_a_node_may_set_at_most_100_variables(workspace: Workspace) -> None:
    many = ", ".join(f"V{i}: x" for i in range(101))
    workspace.edit("fruit", "gate:", f"runtime: {{env: {{train: {{{many}}}}}}}\ngate:")
    with pytest.raises(InvalidInput, match="at most 100 items"):
        compiled(workspace)


def test_the_form_offers_the_pools_sizes(workspace: Workspace) -> None:
    workspace.pool()
    field = form_parameters(load_lifecycle(workspace.settings, "fruit"))["size"]
    assert field["enum"] == ["cpu-1x2", "cpu-2x4", "gpu-1"]
    assert field["default"] == "cpu-1x2"


def test_a_run_takes_the_size_of_its_form(workspace: Workspace) -> None:
    workspace.pool()
    plan = resolve(workspace.settings, "fruit", run_id="r1", actor="ada", form={"size": "cpu-2x4"})
    placement = plan.node("train").placement
    assert placement is not None
    assert (placement.size, placement.resources.cpu) == ("cpu-2x4", 2)


@pytest.mark.parametrize(
    "field",
    [
        "runtime.runner",
        "runtime.pool",
        "runtime.resources.train.pool",
        "runtime.resources.gate.cpu",
        "runtime.resources.train.image",
        "runtime.resources.train.volumes",
        "runtime.resources.train.node_selector.zone",
        "release",
        "release.target",
        "release.pool",
    ],
)
def test_a_run_cannot_change_what_the_dag_is_made_of(workspace: Workspace, field: str) -> None:
    workspace.pool()
    with pytest.raises(InvalidInput, match="decides which tasks the DAG has"):
        resolve(workspace.settings, "fruit", run_id="r1", actor="ada", overrides={field: "process"})


def test_nobody_gives_a_service_its_placement(workspace: Workspace) -> None:
    workspace.pool()
    given = {"release.options.placement.replicas": 3}
    with pytest.raises(InvalidInput, match="A placement is not given"):
        resolve(workspace.settings, "fruit", run_id="r1", actor="ada", overrides=given)


@pytest.mark.parametrize(
    "field",
    [
        "nodes",
        "nodes.0",
        "nodes.0.runner",
        "nodes.0.resources",
        "nodes.0.resources.pool",
        "nodes.0.resources.image",
        "nodes.0.resources.volumes",
    ],
)
def test_a_run_of_a_pipeline_cannot_change_what_its_dag_is_made_of(
    workspace: Workspace, field: str
) -> None:
    workspace.pool_file()
    workspace.write("configs/pipelines/sums.yaml", PIPELINE)
    evil = [{"name": "ingest", "runner": "kubernetes", "resources": {"image": "evil"}}]
    with pytest.raises(InvalidInput, match="decides which tasks the DAG has"):
        resolve(workspace.settings, "sums", run_id="r1", actor="ada", overrides={field: evil})


def test_a_run_of_a_pipeline_says_how_much_its_pod_is_given(workspace: Workspace) -> None:
    workspace.pool_file()
    workspace.write("configs/pipelines/sums.yaml", PIPELINE)
    asked = {"nodes.0.resources.size": "cpu-1x2"}
    plan = resolve(workspace.settings, "sums", run_id="r1", actor="ada", overrides=asked)
    placement = plan.node("ingest").placement
    assert placement is not None
    assert placement.size == "cpu-1x2"


@pytest.mark.parametrize("written", ["", "placement: {replicas: 3}"])
def test_nobody_gives_a_pipelines_release_its_placement(workspace: Workspace, written: str) -> None:
    """Neither the file nor who starts a run."""
    release = f"""\
  - name: release
    step: deploy.release
    config: {{service: fruit, model: fruit, {written}}}
"""
    workspace.pool_file()
    workspace.write("configs/pipelines/sums.yaml", PIPELINE + release)
    given = {} if written else {"nodes.1.config.placement.pod.image": "evil"}
    workflow = resolved_workflow(workspace.settings, "sums", overrides=given)
    with pytest.raises(InvalidInput, match="A placement is not given") as caught:
        compile_lifecycle(workflow, workspace.settings)
    assert ("sums.yaml:14" if written else "--set") in str(caught.value)


def test_a_node_of_a_pipeline_says_itself_that_it_is_a_pod(workspace: Workspace) -> None:
    workspace.pool_file()
    workspace.write("configs/pipelines/sums.yaml", PIPELINE)
    node = compiled(workspace, "sums").node("ingest")
    assert node.placement is not None
    assert node.placement.resources.cpu == 2


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("runner: kubernetes", "runner: process", "the runner is `process`"),
        ("runner: kubernetes", "runner: kubernetes\n    group: light", "has no group"),
        ("pool: shared, ", "", "no pool is named"),
        ("name: sums", "name: sums\nruntime: {resources: {ingest: {}}}", "says at its nodes"),
        (
            "    runner: kubernetes\n    resources: {pool: shared, size: cpu-2x4}\n",
            "runtime: {runner: kubernetes, pool: shared}\n",
            "says at its nodes",
        ),
        ("resources: {", "placement: {", "placement"),
    ],
)
def test_a_pipelines_node_is_refused_in_words(
    workspace: Workspace, old: str, new: str, sentence: str
) -> None:
    workspace.pool_file()
    workspace.write("configs/pipelines/sums.yaml", PIPELINE.replace(old, new))
    with pytest.raises(InvalidInput, match=sentence) as caught:
        compiled(workspace, "sums")
    assert "sums.yaml:" in str(caught.value)


def test_a_pool_of_a_service_counts_as_one_that_is_needed(workspace: Workspace) -> None:
    workspace.pool_file()
    release = "release: {target: kubernetes, pool: shared, size: cpu-1x2}"
    workspace.edit("fruit", "gate:", f"{release}\ngate:")
    graph = compiled(workspace)
    assert [pool.name for pool in pools_of(workspace.folder, graph)] == ["shared"]
    ((node, placement),) = placements(graph)
    assert (node.name, placement.image) == ("release", "localhost/aileron-server:dev")
