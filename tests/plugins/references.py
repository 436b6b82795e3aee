"""Made-up references, for tests that move references and never the bytes behind them."""

from aileron.core.ports import ArtifactKind, Reference


def reference(letter: str = "a", kind: ArtifactKind = ArtifactKind.RECORD) -> Reference:
    """A reference whose digest is one hex digit repeated."""
    return Reference(kind=kind, uri=f"artifact:{letter * 64}", digest=letter * 64, size=1)
