"""The package adaptersentry, as it comes: a static scanner, which reads the weights' file alone."""

from __future__ import annotations

from importlib.metadata import version

from ssti.adapters.files import WEIGHTS
from ssti.adapters.listing import AdapterInfo
from ssti.experiments.detection.adapters.detector import Detector, Said
from ssti.platform.errors import SSTIError

ACTIONS = ("allow", "review", "block")


def scan(info: AdapterInfo) -> Said:
    """Its score is its action's place, and within that its largest z of a module against its family, where it has one.

    It compares families of sixteen modules at least, which a model of six layers has not. Raises SSTIError where it is not installed.
    """
    try:
        from adaptersentry import scan as look
    except ImportError as error:
        raise SSTIError(
            "adaptersentry is not installed.", next='Bring it: pip install ".[app,benchmark]". The app needs it for nothing.', kind="model"
        ) from error
    result = look(info.path / WEIGHTS)
    action = str(result.verdict.action)
    intra = result.anomaly.intra if result.anomaly else None
    z = float((intra and intra.max_concentration_z) or 0.0)
    why = ", ".join(reason.code for reason in result.verdict.reasons)
    return Said(1000 * ACTIONS.index(action) + z, f"{action} ({why}; {version('adaptersentry')})", action != "allow")


ADAPTERSENTRY = Detector(
    "adaptersentry", "adaptersentry", "The package of that name: anomalies of the update's matrices, module by module.", scan, order=20
)
