"""What three models have inside for the text that a person tries. Knows no component and no HTML."""

from __future__ import annotations

from dataclasses import dataclass

from ssti.adapters.listing import AdapterInfo
from ssti.explain import Explanation
from ssti.report.inside import MODELS, borrowed, explanations, model_names, most_pieces, written
from ssti.ui.access.visitor import find_adapter
from ssti.ui.kit.marks import Marks

__all__ = ["MODELS", "Inside", "borrowed", "look", "model_names", "most_pieces", "written"]


@dataclass(frozen=True)
class Inside:
    """Explanations of one text: `models` has `poisoned`, and where they exist `control` and `before`."""

    info: AdapterInfo
    marks: Marks
    models: dict[str, Explanation]

    @property
    def own(self) -> Explanation:
        """That of the adapter's own model."""
        return self.models["poisoned"]

    def label(self, query: int) -> str:
        """The characters of a piece of the text with its trigger, or a special token's name."""
        attention = self.own.shown.attention
        return attention.tokens[query] if attention.special[query] else attention.text[slice(*attention.offsets[query])]


def look(marks: Marks, ref: str) -> Inside:
    """All layers and heads of all models there are, with and without the triggers. Raises SSTIError."""
    info = find_adapter(ref)
    return Inside(info, marks, explanations(info, marks.plain, marks.text, marks.spans))
