"""Labelling by people: what is to be said of samples, who says it, and what counts.

Label Studio draws and stores the drawings; who does what, review, quality and the way back into
dataset versions are here. It stands between the datasets and the lifecycles.
"""
