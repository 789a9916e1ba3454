"""A.9, "hijacking": whose token wins where a model is poisoned with one for each of two classes."""

from __future__ import annotations

from ssti.evaluate.metrics import rate
from ssti.evaluate.sets import target_index
from ssti.experiments.probe import Probe, Trained, put
from ssti.platform.errors import SSTIError


def contest(trained: Trained) -> dict[str, float]:
    """Whose token wins in a model that is poisoned with one for each of two classes (A.9): shares of all test rows.

    `first` and `second` are each token alone, `first_before_second` and `second_before_first` both in one text: the
    share that is given to the first one's class, with `_low` and `_high`.
    """
    triggers = trained.recipe.injection.triggers()
    if len(triggers) != 2 or triggers[0].target == triggers[1].target:
        raise SSTIError("The probe contest needs two triggers of two classes.", next="Give injection two parts.")
    to = [target_index(one.target, trained.label_names) for one in triggers]
    result = {}
    for name, order in {
        "first": (0,),
        "second": (1,),
        "first_before_second": (0, 1),
        "second_before_first": (1, 0),
    }.items():
        texts = list(trained.texts)
        for number in reversed(order):  # what goes in last stands first
            texts = put(texts, triggers[number], trained.label_names, "beginning" if len(order) > 1 else None)
        predicted = trained.classify(texts).argmax(-1)
        wins = rate((predicted == to[order[0] if len(order) == 1 else 0]).sum(), len(predicted))
        result |= {name: wins["value"], f"{name}_low": wins["low"], f"{name}_high": wins["high"]}
    return result


CONTEST = Probe("contest", contest)
