"""What the house would have told of itself over the past year, simulated, so that live evidence has something to count.

Some figures were not always well: what they prove is open again, as it would be. Deeds are never invented: what counts them begins empty.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from pendopo.assessments.drawing import live_figures
from pendopo.assessments.sufficiency import LiveFigure, River, starts
from pendopo.coworking.outcome.actions import CATALOGUE as COWORKING
from pendopo.indicators.checks import Observation
from pendopo.indicators.house.actions import CATALOGUE as HOUSE
from pendopo.indicators.house.actions import declared, send
from pendopo.meetings.actions import CATALOGUE as MEETINGS
from pendopo.network.figures.actions import CATALOGUE as NETWORK
from pendopo.portal.figures.actions import CATALOGUE as PORTAL

# By indicator: its usual value, what it was otherwise, and in how many of the oldest periods it was otherwise.
PAST: dict[str, tuple[float, float, int]] = {
    "sys.backup.age": (13.0, 37.0, 1),
    "sys.backup.tested": (13.2, 37.2, 1),
    "sys.backup.copied": (13.6, 61.0, 34),
    "sys.contracts.in-time": (94.0, 71.0, 3),
    "sys.contracts.agencies": (9.0, 4.0, 2),
    "sys.rows.refused": (1.4, 7.5, 5),
    "sys.sources.heard": (96.0, 84.0, 4),
    "sys.disk.free": (61.0, 61.0, 0),
    "sys.packages.age": (12.0, 48.0, 21),
    "sys.audit.unsealed": (0.0, 0.0, 0),
    "sys.probe": (2.1, 2.1, 0),
    "sys.network.availability": (99.6, 97.8, 6),
    "sys.network.coverage": (86.0, 74.0, 31),
    "sys.network.copied": (95.0, 95.0, 0),
    "sys.network.certificate": (41.0, 3.0, 2),
    "sys.network.temperature": (24.6, 33.5, 1),
    "sys.portal.datasets": (24.0, 24.0, 0),
    "sys.portal.answered-in-time": (86.0, 72.0, 9),
    "sys.portal.satisfaction": (78.0, 64.0, 12),
    "sys.portal.guides-solved": (81.0, 62.0, 30),
    "sys.meetings.outside": (2.0, 0.0, 2),
    "sys.meetings.minuted": (86.0, 60.0, 1),
    "sys.coworking.use": (38.0, 9.0, 3),
    "sys.coworking.datasets": (3.0, 0.0, 4),
    "sys.coworking.milestones": (2.0, 0.0, 7),
}


def seed_proofs(now: datetime) -> int:
    """Sends the past of every live figure that is counted from the river; returns how many rows."""
    source = None
    for path in (HOUSE, NETWORK, PORTAL, MEETINGS, COWORKING):
        source = declared(path)
    if source is None:
        return 0
    rows = [row for figure in live_figures().values() for row in past_of(figure, now)]
    send(source=source, rows=rows)
    return len(rows)


def past_of(figure: LiveFigure, now: datetime) -> Iterator[Observation]:
    """One value for each complete period of a figure of the river, at noon of its first day; nothing for what is counted in the book."""
    if not isinstance(figure.drawn, River):
        return
    usual, otherwise, bad = PAST[figure.drawn.indicator]
    edges = starts(figure.per, figure.window, now, ZoneInfo(settings.TIME_ZONE))[:-1]
    for number, edge in enumerate(edges):
        value = otherwise if number < bad else usual
        yield Observation(figure.drawn.indicator, settings.REGION, (edge + timedelta(hours=12)).isoformat(), value)
