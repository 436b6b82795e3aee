"""Users' container images: layouts, archives, registries, builds, and the contract of a job's.

An image is an OCI image layout in the artifact store, so layers that versions share are kept
once. Nothing here needs a daemon but builds from a Dockerfile and of Debian packages.
"""
