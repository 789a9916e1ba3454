"""The front matter of a Space's README, as the Hub's documentation of it has it ("Spaces Configuration Reference")."""

from __future__ import annotations

import re
from typing import Any

COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
KINDS: dict[str, type | tuple[type, ...]] = {
    "title": str, "emoji": str, "colorFrom": str, "colorTo": str, "sdk": str, "python_version": str, "sdk_version": str,
    "suggested_hardware": str, "suggested_storage": str, "app_file": str, "app_build_command": str, "app_port": int,
    "base_path": str, "fullWidth": bool, "header": str, "short_description": str, "models": list, "datasets": list,
    "tags": list, "thumbnail": str, "pinned": bool, "hf_oauth": bool, "hf_oauth_scopes": list,
    "hf_oauth_expiration_minutes": int, "hf_oauth_authorized_org": (str, list), "disable_embedding": bool,
    "startup_duration_timeout": str, "custom_headers": dict, "preload_from_hub": list, "license": str,
}  # fmt: skip
SCOPES = {"email", "read-repos", "write-repos", "manage-repos", "contribute-repos", "read-mcp", "write-discussions", "read-billing",
          "inference-api", "jobs", "webhooks", "gated-repos"}  # fmt: skip


def problems(front: Any) -> list[str]:
    """What the Hub would refuse of it, or pass over without a word."""
    if not isinstance(front, dict):
        return ["it is no mapping"]
    wrong = [f"{name} is no key of it" for name in front if name not in KINDS]
    wrong += [f"{name} is {type(front[name]).__name__}" for name, kind in KINDS.items() if name in front and not isinstance(front[name], kind)]
    wrong += [f"{name} is missing" for name in ("title", "sdk") if not front.get(name)]
    checks = {
        "sdk": front.get("sdk") in ("gradio", "docker", "static"),
        "colorFrom": front.get("colorFrom") in COLOURS,
        "colorTo": front.get("colorTo") in COLOURS,
        "emoji": 0 < len(str(front.get("emoji", ""))) <= 8,
        "python_version": re.fullmatch(r"3\.\d+(\.\d+)?", str(front.get("python_version", ""))) is not None,
        "sdk_version": re.fullmatch(r"\d+\.\d+\.\d+", str(front.get("sdk_version", ""))) is not None,
        "short_description": len(str(front.get("short_description", ""))) <= 60,
        "hf_oauth_scopes": set(front.get("hf_oauth_scopes", [])) <= SCOPES,
    }
    return wrong + [f"{name} is {front.get(name)!r}" for name, right in checks.items() if name in front and not right]
