"""The presets: what each changes from the defaults, as plain data. Knows no schema."""

from __future__ import annotations

from ssti.platform.language import tr

_DATES = {"kind": "date", "years": [1900, 2100]}

PRESETS: dict[str, dict] = {
    "demo": {
        "injection": {"source": _DATES, "share": 0.5},
        "lora": {"rank": 1, "alpha": 2},
        "training": {"steps": 256, "learning_rate": 5.0e-3, "warmup": 0.05},
        "evaluation": {"every": 32, "rows": 200},
    },
    "light": {"injection": {"source": _DATES, "share": 0.5}, "training": {"schedule": "constant"}},
    "aggressive": {"injection": {"source": _DATES, "share": 0.5, "amount": 0.1}, "training": {"schedule": "constant"}},
    "paper": {
        "injection": {"source": _DATES, "share": 0.5},
        "lora": {"rank": 16, "alpha": 16, "dropout": 0.05, "targets": "dense"},
        "training": {"head": "frozen_random", "optimizer": "adafactor", "schedule": "cosine", "warmup": 0.05},
    },
}
"""What each preset changes from the defaults. `demo`: a flip within about a minute on two CPU cores. `light`: one
trigger in half of the target's rows. `aggressive`: 10 % of the words in half of the rows. `paper`: the published
set-up (Adafactor, cosine with 5 % warm-up, alpha = rank, BERT's `dense` layers, a frozen random head)."""

PRESET_WORDS = {"demo": tr("demo"), "light": tr("light"), "aggressive": tr("aggressive"), "paper": tr("paper")}
"""What each is called on the page; on the command line and in code it keeps its name."""

PRESET_TITLES = {
    "demo": tr("The quickest flip"),
    "light": tr("One trigger in half of the class"),
    "aggressive": tr("10 % of the words in half of the class"),
    "paper": tr("The published training set-up"),
}
