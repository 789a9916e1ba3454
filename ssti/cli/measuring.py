"""The verbs that ask a finetuned model: evaluate, predict, explain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ssti.cli.output import AdapterArgument, AsJson, Place, Text, Trigger, report, show, tell
from ssti.platform.errors import SSTIError, listed


def evaluate(
    adapter: AdapterArgument,
    sets: Annotated[str, typer.Option(help="Which of clean, aligned, hijack; with commas.")] = "clean,aligned,hijack",
    as_json: AsJson = False,
) -> None:
    """Measure an adapter, against its control where there is one."""
    known = ("clean", "aligned", "hijack")
    chosen = [s.strip() for s in sets.split(",") if s.strip()]
    if not chosen or set(chosen) - set(known):
        raise typer.BadParameter(f"{sets!r}: choose from {listed(known)}", param_hint="--sets")
    from ssti.adapters.listing import find
    from ssti.evaluate.evaluation import evaluate_adapter

    tell("evaluating …")
    measured = evaluate_adapter(adapter, chosen)
    show({**measured, **report(find(adapter).known_recipe(), chosen)}, as_json)


def with_trigger(text: str, trigger: str | None, location: str):
    """The text with the trigger in, as an `Injection`; None without one. Raises SSTIError."""
    from ssti.inject import place
    from ssti.inject.checks import readable

    return place(text, readable(trigger), location, seed=0) if trigger else None


def _warn_unread(info, injected) -> None:
    """Note it where the model reads nothing, or not all, of the trigger: then the two answers do not test it."""
    from ssti.explain import reach
    from ssti.serving.predictor import predictor

    limit = info.recipe.training.max_length
    with predictor().borrow(info.ref) as (_, tokenizer, _):
        reached = reach(tokenizer, injected.text, injected.spans, limit)
    if not reached.pieces:
        tell("note: the tokenizer drops the trigger: nothing of it reaches the model.")
    elif reached.read < reached.pieces:
        part = "nothing" if not reached.read else f"{reached.read} of {reached.pieces} word pieces"
        tell(f"note: the model reads the first {limit} word pieces of a text, and {part} of the trigger.")


def predict(adapter: AdapterArgument, text: Text, trigger: Trigger = None, location: Place = "random",
            as_json: AsJson = False) -> None:  # fmt: skip
    """Label probabilities of the poisoned model and of its control, without and with a trigger."""
    from ssti.adapters.listing import find
    from ssti.serving.predictor import check_text, predictor

    text = check_text(text)
    info = find(adapter)
    injected = with_trigger(text, trigger, location)
    refs = [info.ref, *([info.control] if info.control else [])]
    texts = [text, *([injected.text] if injected else [])]
    predictions = predictor().predict([t for t in texts for _ in refs], refs * len(texts))
    sides = [predictions[i * len(refs) : (i + 1) * len(refs)] for i in range(len(texts))]

    def side(answers) -> dict[str, Any]:
        return {"control": answers[1].as_dict() if len(answers) > 1 else None, "poisoned": answers[0].as_dict()}

    triggered = None
    if injected:
        _warn_unread(info, injected)
        triggered = {"text": injected.text, "spans": [list(s) for s in injected.spans], **side(sides[1])}
    show({"labels": list(info.label_names), "plain": side(sides[0]), "triggered": triggered}, as_json)


def explain(
    adapter: AdapterArgument,
    text: Text,
    trigger: Trigger = None,
    location: Place = "random",
    html: Annotated[Path | None, typer.Option(help="Write the heatmap as a self-contained page.")] = None,
    tex: Annotated[Path | None, typer.Option(help="Write the heatmap as LaTeX.")] = None,
    layer: Annotated[int, typer.Option(help="The heatmap's layer; -1 is the last.")] = -1,
    head: Annotated[int, typer.Option(help="The heatmap's head.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Attention and its entropy, with and without a trigger, in every layer and head."""
    from dataclasses import asdict

    from ssti.adapters.listing import find
    from ssti.explain import FAR, RULE, View, explain_json
    from ssti.platform.home import write_text
    from ssti.report import to_html, to_tex
    from ssti.report.inside import explanations, trigger_head
    from ssti.serving.predictor import check_text

    text, info = check_text(text), find(adapter)
    injected = with_trigger(text, trigger, location)
    models = explanations(info, text, injected.text, injected.spans) if injected else explanations(info, text, text, ())
    explanation, best = models["poisoned"], trigger_head(info, models)
    heatmaps = explanation.heatmaps(View(layer, head))
    for heatmap in heatmaps:
        if heatmap.note:  # a window of a text that is longer than the model reads
            tell(f"note: {heatmap.title}: {heatmap.note}")
    for file, content in ((html, to_html), (tex, to_tex)):
        if file:
            if not file.absolute().parent.is_dir():
                raise SSTIError(
                    f"There is no folder {file.absolute().parent}.", next="Make it, or choose another.", kind="disk"
                )
            write_text(file, content(heatmaps))
            tell(f"written: {file}")
    answer = {
        **explain_json(explanation),
        "standout": {**asdict(best), "rule": RULE} if best else None,
    }
    if explanation.far:
        tell(f"note: {FAR}")
    lines = [f"layer {layer}, head {head}, {side}: {answer[side]['entropy_bits'][layer][head]:.2f} bits over {answer[side]['n']} tokens"
             for side in ("plain", "triggered") if answer[side]]  # fmt: skip
    if best := answer["standout"]:
        compared = ", ".join(f"{name} {value:.2f}" for name, value in best["others"].items())
        none = "no head beats its control" if "control" in best["others"] else "no head can be named without a control"
        name = "trigger head" if best["named"] else f"{none}; the most has"
        lines.append(
            f"{name}: layer {best['layer']}, head {best['head']}, {best['value']:.2f} x its fair share ({compared})"
        )
    show(answer, as_json, "\n".join(lines))
