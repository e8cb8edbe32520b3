"""How a service stands, from how its devices stand; and its days. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

RUNNING, DISTURBED, DOWN, PLANNED, UNKNOWN = "running", "disturbed", "down", "planned", "unknown"
TONES = {RUNNING: "well", DISTURBED: "attention", DOWN: "danger", PLANNED: "known", UNKNOWN: ""}
# A day below this share is shown as disturbed, below the second as down.
GOOD_DAY, BAD_DAY = 0.995, 0.5


def state_of(devices: Sequence[str], planned: bool, answers: bool | None = None) -> str:
    """From the devices' states (well, danger, '' = no word) and whether the service itself answers (None = nobody asks it).

    All devices away, or no answer of a service that is asked, is down; some away is disturbed; planned work explains both. A service that
    answers is not down: what is away has a stand-in.
    """
    told = [state for state in devices if state]
    away = sum(state == "danger" for state in told)
    if not told and answers is None:
        return UNKNOWN
    if away == 0 and answers is not False:
        return RUNNING
    if planned:
        return PLANNED
    return DOWN if answers is False or (answers is None and away == len(told)) else DISTURBED


@dataclass(frozen=True)
class Day:
    """One day of a service: the share of the time that it ran, 0 to 1; None without any word."""

    day: date
    share: float | None

    @property
    def tone(self) -> str:
        """The state of the stylesheet that fits."""
        if self.share is None:
            return ""
        return "well" if self.share >= GOOD_DAY else "attention" if self.share >= BAD_DAY else "danger"


def share_of(days: Sequence[Day]) -> float | None:
    """The mean of the days with any word, in percent."""
    told = [one.share for one in days if one.share is not None]
    return 100 * sum(told) / len(told) if told else None
