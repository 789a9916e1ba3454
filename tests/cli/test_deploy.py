"""The page as a Space: what would go, what goes, over HTTP to a small Hub; nothing else of the folder leaves it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import hub_server
import pytest

from ssti.platform.errors import SSTIError
from ssti.verbs import deploy

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder of a Space's files and of much that is none."""
    root = tmp_path / "clone"
    for name in ("README.md", "LICENSE", "app.py", "requirements.txt"):
        root.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name in ("ssti/cli/run.py", "assets/a [1].css", "adapters/one/adapter_model.safetensors"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    for name in (".env", ".git/config", "ssti/__pycache__/x.pyc", "ssti/.secret", "tests/test_x.py", "runs/mine/events.jsonl", "notes.md"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("sentinel of a secret")
    (root / "assets" / "outside").symlink_to("/etc/hostname")
    return root


GOES = ["LICENSE", "README.md", "adapters/one/adapter_model.safetensors", "app.py", "assets/a [1].css", "requirements.txt", "ssti/cli/run.py"]


def test_a_dry_run_says_what_would_go_and_sends_nothing(clone: Path) -> None:
    told = deploy.deploy("me/lab", dry_run=True, root=clone)
    assert told["files"] == GOES and told["commit"] is None
    assert told["bytes"] == sum((clone / name).stat().st_size for name in GOES)
    assert told["left_out"] == [".env", ".git/", "notes.md", "runs/", "tests/"]


def test_the_files_go_to_the_hub_and_what_is_gone_here_goes_there(clone: Path, monkeypatch) -> None:
    import huggingface_hub.constants as constants


    with hub_server.running() as hub:
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"):
            monkeypatch.delenv(switch, raising=False)
        monkeypatch.setenv("HF_TOKEN", hub_server.WRITE)
        monkeypatch.setattr("huggingface_hub.HfApi", lambda token: _api(hub.address, token))
        told = deploy.deploy("me/lab", root=clone)
        files = hub.files("me/lab", "spaces")
        assert sorted(files) == told["files"] == GOES and told["commit"] and hub.private["spaces/me/lab"] is True
        assert not [name for name, content in files.items() if b"sentinel" in content]
        (clone / "ssti/cli/run.py").unlink()
        (clone / "ssti/new.py").write_text("new")
        files["keep.md"] = b"of the Space's owner"
        deploy.deploy("me/lab", root=clone)
        assert "ssti/new.py" in files and "ssti/cli/run.py" not in files and "keep.md" in files
        (clone / "README.md").write_text((clone / "README.md").read_text().replace("sdk: gradio", "sdk: flask"))
        with pytest.raises(SSTIError):
            deploy.deploy("me/lab", root=clone)


def _api(address: str, token: str | None):
    from huggingface_hub.hf_api import HfApi

    return HfApi(endpoint=address, token=token or hub_server.WRITE)


def test_the_shell_says_what_would_go_of_this_very_folder(run) -> None:
    code, out, _ = run("deploy", "me/lab", "--dry-run", "--json")
    told = json.loads(out)
    assert code == 0 and {"app.py", "README.md", "ssti/ui/frame/page.py", "adapters/SHA256SUMS"} <= set(told["files"])
    assert not [name for name in told["files"] if name.startswith(("tests", ".")) or "__pycache__" in name]
    code, out, _ = run("deploy", "me/lab", "--dry-run")
    assert "would go in" in out and "left out: " in out and "tests/" in out


def test_what_is_no_space_or_no_whole_folder_is_refused(clone: Path) -> None:
    with pytest.raises(SSTIError, match="no name of a repository"):
        deploy.deploy("lab", dry_run=True, root=clone)
    shutil.rmtree(clone / "adapters")
    with pytest.raises(SSTIError, match="has no adapters"):
        deploy.deploy("me/lab", dry_run=True, root=clone)
