"""What is said where a grid cannot go to a Ray cluster. Grids on a real one stand in test_running.py."""

from __future__ import annotations

import json

import pytest
from tests_support import unused_port

from ssti.cli import main
from ssti.experiments.ray import Ray
from ssti.platform.errors import SSTIError


def refused(capsys, *arguments: str) -> str:
    """Message and advice of a grid that is refused."""
    with pytest.raises(SystemExit):
        main(["grid", "demo", *arguments, "--json"])
    error = json.loads(capsys.readouterr().out)["error"]
    return f"{error['message']} {error['next']}"


def test_the_shell_names_the_backends_and_whose_options_are_whose(home, capsys):
    assert "'local', 'ray'; did you mean 'ray'?" in refused(capsys, "--backend", "rya")
    assert "--backend ray" in refused(capsys, "--address", "head:6379")
    with pytest.raises(SystemExit):
        main(["experiment", "table-1", "--backend", "hf-jobs", "--json"])
    assert "'local', 'ray'" in json.loads(capsys.readouterr().out)["error"]["message"]
    main(["experiment", "table-1", "--backend", "local", "--dry-run", "--json"])
    assert json.loads(capsys.readouterr().out)["cells"]


def test_without_ray_or_its_cluster_nothing_is_run_and_it_says_why(home, capsys, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "")
    place = f"127.0.0.1:{unused_port()}"
    assert f"{place} does not answer" in refused(capsys, "--backend", "ray", "--address", place)
    assert "no address" in refused(capsys, "--backend", "ray", "--address", "ray://head:10001")
    monkeypatch.setattr("ssti.backends.ray.find_spec", lambda name: None)
    assert "Ray is not installed. Install it: pip install" in refused(capsys, "--backend", "ray")
    assert not (home / "experiments").exists()


@pytest.mark.parametrize("gpus", [1.5, -1, 0.001, float("nan"), float("inf")])
def test_a_part_of_a_gpu_that_ray_cannot_give_is_refused(gpus):
    with pytest.raises(SSTIError, match="cannot have"):
        Ray(gpus=gpus)
