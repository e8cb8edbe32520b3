"""How long to wait for an answer: a timer for each device that learns from the answers (as TCP does, RFC 6298). Pure; seconds."""

from typing import NamedTuple

FIRST_S = 0.5
SHORTEST_S = 0.05
LONGEST_S = 3.0
# Gains of RFC 6298, section 2.3.
SMOOTHED_GAIN = 1 / 8
VARIATION_GAIN = 1 / 4


class Pace(NamedTuple):
    """What one device's answers have taught. `wait_s` is how long the next request may take."""

    smoothed_s: float | None = None
    variation_s: float = 0.0
    wait_s: float = FIRST_S

    def answered(self, took_s: float) -> "Pace":
        """After an answer to a request that was sent once: only that says how long an answer takes (Karn's rule)."""
        if self.smoothed_s is None:
            smoothed, variation = took_s, took_s / 2
        else:
            variation = (1 - VARIATION_GAIN) * self.variation_s + VARIATION_GAIN * abs(self.smoothed_s - took_s)
            smoothed = (1 - SMOOTHED_GAIN) * self.smoothed_s + SMOOTHED_GAIN * took_s
        return Pace(smoothed, variation, min(LONGEST_S, max(SHORTEST_S, smoothed + 4 * variation)))

    def missed(self) -> "Pace":
        """After silence: twice as long, up to the longest."""
        return Pace(self.smoothed_s, self.variation_s, min(LONGEST_S, self.wait_s * 2))
