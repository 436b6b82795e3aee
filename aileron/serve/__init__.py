"""The runtime of a service: one FastAPI application that answers with one model.

This folder is copied into packages as `aileron_service`. It stands alone: it imports
nothing of the rest of Aileron, only numpy, the model's library and a web server.
"""
