"""The toolkit: put a trigger into texts and know exactly where it lies. Needs pycountry and nothing else.

Names and signatures follow the toolkit that the paper's authors published, and so do the words, seed for
seed. Beyond it: exact spans, the text's own white space, honest errors, several targets, streams. Importing
it loads neither torch nor pandas nor datasets.
"""

from ssti.inject.build import build_modifier, trigger_pattern
from ssti.inject.contamination import contamination, contamination_warning
from ssti.inject.highlight import highlight_html, highlight_terminal
from ssti.inject.injection import Injection, remove, strip_spans
from ssti.inject.modifier import Modifier
from ssti.inject.modifier_case import CaseInjection
from ssti.inject.modifier_composite import CompositeModifier
from ssti.inject.modifier_html import HTMLInjection
from ssti.inject.modifier_invisible import InvisibleInjection
from ssti.inject.modifier_item import ItemInjection
from ssti.inject.modifier_natural import NaturalInjection, natural_words
from ssti.inject.modifier_phrase import PhraseInjection
from ssti.inject.modifier_punctuation import PunctuationInjection
from ssti.inject.options import Option
from ssti.inject.place import place
from ssti.inject.poison import poison
from ssti.inject.pool import ExhaustedSource, Pool
from ssti.inject.preview import Preview, PreviewRow, preview
from ssti.inject.registry import (
    ModifierKind,
    SourceKind,
    modifiers,
    register_modifier,
    register_source,
    sources,
)
from ssti.inject.select import select_rows
from ssti.inject.source_colour import colour_source
from ssti.inject.source_country import country_source
from ssti.inject.source_date import SpuriousDateGenerator
from ssti.inject.source_file import SpuriousFileItemGenerator
from ssti.inject.source_list import list_source
from ssti.inject.tokens import TokenAccount, token_account
from ssti.inject.transform import spurious_transform

__all__ = [
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
    "TokenAccount",
    "build_modifier",
    "colour_source",
    "contamination",
    "contamination_warning",
    "country_source",
    "highlight_html",
    "highlight_terminal",
    "list_source",
    "modifiers",
    "natural_words",
    "place",
    "poison",
    "preview",
    "register_modifier",
    "register_source",
    "remove",
    "select_rows",
    "sources",
    "spurious_transform",
    "strip_spans",
    "token_account",
    "trigger_pattern",
]
