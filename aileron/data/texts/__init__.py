"""Texts as datasets: from a file, a folder or an archive to a DATASET artifact, and reading one."""

from aileron.data.texts.card import TextCard
from aileron.data.texts.dataset import TextDataset

__all__ = ["TextCard", "TextDataset"]
