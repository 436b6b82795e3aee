"""What all tests share: the fixtures of `tests/plugins`, which is on the path of pytest alone."""

import pytest

pytest.register_assert_rewrite("plugins")  # all of them, whichever imports another
pytest_plugins = [
    "plugins.stack",
    "plugins.shared_data",
    "plugins.browser",
    "plugins.backbones",
    "plugins.cluster",
    "plugins.command",
    "plugins.dataset_site",
    "plugins.digits",
    "plugins.api",
    "plugins.far_servers",
    "plugins.faults",
    "plugins.history",
    "plugins.labelling_stack",
    "plugins.labelling_office",
    "plugins.labelstudio",
    "plugins.mlflow",
    "plugins.other_stack",
    "plugins.pages",
    "plugins.picture_sets",
    "plugins.pods",
    "plugins.pod_stack",
    "plugins.postgres",
    "plugins.serving",
    "plugins.sharing",
    "plugins.slot_pools",
    "plugins.strict",
    "plugins.tables",
    "plugins.workspaces",
    "plugins.airflow",
]
