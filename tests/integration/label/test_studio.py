"""The client on the real Label Studio."""

from __future__ import annotations

from datetime import timedelta

import pytest
from plugins.labelstudio import RunningStudio

from aileron.core.errors import InvalidInput, NotFound, Unavailable
from aileron.label.studio.client import Studio

CONFIG = """
<View><Image name="image" value="$image"/>
<Choices name="label" toName="image"><Choice value="a"/><Choice value="b"/></Choices></View>
"""


def choice(name: str) -> list[dict[str, object]]:
    """What LS keeps of a click on a class."""
    return [
        {
            "from_name": "label",
            "to_name": "image",
            "type": "choices",
            "value": {"choices": [name]},
        }
    ]


def data(number: int) -> dict[str, object]:
    return {"data": {"image": f"/label/media/c/1/{number}", "sample_id": f"s{number}"}}


def test_tasks_come_back_in_order_with_what_is_drawn(studio: Studio) -> None:
    project = studio.create_project("in order", CONFIG, "Look *twice*.")
    given = [data(n) for n in range(1, 1203)]
    given[1]["annotations"] = [{"result": choice("b"), "lead_time": 2.5}]
    tasks = studio.add_tasks(project, given)
    assert len(set(tasks)) == 1202
    assert [studio.tables.data(project)[task]["sample_id"] for task in tasks] == [
        f"s{n}" for n in range(1, 1203)
    ]
    annotation = studio.annotate(tasks[0], choice("a"), 4.0)
    states = {state.task: state for state in studio.states(project)}
    assert list(states) == tasks
    assert states[tasks[0]].annotations[0].result[0]["value"] == {"choices": ["a"]}
    assert states[tasks[0]].annotations[0].seconds == 4.0
    assert states[tasks[1]].annotations[0].result[0]["value"] == {"choices": ["b"]}
    assert states[tasks[2]].annotations == ()
    assert studio.task_of_annotation(annotation) == tasks[0]
    before = states[tasks[0]].annotations[0].updated
    studio.change_annotation(annotation, choice("b"))
    changed = studio.states(project)[0].annotations[0]
    assert changed.result[0]["value"] == {"choices": ["b"]}
    assert changed.updated > before
    assert (studio.count("annotation", tasks[0]), studio.count("draft", tasks[0])) == (1, 0)
    studio.annotate(tasks[0], choice("a"))
    both = studio.states(project)[0].annotations
    assert [[one["value"]["choices"] for one in drawn.result] for drawn in both] == [[], [["a"]]]
    assert studio.count("annotation", tasks[0]) == 2
    studio.delete_project(project)
    studio.delete_project(project)
    with pytest.raises(NotFound):
        studio.states(project)
    with pytest.raises(NotFound):
        studio.task_of_annotation(annotation)


def test_what_label_studio_refuses_is_said(studio: Studio) -> None:
    with pytest.raises(InvalidInput, match="label_config"):
        studio.create_project("wrong", "<View")


def test_projects_in_which_nothing_is_drawn_are_found_by_age(studio: Studio) -> None:
    project = studio.create_project("a draft of one", CONFIG, note="mine")
    assert (project, "mine") in studio.untouched(timedelta(0))
    assert studio.untouched(timedelta(hours=1)) == []
    (task,) = studio.add_tasks(project, [data(1)])
    studio.annotate(task, choice("a"))
    assert project not in dict(studio.untouched(timedelta(0)))
    assert (project, "mine") in studio.noted(timedelta(0))
    assert studio.noted(timedelta(hours=1)) == []
    assert project in studio.tables.projects()
    studio.delete_project(project)
    assert project not in dict(studio.noted(timedelta(0)))


def test_a_hook_is_made_once_and_moves_with_the_gate(studio: Studio) -> None:
    project = studio.create_project("hooked", CONFIG)
    for port in (9, 9, 10):
        studio.ensure_webhook(project, f"http://127.0.0.1:{port}/label/-/hook/1", "secret")
    hooks = studio._call("GET", "/api/webhooks/", params={"project": project})
    assert [hook["url"] for hook in hooks] == ["http://127.0.0.1:10/label/-/hook/1"]
    with pytest.raises((InvalidInput, Unavailable), match="reserved"):
        studio.ensure_webhook(project, "http://10.0.0.1/hook", "secret")
    studio.delete_project(project)


def test_a_server_that_is_away_is_said(labelstudio: RunningStudio) -> None:
    away = Studio("http://127.0.0.1:9", labelstudio.token, labelstudio.database_url)
    with pytest.raises(Unavailable, match="does not answer"):
        away.create_project("away", CONFIG)
    away.close()
