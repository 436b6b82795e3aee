"""Executing steps: requests, results, runners, and the engine that decides what must run.

Import from the modules: `aileron.run.engine.Engine`, `aileron.run.process.ProcessRunner`,
`aileron.run.runner.Runner`, `aileron.run.conformance`. This file imports the standard
library alone, because the launcher imports it first.
"""

from aileron.run.cgroup import Enforcement, memory_enforcement

__all__ = ["Enforcement", "memory_enforcement"]
