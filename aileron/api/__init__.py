"""The verbs of `aileron.client` over HTTP, and the pages that use them.

One FastAPI application for two places: served alone by `aileron api`, where tokens say who
asks, and inside Airflow's API server, where Airflow's login does.
"""
