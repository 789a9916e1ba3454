"""What a server for strangers limits, with the reasons, and the way to a server without limits."""

from __future__ import annotations

import os

from ssti.platform.language import tr
from ssti.ui.access import caps
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup


def limits() -> Markup:
    """A fold that lists every limit of this server, each with its reason."""
    lines = parts.join(parts.html("<li><b>{}</b>: {}</li>", most, why) for most, why in caps.limits())
    space = os.environ.get("SPACE_ID", "")
    out = parts.note(tr("On a machine of your own nothing is limited."))
    if space:
        out = parts.html(
            '<p><a href="{}" target="_blank" rel="noopener">Duplicate this Space</a> to have one of your own, without limits.</p>',
            caps.duplicate(space),
        )
    return parts.folded(tr("The limits of this server, and why"), parts.html('<ul class="limits">{}</ul>', lines), out)
