"""A calendar of days in classes of colour: the last report of each, a column a week, a row a weekday; a day without one is hatched."""

from datetime import date, timedelta
from typing import Any

from pendopo.ui import words
from pendopo.ui.shades import breaks_of, class_of, legend_of, spread

from ..reading import Plan, Reading

CELL = 14


def build(plan: Plan, reading: Reading) -> dict[str, Any]:
    """Context of `wall/tiles/calendar.html`."""
    indicator, region = plan.pairs[0]
    figure = reading.figure(indicator, region, plan.spec.dims)
    trend = reading.trend(figure, plan, indicator)
    found: dict[str, Any] = {"pulse": reading.pulse(figure, indicator, ()), "days": [], "indicator": indicator}
    if trend is None or not trend[1]:
        return found
    values = {point.at.astimezone(reading.zone).date(): point.value for point in trend[1] if point.value is not None}
    first, last = trend[0].since.astimezone(reading.zone).date(), trend[0].until.astimezone(reading.zone).date()
    breaks = breaks_of(list(values.values()), plan.spec.breaks)
    monday = first - timedelta(days=first.weekday())
    months: list[dict[str, Any]] = []
    day = first
    while day <= last:
        value = values.get(day)
        week = (day - monday).days // 7
        text = words.number_text(value, indicator.decimals, reading.language)
        found["days"].append(
            {
                "x": 28 + week * CELL,
                "y": 16 + day.weekday() * CELL,
                "level": spread(class_of(value, breaks), len(breaks) + 1),
                "text": f"{_day_text(day, reading.language)}: {text} {indicator.unit}",
            }
        )
        if day.day == 1:
            months.append({"x": 28 + week * CELL, "text": words.MONTHS_SHORT[reading.language][day.month - 1]})
        day += timedelta(days=1)
    return found | {
        "months": months,
        "size": CELL - 2,
        "across": 28 + ((last - monday).days // 7 + 1) * CELL,
        "down": 16 + 7 * CELL,
        "legend": legend_of(breaks, indicator.decimals, reading.language),
        "missing": sum(one["level"] == 0 for one in found["days"]),
        "weekdays": [{"y": 16 + row * CELL + 10, "text": text} for row, text in _weekdays(reading.language)],
        "ended": trend[0].until if trend[0].until < reading.now else None,
    }


def _day_text(day: date, language: str) -> str:
    return f"{day.day} {words.MONTHS_SHORT[language][day.month - 1]} {day.year}"


def _weekdays(language: str) -> list[tuple[int, str]]:
    return [(0, "Sen"), (2, "Rab"), (4, "Jum")] if language == "id" else [(0, "Mon"), (2, "Wed"), (4, "Fri")]
