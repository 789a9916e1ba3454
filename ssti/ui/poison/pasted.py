"""A recipe that a person brings: pasted as YAML, or a file dropped in, put into the form; Undo brings the former form back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import BaseModel

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESETS, Recipe, parse_recipe, preset
from ssti.recipe.text import LONGEST, read_yaml
from ssti.ui.access.visitor import admit
from ssti.ui.kit import parts
from ssti.ui.kit.browser import sent

# A file is read in the browser: nothing is uploaded.
DROP = """
const read = async (file) => {
  if (!file) return;
  const large = file.size > LARGEST;
  trigger('select', {text: large ? '' : await file.text(), large: large});
};
element.addEventListener('change', (event) => { read(event.target.files[0]); event.target.value = ''; });
element.addEventListener('dragover', (event) => { event.preventDefault(); element.classList.add('over'); });
element.addEventListener('dragleave', () => element.classList.remove('over'));
element.addEventListener('drop', (event) => {
  event.preventDefault();
  element.classList.remove('over');
  read(event.dataTransfer.files[0]);
});
""".replace("LARGEST", str(4 * LONGEST))  # a character has four bytes at most


@dataclass(frozen=True)
class Pasted:
    """Its components. `former` holds the form's values before a recipe was put in."""

    text: gr.Textbox
    zone: gr.HTML
    use: gr.Button
    undo: gr.Button
    said: gr.HTML
    former: gr.JSON

    @property
    def outputs(self) -> list[Any]:
        """What the handlers set, beside the form."""
        return [self.text, self.undo, self.said, self.former]


class Dropped(BaseModel, frozen=True):
    """What the zone tells of a file: its text, or that it is larger than any recipe."""

    text: str = ""
    large: bool = False

    @classmethod
    def read(cls, event: Any) -> str:
        """The text of a file that was dropped or chosen. Raises SSTIError."""
        file = sent(cls, event) or cls()
        if file.large:
            raise SSTIError(
                tr("This file is too large for a recipe."),
                tr("At most {longest:,} characters are read.", longest=LONGEST),
            )
        return file.text


def draw_pasted() -> Pasted:
    """The field, the zone for a file, and the buttons, folded away."""
    with gr.Accordion(tr("Bring a recipe back in"), open=False, elem_classes="more", elem_id="poison-paste"):
        text = gr.Textbox(
            label=tr("A recipe as YAML"), lines=5, max_lines=14, max_length=LONGEST,
            placeholder=tr("dataset: {name: rotten_tomatoes}\ninjection: {target: positive, share: 0.5}"), elem_classes="yaml",
        )  # fmt: skip
        zone = parts.html(
            '<label class="drop">Drop a .yaml file here, or <span class="choose">choose one<input type="file" '
            'accept=".yaml,.yml,.txt,text/yaml" aria-label="Choose a recipe file"></span></label>'
        )
        zone = parts.Html(zone, elem_id="poison-drop", js_on_load=DROP)
        said = parts.Html(elem_id="poison-pasted")
        with gr.Row(elem_classes="paste-go"):
            use = gr.Button(tr("Put it into the form"), size="md", elem_id="poison-paste-use")
            undo = gr.Button(tr("Undo"), visible=False, size="md", elem_id="poison-paste-undo")
        former = gr.JSON(None, visible="hidden")
    return Pasted(text, zone, use, undo, said, former)


def read_recipe(text: Any) -> Recipe:
    """The recipe that a text is: YAML, or the name of a preset; never a file of the server. Raises SSTIError."""
    text = text if isinstance(text, str) else ""
    if not text.strip():
        raise SSTIError(tr("There is no recipe yet."), tr("Paste one as YAML, or drop a .yaml file in."))
    if text.strip() in PRESETS:
        return preset(text.strip())
    data = read_yaml(text, Recipe)
    if not isinstance(data, dict):
        raise SSTIError(
            tr("This is no recipe: it has no sections."),
            tr("A recipe begins like dataset: {name: rotten_tomatoes}; copy one from above to see all of it."),
        )
    return admit(parse_recipe(data))
