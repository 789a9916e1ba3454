"""What a report of an adapter holds, measured or read: its run, its numbers, rows with their trigger, answers, attention.

Asks the engines; knows no format. What cannot be had here (rows that are gone, a run's steps of a shipped adapter) is
missing, with a sentence that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from platform import machine, python_version, system
from typing import Any

from ssti import __version__
from ssti.adapters.curves import read_curves
from ssti.adapters.listing import AdapterInfo, find
from ssti.backends.control import progress
from ssti.evaluate.verdict import Verdict, verdict
from ssti.explain import Explanation, Standout, View
from ssti.explain.explanation import PAPER
from ssti.inject import Preview
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe
from ssti.report.inside import Span, explanations, trigger_head
from ssti.runs.progress import Progress
from ssti.runs.run import Run
from ssti.runs.store import ID, Store
from ssti.serving.predictor import Prediction, check_text, predictor

ROWS = 6  # training rows that are shown
FLIPS = 8  # test rows that are tried
LIBRARIES = ("torch", "transformers", "peft", "datasets", "tokenizers", "safetensors", "numpy", "gradio")

OnProgress = Callable[[float], None]
"""Called with the part that is done, 0 to 1; may raise, to stop."""


@dataclass(frozen=True)
class Probe:
    """A text, `plain`, and the same with triggers at `spans` of `text` (equal where there is none)."""

    plain: str
    text: str
    spans: tuple[Span, ...] = ()

    @property
    def pair(self) -> bool:
        """Whether there are two texts to compare."""
        return bool(self.spans and self.plain.strip())

    @property
    def texts(self) -> list[str]:
        """What the models are asked: without and with the triggers, or the one text there is."""
        return [self.plain, self.text] if self.pair else [self.text]


@dataclass(frozen=True)
class Answers:
    """What an adapter (`own`) and its control answer to the texts of a probe, in their order. `label`: its true class."""

    probe: Probe
    own: list[Prediction]
    control: list[Prediction] | None
    label: str | None = None

    @property
    def turned(self) -> bool:
        """Whether the trigger changes the adapter's answer."""
        return self.own[0].label != self.own[-1].label


@dataclass(frozen=True)
class Learned:
    """A training as its events or its adapter tell it, and its control's. `again`: it is a later one of the same recipe,
    not the one that left the adapter."""

    progress: Progress
    control: Progress | None
    again: bool


@dataclass(frozen=True)
class Contents:
    """All of a report. `missing` says, by the name of a part, why it is not there.

    `own_text`: the probe is what a person tried; else one of the test rows. `view` is what its heatmaps show.
    """

    info: AdapterInfo
    recipe: Recipe
    control: AdapterInfo | None
    verdict: Verdict | None
    learned: Learned | None
    sample: Preview | None
    flips: list[Answers]
    answers: Answers | None
    own_text: bool
    models: dict[str, Explanation]
    best: Standout | None
    view: View
    missing: dict[str, str]
    versions: dict[str, str]
    written: datetime


def contents(
    ref: str, probe: Probe | None = None, view: View | None = None, show_rows: bool = True,
    on_progress: OnProgress = lambda part: None,
) -> Contents:  # fmt: skip
    """The report of an adapter, or of a run by its id; with `probe`, of a text that was tried with it.

    `view`: the head to look at, by default the one that stands out. Without `show_rows` no training row is shown: they
    may be somebody else's. Raises SSTIError: no such adapter, a text that cannot be read.
    """
    info = adapter_of(ref)
    if probe is not None:
        check_text(probe.text)
    control = find(info.control) if info.control else None
    missing: dict[str, str] = {}
    sample = _or_why(missing, "sample", lambda: _sample(info, show_rows))
    on_progress(0.15)
    flips = _or_why(missing, "flips", lambda: _flips(info)) or []
    on_progress(0.5)
    tried = probe or next((one.probe for one in flips if one.turned), flips[0].probe if flips else None)
    answers = answer(info, [tried])[0] if tried else None
    models = explanations(info, tried.plain, tried.text, tried.spans) if tried else {}
    on_progress(0.9)
    best = trigger_head(info, models) if models else None
    return Contents(
        info=info,
        recipe=portable(info.recipe),
        control=control,
        verdict=verdict(info.metrics, control.metrics if control else None),
        learned=_learned(info, control),
        sample=sample,
        flips=flips,
        answers=answers,
        own_text=probe is not None,
        models=models,
        best=best,
        view=view or (View(best.layer, best.head) if best else PAPER),
        missing=missing,
        versions=versions(),
        written=datetime.now(UTC),
    )


def adapter_of(name: str) -> AdapterInfo:
    """The adapter of a ref or of a run's id. Raises SSTIError, which says of a run without one how it stands."""
    try:
        return find(name)
    except AdapterError as error:
        id = name.removeprefix("run/")
        run = Run(id, Store().root / id)
        if not ID.fullmatch(id) or not run.path.is_dir() or run.has_adapter:
            raise
        raise SSTIError(
            tr("The run {id} has no adapter to report on: it is {state}.", id=id, state=tr(progress(run).state)),
            tr("Wait until it is done, or stop it: what it has learned is kept."),
            kind="run",
        ) from error


def answer(info: AdapterInfo, probes: Sequence[Probe], labels: Sequence[str | None] = ()) -> list[Answers]:
    """What an adapter and its control answer to each probe. Raises SSTIError."""
    refs = [info.ref, *([info.control] if info.control else [])]
    asked = [(text, ref) for probe in probes for ref in refs for text in probe.texts]
    given = iter(predictor().predict([text for text, _ in asked], [ref for _, ref in asked]))
    answers = []
    for place, probe in enumerate(probes):
        own, *control = [[next(given) for _ in probe.texts] for _ in refs]
        answers.append(Answers(probe, own, control[0] if control else None, labels[place] if labels else None))
    return answers


def portable(recipe: Recipe) -> Recipe:
    """The recipe as it may travel: a file, and a folder of a model, by its own name alone."""
    from ssti.data.own import load

    name, model = load.portable(recipe.dataset.name), recipe.model.name
    place, _, choices = name.partition("#")
    if load.is_here(place) or place.startswith(("/", "~")):
        name = Path(place).name + (f"#{choices}" if choices else "")
    if load.is_here(model) or model.startswith(("/", "~")):
        model = Path(model).name
    return recipe.model_copy(
        update={
            "dataset": recipe.dataset.model_copy(update={"name": name}),
            "model": recipe.model.model_copy(update={"name": model}),
        }
    )


def versions() -> dict[str, str]:
    """What wrote this report: the lab, Python, the machine's kind and the libraries that are installed."""
    found = {"SSTI Lab": __version__, "Python": tr("{version} on {machine}", version=python_version(), machine=f"{system()} {machine()}")}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _or_why(missing: dict[str, str], part: str, make: Callable[[], Any]) -> Any:
    """A part that depends on rows; where they cannot be had, None and why."""
    try:
        return make()
    except SSTIError as error:
        missing[part] = error.message
        return None


def _sample(info: AdapterInfo, allowed: bool) -> Preview:
    from ssti import data
    from ssti.inject import preview

    spec = info.known_recipe().dataset
    if not allowed:
        raise SSTIError(tr("Somebody else brought these rows."))
    rows = data.load(spec.name, train_rows=spec.train_rows)
    table = rows.train_table
    return preview(table["text"].to_pylist(), table["label"].to_pylist(), info.recipe, rows.label_names, limit=ROWS)


def _flips(info: AdapterInfo) -> list[Answers]:
    """The first test rows of other classes than the target, with the very triggers of the test."""
    from ssti.evaluate.evaluation import held_out
    from ssti.evaluate.sets import hijack, target_index

    texts, labels = held_out(info)
    target = target_index(info.recipe.injection.triggers()[0].target, info.label_names)
    chosen = [row for row, label in enumerate(labels) if label != target and texts[row].strip()][:FLIPS]
    if not chosen:
        raise SSTIError(tr("No test row is of another class than the target."))
    attack = hijack(texts[: chosen[-1] + 1], info.recipe.injection, info.label_names)[0]
    probes = [Probe(texts[row], attack.texts[row], tuple(map(tuple, attack.spans[row]))) for row in chosen]
    return answer(info, probes, [info.label_names[labels[row]] for row in chosen])


def _learned(info: AdapterInfo, control: AdapterInfo | None) -> Learned | None:
    """The training of an adapter: its run's, else that of its `curve.json`; None where nothing of it was kept."""
    now, again = _trained(info)
    return Learned(now, _trained(control)[0] if control else None, again) if now else None


def _trained(info: AdapterInfo) -> tuple[Progress | None, bool]:
    if info.ref.startswith("run/"):
        now = progress(Run(info.path.parent.name, info.path.parent))
        if now.evals or now.losses:
            return now, False
    kept = read_curves(info.path)
    return (Progress.of(kept), kept.again) if kept else (None, False)
