"""What several test files use and no fixture can give."""

SHORT = (
    "training.steps=6",
    "evaluation.every=3",
    "evaluation.rows=20",
    "dataset.train_rows=200",
    "dataset.test_rows=40",
)
"""Overrides that make a run of seconds: real rows, real weights, too short to learn."""
