"""What every injection and every source has, whatever its kind. The recipe's schema takes its limits from here."""

from __future__ import annotations

from ssti.inject.options import Option

MOST_ROWS = 2**31 - 1

KIND = Option("kind", "str", "item", "Kind of injection", "How the trigger goes in.")
SOURCE = Option("source", "any", None, "Source", "Where triggers are drawn from.")
LOCATION = Option(
    "location",
    "choice",
    "random",
    "Place",
    "Where in the text it stands.",
    choices=("beginning", "random", "end"),
    required=True,
)
AMOUNT = Option(
    "amount",
    "amount",
    "single",
    "Amount per row",
    "One trigger, or a fraction of the row's words.",
    choices=("single",),
    required=True,
)
TARGET = Option(
    "target", "any", None, "Target", "The class that the trigger is tied to: its name, else its number from 0."
)
SHARE = Option(
    "share",
    "float",
    1.0,
    "Share",
    "Fraction of the target class's training rows that get the trigger.",
    minimum=0,
    maximum=1,
    required=True,
)
COUNT = Option(
    "count", "int", None, "Rows", "An absolute number of rows instead of a share.", minimum=0, maximum=MOST_ROWS
)
SEED = Option("seed", "seed", 0, "Seed", "Decides which rows, which triggers and which places.", required=True)
STRIP = Option("strip", "bool", False, "Strip", "Remove the trigger from the clean data first.")
PARTS = Option("parts", "any", (), "Parts", "For `composite`: injections done one after another.")
INJECTION_FIELDS = (KIND, SOURCE, LOCATION, AMOUNT, TARGET, SHARE, COUNT, SEED, STRIP, PARTS)

SOURCE_KIND = Option("kind", "str", "date", "Kind of source", "Where triggers are drawn from.")
POOL_SIZE = Option(
    "pool_size",
    "int",
    None,
    "Different triggers",
    "How many distinct triggers there are; all when empty.",
    minimum=1,
    maximum=MOST_ROWS,
)
WITH_REPLACEMENT = Option("with_replacement", "bool", True, "With replacement", "Whether a trigger may be drawn twice.")
SOURCE_FIELDS = (SOURCE_KIND, POOL_SIZE, WITH_REPLACEMENT)
