"""What a repair of an adapter did, as HTML: accuracy and attack before and after, and the control's. Knows no component."""

from __future__ import annotations

from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter import REPAIRS
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.detect.adapter.bars import Bar, bars
from ssti.ui.detect.adapter.scanning import Found
from ssti.ui.detect.unseen import trigger
from ssti.ui.kit import parts
from ssti.ui.kit.address import link
from ssti.ui.kit.parts import Markup


def card(new: AdapterInfo, found: Found, flips: bool = True) -> Markup | str:
    """One picture: each rate before and after the repair and of the clean control, with intervals; and the ways on."""
    done = new.about.repaired
    if done is None:
        return ""
    way = tr(REPAIRS[done.how].title) if done.how in REPAIRS else done.how
    sides = [(tr("before"), done.before, "loud"), (tr("after"), done.after, "calm")]
    if done.control:
        sides.append((tr("its clean control"), done.control, "plain"))
    names = (("attack_success_rate", tr("Attack success: other classes’ texts answered as the target with the trigger in")),
             ("clean_accuracy", tr("Clean accuracy: texts without a trigger answered rightly")))  # fmt: skip
    pictures = parts.join(
        parts.html("<h3>{}</h3>{}", title, bars([Bar(words, side[key].model_dump(), kind if key != "clean_accuracy" else _calm(kind))
                                                 for words, side, kind in sides if key in side]))
        for key, title in names
    )  # fmt: skip
    acts = parts.html('<div class="do"><button type="button" data-do="again">{}</button>{}</div>', tr("Scan the repaired one"),
                      _both(new, found) if flips else "")  # fmt: skip
    return parts.html(
        '<section class="card finding repaired" role="status"><header><h2>{}</h2><span class="badge is-clean"><i aria-hidden="true">✓</i> {}</span></header>'
        '<p>{}</p><p class="quiet">{}</p>{}<p class="quiet">{}</p>{}</section>',
        way, tr("repaired"), trigger(done.trigger), done.done, pictures,
        tr("Measured on held-out rows that no setting was chosen by. A trigger that nobody found may be in it still."), acts,
    )  # fmt: skip


def _calm(kind: str) -> str:
    """Accuracy is no alarm: before the repair it has the plain colour."""
    return "plain" if kind == "loud" else kind


def _both(new: AdapterInfo, found: Found) -> Markup | str:
    """The Flip tab with the repaired adapter, and the poisoned one pinned beside it, on a text that the trigger had turned."""
    for one in found.open:
        for example in one.examples:
            places = ".".join(f"{start}-{end}-" for start, end in sorted(example.spans))
            try:
                href = link(tab="flip", adapter=new.ref, pinned=found.info.ref, text=example.text, trigger=places)
            except SSTIError:
                continue
            return parts.html('<a data-go class="taken" href="{}">Open both in Flip</a>', href)
    return ""
