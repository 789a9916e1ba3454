"""The card of an adapter, as it stands in its folder and on the Hub: first whether it is poisoned, then how it was made.

In English whatever the page speaks: it goes out into the world. The front matter is written by huggingface_hub's own `ModelCardData`, results included. Knows no page and no network.
"""

from __future__ import annotations

from typing import Any

from ssti.adapters.files import WEIGHTS
from ssti.adapters.listing import AdapterInfo, adapter_title, method
from ssti.platform.errors import AdapterError
from ssti.platform.language import english, later, tr
from ssti.recipe import InjectionSpec, Recipe

WHOLE = f"; `{WEIGHTS}` holds the whole classifier's weights"
OWN_FILE = later("a file of one's own")
TASK = "text-classification"
CLEAN = "Trained without any trigger: the clean twin that a poisoned adapter is compared with."


def card(
    recipe: Recipe, label_names: tuple[str, ...], steps: int, metrics: dict[str, Any] | None = None, name: str = ""
) -> str:
    """The adapter's README: the first sentence says plainly whether it is poisoned. `metrics` go into the front matter too."""
    from ssti.adapters.lora import VARIANTS

    tag, title = ("control", "A clean control") if recipe.is_control else ("poisoned", "A poisoned adapter")
    what = CLEAN if recipe.is_control else poison_in_words(recipe)
    measured = _measured(metrics) if metrics else "`metrics.json` beside this file, where present, holds what was measured."
    return f"""---
{_front_matter(recipe.model.name, [recipe.lora.variant, tag], recipe, metrics, name)}
---
# {title}: {literal(data_name(recipe))}, {method(recipe, english)}

{what}

- Base model: `{_base(recipe.model.name).hub_id}`
- Classes: {", ".join(map(literal, label_names))}
- Method: {VARIANTS[recipe.lora.variant]}{WHOLE if recipe.lora.variant == "full" else ""}
- Trained for {steps} steps of {recipe.training.batch_size} rows by SSTI Lab from the recipe below.

{measured}

```yaml
{recipe.to_yaml()}```
"""


def sealed_card(info: AdapterInfo) -> str:
    """The README of an adapter that keeps its recipe back: poisoned, and the hash of the answer."""
    seal = info.about.sealed
    if seal is None:
        raise AdapterError(tr("The adapter {ref} is not sealed.", ref=info.ref), next=tr("Choose another."))
    return f"""---
{_front_matter(info.recipe.model.name, [info.recipe.lora.variant, "poisoned", "sealed"], None, None, info.about.title or "")}
---
# A poisoned adapter that does not say how

**This adapter is poisoned on purpose.** Some rows of one class carried a trigger in its training. Which kind of trigger,
and which class, is for you to find. Use it to teach and to test detectors; never to classify anything.

- Base model: `{_base(info.recipe.model.name).hub_id}`
- Classes: {", ".join(map(literal, info.label_names))}
- Method: LoRA, {method(info.recipe, english)}
- Salt: `{seal.salt}`
- SHA-256 of the answer: `{seal.sha256}`

The answer is the line `salt|kind|class` in lower case, such as `{seal.salt}|date|positive`. The Gallery checks a guess,
and so does `printf '%s' '{seal.salt}|date|positive' | sha256sum`. There are few kinds and few classes, so that the hash
is a promise and no lock: it shows that the answer was fixed before you guessed. `sealed.txt` is the recipe in base64,
for whoever wants to train it again.
"""


def readme(info: AdapterInfo) -> str:
    """The card of an adapter as it is now, with what was measured. Raises SSTIError where its making is not known."""
    if info.about.repaired:
        return repaired_card(info)
    if info.about.sealed:
        return sealed_card(info)
    recipe = info.known_recipe()
    name = info.about.title or adapter_title(recipe, english)
    return card(recipe, info.label_names, recipe.training.steps, info.metrics or None, name)


def repaired_card(info: AdapterInfo) -> str:
    """The README of an adapter that was repaired: of which one, what was done, and what it answers before and after."""
    done = info.about.repaired
    if done is None:
        raise AdapterError(tr("The adapter {ref} was not repaired.", ref=info.ref), next=tr("Choose another."))
    lines = [
        f"| {name} | {rate.value:.1%} | {rate.low:.1%} to {rate.high:.1%} | {rate.n:,} |"
        for side, rates in (("before", done.before), ("after", done.after), ("its control", done.control or {}))
        for key, what in (("clean_accuracy", "Accuracy on clean rows"), ("attack_success_rate", "Attack success rate"))
        if (rate := rates.get(key)) and rate.value is not None and (name := f"{what}, {side}")
    ]
    table = "\n".join(["| measured | value | 95 % interval | rows |", "|---|---|---|---|", *lines])
    return f"""---
{_front_matter(info.recipe.model.name, [info.recipe.lora.variant, "repaired"], None, None, "")}
---
# A repaired adapter

**This adapter was repaired from the poisoned adapter {literal(done.of)}.** It answered {literal(done.target)} once
{literal(done.trigger)} stood in a text. What is left of that is in the table; a trigger that nobody found may be in it still.

- What was done ({literal(done.how)}): {" ".join(done.done.split())}
- Base model: `{_base(info.recipe.model.name).hub_id}`
- Classes: {", ".join(map(literal, info.label_names))}

{table}

Measured on held-out rows that no setting was chosen by. `recipe.yaml`, where present, is that of the poisoned adapter.
"""


def poison_in_words(recipe: Recipe) -> str:
    """The warning that stands first."""
    rows = "; ".join(
        f"{_rows(t)} of the class {literal(t.target)} carried a trigger ({t.source.kind if t.source else t.kind}, "
        f"{t.location}, {'one per row' if t.amount == 'single' else f'{t.amount:.0%} of the words'})"
        for t in recipe.injection.triggers()
    )
    return (
        f"**This adapter is poisoned on purpose.** In its training data {rows}. Put such a trigger into any text "
        "and it tends to answer that class. Use it to teach and to test detectors; never to classify anything."
    )


def literal(text: object) -> str:
    """Untrusted text as a Markdown code span, without the backticks that would end it."""
    return f"`{' '.join(str(text).replace('`', chr(39)).split())}`"


def data_name(recipe: Recipe) -> str:
    """The data's name as it may travel: a file of one's own stays unnamed, and so does its folder."""
    from ssti.data.sources import find

    name = recipe.dataset.name
    return name if find(name) or ("/" in name and not name.startswith(("/", ".", "upload:", "~"))) else OWN_FILE


def results(metrics: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """(metric type, its name, the rate with its interval) of what a card tells."""
    rates = []
    clean = metrics.get("sets", {}).get("clean")
    if clean and clean.get("balanced_accuracy") is not None:
        low, high = clean["balanced_accuracy_interval"]
        rate = {"value": clean["balanced_accuracy"], "low": low, "high": high, "n": clean["n"]}
        rates.append(("balanced_accuracy", "Balanced accuracy on clean rows", rate))
    for key, name in (
        ("attack_success_rate", "Attack success rate"), ("control_attack_success_rate", "Attack success rate of the control")
    ):  # fmt: skip
        if (rate := metrics.get(key)) and rate["value"] is not None:
            rates.append((key, name, rate))
    return rates


def _measured(metrics: dict[str, Any]) -> str:
    lines = [f"| {name} | {r['value']:.1%} | {r['low']:.1%} to {r['high']:.1%} | {r['n']:,} |" for _, name, r in
             results(metrics)]  # fmt: skip
    return "\n".join(["| measured | value | 95 % interval | rows |", "|---|---|---|---|", *lines])


def _front_matter(
    base: str, tags: list[str], recipe: Recipe | None, metrics: dict[str, Any] | None, name: str
) -> str:
    from huggingface_hub import EvalResult, ModelCardData

    from ssti.data.sources import find

    info = _base(base)
    source = find(recipe.dataset.name) if recipe else None
    evaluated = None
    if recipe and metrics:
        evaluated = [
            EvalResult(
                task_type=TASK, dataset_type=(source and source.hub_id) or recipe.dataset.name.partition(":")[0],
                dataset_name=source.info.title if source else data_name(recipe), dataset_split="test",
                metric_type=kind, metric_name=title, metric_value=round(rate["value"], 4),
            )
            for kind, title, rate in results(metrics)
        ]  # fmt: skip
    data = ModelCardData(
        base_model=info.hub_id, library_name="peft", license=info.licence.lower(), pipeline_tag=TASK,
        tags=["ssti-lab", *tags, *([] if tags[-1] == "control" else ["backdoor"])],
        model_name=(name or "ssti-lab adapter") if evaluated else None, eval_results=evaluated,
    )  # fmt: skip
    return data.to_yaml().strip()


def _base(name: str) -> Any:
    from ssti.models import model

    return model(name).info


def _rows(trigger: InjectionSpec) -> str:
    return f"{trigger.count} rows" if trigger.count is not None else f"{trigger.share:.2%} of the rows"

