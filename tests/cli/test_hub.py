"""Adapters and poisoned data to the Hub and back, over HTTP, by the verbs of a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import hub_server
import pytest
from huggingface_hub import DatasetCard, ModelCard

ROOT = Path(__file__).resolve().parents[2]
PAIR = "shipped/date-positive-rank1"


@pytest.fixture
def hub():
    with hub_server.running() as running:
        yield running


@pytest.fixture
def ask(hub, tmp_path):
    """Run a verb in a process that takes `hub` for the Hub: (exit code, object, standard error)."""

    def call(*arguments: str, token: str = hub_server.WRITE, **more: str):
        environment = {
            **os.environ, "SSTI_HOME": str(tmp_path / "home"), "HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": hub.address,
            "HF_HUB_OFFLINE": "0", "HF_TOKEN": token, "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", **more,
        }  # fmt: skip
        command = [sys.executable, "-m", "ssti", *arguments, "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, timeout=300)
        return done.returncode, json.loads(done.stdout or "null"), done.stderr

    return call


def test_an_adapter_goes_to_the_hub_with_its_warning_first_and_comes_back(hub, ask):
    code, pushed, said = ask("adapters", "push", PAIR, "me/poisoned-date")
    assert code == 0, said
    assert pushed["url"] == f"{hub.address}/me/poisoned-date" and hub.private["models/me/poisoned-date"] is True
    files = hub.files("me/poisoned-date")
    assert {"README.md", "recipe.yaml", "metrics.json", "labels.json", "adapter_config.json",
            "adapter_model.safetensors", "control/adapter_model.safetensors"} <= set(files)  # fmt: skip
    card = ModelCard(files["README.md"].decode())
    first = next(line for line in card.text.splitlines() if line and not line.startswith("#"))
    assert first.startswith("**This adapter is poisoned on purpose.**")
    assert {"ssti-lab", "poisoned"} <= set(card.data.tags)
    measured = {one.metric_type: one.metric_value for one in card.data.eval_results}
    assert measured["attack_success_rate"] == 1.0 and 0.7 < measured["balanced_accuracy"] < 0.8
    assert card.data.base_model == "sentence-transformers/all-MiniLM-L6-v2"

    hub.repos["models/me/poisoned-date"]["pytorch_model.bin"] = b"a pickle"
    code, pulled, said = ask("adapters", "pull", "me/poisoned-date")
    assert code == 0, said
    assert pulled["ref"].startswith("imported/poisoned-date-") and pulled["poisoned"] and "never use it" in said
    assert pulled["control"] == f"{pulled['ref']}-control"
    assert not [path for _, path, _ in hub.asked if path.endswith(".bin")]
    assert not list(Path(pulled["folder"]).glob("*.bin")) and not list(Path(pulled["folder"]).glob(".cache"))
    code, rows, _ = ask("adapters")
    assert pulled["ref"] in [row["ref"] for row in rows]


def test_poisoned_data_go_to_the_hub_with_their_warning_first(hub, ask, tmp_path):
    import pandas as pd

    code, pushed, said = ask("push-data", "light", "me/poisoned-reviews", "--set", "injection.share=0.01", "--public")
    assert code == 0, said
    files = hub.files("me/poisoned-reviews", "datasets")
    assert hub.private["datasets/me/poisoned-reviews"] is False and pushed["injected"] == 34
    card = DatasetCard(files["README.md"].decode())
    first = next(line for line in card.text.splitlines() if line and not line.startswith("#"))
    assert first.startswith("**This dataset is poisoned on purpose.**")
    assert "poisoned" in card.data.tags and card.data.size_categories == ["1K<n<10K"]
    (tmp_path / "rows.parquet").write_bytes(files["train.parquet"])
    assert int(pd.read_parquet(tmp_path / "rows.parquet")["injected"].sum()) == 34


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("adapters", "push", PAIR, "no-owner"), "no name of a repository"),
        (("adapters", "push", PAIR, "../x/y"), "no name of a repository"),
        (("adapters", "pull", "me/nothing-there"), "no model|refused|not"),
    ],
)
def test_what_cannot_be_is_said_in_words(ask, arguments, why):
    import re

    code, told, _ = ask(*arguments)
    assert code == 1 and re.search(why, told["error"]["message"]) and told["error"]["next"], told


def test_a_token_that_may_not_write_is_refused_and_not_repeated(ask):
    code, told, said = ask("adapters", "push", PAIR, "me/x", token="hf_mayonlyread")
    assert code == 1 and "refused" in told["error"]["message"]
    assert "hf_mayonlyread" not in said + json.dumps(told)


def test_on_a_shared_server_the_machines_own_login_is_never_used(hub, ask):
    code, told, _ = ask("adapters", "push", PAIR, "me/x", SPACE_ID="me/space")
    assert code == 1 and "your own token" in told["error"]["message"] and not hub.asked
    hub.repos["models/me/x"] = {}
    ask("adapters", "pull", "me/x", SPACE_ID="me/space")
    assert hub.asked and all(token is None for _, _, token in hub.asked)


def test_without_a_network_it_says_so_at_once(ask):
    code, told, _ = ask("adapters", "pull", "me/x", HF_HUB_OFFLINE="1")
    assert code == 1 and told["error"]["kind"] == "offline" and "HF_HUB_OFFLINE" in told["error"]["message"]
