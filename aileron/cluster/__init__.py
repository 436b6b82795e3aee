"""Kubernetes, as the platform uses it: pools, where things run, objects, pods, reasons.

Nothing here knows what runs in a pod. Import from the modules; each imports the client
library inside its functions, since schedulers read pools many times a minute.
"""
