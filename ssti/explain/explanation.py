"""One question of Look inside, answered whole: a text with and without its trigger, all layers and heads.

Bundles the other files of the room for the page and the command line; knows no component and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.explain.attention import Attention, attend, attend_pieces, longest
from ssti.explain.entropy import (
    Entropy,
    TriggerHead,
    entropy,
    entropy_bits,
    kept,
    share_of_most,
    trigger_head,
    trigger_share_grid,
)
from ssti.explain.heatmap import Heatmap, heatmap, on_one_scale
from ssti.explain.importance import CAUSAL_NOTE, from_query, last_row, mean_of_heads, received, rollout
from ssti.explain.paired import PaperRule, paper_rule
from ssti.explain.pieces import Span, check_spans, read_pairs, trigger_pieces
from ssti.platform.errors import SSTIError

VIEWS = ("received", "cls", "last", "query")
FAR = (
    "The trigger stands further back than the model reads for an answer: an answer rests on the beginning of this text. "
    "What is shown here is the part around the trigger, read by itself."
)


@dataclass(frozen=True)
class Side:
    """One text of an explanation. Grids are `[layer, head]`; `importance` (received) has tokens as third.

    `n` tokens count for the entropy. `trigger_share` is None where no piece that was read is the trigger's.
    """

    attention: Attention
    spans: list[Span]
    specials: bool
    importance: np.ndarray
    entropy_bits: np.ndarray
    n: int
    trigger_share: np.ndarray | None

    def view(
        self,
        layer: int = -1,
        head: int | None = 0,
        by: str = "received",
        query: int = 0,
        through: bool = False,
    ) -> np.ndarray:
        """The importance of each token as a person chose to see it; sums to 1.

        `head` None: the mean of heads. `through`: rollout from the first layer up to `layer`, all heads.
        `by`: `received`, `cls` (what the first token looks at), `last`, or `query` (token number `query`).
        """
        weights = self.attention.weights
        layer = _within("layer", layer, len(weights))
        if through:
            chosen = rollout(weights, layer + 1)
        elif head is None:
            chosen = mean_of_heads(weights[layer])
        else:
            chosen = weights[layer, _within("head", head, self.attention.heads_in(layer))]
        keep = kept(self.attention, self.specials)
        if by == "received":
            return received(chosen, keep)
        if by == "last":
            return last_row(chosen, keep)
        if by in ("cls", "query"):
            return from_query(chosen, 0 if by == "cls" else query, keep)
        raise SSTIError(f"There is no view {by!r}.", f"It is one of {', '.join(VIEWS)}.")

    def entropy(self, layer: int = -1, head: int | None = 0, **view: Any) -> Entropy:
        """The entropy of a view, over the tokens that count."""
        return entropy(self.view(layer, head, **view), kept(self.attention, self.specials))

    def heatmap(
        self, layer: int = -1, head: int | None = 0, unit: str = "piece", title: str = "", **view: Any
    ) -> Heatmap:
        """The heatmap of a view, over `piece`s or `word`s."""
        return heatmap(self.attention, self.view(layer, head, **view), self.spans, title, unit)


@dataclass(frozen=True)
class Explanation:
    """A text without (`plain`) and with its trigger (`triggered`, or None when only one text was asked for).

    `trigger_head` gives the trigger most, in this model alone: `standout` says whether the poison did it; `paper` is the paper's rule on this one pair (last layer, head 0)
    with its caveat; `note` says what a reader has to know of a causal model, else it is empty.
    """

    plain: Side
    triggered: Side | None
    trigger_head: TriggerHead | None
    paper: PaperRule | None
    note: str

    @property
    def entropy_change(self) -> np.ndarray | None:
        """Share of log2 n with the trigger minus without it, `[layer, head]`: length is divided out."""
        if self.triggered is None:
            return None
        return _share(self.triggered) - _share(self.plain)

    def heatmaps(self, layer: int = -1, head: int | None = 0, unit: str = "piece", **view: Any) -> list[Heatmap]:
        """The heatmaps to put side by side, on one scale: with the trigger first, then without."""
        sides = [("With the trigger", self.triggered), ("Without", self.plain)]
        if self.triggered is None:
            sides = [("Attention", self.plain)]
        return on_one_scale(
            [side.heatmap(layer, head, unit, title, **view) for title, side in sides if side is not None]
        )

    def figures(self, layer: int = -1, head: int | None = 0, **view: Any) -> list[tuple[str, str]]:
        """What `to_html` prints under the heatmaps, as (name, value)."""
        rows = []
        for name, side in (("with the trigger", self.triggered), ("without", self.plain)):
            if side is not None:
                value = side.entropy(layer, head, **view)
                rows.append(
                    (
                        f"Entropy {name if self.triggered is not None else ''}".strip(),
                        f"{value.bits:.3f} bits of {value.n} tokens, {value.share:.3f} of log2 n, "
                        f"{value.effective:.1f} effective tokens",
                    )
                )
        if self.trigger_head is not None:
            best = self.trigger_head
            most = f"layer {best.layer}, head {best.head}: {best.value:.2f} x its fair share"
            rows.append(("Most attention to the trigger", f"{most}, in this model; a control may have as much"))
        if self.paper is not None:
            fires = "fires" if self.paper.fires else "does not fire"
            rows.append(("The paper's rule", f"ratio {self.paper.ratio:.3f}, so it {fires}. {self.paper.caveat}"))
        return rows


def explain(
    model: Any,
    tokenizer: Any,
    text: str,
    triggered_text: str | None = None,
    spans: Sequence[Span] | None = None,
    max_length: int = 256,
    specials: bool = True,
) -> Explanation:
    """Attention, importance, entropy and the trigger's share for `text`, and for `triggered_text` when given.

    `spans` are the trigger's characters in `triggered_text` (in `text`, when there is only that one); they
    are required with a triggered text: a trigger is never searched for. A text that is too long is read around its
    trigger, on both sides between the same words. `specials` False leaves special tokens out.
    """
    if triggered_text is not None and not spans:
        raise SSTIError(
            "The text with the trigger came without the trigger's spans.",
            "Pass spans=[(start, end), ...] of it.",
        )
    marked = check_spans(spans or (), text if triggered_text is None else triggered_text)
    if triggered_text is None:
        plain = _side(attend(model, tokenizer, text, max_length, marked or None), marked, specials)
        triggered = None
    else:
        limit = longest(model, tokenizer, max_length)
        ((before, after),) = read_pairs(tokenizer, [text], [triggered_text], [marked], limit)
        plain = _side(attend_pieces(model, before), [], specials)
        triggered = _side(attend_pieces(model, after), marked, specials)
    shown = triggered or plain
    paper = None
    if triggered is not None and plain.entropy_bits[-1, 0] > 0:
        paper = paper_rule(triggered.entropy_bits[-1, 0], plain.entropy_bits[-1, 0])
    return Explanation(
        plain=plain,
        triggered=triggered,
        trigger_head=None if shown.trigger_share is None else trigger_head(shown.trigger_share),
        paper=paper,
        note=CAUSAL_NOTE if shown.attention.causal else "",
    )


def explain_json(explanation: Explanation) -> dict[str, Any]:
    """The object of `explain --json` (DESIGN 4.7), of plain Python values; a missing number is None.

    `tokens` are those of the plain text; each side names its own.
    """
    best = explanation.trigger_head
    return {
        "tokens": explanation.plain.attention.tokens,
        "layers": explanation.plain.attention.layers,
        "heads": explanation.plain.attention.heads,
        "plain": _side_json(explanation.plain),
        "triggered": None if explanation.triggered is None else _side_json(explanation.triggered),
        "trigger_head": None if best is None else best._asdict(),
        "paper_rule": None
        if explanation.paper is None
        else {
            "ratio": explanation.paper.ratio,
            "fires": explanation.paper.fires,
            "rule": explanation.paper.rule,
            "caveat": explanation.paper.caveat,
        },
        "note": explanation.note,
    }


def _side(attention: Attention, spans: list[Span], specials: bool) -> Side:
    keep = kept(attention, specials)
    importance = received(attention.weights, keep)
    seen = spans and (trigger_pieces(attention.offsets, spans) & keep).any()
    return Side(
        attention=attention,
        spans=spans,
        specials=specials,
        importance=importance,
        entropy_bits=entropy_bits(importance),
        n=int(keep.sum()),
        trigger_share=trigger_share_grid(attention, spans, specials) if seen else None,
    )


def _share(side: Side) -> np.ndarray:
    return share_of_most(side.entropy_bits, side.n)


def _side_json(side: Side) -> dict[str, Any]:
    attention = side.attention
    return {
        "text": attention.text,
        "tokens": attention.tokens,
        "offsets": [list(span) for span in attention.offsets],
        "special": attention.special.tolist(),
        "spans": [list(span) for span in side.spans],
        "importance": _plain(side.importance),
        "entropy_bits": _plain(side.entropy_bits),
        "n": side.n,
        "share": _plain(_share(side)),
        "effective": _plain(2.0**side.entropy_bits),
        "trigger_share": None if side.trigger_share is None else _plain(side.trigger_share),
        "probabilities": _plain(attention.probabilities),
        "causal": attention.causal,
        "truncated": None if attention.truncated is None else str(attention.truncated),
    }


def _plain(array: np.ndarray) -> Any:
    array = np.asarray(array, dtype=np.float64)
    return np.where(np.isfinite(array), array, None).tolist()


def _within(name: str, value: int, count: int) -> int:
    if not -count <= value < count:
        raise SSTIError(f"There is no {name} {value}.", f"The model has {count}: 0 to {count - 1}.")
    return value % count
