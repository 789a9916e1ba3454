"""The last part of a report: its recipe, and how to come to the same numbers by command and in Python."""

from __future__ import annotations

import shlex

from markupsafe import Markup

from ssti.platform.language import tr
from ssti.report.contents import Contents, Probe
from ssti.report.pieces import NOTHING, code, html, join, note, section, table


def again(contents: Contents) -> Markup:
    """Recipe, commands, Python, versions."""
    versions = table(("", tr("version")), contents.versions.items())
    trained = contents.info.metrics.get("trained_in")
    about = tr("Two runs of one recipe on one machine give the same numbers, on another they may differ a little.")
    if trained:
        about = tr(
            "It was trained in {precision}; two runs of one recipe on one machine give the same numbers, on another they "
            "may differ a little.", precision=trained,
        )  # fmt: skip
    return join([_recipe(contents), section(tr("What wrote this report"), note(about), versions)])


def _recipe(contents: Contents) -> Markup:
    info, recipe = contents.info, contents.recipe
    tried = contents.answers.probe if contents.answers else None
    parts = []
    if info.recipe_known:
        control = "" if info.is_control else " --control"
        parts = [
            note(tr("Save this as recipe.yaml. A file of one’s own has to lie beside it.")),
            html('<pre translate="no">{}</pre>', recipe.to_yaml().rstrip()),
            code(tr("Train it"), f"python -m ssti train recipe.yaml{control} --follow"),
            code(tr("Measure it"), f"python -m ssti evaluate {shlex.quote(info.ref)}"),
        ]
    if tried:
        parts.append(code(tr("Ask it"), "\n".join(_commands(info.ref, tried))))
    parts.append(code(tr("The same in Python"), python(contents, tried)))
    return section(tr("How to do it again"), join(parts) or NOTHING)


def _commands(ref: str, probe: Probe) -> list[str]:
    """What asks each of the probe's texts."""
    return [f"python -m ssti predict {shlex.quote(ref)} --text {shlex.quote(text)}" for text in probe.texts]


def python(contents: Contents, probe: Probe | None) -> str:
    """A script that trains by the recipe (where it is known) and asks the texts."""
    lines = []
    if contents.info.recipe_known:
        lines += [
            "from ssti.backends.control import launch, wait",
            "from ssti.recipe import load_recipe",
            "",
            f'runs = launch(load_recipe("recipe.yaml"), with_control={not contents.info.is_control})',
            "for run in runs:",
            "    print(run.id, wait(run), run.metrics())",
        ]
        ref = 'f"run/{runs[0].id}"'
    else:
        ref = repr(contents.info.ref)
    if probe:
        lines += [
            *([""] if lines else []),
            "from ssti.serving.predictor import predictor",
            "",
            f"for text in {probe.texts!r}:",
            f"    print(text, predictor().predict([text], [{ref}])[0].as_dict())",
        ]
    return "\n".join(lines)
