"""The page: `python app.py`, on port 7860 or GRADIO_SERVER_PORT, for this machine or GRADIO_SERVER_NAME."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
# Before torch: its threads sleep where they wait. Spinning they kept the cores from a run that trains, and it from them:
# fifty people waited ten times as long (tests/load/people.py).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def main() -> None:
    """Build the page, launch it, and stay. Ctrl-C ends the process with exit code 130."""
    try:
        from ssti.ui.frame.page import serve

        serve()
    except KeyboardInterrupt:  # while it starts
        sys.exit(130)


if __name__ == "__main__":
    main()
