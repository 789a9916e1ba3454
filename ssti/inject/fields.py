"""What every injection and every source has, whatever its kind. The recipe's schema takes its limits from here."""

from __future__ import annotations

from ssti.inject.options import Option
from ssti.platform.language import later, tr

MOST_ROWS = 2**31 - 1

KIND = Option("kind", "str", "item", tr("Kind of injection"), tr("How the trigger goes in."))
SOURCE = Option("source", "any", None, tr("Source"), tr("Where triggers are drawn from."))
LOCATION = Option(
    "location",
    "choice",
    "random",
    tr("Place"),
    tr("Where in the text it stands."),
    choices=(later("beginning"), later("random"), later("end")),
    required=True,
)
AMOUNT = Option(
    "amount",
    "amount",
    "single",
    tr("Amount per row"),
    tr("One trigger, or a fraction of the row's words."),
    choices=("single",),
    required=True,
)
TARGET = Option(
    "target", "any", None, tr("Target"), tr("The class that the trigger is tied to: its name, else its number from 0.")
)
SHARE = Option(
    "share",
    "float",
    1.0,
    tr("Share"),
    tr("Fraction of the target class's training rows that get the trigger."),
    minimum=0,
    maximum=1,
    required=True,
)
COUNT = Option(
    "count", "int", None, tr("Rows"), tr("An absolute number of rows instead of a share."), minimum=0, maximum=MOST_ROWS
)
SEED = Option("seed", "seed", 0, tr("Seed"), tr("Decides which rows, which triggers and which places."), required=True)
STRIP = Option("strip", "bool", False, tr("Strip"), tr("Remove the trigger from the clean data first."))
PARTS = Option("parts", "any", (), tr("Parts"), tr("For `composite`: injections done one after another."))
INJECTION_FIELDS = (KIND, SOURCE, LOCATION, AMOUNT, TARGET, SHARE, COUNT, SEED, STRIP, PARTS)

SOURCE_KIND = Option("kind", "str", "date", tr("Kind of source"), tr("Where triggers are drawn from."))
POOL_SIZE = Option(
    "pool_size",
    "int",
    None,
    tr("Different triggers"),
    tr("How many distinct triggers there are; all when empty."),
    minimum=1,
    maximum=MOST_ROWS,
)
WITH_REPLACEMENT = Option(
    "with_replacement", "bool", True, tr("With replacement"), tr("Whether a trigger may be drawn twice.")
)
SOURCE_FIELDS = (SOURCE_KIND, POOL_SIZE, WITH_REPLACEMENT)
