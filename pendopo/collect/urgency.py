"""How much more often to measure: what the posture of a region asks of everybody who sends figures. Pure; times in UTC seconds."""

from collections.abc import Iterable
from datetime import datetime

from pendopo.bus.messages import PostureWord

# Oftener than this nobody is asked to send, whatever a word says.
LEAST = 0.1


class Urgency:
    """The words that were heard last, by region. A word is forgotten when its time is over."""

    def __init__(self) -> None:
        self.heard: dict[str, tuple[float, float]] = {}

    def hear(self, word: PostureWord) -> None:
        """Takes a word; normal (no end, 1.0) takes the region's earlier word back. Raises ValueError for an end that is no time."""
        until = datetime.fromisoformat(word.until).timestamp() if word.until else float("inf")
        if word.cadence < 1:
            self.heard[word.region] = (max(LEAST, word.cadence), until)
        else:
            self.heard.pop(word.region, None)

    def cadence(self, region: str, now: float) -> float:
        """The usual interval times this: 1 in normal times, less while the region or one above it is on watch or in an emergency."""
        holds = (value for place, (value, until) in self.heard.items() if now < until and f"{region}.".startswith(f"{place}."))
        return min(holds, default=1.0)

    def soonest(self, regions: Iterable[str], now: float) -> float:
        """The smallest cadence of several regions."""
        return min((self.cadence(region, now) for region in set(regions)), default=1.0) if self.heard else 1.0
