"""A text with and without its trigger, in all layers and heads, for the page and the command line.

Brings the other files of this folder together; knows no component and no file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ssti.explain.attention import Attention, attend, attend_pieces, longest
from ssti.explain.entropy import (
    Entropy,
    TriggerHead,
    counted,
    entropy,
    entropy_bits,
    share_of_most,
    trigger_head,
    trigger_share_grid,
)
from ssti.explain.heatmap import Heatmap, heatmap, on_one_scale
from ssti.explain.importance import CAUSAL_NOTE, from_query, mean_of_heads, received, rollout
from ssti.explain.paired import PaperRule, paper_rule
from ssti.explain.pieces import Span, check_spans, letters_before, read_pairs, trigger_pieces
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

BY = ("received", "cls", "last", "query", "rollout")
FAR = tr(
    "The trigger stands further back than the model reads for an answer: an answer rests on the beginning of this text. "
    "What is shown here is the part around the trigger, read by itself."
)


@dataclass(frozen=True)
class View:
    """Which part of the attention one looks at; by default the paper's: last layer, head 0, attention received.

    `layer` and `head` count from 0, negative ones from the end; `head` None is the mean of heads. `by` is `received`,
    `cls` (what the first token looks at), `last` (what the last one looks at), `query` (what token number `query` of
    the text with its trigger looks at) or `rollout` (from the first layer up to `layer`, all heads, read at the token
    that a classification head reads: the last in a causal model, else the first).
    """

    layer: int = -1
    head: int | None = 0
    by: str = "received"
    query: int = 0


PAPER = View()


@dataclass(frozen=True)
class Side:
    """One text of an explanation. `importance` (attention received) is `[layer, head, token]`, `entropy_bits` and
    `trigger_share` are `[layer, head]`.

    `n` tokens count for the entropy. `trigger_share` is None where no piece that was read is the trigger's.
    """

    attention: Attention
    spans: list[Span]
    specials: bool
    importance: np.ndarray
    entropy_bits: np.ndarray
    n: int
    trigger_share: np.ndarray | None

    @property
    def share(self) -> np.ndarray:
        """Entropy over log2(n), `[layer, head]`."""
        return share_of_most(self.entropy_bits, self.n)

    @property
    def share_with_mean(self) -> np.ndarray:
        """The same `[layer, head + 1]`: as the last the entropy of the mean of a layer's heads."""
        mean = np.nanmean(self.importance, axis=1)
        return np.column_stack([self.share, share_of_most(entropy_bits(mean), self.n)])

    @property
    def trigger_share_with_mean(self) -> np.ndarray | None:
        """`trigger_share` `[layer, head + 1]`: as the last the mean of a layer's heads."""
        if self.trigger_share is None:
            return None
        return np.column_stack([self.trigger_share, np.nanmean(self.trigger_share, axis=1)])

    def importance_of(self, view: View) -> np.ndarray:
        """The importance of each token in this view, `[token]`; sums to 1. SSTIError for what is not there."""
        weights = self.attention.weights
        layer = _within("layer", view.layer, len(weights))
        keep = counted(self.attention, self.specials)
        if view.by == "rollout":
            return from_query(rollout(weights, layer + 1), -1 if self.attention.causal else 0, keep)
        if view.head is None:
            chosen = mean_of_heads(weights[layer])
        else:
            chosen = weights[layer, _within("head", view.head, self.attention.heads_in(layer))]
        if view.by == "received":
            return received(chosen, keep)
        queries = {"cls": 0, "last": -1, "query": view.query}
        if view.by not in queries:
            raise SSTIError(
                tr("There is no view {name!r}.", name=view.by), tr("It is one of {names}.", names=", ".join(BY))
            )
        return from_query(chosen, queries[view.by], keep)

    def entropy(self, view: View = PAPER) -> Entropy:
        """The entropy of a view, over the tokens that count."""
        return entropy(self.importance_of(view), counted(self.attention, self.specials))

    def heatmap(self, view: View = PAPER, unit: str = "piece", title: str = "") -> Heatmap:
        """The heatmap of a view, over `piece`s or `word`s."""
        return heatmap(self.attention, self.importance_of(view), self.spans, title, unit)


@dataclass(frozen=True)
class Explanation:
    """A text without (`plain`) and with its trigger (`triggered`, or None when only one text was asked for).

    `trigger_head` gives the trigger most, in this model alone: `standout` says whether the poison did it. `paper` is
    the paper's rule on this one pair (last layer, head 0) with its caveat. `note` says what a reader has to know of a
    causal model, else it is empty.
    """

    plain: Side
    triggered: Side | None
    trigger_head: TriggerHead | None
    paper: PaperRule | None
    note: str

    @property
    def shown(self) -> Side:
        """The side with the trigger, where there is one."""
        return self.triggered or self.plain

    @property
    def far(self) -> bool:
        """Whether a window is shown that no answer rests on, as an answer reads the beginning: FAR says so."""
        window = self.shown.attention.truncated
        return window is not None and window.first > 0

    @property
    def entropy_change(self) -> np.ndarray | None:
        """Share of log2 n with the trigger minus without it, `[layer, head]`: length is divided out."""
        return None if self.triggered is None else self.triggered.share - self.plain.share

    def sides(self, view: View = PAPER) -> list[tuple[str, Side, View]]:
        """The sides with a name each, with the trigger first, and the view that shows the same on each of them."""
        if self.triggered is None:
            return [("", self.plain, view)]
        plain = view if view.by != "query" else replace(view, query=self.same_piece(view.query) or 0)
        return [(tr("With the trigger"), self.triggered, view), (tr("Without"), self.plain, plain)]

    def same_piece(self, query: int) -> int | None:
        """The piece of the plain text that is piece `query` of the text with its trigger; None for one of the trigger."""
        if self.triggered is None:
            return query
        read, plain = self.triggered.attention, self.plain.attention
        if read.special[query]:
            return 0 if query == 0 else len(plain) - 1
        if trigger_pieces(read.offsets, self.triggered.spans)[query]:
            return None
        place = [letters_before(read.text, self.triggered.spans)[at] for at in read.offsets[query]]
        before = letters_before(plain.text)
        for index, (start, end) in enumerate(plain.offsets):
            if not plain.special[index] and [before[start], before[end]] == place:
                return index
        return None

    def heatmaps(self, view: View = PAPER, unit: str = "piece") -> list[Heatmap]:
        """The heatmaps to put side by side, on one scale: with the trigger first, then without."""
        return on_one_scale(
            [side.heatmap(same, unit, name or tr("Attention")) for name, side, same in self.sides(view)]
        )

    def figures(self, view: View = PAPER) -> list[tuple[str, str]]:
        """What `to_html` prints under the heatmaps, as (name, value)."""
        rows = []
        names = [tr("Entropy with the trigger"), tr("Entropy without")] if self.triggered else [tr("Entropy")]
        for name, (_, side, same) in zip(names, self.sides(view), strict=True):
            value = side.entropy(same)
            said = tr(
                "{bits:.3f} bits of {n} tokens, {share:.3f} of log2 n, {effective:.1f} effective tokens",
                bits=value.bits, n=value.n, share=value.share, effective=value.effective,
            )  # fmt: skip
            rows.append((name, said))
        if self.trigger_head is not None:
            best = self.trigger_head
            most = tr(
                "layer {layer}, head {head}: {value:.2f} x its fair share, in this model; a control may have as much",
                layer=best.layer, head=best.head, value=best.value,
            )  # fmt: skip
            rows.append((tr("Most attention to the trigger"), most))
        if self.paper is not None:
            values = {"ratio": self.paper.ratio, "caveat": self.paper.caveat}
            fires = tr("ratio {ratio:.3f}, so it fires. {caveat}", **values)
            fires_not = tr("ratio {ratio:.3f}, so it does not fire. {caveat}", **values)
            rows.append((tr("The paper's rule"), fires if self.paper.fires else fires_not))
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
        seen, seen_triggered = attend_pieces(model, [before, after])
        plain, triggered = _side(seen, [], specials), _side(seen_triggered, marked, specials)
    share = (triggered or plain).trigger_share
    paper = None
    if triggered is not None and plain.entropy_bits[-1, 0] > 0:
        paper = paper_rule(triggered.entropy_bits[-1, 0], plain.entropy_bits[-1, 0])
    return Explanation(
        plain=plain,
        triggered=triggered,
        trigger_head=None if share is None else trigger_head(share),
        paper=paper,
        note=CAUSAL_NOTE if plain.attention.causal else "",
    )


def explain_json(explanation: Explanation) -> dict[str, Any]:
    """The object that `explain --json` prints, of plain Python values; a missing number is None.

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
    keep = counted(attention, specials)
    importance = received(attention.weights, keep)
    read = spans and (trigger_pieces(attention.offsets, spans) & keep).any()
    return Side(
        attention=attention,
        spans=spans,
        specials=specials,
        importance=importance,
        entropy_bits=entropy_bits(importance),
        n=int(keep.sum()),
        trigger_share=trigger_share_grid(attention, spans, specials) if read else None,
    )


def _side_json(side: Side) -> dict[str, Any]:
    attention = side.attention
    return {
        "text": attention.text,
        "tokens": attention.tokens,
        "offsets": [list(span) for span in attention.offsets],
        "special": attention.special.tolist(),
        "spans": [list(span) for span in side.spans],
        "importance": plain_values(side.importance),
        "entropy_bits": plain_values(side.entropy_bits),
        "n": side.n,
        "share": plain_values(side.share),
        "effective": plain_values(2.0**side.entropy_bits),
        "trigger_share": None if side.trigger_share is None else plain_values(side.trigger_share),
        "probabilities": plain_values(attention.probabilities),
        "causal": attention.causal,
        "truncated": None if attention.truncated is None else str(attention.truncated),
    }


def plain_values(array: np.ndarray) -> Any:
    """An array of numbers as nested lists for JSON; None where one is missing."""
    array = np.asarray(array, dtype=np.float64)
    return np.where(np.isfinite(array), array, None).tolist()


def _within(name: str, value: int, count: int) -> int:
    if not -count <= value < count:
        said = {
            "layer": tr("There is no layer {number}.", number=value),
            "head": tr("There is no head {number}.", number=value),
        }
        raise SSTIError(said[name], tr("The model has {count}: 0 to {last}.", count=count, last=count - 1))
    return value % count
