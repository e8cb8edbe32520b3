"""The kinds of tiles: one file each, one line each in `KINDS`. A kind makes the template's context of a planned tile."""

from collections.abc import Callable
from typing import Any

from ..reading import Plan, Reading
from . import choropleth, clock, number, ranking, table, ticker, trend

KINDS: dict[str, Callable[[Plan, Reading], dict[str, Any]]] = {
    "number": number.build,
    "trend": trend.build,
    "choropleth": choropleth.build,
    "ranking": ranking.build,
    "table": table.build,
    "clock": clock.build,
    "ticker": ticker.build,
}
