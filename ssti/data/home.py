"""Where original files of datasets are looked for on this machine. Knows no dataset by name."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder() -> Path:
    """`SSTI_DATA`, else `data` under `SSTI_HOME`, else under the user's data folder of the platform."""
    if chosen := os.environ.get("SSTI_DATA"):
        return Path(chosen).expanduser()
    if home := os.environ.get("SSTI_HOME"):
        return Path(home).expanduser() / "data"
    import platformdirs

    return Path(platformdirs.user_data_dir("ssti-lab")) / "data"


def find_original(folder: str, files: tuple[str, ...]) -> Path | None:
    """The folder that holds all these files: `<data>/<folder>` or `<data>` itself; None when neither does."""
    for place in (data_folder() / folder, data_folder()):
        if all((place / file).is_file() for file in files):
            return place
    return None
