"""The time of the government's zone, and the date in full."""

from typing import Any

from pendopo.ui import words

from ..reading import Plan, Reading


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/clock.html`."""
    local = reading.now.astimezone(reading.zone)
    return {
        "time": f"{local:%H.%M}" if reading.language == "id" else f"{local:%H:%M}",
        "zone": words.zone_text(reading.zone),
        "zone_key": reading.zone.key,
        "day": words.long_day_text(reading.now, reading.zone, reading.language),
        "moment": reading.now,
        "running": reading.as_of is None,
    }
