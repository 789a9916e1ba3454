"""How much memory a recipe needs, known before any weight is loaded; and a refusal where it cannot fit.

From the facts of the model and the recipe alone: weights, gradients, optimizer, activations. The coefficients were
measured (tensors kept for the backward pass, torch 2.13); `tests/benchmarks/bench_memory.py` compares the whole with
the peak of real training steps. Knows no rows and loads no torch.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssti.models.base import ModelInfo
from ssti.models.machine.memory import GB, UNTOUCHED, MachineMemory
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe

PROGRAM = {"cpu": 750_000_000, "cuda": 700_000_000}
"""Python with torch, transformers, peft and rows; on CUDA the context and the libraries' work space. Measured."""
SAVED = {"encoder": (28, 4), "gated": (28, 12), "plain": (36, 16)}
"""Bytes in float32 that a layer keeps per token: times the hidden width, times the feed-forward width. Of encoders
(BERT), decoders with a gated feed-forward network (Llama) and without (GPT-2, whose gelu is five operations)."""
ADAPTED = (4, 4)  # more where every linear layer has an adapter: what goes in is kept
WHOLE = {"encoder": (4, 4), "gated": (12, 4), "plain": (4, 4)}  # more where all weights are trained
SPREAD = {"cpu": 1.6, "cuda": 1.15}
"""What the allocator holds over what is in use: glibc's heap keeps freed blocks between kept ones (measured 1.4 to 1.8;
1.0 with MALLOC_MMAP_THRESHOLD_ fixed), torch's caching allocator less (not measured here)."""
SPREAD_WHOLE = 1.2  # at most, where all weights are trained: their gradients fill the holes (measured)
CHECKPOINT = {"cpu": 26, "cuda": 4}  # bytes per token and hidden width that a checkpoint keeps, with the hole it pins
IN_BFLOAT16 = 0.7  # of the float32 bytes: norms and softmax stay float32
TEST_TOKENS = {"cpu": 1024, "cuda": 4096}  # a batch of a measurement (`ssti.serving.logits`)
REST = 0.9  # of a machine's memory is for a run; the page and the system need some
BYTES = {"float32": 4.0, "bfloat16": 2.0, 8: 1.06, 4: 0.55}  # of a weight; 8 and 4 bits with their scales
ROLES = {name: (name,) for name in ("query", "key", "value", "output")} | {
    "attention": ("query", "key", "value", "output"), "dense": ("output", "forward")
}  # fmt: skip


@dataclass(frozen=True)
class Memory:
    """Bytes by purpose. `program` is what the process takes before it loads a model."""

    program: int
    weights: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.program + self.weights + self.gradients + self.optimizer + self.activations

    @property
    def sentence(self) -> str:
        """`11.2 GB: weights 8.1, gradients 0.1, optimizer 0.2, activations 2.1, program 0.7`."""
        return tr(
            "{total:.1f} GB: weights {weights:.1f}, gradients {gradients:.1f}, optimizer {optimizer:.1f}, "
            "activations {activations:.1f}, program {program:.1f}",
            total=self.total / GB,
            **{name: size / GB for name, size in vars(self).items()},
        )


def estimate(
    info: ModelInfo, recipe: Recipe, where: str = "cpu", length: int | None = None, classes: int = 2, mixed: bool = False
) -> Memory:
    """What a run takes at its peak. `length` is the longest row in word pieces, at most `training.max_length`.

    `where` is `cpu` or `cuda`; `mixed`: products in bfloat16.
    """
    full = recipe.lora.variant == "full"
    length = min(length or recipe.training.max_length, recipe.training.max_length)
    dtype = "bfloat16" if where == "cuda" and not full else "float32"
    embeddings = info.parameters - info.block_parameters
    weights = info.block_parameters * BYTES[recipe.model.bits or dtype] + embeddings * BYTES[dtype]
    if mixed and dtype == "float32":
        weights += info.block_parameters * 2  # autocast's copies live until the backward pass
    trained = trainable(info, recipe, classes)
    optimizer = trained * (8 if recipe.training.optimizer.startswith("adamw") else 0.1 if full else 4)
    activations = max(_activations(info, recipe, length, mixed, where), _tested(info, length, where))
    return Memory(PROGRAM[where], int(weights), 4 * trained, int(optimizer), int(activations))


def trainable(info: ModelInfo, recipe: Recipe, classes: int = 2) -> int:
    """How many numbers are trained, head included; for targets that are names of layers, as if it were all of them."""
    head = (info.hidden + 1) * classes if recipe.training.head == "trained" else 0
    variant, rank = recipe.lora.variant, recipe.lora.rank
    if variant == "full":
        return info.parameters + head
    count = 0
    for role, (i, o) in _shapes(info):
        if not _adapted(role, recipe):
            continue
        if variant == "ia3":
            count += max(i, o) if role == "forward" else o
        elif variant == "vera":
            count += rank + o
        else:
            count += rank * (i + o) + (o if variant == "dora" else 0)
    return info.layers * count + head


def _shapes(info: ModelInfo) -> list[tuple[str, tuple[int, int]]]:
    """A layer's linear layers by role, inputs and outputs. The feed-forward ones follow from the count of weights."""
    h, f = info.hidden, info.intermediate
    kv = info.kv_heads * (h // max(1, info.heads))
    shapes = [("query", (h, h)), ("key", (h, kv)), ("value", (h, kv)), ("output", (h, h))]
    left = info.block_parameters / max(1, info.layers) - 2 * h * h - 2 * h * kv
    inner = 2 if left > 2.5 * h * f else 1  # gated: two layers go in, one comes out
    return [*shapes, *[("forward", (h, f))] * inner, ("forward", (f, h))]


def _adapted(role: str, recipe: Recipe) -> bool:
    """Whether the recipe's targets cover this linear layer; the name of a layer counts as all of them."""
    targets = recipe.lora.targets
    return any(role in ROLES.get(name, (role,)) for name in ([targets] if isinstance(targets, str) else targets))


def _activations(info: ModelInfo, recipe: Recipe, length: int, mixed: bool, where: str) -> float:
    """What the forward pass keeps for the backward pass, and what one layer's backward pass takes on top."""
    tokens, h, f = recipe.training.batch_size * length, info.hidden, info.intermediate
    gated = sum(role == "forward" for role, _ in _shapes(info)) > 2
    kind = "encoder" if not info.causal else "gated" if gated else "plain"
    full, spread = recipe.lora.variant == "full", SPREAD[where]
    per_h, per_f = SAVED[kind]
    if full:
        per_h, per_f, spread = per_h + WHOLE[kind][0], per_f + WHOLE[kind][1], min(spread, SPREAD_WHOLE)
    elif _adapted("forward", recipe):
        per_h, per_f = per_h + ADAPTED[0], per_f + ADAPTED[1]
    inside = 0  # what an adapter keeps between its two matrices
    if not full and recipe.lora.variant != "ia3":
        inside = 4 * recipe.lora.rank * sum(_adapted(role, recipe) for role, _ in _shapes(info))
    one = tokens * (per_h * h + per_f * f + inside) * (IN_BFLOAT16 if mixed else 1)
    passing = tokens * (4 * h + 3 * f) * 4  # gradients on their way back
    if recipe.model.checkpointing:
        return info.layers * tokens * h * CHECKPOINT[where] + (one + passing) * spread
    return (info.layers * one + passing) * spread


def _tested(info: ModelInfo, length: int, where: str) -> float:
    """What a batch of a measurement takes."""
    tokens = max(TEST_TOKENS[where], length)
    return (2 if where == "cuda" else 4) * tokens * (6 * info.hidden + 3 * info.intermediate)


def refuse_what_cannot_fit(
    info: ModelInfo,
    recipe: Recipe,
    memory: MachineMemory,
    length: int | None = None,
    classes: int = 2,
    now: bool = False,
) -> Memory:
    """The estimate, where it fits into `memory`, or, with `now`, into what is free of it.

    Raises SSTIError that says what each part takes and what would fit: a smaller batch, activations computed again,
    4 bits, LoRA instead of all weights, or nothing but another model or machine.
    """
    need = estimate(info, recipe, memory.where, length, classes=classes, mixed=memory.mixed)
    have = memory.free if now else memory.total * REST
    if need.total <= have:
        return need
    place = f"{memory.title[0].upper()}{memory.title[1:]}"
    has = {"model": info.title, "need": need.sentence, "place": place, "have": have / GB}
    message = (
        tr("{model} with this recipe needs about {need}. {place} has {have:.1f} GB free", **has)
        if now
        else tr("{model} with this recipe needs about {need}. {place} has {have:.1f} GB for it", **has)
    )
    todo, space = _would_fit(info, recipe, memory, have, length, classes), memory.address_space
    if space is not None:
        message += tr(": its address space is limited to {space:.1f} GB (ulimit -v)", space=space / GB)
        enough = (need.total / REST + UNTOUCHED) / GB
        todo = f"{todo} {tr('Or raise that limit to {enough:.1f} GB.', enough=enough)}"
    raise SSTIError(f"{message}.", next=todo, kind="memory")


def _would_fit(
    info: ModelInfo, recipe: Recipe, memory: MachineMemory, have: float, length: int | None, classes: int
) -> str:
    """The changes, each by itself, then together, that make it fit."""

    def fits(*overrides: str) -> bool:
        changed = recipe.set(*overrides)
        return estimate(info, changed, memory.where, length, classes=classes, mixed=memory.mixed).total <= have

    batch = recipe.training.batch_size
    smaller = next(
        (b for b in (batch // 2, batch // 4, batch // 8, 1) if 0 < b < batch and fits(f"training.batch_size={b}")), None
    )
    options = [f"training.batch_size={smaller}"] if smaller else []
    if not recipe.model.checkpointing and fits("model.checkpointing=true"):
        options.append("model.checkpointing=true")
    in_bits = memory.where == "cuda" and recipe.model.bits is None and recipe.lora.variant not in ("full", "pissa")
    if in_bits and fits("model.bits=4"):
        options.append("model.bits=4")
    if recipe.lora.variant == "full" and fits("lora.variant=lora"):
        options.append("lora.variant=lora")
    if options:
        return tr("Any of these would fit: {changes}.", changes=", ".join(options))
    least = ["model.checkpointing=true", "training.batch_size=1"]
    if recipe.lora.variant in ("full", "pissa"):
        least.append("lora.variant=lora")
    if memory.where == "cuda":
        least.append("model.bits=4")
    if fits(*least):
        return tr("These together would fit: {changes}.", changes=", ".join(least))
    return tr("Nothing in this recipe makes it fit: take a smaller model, or a machine with more memory.")
