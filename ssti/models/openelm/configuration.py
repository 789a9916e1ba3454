"""OpenELM's configuration: Apple's field names, and the width of each layer derived from them. Knows no weights.

Layers differ: a multiplier grows from layer to layer, and with it the heads and the feed-forward width.
"""

from __future__ import annotations

from huggingface_hub.dataclasses import strict
from transformers import PreTrainedConfig

from ssti.platform.errors import ModelError
from ssti.platform.language import tr

Multipliers = int | float | list | tuple
"""One number for all layers, a pair (first layer, last layer) with even steps between, or one a layer."""


@strict
class OpenELMConfig(PreTrainedConfig):
    """The configuration of an OpenELM model; the defaults are those of OpenELM-270M.

    `num_query_heads` is always derived from `qkv_multipliers` (a stored list is ignored); a stored
    `num_kv_heads` wins over the derived one. transformers' usual names (`hidden_size`, `num_hidden_layers`,
    `num_attention_heads`, ...) read and write Apple's; `num_attention_heads` is a list, one number a layer.

    Raises SSTIError for a variant that the published models do not use, and for heads that cannot be shared out.
    """

    model_type = "openelm"
    attribute_map = {
        "hidden_size": "model_dim",
        "num_hidden_layers": "num_transformer_layers",
        "num_attention_heads": "num_query_heads",
        "num_key_value_heads": "num_kv_heads",
        "max_position_embeddings": "max_context_length",
        "hidden_act": "activation_fn_name",
        "tie_word_embeddings": "share_input_output_layers",
    }

    vocab_size: int = 32000
    max_context_length: int = 2048
    num_transformer_layers: int = 16
    model_dim: int = 1280
    head_dim: int = 64
    qkv_multipliers: Multipliers = (0.5, 1.0)
    num_query_heads: list | None = None
    num_kv_heads: list | None = None
    num_gqa_groups: int = 4
    ffn_multipliers: Multipliers = (0.5, 4.0)
    ffn_with_glu: bool = True
    ffn_dim_divisor: int = 256
    activation_fn_name: str = "swish"
    normalization_layer_name: str = "rms_norm"
    normalize_qk_projections: bool = True
    share_input_output_layers: bool = True
    rope_freq_constant: int | float = 10000
    rope_max_length: int = 4096
    initializer_range: float = 0.02
    use_cache: bool = True
    bos_token_id: int | None = 1
    eos_token_id: int | list | None = 2
    pad_token_id: int | None = None

    def __post_init__(self, **kwargs):
        kwargs.pop("auto_map", None)  # where Apple's own code lies; this model is read by this code
        layers = self.num_transformer_layers
        qkv = spread(self.qkv_multipliers, layers, "qkv_multipliers")
        self.ffn_multipliers = spread(self.ffn_multipliers, layers, "ffn_multipliers")
        shared = self.head_dim * self.num_gqa_groups
        self.num_query_heads = [make_divisible(self.model_dim * m, shared) // self.head_dim for m in qkv]
        if self.num_kv_heads is None:
            self.num_kv_heads = [heads // self.num_gqa_groups for heads in self.num_query_heads]
        self._refuse_what_is_not_specified()
        super().__post_init__(**kwargs)

    @property
    def ffn_widths(self) -> list[int]:
        """The width of each layer's feed-forward network."""
        return [make_divisible(m * self.model_dim, self.ffn_dim_divisor) for m in self.ffn_multipliers]

    def _refuse_what_is_not_specified(self) -> None:
        fixed = {
            "ffn_with_glu": (True,),
            "normalize_qk_projections": (True,),
            "normalization_layer_name": ("rms_norm",),
            "activation_fn_name": ("swish", "silu"),
        }
        for name, allowed in fixed.items():
            if getattr(self, name) not in allowed:
                raise ModelError(
                    tr("This OpenELM has {name} = {value!r}.", name=name, value=getattr(self, name)),
                    tr("The published models have {allowed!r}; no other is known here.", allowed=allowed[0]),
                )
        if len(self.num_kv_heads) != self.num_transformer_layers:
            raise ModelError(
                tr(
                    "{name} has {count} numbers for {layers} layers.",
                    name="num_kv_heads",
                    count=len(self.num_kv_heads),
                    layers=self.num_transformer_layers,
                ),
                tr("Give one number a layer, or leave it out."),
            )
        for layer, (heads, kv) in enumerate(zip(self.num_query_heads, self.num_kv_heads, strict=True)):
            if kv < 1 or heads % kv:
                raise ModelError(
                    tr(
                        "Layer {layer} has {heads} query heads, which {kv} key/value heads cannot share evenly.",
                        layer=layer,
                        heads=heads,
                        kv=kv,
                    ),
                    tr("Leave num_kv_heads out, or give a divisor of the query heads."),
                )


def spread(multipliers: Multipliers, layers: int, name: str) -> list[float]:
    """One multiplier a layer. A pair (a, b) becomes round(a + (b - a) * i / (layers - 1), 2)."""
    if isinstance(multipliers, int | float):
        return [multipliers] * layers
    if len(multipliers) == layers:
        return list(multipliers)
    if len(multipliers) == 2:
        a, b = multipliers
        return [round(a + (b - a) * i / max(1, layers - 1), 2) for i in range(layers)]
    raise ModelError(
        tr("{name} has {count} numbers for {layers} layers.", name=name, count=len(multipliers), layers=layers),
        tr("Give one number for all, a pair (first, last), or one a layer."),
    )


def make_divisible(value: float, divisor: int) -> int:
    """The multiple of `divisor` nearest to `value`: at least one of it, and not more than 10 % below `value`."""
    near = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return near + divisor if near < 0.9 * value else near
