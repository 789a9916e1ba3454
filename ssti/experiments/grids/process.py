"""A started grid's own process, at lower priority than the page.

Run as: python -m ssti.experiments.grids.process GRID_FOLDER [WORKERS]
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from ssti.experiments.grids.going import find, following
from ssti.experiments.local import Local
from ssti.experiments.run import Progress, run

NICE = 10


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing of the grid. Exit code 0 once nothing is, 130 where it was stopped."""
    name, *workers = sys.argv[1:] if arguments is None else arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the server is not meant for the grid
    if hasattr(os, "nice"):
        os.nice(NICE)
    asked, runner = find(Path(name).name).asked, Local(*map(int, workers))
    try:
        with following(asked, runner.workers) as report:

            def print_progress(progress: Progress) -> None:
                report(progress)
                print(progress.line, progress.last and progress.last.error or "", flush=True)

            run(asked.cells(), runner, report=print_progress)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
