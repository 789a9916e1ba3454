"""What the clean adapters of a bank score themselves, each scanned beside the others: from that the limits of a verdict follow."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from ssti.adapters.files import RECIPE
from ssti.adapters.listing import describe
from ssti.detect.adapter.bank import SCORES, find_bank, read_scores
from ssti.detect.adapter.scanner import scan_adapter
from ssti.detect.adapter.verdict import SOURCES
from ssti.platform.home import write_text
from ssti.platform.language import tr


def calibrate(folder: Path, on_progress: Callable[[str], None] = lambda line: None) -> dict[str, dict[str, float]]:
    """The highest score of words and of shapes in each member of the bank in this folder, 0 where none does more than in the others. Those that were scanned stay; a minute or two each. Raises SSTIError."""
    file = folder / SCORES
    scores = read_scores(file)
    for member in sorted(one.parent for one in folder.glob(f"*/{RECIPE}")):
        if member.name not in scores:
            info = describe(member, str(member))
            on_progress(tr("scanning {name} beside the others …", name=member.name))
            report = scan_adapter(info.ref, bank=find_bank(info))
            scores[member.name] = {
                source: max([0.0, *(one.score for one in report.findings if one.source == source)]) for source in SOURCES
            }
            write_text(file, json.dumps(dict(sorted(scores.items())), indent=1))
    return scores
