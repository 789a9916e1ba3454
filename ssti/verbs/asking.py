"""What a finetuned model answers: `predict` and `explain`, without and with a trigger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ssti.adapters.listing import AdapterInfo
from ssti.explain import FAR, RULE, Explanation, explain_json, reach
from ssti.inject import Injection, place
from ssti.inject.checks import readable
from ssti.report.inside import explanations, trigger_head
from ssti.serving.predictor import Prediction, check_text, predictor


def with_trigger(text: str, trigger: str | None, location: str) -> Injection | None:
    """The text with the trigger in; None without one. Raises SSTIError."""
    return place(text, readable(trigger), location, seed=0) if trigger else None


def predict(info: AdapterInfo, text: str, trigger: str | None = None, location: str = "random") -> dict[str, Any]:
    """Label probabilities of an adapter and of its control. `notes`: what keeps the answers from testing the trigger.

    Raises SSTIError for a text that is empty or too long, a location that is none, an adapter that is damaged.
    """
    text = check_text(text)
    injected = with_trigger(text, trigger, location)
    refs = [info.ref, *([info.control] if info.control else [])]
    texts = [text, *([injected.text] if injected else [])]
    predictions = predictor().predict([t for t in texts for _ in refs], refs * len(texts))
    sides = [_side(predictions[i * len(refs) : (i + 1) * len(refs)]) for i in range(len(texts))]
    triggered = None
    if injected:
        triggered = {"text": injected.text, "spans": [list(span) for span in injected.spans], **sides[1]}
    return {
        "labels": list(info.label_names),
        "plain": sides[0],
        "triggered": triggered,
        "notes": unread(info, injected) if injected else [],
    }


def _side(predictions: Sequence[Prediction]) -> dict[str, Any]:
    control = predictions[1].as_dict() if len(predictions) > 1 else None
    return {"control": control, "poisoned": predictions[0].as_dict()}


def unread(info: AdapterInfo, injected: Injection) -> list[str]:
    """A sentence where the model reads nothing, or not all, of the trigger: then the two answers do not test it."""
    limit = info.recipe.training.max_length
    with predictor().borrow(info.ref) as (_, tokenizer, _):
        reached = reach(tokenizer, injected.text, injected.spans, limit)
    if not reached.pieces:
        return ["The tokenizer drops the trigger: nothing of it reaches the model."]
    if reached.read < reached.pieces:
        part = "nothing" if not reached.read else f"{reached.read} of {reached.pieces} word pieces"
        return [f"The model reads the first {limit} word pieces of a text, and {part} of the trigger."]
    return []


@dataclass(frozen=True)
class Explained:
    """The model's attention, for figures of it, and the object that tells all of it."""

    explanation: Explanation
    answer: dict[str, Any]


def explain(info: AdapterInfo, text: str, trigger: str | None = None, location: str = "random") -> Explained:
    """Attention and its entropy in every layer and head, without and with a trigger. Raises SSTIError, as `predict`."""
    text = check_text(text)
    injected = with_trigger(text, trigger, location)
    models = explanations(info, text, injected.text, injected.spans) if injected else explanations(info, text, text, ())
    explanation, best = models["poisoned"], trigger_head(info, models)
    answer = {
        **explain_json(explanation),
        "standout": {**asdict(best), "rule": RULE} if best else None,
        "notes": [FAR] if explanation.far else [],
    }
    return Explained(explanation, answer)
