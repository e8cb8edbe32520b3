"""Which nightly backups are kept, and when the next is due. Pure: time is an argument."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS, WEEKS, MONTHS = 7, 4, 12
NIGHT = time(1, 30)
LATE_AFTER = timedelta(hours=26)


def to_keep(times: Iterable[datetime]) -> set[datetime]:
    """The newest backup of each of the last seven days, four weeks and twelve months that have one."""
    newest_first = sorted(times, reverse=True)
    kept: set[datetime] = set()
    for count, period in ((DAYS, "%Y-%m-%d"), (WEEKS, "%G-%V"), (MONTHS, "%Y-%m")):
        seen: dict[str, datetime] = {}
        for moment in newest_first:
            seen.setdefault(moment.strftime(period), moment)
        kept.update(list(seen.values())[:count])
    return kept


def due(now: datetime, last: datetime, zone: ZoneInfo) -> bool:
    """Whether a night has begun since the last backup. A machine that slept through it makes up for it when it wakes."""
    local = now.astimezone(zone)
    night = datetime.combine(local.date(), NIGHT, zone)
    if night > local:
        night = datetime.combine(local.date() - timedelta(days=1), NIGHT, zone)
    return last < night


def is_late(now: datetime, last: datetime) -> bool:
    """Whether people must be told."""
    return now - last > LATE_AFTER
