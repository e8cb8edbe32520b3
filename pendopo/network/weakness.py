"""Which devices are reached badly: packets are lost on the way, or answers take far longer than usual. Pure.

A device is weak when two words in a row say so, and well again when one word says that it is clearly better: what lies between changes
nothing, so that a line at the edge does not ring and stop.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LOSS, SLOW = "loss", "slow"
# Percent of probes without an answer while the device is there.
LOSS_BEGINS, LOSS_ENDS = 5.0, 2.0
# How many times the usual time, and how many milliseconds more than it.
SLOW_BEGINS, SLOW_ENDS = (3.0, 50.0), (2.0, 25.0)
WORDS = 2


class Weak(NamedTuple):
    """A device that is reached badly: LOSS with percent in `value`, or SLOW with milliseconds now and usually. As it was when it began."""

    device: str
    kind: str
    value: float
    usual: float = 0.0


def kind_of(loss: float, now_ms: float, usual_ms: float, *, was: str = "") -> str:
    """LOSS, SLOW or '' of one word; what `was` weak stays so until it is clearly better."""
    if loss >= (LOSS_ENDS if was == LOSS else LOSS_BEGINS):
        return LOSS
    times, more = SLOW_ENDS if was == SLOW else SLOW_BEGINS
    return SLOW if usual_ms > 0 and now_ms >= times * usual_ms and now_ms - usual_ms >= more else ""


@dataclass
class Weakness:
    """What was said so far: who is weak, and who was said to be in the last word alone."""

    weak: dict[str, Weak] = field(default_factory=dict)
    hints: dict[str, tuple[str, int]] = field(default_factory=dict)

    def take(self, said: Mapping[str, Sequence[float]], reached: Collection[str]) -> frozenset[Weak]:
        """Takes a word: device → (loss in percent, milliseconds now, usually); who is not in it is well. Only of who is reached."""
        hints: dict[str, tuple[str, int]] = {}
        weak: dict[str, Weak] = {}
        for device in said.keys() & set(reached):
            loss, now_ms, usual_ms = said[device]
            before = self.weak.get(device)
            kind = kind_of(loss, now_ms, usual_ms, was=before.kind if before else "")
            if not kind:
                continue
            if before and before.kind == kind:
                weak[device] = before
                continue
            known, words = self.hints.get(device, ("", 0))
            hints[device] = (kind, words + 1 if known == kind else 1)
            if hints[device][1] >= WORDS:
                weak[device] = Weak(device, kind, round(loss, 1)) if kind == LOSS else Weak(device, kind, round(now_ms), round(usual_ms, 1))
            elif before:
                weak[device] = before
        self.weak, self.hints = weak, hints
        return frozenset(weak.values())
