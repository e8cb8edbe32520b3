"""Sending a recorded file again as if it were live: the same values with the same distances in time, only faster and now."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from pendopo.indicators.actions import rules_for, take_delivery
from pendopo.indicators.checks import EPOCH, MICROSECOND, Observation, parse_at
from pendopo.indicators.declared import Faulty
from pendopo.indicators.files import read_file
from pendopo.indicators.mapping import Mapping
from pendopo.indicators.models import Source, Way

# Rows whose turn comes within this time leave together.
TOGETHER_S = 0.2


def recorded(source: Source, path: Path, mapping: Mapping | None) -> list[tuple[float, Observation]]:
    """The readable rows of a file with their times in seconds, in order of time."""
    rows = [row for _number, row in read_file(path, mapping).rows if isinstance(row, Observation)]
    rules = rules_for({row.indicator for row in rows}, source)
    zone = ZoneInfo(settings.TIME_ZONE)
    found = []
    for row in rows:
        rule = rules.get(row.indicator)
        try:
            found.append((parse_at(row.at, takes_dates=rule is None or rule.takes_dates, zone=zone) / 1e6, row))
        except ValueError:
            continue
    if not found:
        raise Faulty([f"{path.name} holds no row with a readable time."])
    found.sort(key=lambda pair: pair[0])
    return found


def replay_file(
    *, source: Source, path: Path, mapping: Mapping | None, speed: float, limit: int = 0, sleep: Callable[[float], None]
) -> int:
    """Sends the rows of a file, re-timed to begin now and `speed` times faster. Returns how many were sent, after the last one."""
    rows = recorded(source, path, mapping)
    rows = rows[:limit] if limit else rows
    began, first = datetime.now(UTC), rows[0][0]
    sent = 0
    while sent < len(rows):
        due = (rows[sent][0] - first) / speed
        wait = due - (datetime.now(UTC) - began).total_seconds()
        if wait > 0:
            sleep(wait)
        until = (datetime.now(UTC) - began).total_seconds() + TOGETHER_S
        turn: list[Observation] = []
        while sent + len(turn) < len(rows) and (rows[sent + len(turn)][0] - first) / speed <= until:
            at_s, row = rows[sent + len(turn)]
            turn.append(msgspec.structs.replace(row, at=_live(began, (at_s - first) / speed)))
        body = msgspec.json.encode(turn)
        take_delivery(source=source, rows=turn, digest=hashlib.sha256(body).hexdigest(), way=Way.SYSTEM, name=f"replay {path.name}")
        sent += len(turn)
    return sent


def _live(began: datetime, offset_s: float) -> str:
    """The moment of a replayed row, to the millisecond."""
    milliseconds = ((began - EPOCH) // MICROSECOND + round(offset_s * 1e6)) // 1000
    return (EPOCH + milliseconds * 1000 * MICROSECOND).isoformat()
