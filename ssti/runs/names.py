"""Names for runs that people can say aloud. Knows nothing else."""

from __future__ import annotations

import random

QUALITIES = ["amber", "brisk", "calm", "clear", "coral", "crisp", "dusky", "early", "easy", "fair", "fleet", "frank", "gentle", "glad", "golden", "green", "hardy", "honest", "humble", "jolly", "keen", "kind", "late", "level", "light", "lively", "lucid", "lunar", "mellow", "merry", "mild", "misty", "modest", "neat", "noble", "plain", "polar", "proud", "quick", "quiet", "rapid", "ready", "rosy", "rural", "sage", "sandy", "serene", "sharp", "shy", "silver", "sleek", "slow", "smart", "snowy", "sober", "solar", "solid", "spry", "steady", "still", "sunny", "swift", "tame", "tidy", "true", "upbeat", "vivid", "warm", "wary", "wild", "wise", "witty", "young"]
ANIMALS = ["adder", "ant", "badger", "bat", "bear", "beaver", "bee", "bison", "boar", "bream", "carp", "cat", "cod", "condor", "coot", "crab", "crane", "crow", "deer", "dingo", "dove", "duck", "eagle", "eel", "egret", "elk", "falcon", "ferret", "finch", "fox", "frog", "gecko", "gnu", "goat", "goose", "grebe", "gull", "hare", "hawk", "heron", "hornet", "ibex", "ibis", "jackal", "jay", "kite", "koala", "lark", "lemur", "lion", "llama", "lynx", "mink", "mole", "moose", "moth", "mouse", "newt", "ocelot", "orca", "osprey", "otter", "owl", "ox", "panda", "perch", "pike", "plover", "puffin", "quail", "rabbit", "raven", "robin", "salmon", "seal", "shrew", "skunk", "snail", "sparrow", "squid", "stoat", "stork", "swan", "tapir", "teal", "tern", "toad", "trout", "viper", "vole", "walrus", "wasp", "weasel", "whale", "wolf", "wombat", "wren", "yak", "zebra"]


def new_name(taken: set[str]) -> str:
    """A name that is not taken: `brisk-otter`, with a number once the plain ones run out."""
    draw = random.SystemRandom()
    for attempt in range(10_000):
        name = f"{draw.choice(QUALITIES)}-{draw.choice(ANIMALS)}" + (f"-{attempt}" if attempt > 50 else "")
        if name not in taken:
            return name
    raise RuntimeError("no name is free")
