"""What the clean adapters of a bank score themselves, each scanned beside the others: from that the limits of a verdict follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ssti.adapters.files import RECIPE
from ssti.adapters.listing import describe
from ssti.detect.adapter.bank import SCORES, find_bank
from ssti.detect.adapter.scanner import scan_adapter
from ssti.platform.home import write_text
from ssti.platform.language import tr


def calibrate(folder: Path, on_progress: Callable[[str], None] = lambda line: None) -> dict[str, float]:
    """The highest score of each member of the bank in this folder. Those that were scanned stay; a minute or two each. Raises SSTIError."""
    file = folder / SCORES
    scores: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    for member in sorted(one.parent for one in folder.glob(f"*/{RECIPE}")):
        if member.name not in scores:
            info = describe(member, str(member))
            on_progress(tr("scanning {name} beside the others …", name=member.name))
            report = scan_adapter(info.ref, bank=find_bank(info))
            scores[member.name] = max((one.score for one in report.findings), default=0.0)
            write_text(file, json.dumps(dict(sorted(scores.items())), indent=1))
    return scores
