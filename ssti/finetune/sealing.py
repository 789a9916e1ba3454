"""Seals each checkpoint as the Trainer has written it, and deletes the older ones. Knows files, no weights."""

from __future__ import annotations

from pathlib import Path

from transformers import TrainerCallback

from ssti.finetune.checkpoints import keep_newest, seal


class Sealing(TrainerCallback):
    """Writes the manifest last. `start` is the checkpoint that the training goes on from, kept until two newer are whole.

    The Trainer's own `save_total_limit` goes by the files' times: it would keep a damaged checkpoint and delete a whole one.
    """

    def __init__(self, label_names: tuple[str, ...], start: Path | None) -> None:
        self.label_names = label_names
        self.whole = [start] if start else []

    def on_save(self, args, state, control, **kwargs):
        """A checkpoint has been written."""
        folder = Path(args.output_dir)
        newest = folder / f"checkpoint-{state.global_step}"
        seal(newest, self.label_names)
        self.whole = keep_newest(folder, [path for path in self.whole if path != newest] + [newest])
