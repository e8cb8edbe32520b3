"""The kinds of tiles: one file each, one line each in `KINDS`. A kind makes the template's context of a planned tile."""

from collections.abc import Callable
from typing import Any

from ..reading import Plan, Reading
from . import (
    bars,
    calendar,
    camera,
    choropleth,
    clock,
    gauge,
    goals,
    image,
    multiples,
    network,
    number,
    points,
    ranking,
    table,
    text,
    ticker,
    trend,
)

KINDS: dict[str, Callable[[Plan, Reading], dict[str, Any]]] = {
    "number": number.build,
    "trend": trend.build,
    "choropleth": choropleth.build,
    "ranking": ranking.build,
    "table": table.build,
    "bars": bars.build,
    "multiples": multiples.build,
    "calendar": calendar.build,
    "points": points.build,
    "network-map": network.on_map,
    "network-topology": network.topology,
    "gauge": gauge.build,
    "goals": goals.build,
    "text": text.build,
    "image": image.build,
    "camera": camera.build,
    "clock": clock.build,
    "ticker": ticker.build,
}
