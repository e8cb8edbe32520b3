"""When a check is late, and what a call means. Pure; times are aware."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from ..logic import Duration

# A body is kept up to this size.
MAX_BODY_BYTES = 10_000
# More calls than this in one minute are refused, so that a job that runs wild fills no table.
CALLS_A_MINUTE = 30
# So many calls of a check are kept; what they meant stands in the book of deeds.
KEPT_CALLS = 500

SUCCESS, START, FAIL = "success", "start", "fail"
NEW, WELL, LATE, FAILED = "new", "well", "late", "failed"


def cron_fault(expression: str) -> str:
    """What is wrong with a cron line; '' when nothing is."""
    try:
        next(CronSim(expression, datetime(2026, 1, 1)))
    except (CronSimError, StopIteration) as error:
        return str(error) or "it never comes"
    return ""


def next_due(*, every: str, cron: str, zone: str, after: datetime) -> datetime:
    """When the job should report next: the moment after which it is overdue, without the grace."""
    if cron:
        return next(CronSim(cron, after.astimezone(ZoneInfo(zone)))).astimezone(after.tzinfo)
    return Duration.parse(every).after(after, ZoneInfo(zone))


def late_from(*, every: str, cron: str, zone: str, grace: str, success: datetime, started: datetime | None) -> datetime:
    """From when on a check is late: after its next time and the grace; or, when it began and did not end, the grace after the beginning."""
    patience = timedelta(seconds=Duration.parse(grace).seconds)
    late = next_due(every=every, cron=cron, zone=zone, after=success) + patience
    return min(late, started + patience) if started is not None and started > success else late


def meaning(ending: str) -> str | None:
    """What the end of an address says: nothing = it went well, `start`, `fail`, or an exit code (0 = well). None for anything else."""
    if ending in ("", START, FAIL):
        return ending or SUCCESS
    if ending.isascii() and ending.isdigit() and int(ending) <= 255:
        return FAIL if int(ending) else SUCCESS
    return None
