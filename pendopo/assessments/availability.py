"""Availability in exact downtime: what a percentage allows in a year, and which class a measured percentage equals. Pure.

The percentages of the four classes are those commonly quoted for data centres; the downtime is computed, because the quoted hours do not
always follow from them (99.741 % allows 22.69 hours, not 22.0). A class that is reached is *equalled*, never certified.
"""

from dataclasses import dataclass
from decimal import Decimal

HOURS_A_YEAR = 8760


@dataclass(frozen=True)
class AvailabilityClass:
    """A class and the availability (percent of a year) from which it is equalled."""

    number: int
    percent: Decimal

    @property
    def downtime_h(self) -> Decimal:
        """The hours a year that it allows, exactly."""
        return downtime_h(self.percent)


CLASSES = tuple(AvailabilityClass(number, Decimal(text)) for number, text in enumerate(("99.671", "99.741", "99.982", "99.995"), 1))


def downtime_h(percent: Decimal) -> Decimal:
    """Hours a year without service at an availability in percent: (1 - a) x 8,760."""
    return (100 - percent) / 100 * HOURS_A_YEAR


def equalled(percent: Decimal) -> AvailabilityClass | None:
    """The highest class that a measured availability equals; None below the first."""
    return next((one for one in reversed(CLASSES) if percent >= one.percent), None)
