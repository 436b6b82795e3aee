"""Pictures as datasets: from a folder or an archive to a DATASET artifact, and reading one.

`ImageDataset` is what other stages use. Importing this is cheap; pyarrow and Pillow are
imported by what reads files, when it is called.
"""

from aileron.data.images.card import ImageCard
from aileron.data.images.dataset import ImageDataset, ImagePart, read_image_card

__all__ = ["ImageCard", "ImageDataset", "ImagePart", "read_image_card"]
