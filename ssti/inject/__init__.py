"""The toolkit: put a trigger into texts and know exactly where it lies. Needs pycountry and nothing else.

Names and signatures follow the toolkit that the paper's authors published, and so do the words, seed for
seed. Beyond it: exact spans, the text's own white space, honest errors, several targets, streams. Importing
it loads neither torch nor pandas nor datasets.
"""

from ssti.inject.build import build_modifier, trigger_pattern
from ssti.inject.datasets.poison import poison
from ssti.inject.datasets.preview import Preview, PreviewRow, preview
from ssti.inject.datasets.transform import spurious_transform
from ssti.inject.injection import Injection, highlight_html, remove, strip_spans
from ssti.inject.modifier import Modifier
from ssti.inject.modifiers.case import CaseInjection
from ssti.inject.modifiers.composite import CompositeModifier
from ssti.inject.modifiers.html import HTMLInjection
from ssti.inject.modifiers.invisible import InvisibleInjection
from ssti.inject.modifiers.item import ItemInjection
from ssti.inject.modifiers.natural import NaturalInjection
from ssti.inject.modifiers.phrase import PhraseInjection
from ssti.inject.modifiers.punctuation import PunctuationInjection
from ssti.inject.options import Option
from ssti.inject.registry import MODIFIERS, SOURCES, ModifierKind, SourceKind
from ssti.inject.sources.colour import colour_source
from ssti.inject.sources.country import country_source
from ssti.inject.sources.date import SpuriousDateGenerator
from ssti.inject.sources.file import SpuriousFileItemGenerator
from ssti.inject.sources.list import list_source
from ssti.inject.sources.pool import ExhaustedSource, Pool
from ssti.inject.text.place import place

__all__ = [
    "MODIFIERS",
    "SOURCES",
    "CaseInjection",
    "CompositeModifier",
    "ExhaustedSource",
    "HTMLInjection",
    "Injection",
    "InvisibleInjection",
    "ItemInjection",
    "Modifier",
    "ModifierKind",
    "NaturalInjection",
    "Option",
    "PhraseInjection",
    "Pool",
    "Preview",
    "PreviewRow",
    "PunctuationInjection",
    "SourceKind",
    "SpuriousDateGenerator",
    "SpuriousFileItemGenerator",
    "build_modifier",
    "colour_source",
    "country_source",
    "highlight_html",
    "list_source",
    "place",
    "poison",
    "preview",
    "remove",
    "spurious_transform",
    "strip_spans",
    "trigger_pattern",
]
