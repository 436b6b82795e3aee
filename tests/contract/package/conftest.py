"""A package and what it is made of."""

from plugins.serving import copy_package, packaged, serving_home, trained

__all__ = ["copy_package", "packaged", "serving_home", "trained"]
