"""The page: `python app.py`, on port 7860 or GRADIO_SERVER_PORT, for this machine or GRADIO_SERVER_NAME."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")


def main() -> None:
    """Build the page, launch it, and stay. Ctrl-C ends the process with exit code 130."""
    try:
        from ssti.ui.frame.page import serve

        serve()
    except KeyboardInterrupt:  # while it starts
        sys.exit(130)


if __name__ == "__main__":
    main()
