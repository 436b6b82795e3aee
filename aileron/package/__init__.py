"""Packages: a model with everything that serving it needs, checked before anyone relies on it.

Public for sibling stages: the modules `environment` (a package's own virtual environment)
and `launch` (how a package is started). Both import nothing heavy.
"""
