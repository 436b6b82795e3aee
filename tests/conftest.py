"""What all tests share: the fixtures of `tests/plugins`, which is on the path of pytest alone."""

pytest_plugins = [
    "plugins.stack",  # first, since others import it
    "plugins.command",
    "plugins.faults",
    "plugins.mlflow",
    "plugins.postgres",
    "plugins.strict",
    "plugins.tables",
    "plugins.workspaces",
]
