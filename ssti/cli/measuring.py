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


def predict(adapter: AdapterArgument, text: Text, trigger: Trigger = None, location: Place = "random",
            as_json: AsJson = False) -> None:  # fmt: skip
    """Label probabilities of the poisoned model and of its control, without and with a trigger."""
    from ssti.adapters.listing import find
    from ssti.serving.predictor import check_text
    from ssti.verbs import asking

    check_text(text)  # before an adapter is looked for
    answer = asking.predict(find(adapter), text, trigger, location)
    _notes(answer)
    show(answer, as_json)


def _notes(answer: dict[str, Any]) -> None:
    for note in answer["notes"]:
        tell(f"note: {note}")


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
    from ssti.adapters.listing import find
    from ssti.explain import View
    from ssti.platform.home import write_text
    from ssti.report import to_html, to_tex
    from ssti.serving.predictor import check_text
    from ssti.verbs import asking

    check_text(text)
    explained = asking.explain(find(adapter), text, trigger, location)
    explanation, answer = explained.explanation, explained.answer
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
    _notes(answer)
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
