"""One rule over one series: what it remembers, and the word it says after a value. Knows no database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from ..logic import ENDED, FIRED, Run
from ..sentences import why
from ..verdicts import About, Verdict
from .plan import Planned

# Something that stays bad is said again so often (seconds): a child of a parent that recovered needs a fresh word.
AGAIN_S = 20.0
# So many values are read again for a rule that has no window of its own, so that its hysteresis is where it was.
HYSTERESIS = 60
LEARNING = {"anomaly": 4000, "ears": 40, "silence": 1, "levels": HYSTERESIS}
MOST = 5000
SILENT = "silent"


def memory_of(planned: Planned) -> int:
    """How many of the last values a rule must see to stand where it would if it had seen all."""
    about, every = planned.rule.about, planned.contract.every.seconds if planned.contract else 3600
    if planned.rule.kind == "cusum":
        return min(MOST, 3 * int(about.get("window", 28)) + HYSTERESIS)
    if planned.rule.kind in LEARNING:
        return LEARNING[planned.rule.kind]
    window = planned.rule.holds.total_seconds() + (about["window"].total_seconds() if "window" in about else 0)
    # A source may send more often than it promised.
    return min(MOST, int(4 * window / every) + (HYSTERESIS if "clear" in about else 3))


@dataclass
class Watcher:
    """A rule over one series. `last_at` is the newest time seen, `said` when (seconds) the last word was said and how."""

    planned: Planned
    region: str
    dims: dict[str, str]
    language: str
    run: Run = field(init=False)
    last_at: datetime | None = None
    value: float | None = None
    said_at: float = float("-inf")
    said: str = ""

    def __post_init__(self) -> None:
        self.forget()

    @cached_property
    def fingerprint(self) -> str:
        """The name of what is judged. Made when it is first asked for: most series never are."""
        return self.planned.name_of(self.region, self.dims)

    @cached_property
    def about(self) -> About:
        """What is judged, as an alert shows it."""
        return self.planned.about(self.region, self.dims)

    def forget(self) -> None:
        """Begins with nothing seen, but keeps how far time has gone."""
        self.run = Run(self.planned.rule.detector(), self.planned.rule.holds)

    def learn(self, points: Iterable[tuple[datetime, float]]) -> None:
        """Sees values without saying anything."""
        for at, value in points:
            self.run.see(at, value)
            self.last_at, self.value = max(at, self.last_at or at), value

    def see(self, at: datetime, value: float, now: datetime, clock: float, *, parent: bool) -> Verdict | None:
        """The word after a value; None when there is nothing new to say."""
        turn = self.run.see(at, value)
        self.last_at, self.value = at, value
        if turn == ENDED:
            return self.say(now, clock)
        if self.run.fired is not None:
            fresh = turn == FIRED or self.said != (self.run.sign.severity or "hot") or clock - self.said_at >= AGAIN_S
            return self.say(now, clock) if fresh else None
        return self.say(now, clock) if parent and clock - self.said_at >= AGAIN_S / 4 else None

    def say(self, now: datetime, clock: float) -> Verdict | None:
        """How it stands, as a word. A figure that is so old that it is silent makes no alert."""
        if self.last_at is None:
            return None
        hot = self.run.fired is not None
        contract = self.planned.contract
        if hot and contract is not None and contract.freshness(self.last_at, now) == SILENT:
            return None
        self.said_at, self.said = clock, (self.run.sign.severity or "hot") if hot else "calm"
        sign = self.run.sign if self.run.sign.hot else self.run.worst
        unit = self.planned.indicator.unit if self.planned.indicator else ""
        return Verdict(
            fingerprint=self.fingerprint,
            hot=hot,
            at=self.last_at,
            about=self.about,
            value=self.value,
            size=sign.size,
            reason=why(self.planned.rule, sign, self.value, unit, self.language) if hot else "",
            severity=sign.severity if hot else "",
            started=self.run.fired,
        )
