"""Entry of ``python -m aileron_service``."""

import sys

from .main import main

if __name__ == "__main__":
    sys.exit(main())
