"""Which posture holds in a region. Pure."""

from collections.abc import Iterable

NORMAL, RECOVERY, WATCH, EMERGENCY = "normal", "recovery", "watch", "emergency"

# From the calmest to the gravest; also the value of the figure sys.posture.
RANKS = {NORMAL: 0, RECOVERY: 1, WATCH: 2, EMERGENCY: 3}

# How much more often whoever measures should send: their usual cadence times this.
CADENCE = {NORMAL: 1.0, RECOVERY: 1.0, WATCH: 0.5, EMERGENCY: 0.25}


def holds_in(region: str, declared: Iterable[tuple[str, str]]) -> str:
    """The gravest posture of (region, level) pairs that were declared for the region or for one above it."""
    levels = [level for place, level in declared if region == place or region.startswith(f"{place}.")]
    return max(levels, key=lambda level: RANKS.get(level, 0), default=NORMAL)


def reaches(level: str, wanted: str) -> bool:
    """Whether a posture is at least as grave as another; every posture reaches ''."""
    return not wanted or RANKS.get(level, 0) >= RANKS.get(wanted, 0)
