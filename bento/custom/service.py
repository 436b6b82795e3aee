"""The Bento of the custom contract: the application that also runs lean, mounted as it is.

Copied into each package beside `aileron_service`, service.json, model/ and, if the job names one,
sample.json. Change what `bentoml.service` is given here (workers, resources, traffic) for Bento's
own server.
"""

from pathlib import Path

import bentoml
from aileron_service.app import create_app


@bentoml.service(name="custom", workers=1, traffic={"timeout": 60})
@bentoml.asgi_app(create_app(Path(__file__).resolve().parent), path="/")
class CustomService:
    """A JSON object in, what the job's own code answers out."""
