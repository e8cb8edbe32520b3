"""Whether a device is there, from probes sent and answered. Pure: seconds of a monotonic clock are arguments.

A probe is missed when its answer is late by what the device's own answers teach (`pacing.Pace`), or when a router says that the device
cannot be reached. So many misses in a row mean that it is gone that chance alone would say so less than once in a million probes: three
on a clean line, more on a lossy one.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from .pacing import Pace

FEWEST_MISSES, MOST_MISSES = 3, 25
ANSWERS_BACK = 2
CHANCE = 1e-6
REMEMBERED = 200
# The usual time of an answer is the least middle time of a day, kept by five minutes.
SLOT_S, SLOTS = 300.0, 288
# An answer that comes later than this is no answer: the number of the probe is used again.
LATEST_S = 3.0


def misses_needed(loss: float) -> int:
    """How many misses in a row are no chance at this share of lost probes."""
    if loss <= 0.0:
        return FEWEST_MISSES
    return min(MOST_MISSES, max(FEWEST_MISSES, math.ceil(math.log(CHANCE) / math.log(min(loss, 0.95)))))


@dataclass
class Watched:
    """One device under watch. `up` is None until the first verdict."""

    pace: Pace = field(default_factory=Pace)
    up: bool | None = None
    misses: int = 0
    answers: int = 0
    sent: dict[int, float] = field(default_factory=dict)
    outcomes: deque[bool] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    times: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    alive_losses: deque[bool] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    least: dict[int, float] = field(default_factory=dict)

    def probe(self, number: int, now: float) -> None:
        """A probe went out."""
        self.sent[number] = now

    def answered(self, number: int, now: float) -> bool:
        """An answer came. Says whether the verdict changed. Doubles and answers to nothing change nothing."""
        begun = self.sent.pop(number, None)
        if begun is None:
            return False
        self.pace = self.pace.answered(now - begun)
        self.times.append(now - begun)
        self.outcomes.append(True)
        self.alive_losses.extend([False] * self.misses)
        self.alive_losses.append(True)
        self.misses = 0
        self.answers += 1
        if self.up is not True and self.answers >= (ANSWERS_BACK if self.up is False else 1):
            self.up = True
            return True
        return False

    def refused(self, number: int) -> bool:
        """A router says that this probe cannot arrive. Says whether the verdict changed."""
        return self.sent.pop(number, None) is not None and self._missed(weight=2)

    def look(self, now: float) -> bool:
        """Counts what is late. Says whether the verdict changed."""
        changed = False
        for number, begun in list(self.sent.items()):
            if now - begun < self.pace.wait_s:
                break  # in the order in which they went
            del self.sent[number]
            changed |= self._missed()
        return changed

    def _missed(self, weight: int = 1) -> bool:
        self.outcomes.append(False)
        self.misses += weight
        self.answers = 0
        if self.up is not False and self.misses >= misses_needed(self.loss_while_up):
            self.up = False
            self.misses = 0
            return True
        if self.up is False:
            self.misses = 0
        return False

    @property
    def loss_while_up(self) -> float:
        """The share of probes that got no answer although the device was there."""
        return 1 - sum(self.alive_losses) / len(self.alive_losses) if len(self.alive_losses) >= 20 else 0.0

    @property
    def loss(self) -> float:
        """The share of the last probes that got no answer."""
        return 1 - sum(self.outcomes) / len(self.outcomes) if self.outcomes else 0.0

    @property
    def rtt_s(self) -> float | None:
        """The middle time of the last answers."""
        return sorted(self.times)[len(self.times) // 2] if self.times else None

    def usual_s(self, now: float) -> float | None:
        """The least middle time of the last day, as noted whenever this was asked; None before the first answer."""
        middle, slot = self.rtt_s, int(now // SLOT_S)
        if middle is not None:
            self.least = {number: value for number, value in self.least.items() if number > slot - SLOTS}
            self.least[slot] = min(middle, self.least.get(slot, middle))
        return min(self.least.values(), default=None)
