"""What an indicator asks of its figures beyond range, step and future: the keys of `checks:` in the catalogue, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Cycle = Literal["day", "week"]

DAY_US = 86_400_000_000
CYCLE_US: dict[Cycle, int] = {"day": DAY_US, "week": 7 * DAY_US}

# How many values before a row the checks look at.
RECENT = 30
PHASES = 12  # values at the same hour or weekday
MOST_BEFORE = 2500  # points of one series that are ever asked of history
COPY_ROWS = 6  # fewer equal rows may be chance
COPY_DAYS = 7  # so many days before are asked whether the figures move at all
SUSPECT = 2  # from this quality on a known value is no reference


@dataclass(frozen=True)
class Asked:
    """The checks of one indicator that need history. `every_us` is its cadence, `offset_us` the government's zone before UTC."""

    every_us: int
    offset_us: int = 7 * 3600 * 1_000_000
    monotonic: bool = False
    scale: bool = False
    season: Cycle | None = None
    sensitivity: float = 8.0
    stuck: int | None = None
    copy: int | None = None
    clock: bool = False
    total_of: str | None = None
    agrees_with: str | None = None
    within: float = 0.05
    adds_up: float | None = None

    @property
    def anything(self) -> bool:
        """Whether history must be asked at all."""
        return bool(
            self.monotonic
            or self.scale
            or self.season
            or self.stuck
            or self.copy
            or self.clock
            or self.total_of
            or self.agrees_with
            or self.adds_up is not None
        )

    @property
    def before(self) -> int:
        """How many known points before the first new one the checks need."""
        needs = [8]
        if self.scale:
            needs.append(RECENT)
        if self.season:
            needs.append(PHASES * max(1, CYCLE_US[self.season] // self.every_us))
        if self.stuck:
            needs.append(self.stuck + RECENT)
        if self.copy:
            needs.append(COPY_DAYS * max(1, DAY_US // self.every_us) + 1)
        if self.clock:
            needs.append(26)
        return min(MOST_BEFORE, max(needs))


def read_asked(checks: Mapping[str, Any], *, every_s: int, offset_s: int) -> Asked | None:
    """The checks of a catalogue entry; None when none of them needs history."""
    copy = checks.get("copy")
    agrees = checks.get("agrees") or {}
    season = checks.get("season")
    share = checks.get("adds_up")  # 0.0 is a share too: nothing may differ
    asked = Asked(
        every_us=max(1, every_s) * 1_000_000,
        offset_us=offset_s * 1_000_000,
        monotonic=bool(checks.get("monotonic")),
        scale=bool(checks.get("scale")),
        season=season if season in CYCLE_US else None,
        sensitivity=float(checks.get("sensitivity") or 8.0),
        stuck=checks.get("stuck") or None,
        copy=COPY_ROWS if copy is True else copy or None,
        clock=bool(checks.get("clock")),
        total_of=checks.get("total_of") or None,
        agrees_with=agrees.get("with"),
        within=float(agrees.get("within", 0.05)),
        adds_up=None if share is None or share is False else float(share),
    )
    return asked if asked.anything else None
