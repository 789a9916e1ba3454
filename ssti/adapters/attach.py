"""An adapter's tensors on a loaded classifier, checked before they answer: every tensor that its configuration calls
for is in the file, nothing else is, and all are finite numbers.

What peft would make of the configuration decides what has to be there. Knows folders and models, no owner of models.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

from ssti.adapters.files import CONFIG, WEIGHTS
from ssti.adapters.listing import AdapterInfo
from ssti.models.classifier import BUILDING
from ssti.models.shared import head_names
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import tr

COMMON = {"task_type", "peft_type", "target_modules", "exclude_modules", "fan_in_fan_out", "modules_to_save",
          "layers_to_transform", "layers_pattern"}  # fmt: skip
USED = {
    "LORA": COMMON | {"r", "lora_alpha", "use_rslora", "use_dora", "rank_pattern", "alpha_pattern"},
    "VERA": COMMON | {"r", "projection_prng_key", "save_projection", "d_initial"},
    "IA3": COMMON | {"feedforward_modules"},
}
"""What of a configuration changes the answers and can be had: anything else that is set is refused."""
IDLE = {"auto_mapping", "peft_version", "base_model_name_or_path", "revision", "inference_mode", "lora_dropout",
        "vera_dropout", "init_weights", "init_ia3_weights", "init_lora_weights", "megatron_core", "qalora_group_size",
        "runtime_config"}  # fmt: skip
"""What says how training began or went, and changes no answer."""
PLAIN_STARTS = (True, False, None, "gaussian", "orthogonal")
PROBLEMS = (KeyError, ValueError, TypeError, RuntimeError, AttributeError, ImportError, IndexError, re.error)
"""What peft raises of a configuration or of tensors that it does not expect."""
SHOWN = 90  # characters of a tensor's name in a message


def read_tensors(info: AdapterInfo) -> dict[str, Any]:
    """The tensors of the adapter's file, by name. Raises SSTIError where it is damaged, or holds other than numbers."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load((info.path / WEIGHTS).read_bytes())
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or str(error)[:200]
        raise _unfit(info, tr("its file of tensors is damaged ({why}).", why=why)) from error
    if not tensors:
        raise _unfit(info, tr("its file holds no tensor."))
    for name, tensor in tensors.items():
        if not tensor.is_floating_point():
            kind = str(tensor.dtype).removeprefix("torch.")
            raise _unfit(info, tr("{name} holds {kind}, no weights.", name=name[-SHOWN:], kind=kind))
        if not torch.isfinite(tensor.float()).all():
            raise _unfit(info, tr("{name} holds values that are not finite (NaN or infinity).", name=name[-SHOWN:]))
    return tensors


def peft_config(info: AdapterInfo) -> Any:
    """The adapter's configuration as peft's own, with nothing in it that could touch the weights others share.

    Raises SSTIError for an option that does, or that this peft does not know.
    """
    from peft import PEFT_TYPE_TO_CONFIG_MAPPING

    options = info.config.model_dump(exclude_unset=True)
    _leaves_the_base_alone(info, options)
    config_class, used = PEFT_TYPE_TO_CONFIG_MAPPING[info.config.peft_type], USED[info.config.peft_type]
    usual = {field.name: field.default for field in dataclasses.fields(config_class)}
    for name, value in options.items():
        if name not in used | IDLE and value and value != usual.get(name):
            raise _unfit(info, tr("its {file} sets {name:.40} to {value:.80}, which is not supported here.",
                                  file=CONFIG, name=name, value=str(value)))  # fmt: skip
    chosen: dict[str, Any] = {name: value for name, value in options.items() if name in used}
    chosen["task_type"] = "SEQ_CLS" if info.recipe.training.head == "trained" else None  # with it, the head is saved
    try:
        return config_class(**chosen, inference_mode=True)
    except PROBLEMS as error:
        raise _unfit(
            info, tr("its {file} is not one that peft accepts: {why:.200}", file=CONFIG, why=str(error))
        ) from error


def _leaves_the_base_alone(info: AdapterInfo, options: dict[str, Any]) -> None:
    """Some starts of LoRA (PiSSA's among them) rewrite the base model's weights, which other adapters share."""
    start = options.get("init_lora_weights", True)
    if start not in PLAIN_STARTS:
        raise AdapterError(
            tr("The adapter {ref} was saved with init_lora_weights={start!r}, which rewrites the base model's weights.",
               ref=info.ref, start=str(start)[:40]),
            next=tr("Save it as plain LoRA (peft's path_initial_model_for_weight_conversion), or train it again here."),
        )  # fmt: skip


def attach(model: Any, info: AdapterInfo, tensors: dict[str, Any], name: str) -> Any:
    """Put an adapter on a classifier, or on the PeftModel that it is already; what answers is returned.

    Raises SSTIError where the tensors do not fit; the model is of no use then.
    """
    with BUILDING:
        return _attach(model, info, tensors, name)


def _attach(model: Any, info: AdapterInfo, tensors: dict[str, Any], name: str) -> Any:
    import torch
    from peft import PeftModel, PeftModelForSequenceClassification
    from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict

    config = peft_config(info)
    try:
        with torch.random.fork_rng(devices=[]):
            if isinstance(model, PeftModel):
                model.add_adapter(name, config, low_cpu_mem_usage=True)
            else:
                peft_model = PeftModelForSequenceClassification if config.task_type == "SEQ_CLS" else PeftModel
                model = peft_model(model, config, name, low_cpu_mem_usage=True)
        expected = get_peft_model_state_dict(model, adapter_name=name, save_embedding_layers=False)
        heads = head_names(model.get_base_model()) if config.task_type == "SEQ_CLS" else []
        _compare(info, expected, tensors, [f"base_model.model.{head}." for head in heads])
        fitting = {key: tensor.to(expected[key].dtype) for key, tensor in tensors.items()}
        result = set_peft_model_state_dict(model, fitting, adapter_name=name, low_cpu_mem_usage=True)
    except SSTIError:
        raise
    except PROBLEMS as error:
        if "memory" in str(error).lower():
            raise
        raise _unfit(info, tr("peft cannot load it: {why:.200}", why=str(error))) from error
    if result.unexpected_keys or any(tensor.is_meta for tensor in model.state_dict().values()):
        raise _unfit(info, tr("not all of its tensors have a place in the model."))
    return model.eval()


def replace_weights(model: Any, info: AdapterInfo, tensors: dict[str, Any]) -> Any:
    """The classifier with all its weights replaced by those of a full finetuning. Raises SSTIError."""
    own = model.state_dict()
    _compare(info, own, tensors, [])
    placed = {key: tensor.to(own[key].device, own[key].dtype) for key, tensor in tensors.items()}
    model.load_state_dict(placed, assign=True)
    return model.requires_grad_(False).eval()


def mixable(model: Any, name: str) -> bool:
    """Whether peft can take this adapter into one batch with others, a row each: plain LoRA with nothing beside it
    but the head."""
    from peft.tuners.lora import LoraLayer
    from peft.utils.other import AuxiliaryTrainingWrapper

    inner = model.get_base_model()
    heads = head_names(inner)
    if str(model.peft_config[name].peft_type.value) != "LORA":
        return False
    for place, module in inner.named_modules():
        if isinstance(module, AuxiliaryTrainingWrapper) and place not in heads:
            return False
        if isinstance(module, LoraLayer) and (module.lora_variant or not hasattr(module, "_mixed_batch_forward")):
            return False
    return True


def _compare(info: AdapterInfo, expected: dict[str, Any], tensors: dict[str, Any], heads: list[str]) -> None:
    """Raises SSTIError unless the file has exactly the tensors that are expected, in their shapes."""
    missing = [key for key in expected if key not in tensors]
    unknown = [key for key in tensors if key not in expected]
    if heads and not any(key.startswith(tuple(heads)) for key in tensors):
        task = (info.config.task_type if info.config else None) or "SEQ_CLS"
        if task == "SEQ_CLS":
            raise _unfit(info, tr("it has no classification head: it gives no classes."))
        raise _unfit(info, tr("it has no classification head (its task is {task:.40}): it gives no classes.", task=task))
    if heads and not all(any(key.startswith(head) for key in expected) for head in heads):
        raise _unfit(info, tr("peft does not save the head of this architecture."))
    for key in (key for key in expected if key in tensors):
        has, needs = list(tensors[key].shape), list(expected[key].shape)
        if has != needs:
            head = key.startswith((*heads, "classifier.", "score."))
            said = {"name": key[-SHOWN:], "has": has, "needs": needs}
            if not head:
                raise _unfit(info, tr("{name} has the shape {has}, and {needs} is needed.", **said))
            raise _unfit(info, tr("{name} has the shape {has}, and {needs} is needed for its {n} classes.",
                                  n=len(info.label_names), **said))  # fmt: skip
    if missing or unknown:
        parts = []
        if missing:
            parts.append(tr("{n} of {all} tensors are missing, such as {name}",
                            n=len(missing), all=len(expected), name=missing[0][-SHOWN:]))  # fmt: skip
        if unknown:
            parts.append(tr("{n} are unknown to the model, such as {name}", n=len(unknown), name=unknown[0][-SHOWN:]))
        raise _unfit(info, f"{'; '.join(parts)}.")


def _unfit(info: AdapterInfo, why: str) -> SSTIError:
    base = info.recipe.model.name
    name = Path(base).name if Path(base).is_absolute() else base
    if info.recipe_known:
        then = tr("Its files are damaged or made for another model. Choose another, or train it again from its recipe.")
    else:
        then = tr("Its files are damaged or made for another model. Choose another.")
    return AdapterError(tr("The adapter {ref} does not fit {base}: {why}", ref=info.ref, base=name, why=why), next=then)
