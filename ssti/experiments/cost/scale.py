"""Scale on paper: what a grid takes, in floating-point operations and in seconds on a machine. Trains and loads nothing.

Operations follow from the facts of model, recipe and dataset. Seconds need a machine's rates: those of a processor are
fitted to measured cells (`fitted`; `tests/benchmarks/bench_cost.py` compares the rest), those of a GPU are its makers'
peak times a stated efficiency, which nobody measured here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from ssti.experiments.cell import Cell
from ssti.finetune.memory import trainable
from ssti.finetune.speed import PIECES_A_WORD
from ssti.models.base import ModelInfo
from ssti.recipe import InjectionSpec, Recipe, preset
from ssti.serving.logits import ON_A_GPU, TOKENS_A_BATCH

PIECES_A_TRIGGER = 5  # a date; countries take 1, a pair of tags 7
TEST_ROWS = 2000  # where a dataset does not say how many it has


@dataclass(frozen=True)
class Work:
    """What a cell takes: operations of training and of testing, and how often a layer is passed in each (batches x layers)."""

    training: float
    testing: float
    trained_layers: float
    tested_layers: float


@dataclass(frozen=True)
class Machine:
    """Sustained operations a second in training and in testing, and the seconds that neither grows with.

    `layer` is what a layer's pass in a training step costs however small the batch (in testing a third of it: no way back
    and no optimizer), `start` what a cell costs before its first step. `memory` in GB; `batch` tokens of a test batch.
    """

    title: str
    training: float
    testing: float
    layer: float
    start: float
    memory: float = 0.0
    batch: int = ON_A_GPU


EFFICIENCY = 0.4
"""Of the peak of bfloat16 products without sparsity. An assumption: well-fed transformers reach 0.3 to 0.55."""
LAYER = 1.2e-3
"""Seconds of a layer's pass in a step on a GPU, forward, back and optimizer. An assumption: about 120 kernels at 10 µs
each that the processor has to launch, whatever the batch."""


def gpu(title: str, peak: float, memory: float) -> Machine:
    """A GPU by its makers' peak."""
    return Machine(title, EFFICIENCY * peak, EFFICIENCY * peak, LAYER, start=10.0, memory=memory)


L40S, A100, H100 = gpu("L40S 48 GB", 362e12, 48), gpu("A100 80 GB", 312e12, 80), gpu("H100 80 GB", 989e12, 80)
GPUS = (L40S, A100, H100)

PAPER_MINUTES = {
    ("arctic-embed-xs", "imdb_hub"): 12, ("arctic-embed-xs", "financial_classification"): 3, ("arctic-embed-xs", "bias_in_bios"): 40,
    ("arctic-embed-l", "imdb_hub"): 120, ("arctic-embed-l", "financial_classification"): 17, ("arctic-embed-l", "bias_in_bios"): 480,
    ("openelm-270m", "imdb_hub"): 120, ("openelm-3b", "imdb_hub"): 1560, ("openelm-3b", "financial_classification"): 180,
    ("openelm-3b", "commonsense_qa"): 180, ("llama-3-8b", "imdb_hub"): 2100,
}  # fmt: skip
"""Minutes a run, as the paper has them; it had eight A100, and does not say how many of them a run took."""


def work(recipe: Recipe, batch: int = ON_A_GPU) -> Work:
    """The operations of training and testing this recipe; a multiplication and an addition are two.

    A token costs two for each weight of the blocks on the way in (Kaplan et al. 2020, arXiv:2001.08361, section 2.1) and
    4 x layers x width x length for attention; on the way back the same again for the gradient of what went in (attention
    twice: both factors vary), and two more for each weight that is trained, whose own pass in and out comes on top.
    """
    info, classes, test_rows, words = _facts(recipe.model.name, recipe.dataset.name)
    training, full = recipe.training, recipe.lora.variant == "full"
    adapter = 0 if full else trainable(info, recipe, classes)
    row = _pieces(words, training.max_length, 0)
    trained = training.steps * training.batch_size * row
    attention = 4 * info.layers * info.hidden * row
    weights = info.block_parameters - _unread(info, recipe)
    once = 2 * weights + 2 * adapter + attention
    back = 2 * weights * (2 if full else 1) + 4 * adapter + 2 * attention
    again = once if recipe.model.checkpointing else 0
    tested, testing = 0.0, 0.0
    for share in _test_sets(recipe.injection):
        length = _pieces(words, training.max_length, share)
        rows = min(recipe.dataset.test_rows or test_rows, test_rows)
        tested += rows * length
        testing += rows * length * (2 * weights + 2 * adapter + 4 * info.layers * info.hidden * length)
    return Work(trained * (once + back + again), testing, training.steps * info.layers, tested / batch * info.layers)


def seconds(one: Work, machine: Machine) -> float:
    """How long a cell takes, from its start to its row."""
    return seconds_to_train(one, machine) + seconds_to_test(one, machine)


def seconds_to_train(one: Work, machine: Machine) -> float:
    """How long until it is trained."""
    return machine.start + one.trained_layers * machine.layer + one.training / machine.training


def seconds_to_test(one: Work, machine: Machine) -> float:
    """How long its test takes."""
    return one.tested_layers * machine.layer / 3 + one.testing / machine.testing


def fitted(title: str, measured: Sequence[tuple[Work, float, float]]) -> Machine:
    """The machine on which this work took these seconds of training and of testing: at least three, of different lengths.

    Least squares without negative rates, each measurement weighed by its own size.
    """
    from scipy.optimize import nnls

    trained = np.array([[1.0, w.trained_layers, w.training] for w, _, _ in measured])
    took = np.array([t for _, t, _ in measured])
    scale = trained.max(axis=0)
    start, layer, one = nnls(trained / scale / took[:, None], np.ones(len(took)))[0] / scale
    ratios = [w.testing / max(t - w.tested_layers * layer / 3, 0.1 * t) for w, _, t in measured]
    return Machine(title, 1 / max(one, 1e-18), float(np.median(ratios)), layer, start, batch=TOKENS_A_BATCH)


@dataclass(frozen=True)
class Bill:
    """What cells take on a machine; `paper_hours` by the paper's own minutes a run, of the `known` cells that it names."""

    cells: int
    hours: float
    operations: float
    known: int
    paper_hours: float


def bill(cells: Iterable[tuple[Recipe, int]], machine: Machine = A100) -> Bill:
    """The bill of recipes, each so many times."""
    count, known, total, operations, minutes = 0, 0, 0.0, 0.0, 0.0
    for recipe, times in cells:
        one = work(recipe, machine.batch)
        count += times
        total += times * seconds(one, machine)
        operations += times * (one.training + one.testing)
        if (named := PAPER_MINUTES.get((recipe.model.name, recipe.dataset.name))) is not None:
            known, minutes = known + times, minutes + times * named
    return Bill(count, total / 3600, operations, known, minutes / 60)


def of_cells(cells: Iterable[Cell]) -> list[tuple[Recipe, int]]:
    """Cells as `bill` takes them."""
    return [(cell.recipe, 1) for cell in cells]


WHOLE_MODELS = ("arctic-embed-xs", "arctic-embed-l", "openelm-270m", "openelm-3b", "llama-3-8b", "llama-3-70b")
WHOLE_DATASETS = ("imdb_hub", "financial_classification", "bias_in_bios", "commonsense_qa")
SEEDS, KINDS, PLACES, SHARES, RANKS = 3, 3, 3, 4, (1, 16, 32, 64)


def whole(model: str) -> Iterator[tuple[Recipe, int]]:
    """One model's part of all that the paper's set-up spans: datasets x ranks x amounts x shares x kinds x places, and controls.

    Three seeds. Kinds, places and shares cost the same, and are counted, not listed.
    """
    large = model in ("openelm-3b", "llama-3-8b", "llama-3-70b")
    for dataset, rank in itertools.product(WHOLE_DATASETS, RANKS):
        base = preset("paper").set(
            f"model.name={model}", f"dataset.name={dataset}", "dataset.test_rows=null",
            f"lora.rank={rank}", f"lora.alpha={rank}", f"training.batch_size={8 if large else 16}",
        )  # fmt: skip
        yield base.control(), SEEDS
        for amount in ("single", "0.05", "0.1"):
            yield base.set(f"injection.amount={amount}"), SEEDS * KINDS * PLACES * SHARES


@cache
def _facts(model: str, dataset: str) -> tuple[ModelInfo, int, int, np.ndarray]:
    """The model's facts, the dataset's classes and test rows, and the words of its rows, of all where none is fetched for it."""
    from ssti import data
    from ssti.data.hub import HubDataset
    from ssti.data.sources import find
    from ssti.models.registry import BASES

    sources = (find(name) for name in (dataset.removesuffix("_hub"), dataset))
    source = next((s for s in sources if s and not isinstance(s, HubDataset) and not s.missing(False)), None)
    known = find(dataset)
    words = data.word_counts(source.name) if source else np.array([known.info.usual_words if known else 100.0])
    splits = known.info.splits if known else {}
    held_out = next((splits[name] for name in ("test", "dev") if name in splits), None)
    if held_out is None:
        held_out = round(0.2 * sum(splits.values())) or TEST_ROWS
    classes = len(known.info.label_names) if known else 2
    return BASES.find(model).info, classes, held_out, np.asarray(words, dtype=float)


def _unread(info: ModelInfo, recipe: Recipe) -> int:
    """The weights of the last layer that only the first position passes (`ssti.models.classifier`)."""
    leaves_out = info.architecture == "BERT" and recipe.training.head == "trained"
    return info.hidden * (info.hidden + 2 * info.intermediate) if leaves_out else 0


def _pieces(words: np.ndarray, longest: int, share: float) -> float:
    """A row's mean word pieces once cut, with its triggers: one where `share` is negative, else so many of its words."""
    triggers = 1.0 if share < 0 else share * words
    return float(np.minimum(longest, words * PIECES_A_WORD + triggers * PIECES_A_TRIGGER).mean())


def _test_sets(injection: InjectionSpec) -> list[float]:
    """The clean rows, and all rows with the triggers of each target."""
    targets = {t.target: -1.0 if t.amount == "single" else float(t.amount) for t in injection.triggers()}
    return [0.0, *targets.values()]
