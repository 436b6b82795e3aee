"""Training of picture classifiers: a small network of our own, and fine-tuning of a backbone.

A step's module (`cnn`, `backbone`) holds its config and imports in milliseconds; torch is
imported by the modules behind it, in the step's own process. They are split by concern:
pictures and augmentation, network, loop, checkpoint, export.
"""
