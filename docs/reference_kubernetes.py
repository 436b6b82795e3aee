"""kubernetes.md: what is used of Kubernetes, and how far each part is known to work."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from reference_text import table

FEATURES: Final = Path(__file__).with_name("kubernetes.toml")
NOTE: Final = "<!-- Made by `make docs` from docs/kubernetes.toml; edit that. -->"
ABOUT: Final = """\
The platform asks the server what it offers and uses the newest form of each kind that it knows;
clusters from 1.20 on are meant. What each part was tried with:

- **verified**: the named test does it on a real cluster of Kubernetes 1.20.2;
- **rendered**: that cluster lacks the form or the thing, so the named test checks the object
  against the published schema of the newest one, and nothing was run;
- **judged**: the named test gives us what a cluster reports in such a case, and nothing was run;
- **refused**: it is refused in a sentence."""


def kubernetes_page() -> str:
    """The page."""
    parts = [f"# Kubernetes\n\n{NOTE}\n\n{ABOUT}"]
    for section, rows in tomllib.loads(FEATURES.read_text(encoding="utf-8")).items():
        cells = [[row["what"], row["how"], f"`{row['test']}`"] for row in rows]
        parts.append(f"## {section}\n\n" + table(["What", "How far", "Test"], cells))
    return "\n\n".join(parts) + "\n"
