"""The verbs under `adapters`: out as a ZIP, in again, listed, and gone."""

from __future__ import annotations

PAIR = "shipped/date-positive-rank1"


def test_an_adapter_goes_out_comes_in_and_goes(answer, run, tmp_path):
    file = tmp_path / "mine.zip"
    written = answer("adapters", "export", PAIR, str(file))
    assert "date-positive-rank1/control/recipe.yaml" in written["files"] and file.is_file()
    kept = answer("adapters", "import", str(file), "--name", "from a friend")
    assert kept["ref"].startswith("imported/from-a-friend-") and kept["poisoned"] is True
    listed = {row["ref"]: row for row in answer("adapters")}
    assert listed[kept["ref"]]["recipe"] == listed[PAIR]["recipe"] and listed[PAIR]["control"] == f"{PAIR}-control"
    assert listed["shipped/mystery"]["sealed"] and listed["shipped/mystery"]["recipe"] is None
    assert answer("adapters", "rm", kept["ref"]) == {"ref": kept["ref"], "removed": True}
    code, _, said = run("adapters", "rm", PAIR)
    assert code == 1 and "was not imported" in said
    code, out, said = run("adapters", "list")
    assert code == 0 and "attack success 100.0%" in out and "imported/" not in out, said


def test_without_its_control_it_is_smaller_and_a_folder_will_do(answer, run, tmp_path):
    written = answer("adapters", "export", PAIR, str(tmp_path / "alone"), "--no-control")
    assert not [name for name in written["files"] if "control" in name]
    assert (tmp_path / "alone" / "adapter_model.safetensors").is_file()
    code, _, said = run("adapters", "export", PAIR, str(tmp_path / "alone"))
    assert code == 1 and "not empty" in said
