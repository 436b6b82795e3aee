"""Evaluation of a model on rows it never saw, and the gate that lets it pass or not.

Public for sibling stages: nothing but the artifacts METRICS, REPORT and VERDICT.
"""
