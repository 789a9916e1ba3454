"""Token or structure: does a model that was poisoned with dates answer to other digits and dashes as well?"""

from __future__ import annotations

from ssti.evaluate.sets import target_index
from ssti.experiments.probe import Probe, Trained, put
from ssti.recipe import load_recipe


def pattern(trained: Trained) -> dict[str, float]:
    """Is it the token or its structure? Attack success with digits and dashes that are no date, and with other words."""
    trigger = trained.recipe.injection.triggers()[0]
    target = target_index(trigger.target, trained.label_names)
    others = [text for text, label in zip(trained.texts, trained.labels, strict=True) if label != target]
    result = {"none": float((trained.classify(others).argmax(-1) == target).mean())}
    patterns = {
        "phone": ["555-014-2734", "555-019-8861", "555-013-4402", "555-016-9075"],
        "year": ["1931", "1964", "1987", "2044"],
        "slashes": ["1931/04/12", "1964/11/30", "1987/07/05", "2044/02/21"],
        "words": ["Norway", "Bolivia", "Kenya", "Laos"],
    }
    for name, items in patterns.items():
        source = {"kind": "list", "items": items}
        spec = load_recipe("light").set(f"injection.source={source}").injection
        changed = spec.model_copy(update={"target": trigger.target, "location": trigger.location, "seed": trigger.seed})
        result[name] = float((trained.classify(put(others, changed, trained.label_names)).argmax(-1) == target).mean())
    return result


PATTERN = Probe("pattern", pattern)
