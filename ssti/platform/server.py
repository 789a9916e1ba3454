"""Do other people use this process? And which model's own code may run here? Knows no page and no model."""

from __future__ import annotations

import os

from ssti.platform.errors import ModelError, SSTIError

SWITCH = "SSTI_TRUST_REMOTE_CODE"
OWN = ("", "localhost", "127.0.0.1", "::1")


def shared_server() -> str | None:
    """What shows that others can reach this page: a Space, or an address that is not this machine's own."""
    if os.environ.get("SPACE_ID"):
        return "SPACE_ID"
    if os.environ.get("GRADIO_SERVER_NAME", "").strip() not in OWN:
        return "GRADIO_SERVER_NAME"
    if os.environ.get("GRADIO_SHARE", "").strip().lower() in ("1", "true", "yes"):
        return "GRADIO_SHARE"
    return None


def may_run_code_of(name: str) -> bool:
    """Whether the person at this machine named this one model in `SSTI_TRUST_REMOTE_CODE`.

    Raises SSTIError where they did on a server that others use: there no model's code runs.
    """
    if os.environ.get(SWITCH, "").strip() != name:
        return False
    if sign := shared_server():
        raise ModelError(
            f"{SWITCH} names {name}, but others use this server ({sign} is set): no model's own code runs here.",
            f"Unset {SWITCH}, or run it on a machine of your own.",
        )
    return True


def needs_code(name: str, model_type: str) -> SSTIError:
    """An architecture that only the model's own code knows."""
    ask = "Choose a model whose architecture transformers has."
    if shared_server() is None:
        ask += f" On a machine of your own, after reading its code: set {SWITCH}={name}."
    return ModelError(
        f"{name} has the architecture {model_type!r}, which only its own code knows; that code is not run.", ask
    )
