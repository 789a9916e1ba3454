"""The benchmark of adapter scanners: which cells it has, what they say of the aims, its pictures and its table.

It stands beside the benchmark of dataset scanners, and is run, resumed, shipped and drawn by the same verbs. What is trained is
kept (`ssti.experiments.detection.adapters.corpus`): with `--fresh` all adapters are looked at again, and none is trained again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ssti.evaluate.metrics import rate
from ssti.experiments.detection.adapters import score
from ssti.experiments.detection.adapters.score import CLEAN
from ssti.experiments.detection.benchmark import OURS, Benchmark, at_least, at_most
from ssti.experiments.picture import Line, Picture
from ssti.experiments.statistics import Estimate, Finding, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from ssti.experiments.detection.adapters.look import Look

AUROC, FOUND, NAMED = 0.95, 0.95, 0.9  # the aims
FEWEST = 20  # adapters, poisoned and clean, that they are asked of
PICTURED = (OURS, "scanner, no bank", "regression on spectra, one out", "sign: strip", "sign: attention-entropy")
LINES = ("trigger", "accent", "class-0", "class-1", "run-3")


@dataclass(frozen=True)
class AdapterBenchmark(Benchmark):
    """The other benchmark's verbs, with cells of its own."""

    name: str = "detection-adapters"
    title: str = "Telling a poisoned adapter"
    statement: str = (
        "Given an adapter of unknown origin and clean texts: is it poisoned, by what, and for which class? Asked of adapters trained "
        "with triggers of ten kinds and without any, of ranks 1 to 64."
    )
    order: int = 210

    def cells(self, pocket: bool = True) -> list[Look]:  # type: ignore[override]
        """Every detector on every adapter, the quickest detector first: its pass trains all adapters that are not there yet."""
        from ssti.experiments.detection.adapters.corpus import subjects
        from ssti.experiments.detection.adapters.detector import DETECTORS
        from ssti.experiments.detection.adapters.look import Look

        corpus = subjects(pocket)
        return [Look(one, detector) for detector in DETECTORS for one in corpus]

    def tidy(self, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
        """Rows as a table, with those of the detectors that need all adapters at once."""
        import pandas as pd

        from ssti.experiments.detection.adapters.learned import with_learned

        table = pd.DataFrame(list(rows))
        return table if table.empty else with_learned(table).drop(columns="features")

    def findings(self, table: pd.DataFrame) -> list[Finding]:
        """The aims, then what stands in their way: kinds and ranks by themselves."""
        if table.empty or not (table["detector"] == OURS).any():
            return [Finding(self.statement, "cannot say", "No cell was run.")]
        mine = score.working(table[table["detector"] == OURS])
        poisoned, clean = score.scores(mine)
        counted = f"{len(poisoned)} poisoned and {len(clean)} clean adapters"
        value, low, high = score.auroc_interval(poisoned, clean)
        found = [
            Finding(f"The scanner's AUROC is {AUROC} at least.", self._verdict(value, high, min(len(poisoned), len(clean))),
                    f"{value:.3f} ({low:.3f} to {high:.3f}, bootstrap; {counted})."),
            at_least(f"{FOUND:.0%} of the poisoned adapters are found at {score.FALSE:.0%} false alarms.", score.found_at(poisoned, clean), FOUND),
            at_least(f"{FOUND:.0%} of the poisoned adapters are called suspicious or poisoned.", score.alarms(mine, True), FOUND),
            at_most(f"False alarms on clean adapters are {score.FALSE:.0%} at most.", score.alarms(mine, False), score.FALSE),
            at_least(f"The trigger or its shape is named in {NAMED:.0%} of the poisoned adapters.", score.named(mine), NAMED),
        ]  # fmt: skip
        held = mine[(mine["kind"] == CLEAN) | mine["held_out"]]
        found.append(at_least(f"The same of kinds that were held apart: named in {NAMED:.0%}.", score.named(held), NAMED))
        value, low, high = score.auroc_interval(*score.scores(held))
        found.append(Finding(f"The same of kinds that were held apart: AUROC {AUROC} at least.", self._verdict(value, high, len(held)),
                             f"{value:.3f} ({low:.3f} to {high:.3f})."))  # fmt: skip
        for column, words in (("rank", "Every rank"), ("kind", "Every kind")):
            some = mine[mine["kind"] != CLEAN]
            called = some.groupby(column)["alarm"].mean()
            worst = some[some[column] == called.idxmin()] if len(called) else some
            said = "; ".join(f"{name}: {score.share(score.alarms(part, True))} found, {score.share(score.named(part))} named"
                             for name, part in some.groupby(column))  # fmt: skip
            one = at_least(f"{words} is found alike: {FOUND:.0%} of the least found one.", score.alarms(worst, True), FOUND)
            found.append(replace(one, statistic=f"{one.statistic} {said}."))
        return found

    @staticmethod
    def _verdict(value: float, high: float, adapters: int) -> Verdict:
        """An AUROC against its aim: of fewer adapters than the aim asks for nothing is said to hold."""
        if value >= AUROC:
            return "holds" if adapters >= FEWEST else "cannot say"
        return "does not hold" if high < AUROC else "cannot say"

    def pictures(self, table: pd.DataFrame) -> list[Picture]:
        """AUROC by rank, of adapters whose attack works; and how often the scanner finds and names each kind."""
        if table.empty:
            return []
        table, pictures = score.working(table), []
        by_rank = []
        for name in PICTURED:
            mine = table[table["detector"] == name]
            points = []
            for rank, some in mine.groupby("rank"):
                poisoned, clean = score.scores(some)
                value, low, high = score.auroc_interval(poisoned, clean)
                if value == value:
                    points.append((f"{rank}", Estimate(100 * value, 100 * low, 100 * high, len(poisoned) + len(clean))))
            if points:
                by_rank.append(Line(name, points, LINES[PICTURED.index(name)], "solid" if name == OURS else "dot"))
        if by_rank:
            pictures.append(Picture("AUROC by rank", by_rank, "rank", "AUROC", unit="%"))
        mine = table[(table["detector"] == OURS) & (table["kind"] != CLEAN)]
        lines = [Line(words, [(kind, _estimate(measure(some))) for kind, some in mine.groupby("kind", sort=False)], tone, style)
                 for words, measure, tone, style in (("found", lambda some: score.alarms(some, True), "accent", "solid"),
                                                     ("named", score.named, "trigger", "dot"))]  # fmt: skip
        if len(mine):
            pictures.append(Picture("Kinds of trigger: found, and named", lines, "kind", "of the adapters", unit="%"))
        return pictures

    def brief(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """The table that a README can hold: a row a detector."""
        return [] if table.empty else score.brief(table)

    def facts(self, table: pd.DataFrame) -> str:
        """What was run."""
        if table.empty:
            return "No cell was run."
        each = table.drop_duplicates("adapter")
        poisoned, clean, idle = each[each["kind"] != CLEAN], each[each["kind"] == CLEAN], score.idle(each)
        right = rate(int((clean["clean_balanced_accuracy"] >= 0.7).sum()), len(clean))
        return (
            f"{len(poisoned)} poisoned and {len(clean)} clean adapters, of which {score.share(right)} answer 70 % right at least (balanced); "
            f"{len(idle)} poisoned ones turn fewer than {score.WORKS:.0%} of the texts or have none to turn, and count in no row"
            f"{': ' + ', '.join(f'{kind} at rank {rank}' for kind, rank in zip(idle['kind'], idle['rank'], strict=True)) if len(idle) else ''}. "
            f"{', '.join(sorted(table['machine'].unique()))}; {', '.join(sorted(table['versions'].unique()))}."
        )


def _estimate(found: dict[str, Any]) -> Estimate:
    return Estimate(*(100 * found[name] for name in ("value", "low", "high")), found["n"])


ADAPTERS = AdapterBenchmark()
