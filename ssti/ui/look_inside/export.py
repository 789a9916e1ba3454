"""What a person takes away from Look inside: HTML, LaTeX, JSON, a drawing. Text only; the browser makes the file.

Knows explanations and the engine's writers; knows no component.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.platform.errors import SSTIError
from ssti.ui.look_inside.attribution import Compared, agree, line, maps
from ssti.ui.look_inside.grid import as_text, fair_share, measure, stands_out
from ssti.ui.look_inside.rows import ROWS, SEED, Sample
from ssti.ui.look_inside.view import Inside, View, view_json

if TYPE_CHECKING:
    from ssti.explain import EntropyRows, Heatmap

KINDS = {
    "html": "text/html",
    "tex": "application/x-tex",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
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


def export(kind: str, inside: Inside, view: View, compared: Compared | None, sample: Sample | None) -> dict[str, str]:
    """The file as `{"kind", "name", "type", "text"}`; for `png` the text is the drawing to paint. Raises SSTIError."""
    from ssti.explain import FAR
    from ssti.report import to_html, to_tex

    if kind not in KINDS:
        raise SSTIError(f"There is no export {kind!r}.", f"Choose one of {', '.join(KINDS)}.")
    found = _heatmaps(inside, view, compared)
    told = inside.models[view.model]
    note = " ".join(one for one in (FAR if inside.far() else "", told.note) if one)
    title = f"Attention of {inside.info.title}, {view.name}"
    if kind == "json":
        text = json.dumps(everything(inside, view, compared, sample), ensure_ascii=False, indent=1)
    elif kind == "tex":
        text = to_tex(found)
    elif kind == "html":
        figures = [*told.figures(**inside.asked(told.plain, view)), ("Does a head tell?", heads(inside, view, sample))]
        text = to_html(found, title, figures, note, drawing(inside, view, found[:1], note, sample))
    else:
        text = drawing(inside, view, found, note, sample)
    return {"kind": kind, "name": f"ssti-attention.{kind}", "type": KINDS[kind], "text": text}


def heads(inside: Inside, view: View, sample: Sample | None) -> str:
    """Whether a head tells the poisoned model from its control, as the grid says it."""
    best = stands_out(inside, view, sample)
    if best is not None:
        return as_text(best, view.colour)
    found = measure(inside, view)
    layer, head = found.strongest
    return f"{found.says}: layer {layer}, head {head}, {found.told(layer, head)}."


def drawing(inside: Inside, view: View, found: list[Heatmap], note: str, sample: Sample | None) -> str:
    """The heatmaps and the grid of heads as SVG."""
    from ssti.report import to_svg

    coloured = measure(inside, view)
    lines = [heads(inside, view, sample), f"Full colour: {coloured.top:.2g}{coloured.unit}, in every model."]
    return to_svg(
        found, f"{inside.info.title} · {view.name}", coloured.values[:, :-1], f"Every layer and head: {coloured.title}",
        [*lines, note] if note else lines, coloured.top,
    )  # fmt: skip


def everything(inside: Inside, view: View, compared: Compared | None, sample: Sample | None) -> dict[str, Any]:
    """All the numbers that the tab shows, and those behind them, as plain values."""
    from ssti.explain import RULE, explain_json

    best = stands_out(inside, view, sample)
    told: dict[str, Any] = {
        "adapter": inside.info.ref,
        "recipe": inside.info.recipe.model_dump(mode="json", exclude_none=True) if inside.info.recipe_known else None,
        "labels": list(inside.info.label_names),
        "view": view_json(view),
        "standout": None if best is None else {**asdict(best), "rule": RULE},
        "models": {name: explain_json(one) for name, one in inside.models.items()},
        "trigger_share_with_mean": {name: _plain(fair_share(inside, name)) for name in inside.models},
        "shown": [
            {"title": one.title, "units": one.labels, "trigger": one.trigger.tolist(), "values": _plain(one.values),
             "measure": one.measure, "full_colour": one.full}
            for one in _heatmaps(inside, view, compared)
        ],
        "attribution": None,
        "rows": None,
    }
    if compared is not None and fits(inside, compared):
        drawn = maps(inside, view, compared)
        told["attribution"] = {
            "label": compared.label,
            "probability": compared.occlusion.probability,
            "tokens": compared.occlusion.tokens,
            "occlusion": _plain(compared.occlusion.scores),
            "integrated_gradients": _plain(compared.gradients.scores),
            "agreement": line(drawn, agree(drawn)) if sum(~drawn[0].special) > 1 else None,
        }
    if sample is not None:
        told["rows"] = {
            "n": len(sample),
            "of": f"{ROWS} test rows, seed {SEED}",
            "labels": sample.labels.tolist(),
            "without": {name: _rows(one) for name, one in sample.without.items()},
            "with": {name: _rows(one) for name, one in sample.with_.items()},
        }
    return told


def fits(inside: Inside, compared: Compared) -> bool:
    """Whether the attributions are of the text that is shown."""
    return compared.occlusion.text == inside.marks.text


def _heatmaps(inside: Inside, view: View, compared: Compared | None) -> list[Heatmap]:
    from ssti.explain import on_one_scale

    found = inside.heatmaps(view)
    if compared is not None and fits(inside, compared):
        found = [*found, *maps(inside, view, compared)[1:]]
    return on_one_scale(found)


def _rows(told: EntropyRows) -> dict[str, Any]:
    return {
        "bits": _plain(told.bits), "n": told.n.tolist(), "share": _plain(told.share),
        "trigger_share": _plain(told.trigger_share), "truncated": told.truncated.tolist(),
    }  # fmt: skip


def _plain(array: Any) -> Any:
    if array is None:
        return None
    array = np.asarray(array, dtype=np.float64)
    return np.where(np.isfinite(array), np.round(array, 6), None).tolist()
