"""Several modifiers one after another, as one. Knows nothing of what they do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ssti.inject.checks import check_text
from ssti.inject.injection import Injection, Span
from ssti.inject.modifier import Modifier
from ssti.inject.registry import ModifierKind
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr


class CompositeModifier(Modifier):
    """Applies modifiers in turn; itself a modifier. Spans of the earlier ones move with the text.

    An item of several words stays whole: a later item that would fall inside it goes to its end.
    """

    def __init__(self, modifiers: Iterable[Any]) -> None:
        if isinstance(modifiers, str) or not isinstance(modifiers, Iterable):
            raise SSTIError(
                tr("modifiers is {modifiers}; it must be a list of modifiers.", modifiers=shown(modifiers)),
                tr("Give a list."),
            )
        self.modifiers = list(modifiers)
        for modifier in self.modifiers:
            if not isinstance(modifier, Modifier):
                raise SSTIError(
                    tr("{modifier} is not a modifier.", modifier=shown(modifier)),
                    tr("Give instances of ssti.inject.Modifier."),
                )

    def apply(self, text: str, label: Any = None, earlier: Sequence[Span] = ()) -> Injection:
        """Inject by every modifier in turn; the spans of all of them, and `earlier`, in the last text."""
        result = Injection(check_text(text), label, tuple(earlier))
        layers: tuple = ()
        for modifier in self.modifiers:
            result = modifier.apply(result.text, result.label, result.spans)
            layers += result.layers
        return Injection(result.text, result.label, result.spans, layers)


MODIFIER = ModifierKind(
    name="composite",
    title=tr("Several triggers"),
    description=tr("Several injections, one after another, each with its own target, share and seed."),
    options=(),
    uses_source=False,
    build=lambda options, parts, **_: CompositeModifier(parts),
    pattern=lambda options, patterns: "|".join(f"(?:{pattern})" for pattern in patterns),
)
