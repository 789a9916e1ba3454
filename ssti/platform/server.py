"""Do other people use this process? And which model's own code may run here? Knows no page and no model."""

from __future__ import annotations

import os

from ssti.platform.errors import ModelError, SSTIError
from ssti.platform.language import tr

SWITCH = "SSTI_TRUST_REMOTE_CODE"
OWN = ("", "localhost", "127.0.0.1", "::1")


def shared_server() -> str | None:
    """What shows that strangers can reach this page: a Space, an address that is not this machine's own, or `SSTI_PUBLIC`."""
    if os.environ.get("SPACE_ID"):
        return "SPACE_ID"
    if _yes("SSTI_PUBLIC"):
        return "SSTI_PUBLIC"
    if os.environ.get("GRADIO_SERVER_NAME", "").strip() not in OWN:
        return "GRADIO_SERVER_NAME"
    if _yes("GRADIO_SHARE"):
        return "GRADIO_SHARE"
    return None


def _yes(switch: str) -> bool:
    return os.environ.get(switch, "").strip().lower() in ("1", "true", "yes", "on")


def may_run_code_of(name: str) -> bool:
    """Whether the person at this machine named this one model in `SSTI_TRUST_REMOTE_CODE`.

    Raises SSTIError where they did on a server that others use: there no model's code runs.
    """
    if os.environ.get(SWITCH, "").strip() != name:
        return False
    if sign := shared_server():
        raise ModelError(
            tr(
                "{switch} names {name}, but others use this server ({sign} is set): no model's own code runs here.",
                switch=SWITCH,
                name=name,
                sign=sign,
            ),
            tr("Unset {switch}, or run it on a machine of your own.", switch=SWITCH),
        )
    return True


def needs_code(name: str, model_type: str) -> SSTIError:
    """An architecture that only the model's own code knows."""
    ask = tr("Choose a model whose architecture transformers has.")
    if shared_server() is None:
        own = tr("On a machine of your own, after reading its code: set {switch}={name}.", switch=SWITCH, name=name)
        ask = f"{ask} {own}"
    return ModelError(
        tr(
            "{name} has the architecture {model_type!r}, which only its own code knows; that code is not run.",
            name=name,
            model_type=model_type,
        ),
        ask,
    )
