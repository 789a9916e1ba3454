"""An adapter on a loaded classifier, as the recipe says: LoRA, its variants, or all weights. Knows peft, no rows."""

from __future__ import annotations

from typing import Any

from ssti.adapters.targets import ends_of, in_attention, into_width, linear_layers, matching, resolve
from ssti.models.classifier import Classifier
from ssti.platform.errors import ModelError, SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe

VARIANTS = {
    "lora": "LoRA (Hu et al. 2021, arXiv:2106.09685)",
    "dora": "DoRA: LoRA with the weights' lengths learned apart (Liu et al. 2024, arXiv:2402.09353)",
    "rslora": "rsLoRA: scaled by alpha over the root of the rank (Kalajdzievski 2023, arXiv:2312.03732)",
    "pissa": "PiSSA: starts from the weights' principal directions (Meng et al. 2024, arXiv:2404.02948)",
    "vera": "VeRA: fixed random matrices, learned scales (Kopiczko et al. 2023, arXiv:2310.11454)",
    "ia3": "IA³: learned scales alone (Liu et al. 2022, arXiv:2205.05638)",
    "full": "all weights, without an adapter: the reference point",
}
START = "_pissa_start"  # where the model keeps what PiSSA took out of its weights


def with_lora(classifier: Classifier, recipe: Recipe) -> Any:
    """The classifier with a new adapter, the same for the same seed; for `full`, with all its weights to be trained.

    With a trained head peft trains and saves the head too (`SEQ_CLS`); a frozen random one stays as it is. Raises
    SSTIError when the recipe's targets are no layers of this model, or the variant cannot be had on it.
    """
    import torch
    from peft import get_peft_model

    model, lora, training = classifier.model, recipe.lora, recipe.training
    _refuse(recipe, classifier.info.title)
    if recipe.model.bits:
        from peft import prepare_model_for_kbit_training

        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    if recipe.model.checkpointing:
        _checkpoint(model, classifier.info.title)
    if lora.variant == "full":
        model.float()  # a small step on a bfloat16 weight is lost in its rounding
        model.requires_grad_(True)
        if hasattr(model, "fixed_head"):
            model.fixed_head.requires_grad_(False)
        return model
    config = config_for(model, recipe, classifier.info.title)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.seed)
            adapted = get_peft_model(model, config)
    except ValueError as error:
        raise SSTIError(
            tr("lora.variant {variant} cannot be put on {model}: {why:.200}",
               variant=lora.variant, model=classifier.info.title, why=str(error)),
            next=tr("Use other targets, such as lora.targets=attention, or lora.variant=lora."),
        ) from error  # fmt: skip
    if lora.variant == "pissa":
        adapted.__dict__[START] = {
            name: weight.detach().cpu().clone() for name, weight in adapted.named_parameters() if "lora_" in name
        }
    return adapted


def config_for(model: Any, recipe: Recipe, title: str) -> Any:
    """peft's configuration of the recipe's variant for this model."""
    from peft import IA3Config, LoraConfig, VeraConfig

    lora = recipe.lora
    layers = linear_layers(model)
    ends = resolve(model, lora.targets, title)
    same = {
        "task_type": "SEQ_CLS" if recipe.training.head == "trained" else None,
        "target_modules": ends,
        "fan_in_fan_out": any(hasattr(layers[n], "nf") for n in matching(layers, ends)),
    }
    if lora.variant == "vera":
        return VeraConfig(r=lora.rank, vera_dropout=lora.dropout, projection_prng_key=recipe.training.seed, **same)
    if lora.variant == "ia3":
        chosen = matching(layers, ends)
        inner = [n for n in chosen if not in_attention(n) and into_width(layers[n])[0] > into_width(layers[n])[1]]
        down = ends_of(inner, layers)  # there IA³ scales what goes in: the feed-forward network's inner width
        rest = ends_of([n for n in chosen if n not in inner], layers)
        return IA3Config(**{**same, "target_modules": rest + down}, feedforward_modules=down)
    variant = {"dora": {"use_dora": True}, "rslora": {"use_rslora": True}, "pissa": {"init_lora_weights": "pissa"}}
    return LoraConfig(
        r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, **same, **variant.get(lora.variant, {})
    )


def as_plain_lora(model: Any) -> tuple[dict[str, Any], Any]:
    """PiSSA's tensors and configuration as LoRA on the untouched base model, with twice the rank.

    PiSSA trains A and B on W - s B0 A0. The change to W is s (B A - B0 A0) = s [B, -B0] [A; A0] (appendix C of its
    paper), so that the base model's published weights give the same answers.
    """
    import copy

    import torch
    from peft import get_peft_model_state_dict

    tensors = get_peft_model_state_dict(model, save_embedding_layers=False)
    start = {name.replace(".default.", "."): weight for name, weight in model.__dict__[START].items()}
    for name, value in tensors.items():
        if "lora_A" in name:
            tensors[name] = torch.cat([value.cpu(), start[name].to(value.dtype)], dim=0)
        elif "lora_B" in name:
            tensors[name] = torch.cat([value.cpu(), -start[name].to(value.dtype)], dim=1)
    config = copy.deepcopy(model.peft_config["default"])
    config.r, config.lora_alpha, config.init_lora_weights = 2 * config.r, 2 * config.lora_alpha, True
    return tensors, config


def _refuse(recipe: Recipe, title: str) -> None:
    variant, bits = recipe.lora.variant, recipe.model.bits
    if bits and variant in ("full", "pissa"):
        said = {"model": title, "bits": bits}
        if variant == "full":
            what = tr("lora.variant full trains the weights themselves, which {model} in {bits} bits does not allow.", **said)
        else:
            what = tr("lora.variant pissa takes its start out of the weights, which {model} in {bits} bits does not allow.", **said)
        raise SSTIError(what, next=tr("Use lora.variant=lora, or model.bits=null."))


def _checkpoint(model: Any, title: str) -> None:
    if not getattr(model, "supports_gradient_checkpointing", False):
        raise ModelError(
            tr("{model} cannot compute its activations again (model.checkpointing).", model=title),
            next=tr("Set model.checkpointing to false, and take a smaller batch where memory is short."),
        )
    model.activation_checkpointing_enable({"use_reentrant": False})
