"""What all tests share: the fixtures of `tests/plugins`, which is on the path of pytest alone."""

pytest_plugins = ["plugins.faults", "plugins.mlflow", "plugins.postgres", "plugins.tables"]
