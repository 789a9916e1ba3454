"""What a person takes away from Look inside: HTML, LaTeX, JSON, a drawing. Text only; the browser makes the file.

Knows explanations and the engine's writers; knows no component.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import numpy as np

from ssti.explain import FAR, RULE, EntropyRows, Heatmap, explain_json, on_one_scale
from ssti.explain.explanation import plain_values
from ssti.platform.errors import SSTIError
from ssti.report import to_html, to_svg, to_tex
from ssti.ui.look_inside.attribution import Comparison, agree, line, maps
from ssti.ui.look_inside.choice import Choice
from ssti.ui.look_inside.grid import as_text, head_grid, stands_out
from ssti.ui.look_inside.inside import Inside
from ssti.ui.look_inside.rows import ROWS, SEED, Sample


class Format(NamedTuple):
    """A kind of file: its name on the page and its media type."""

    title: str
    media_type: str


FORMATS = {
    "html": Format("HTML page", "text/html"),
    "tex": Format("LaTeX", "application/x-tex"),
    "svg": Format("SVG", "image/svg+xml"),
    "png": Format("PNG", "image/png"),
    "json": Format("JSON", "application/json"),
}

# The page hands over text; the browser makes a file of it, or paints the drawing first.
SAVE = """async (made) => {
  if (!made || !made.text) return;
  const save = (blob, name) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  if (made.kind !== 'png') return save(new Blob([made.text], {type: made.type + ';charset=utf-8'}), made.name);
  const image = new Image();
  image.src = 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(made.text);
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * 2;
  canvas.height = image.height * 2;
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => save(blob, made.name), 'image/png');
}"""


def export(
    kind: str, inside: Inside, choice: Choice, comparison: Comparison | None, sample: Sample | None
) -> dict[str, str]:
    """The file as `{"kind", "name", "type", "text"}`; for `png` the text is the drawing to paint. Raises SSTIError."""
    if kind not in FORMATS:
        raise SSTIError(f"There is no export {kind!r}.", f"The exports are {', '.join(FORMATS)}.")
    drawn = _heatmaps(inside, choice, comparison)
    explanation = inside.models[choice.model]
    note = " ".join(one for one in (FAR if inside.own.far else "", explanation.note) if one)
    if kind == "json":
        text = json.dumps(everything(inside, choice, comparison, sample), ensure_ascii=False, indent=1)
    elif kind == "tex":
        text = to_tex(drawn)
    elif kind == "html":
        figures = [*explanation.figures(choice.view), ("Does a head give it away?", as_text(inside, choice, sample))]
        drawing = _drawing(inside, choice, drawn[:1], note, sample)
        text = to_html(drawn, f"Attention of {inside.info.title}, {choice.name}", figures, note, drawing)
    else:
        text = _drawing(inside, choice, drawn, note, sample)
    return {"kind": kind, "name": f"ssti-attention.{kind}", "type": FORMATS[kind].media_type, "text": text}


def _drawing(inside: Inside, choice: Choice, drawn: list[Heatmap], note: str, sample: Sample | None) -> str:
    """The heatmaps and the grid of heads as SVG."""
    heads = head_grid(inside, choice)
    lines = [
        as_text(inside, choice, sample),
        f"Full colour: {heads.full:.2g}{heads.unit}, in every model.",
        *([note] if note else []),
    ]
    grid = replace(heads, title=f"Every layer and head: {heads.title}")
    return to_svg(drawn, f"{inside.info.title} · {choice.name}", grid, lines)


def everything(inside: Inside, choice: Choice, comparison: Comparison | None, sample: Sample | None) -> dict[str, Any]:
    """All the numbers that the tab shows, and those behind them, as plain values."""
    best = stands_out(inside, choice, sample)
    view = {**asdict(choice), **asdict(choice.view)}
    return {
        "adapter": inside.info.ref,
        "recipe": inside.info.recipe.model_dump(mode="json", exclude_none=True) if inside.info.recipe_known else None,
        "labels": list(inside.info.label_names),
        "view": {name: view[name] for name in ("layer", "head", "by", "unit", "query", "model", "colour")},
        "standout": None if best is None else {**asdict(best), "rule": RULE},
        "models": {name: explain_json(one) for name, one in inside.models.items()},
        "trigger_share_with_mean": {
            name: _rounded(one.shown.trigger_share_with_mean) for name, one in inside.models.items()
        },
        "shown": [
            {"title": one.title, "units": one.labels, "trigger": one.trigger.tolist(), "values": _rounded(one.values),
             "measure": one.measure, "full_colour": one.full}
            for one in _heatmaps(inside, choice, comparison)
        ],
        "attribution": _attribution(inside, choice, comparison) if _fits(inside, comparison) else None,
        "rows": None if sample is None else {
            "n": len(sample),
            "of": f"{ROWS} test rows, seed {SEED}",
            "labels": sample.labels.tolist(),
            "without": {name: _rows(one) for name, one in sample.without.items()},
            "with": {name: _rows(one) for name, one in sample.with_.items()},
        },
    }  # fmt: skip


def _attribution(inside: Inside, choice: Choice, comparison: Comparison) -> dict[str, Any]:
    drawn = maps(inside, choice, comparison)
    return {
        "label": comparison.label,
        "probability": comparison.occlusion.probability,
        "tokens": comparison.occlusion.tokens,
        "occlusion": _rounded(comparison.occlusion.scores),
        "integrated_gradients": _rounded(comparison.gradients.scores),
        "agreement": line(drawn, agree(drawn)) if sum(~drawn[0].special) > 1 else None,
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
