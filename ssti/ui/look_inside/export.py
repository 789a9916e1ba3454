"""What a person takes away from Look inside: HTML, LaTeX, JSON, a drawing. Text only; the browser makes the file.

Knows explanations and the engine's writers; knows no component.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import numpy as np

from ssti.explain import FAR, EntropyRows, Heatmap, explain_json, on_one_scale
from ssti.explain.explanation import plain_values
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.report import to_html, to_svg, to_tex
from ssti.report.names import adapter_name, beginning, file_name
from ssti.ui.look_inside.attribution import Comparison, maps
from ssti.ui.look_inside.choice import Choice
from ssti.ui.look_inside.grid import as_text, full_colour, head_grid, stands_out
from ssti.ui.look_inside.inside import Inside, model_names
from ssti.ui.look_inside.rows import ROWS, SEED, Sample


class Format(NamedTuple):
    """A kind of file: its name on the page and its media type."""

    title: str
    media_type: str


FORMATS = {
    "html": Format(tr("HTML page"), "text/html"),
    "tex": Format(tr("LaTeX"), "application/x-tex"),
    "svg": Format(tr("SVG"), "image/svg+xml"),
    "png": Format(tr("PNG"), "image/png"),
    "json": Format(tr("JSON"), "application/json"),
}


def export(
    kind: str, inside: Inside, choice: Choice, comparison: Comparison | None, sample: Sample | None
) -> dict[str, str]:
    """The file as `{"kind", "name", "type", "text"}`; for `png` the text is the drawing to paint. Raises SSTIError."""
    if kind not in FORMATS:
        raise SSTIError(
            tr("There is no export {kind!r}.", kind=kind), tr("The exports are {names}.", names=", ".join(FORMATS))
        )
    drawn = _heatmaps(inside, choice, comparison)
    explanation = inside.models[choice.model]
    note = " ".join(one for one in (caption(inside, choice), FAR if inside.own.far else "", explanation.note) if one)
    if kind == "json":
        text = json.dumps(everything(inside, choice, comparison, sample), ensure_ascii=False, indent=1)
    elif kind == "tex":
        text = to_tex(drawn, caption=caption(inside, choice))
    elif kind == "html":
        figures = [
            *explanation.figures(choice.view),
            (tr("Does a head give it away?"), as_text(inside, choice, sample)),
        ]
        drawing = _drawing(inside, choice, drawn[:1], note, sample)
        title = tr("Attention of {adapter}, {head}", adapter=inside.info.title, head=choice.name)
        text = to_html(drawn, title, figures, note, drawing)
    else:
        text = _drawing(inside, choice, drawn, note, sample)
    return {"kind": kind, "name": named(kind, inside, choice), "type": FORMATS[kind].media_type, "text": text}


def named(kind: str, inside: Inside, choice: Choice) -> str:
    """The file's name, in English: `ssti-attention-date-positive-rank1-layer-5-head-9-a-dreary-slog.json`."""
    view, model = choice.view, {"poisoned": "", "before": "before finetuning"}.get(choice.model, choice.model)
    where = f"layer {view.layer} {'mean of heads' if view.head is None else f'head {view.head}'}"
    how = "" if view.by == "received" else view.by
    return file_name(kind, "attention", adapter_name(inside.info.ref), model, where, how, inside.marks.plain)


def caption(inside: Inside, choice: Choice) -> str:
    """What a file shows, in two sentences: whose attention, where, how read, and of which text."""
    view, model = choice.view, model_names(inside.info)[choice.model]
    how = {
        "received": tr("attention that each token receives"),
        "cls": tr("the [CLS] row"),
        "last": tr("the last row"),
        "query": tr("what {token} looks at", token=beginning(inside.label(view.query))),
        "rollout": tr("rollout up to layer {layer}", layer=view.layer),
    }[view.by]
    said = {"ref": inside.info.ref, "model": model, "how": how, "text": beginning(inside.marks.text)}
    if view.by == "rollout":
        return tr("{ref}, model {model}: {how}. The text: {text}", **said)
    return tr("{ref}, model {model}, {head}: {how}. The text: {text}", head=choice.name, **said)


def _drawing(inside: Inside, choice: Choice, drawn: list[Heatmap], note: str, sample: Sample | None) -> str:
    """The heatmaps and the grid of heads as SVG."""
    heads = head_grid(inside, choice)
    lines = [
        *([note] if note else []),
        as_text(inside, choice, sample),
        full_colour(heads),
    ]
    grid = replace(heads, title=tr("Every layer and head: {what}", what=heads.title))
    return to_svg(drawn, f"{inside.info.title} · {choice.name}", grid, lines)


def everything(inside: Inside, choice: Choice, comparison: Comparison | None, sample: Sample | None) -> dict[str, Any]:
    """What was measured, as plain values, and of what: nothing that was not asked for, no words about it."""
    view, best = choice.view, stands_out(inside, choice, sample)
    shares = {name: one.shown.trigger_share_with_mean for name, one in inside.models.items()}
    found: dict[str, Any] = {
        "adapter": inside.info.ref,
        "labels": list(inside.info.label_names),
        "view": {"layer": view.layer, "head": view.head, "by": view.by, "unit": choice.unit, "model": choice.model},
        "models": {name: _measured(explain_json(one)) for name, one in inside.models.items()},
        "shown": [
            {"title": one.title, "units": one.labels, "trigger": one.trigger.tolist(), "values": _rounded(one.values),
             "measure": one.measure}
            for one in _heatmaps(inside, choice, comparison)
        ],
    }  # fmt: skip
    if view.by == "query":
        found["view"]["query"] = view.query
    if best is not None:
        found["standout"] = asdict(best)
    if any(one is not None for one in shares.values()):
        found["trigger_share_with_mean"] = {name: _rounded(one) for name, one in shares.items()}
    if comparison is not None and _fits(inside, comparison):
        found["attribution"] = _attribution(comparison)
    if sample is not None:
        found["rows"] = {
            "n": len(sample),
            "of": f"{ROWS} test rows, seed {SEED}",
            "labels": sample.labels.tolist(),
            "without": {name: _rows(one) for name, one in sample.without.items()},
            "with": {name: _rows(one) for name, one in sample.with_.items()},
        }
    return found


def _measured(explained: dict[str, Any]) -> dict[str, Any]:
    """An explanation's numbers without its sentences, and without what there was not."""
    rule = explained.pop("paper_rule")
    kept = {name: value for name, value in explained.items() if name != "note" and value is not None}
    return kept | ({"paper_rule": {"ratio": rule["ratio"], "fires": rule["fires"]}} if rule else {})


def _attribution(comparison: Comparison) -> dict[str, Any]:
    return {
        "label": comparison.label,
        "probability": comparison.occlusion.probability,
        "tokens": comparison.occlusion.tokens,
        "occlusion": _rounded(comparison.occlusion.scores),
        "integrated_gradients": _rounded(comparison.gradients.scores),
    }


def _fits(inside: Inside, comparison: Comparison | None) -> bool:
    """Whether there are attributions, of the text that is shown."""
    return comparison is not None and comparison.occlusion.text == inside.marks.text


def _heatmaps(inside: Inside, choice: Choice, comparison: Comparison | None) -> list[Heatmap]:
    drawn = inside.models[choice.model].heatmaps(choice.view, choice.unit)
    if comparison is not None and _fits(inside, comparison):
        drawn = [*drawn, *maps(inside, choice, comparison)[1:]]
    return on_one_scale(drawn)


def _rows(one: EntropyRows) -> dict[str, Any]:
    return {
        "bits": _rounded(one.bits), "n": one.n.tolist(), "share": _rounded(one.share),
        "trigger_share": _rounded(one.trigger_share), "truncated": one.truncated.tolist(),
    }  # fmt: skip


def _rounded(array: Any) -> Any:
    return None if array is None else plain_values(np.round(np.asarray(array, dtype=np.float64), 6))
