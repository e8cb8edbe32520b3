"""How alerts are answered, as figures of the house (`sys.alerts.*`): each a number, or None when there is nothing to say."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from .models import Alert

# An alert that fires longer than this should have been taken on by then.
IN_TIME = timedelta(minutes=15)
WINDOW = timedelta(days=7)

ANSWERED_SQL = """
SELECT avg((acknowledged IS NOT NULL AND extract(epoch FROM acknowledged - told) <= %(in_time_s)s)::int * 100)
        FILTER (WHERE extract(epoch FROM coalesce(ended, %(now)s) - told) > %(in_time_s)s AND told < %(late)s)::float8,
    (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM acknowledged - told))
        FILTER (WHERE acknowledged >= told))::float8 / 60
FROM alerts_alert WHERE heard >= %(since)s AND told IS NOT NULL AND NOT exercise
"""


def _answered(now: datetime) -> tuple[float | None, float | None]:
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED_SQL, {"now": now, "since": now - WINDOW, "late": now - IN_TIME, "in_time_s": IN_TIME.total_seconds()})
        share, minutes = cursor.fetchone()
        return share, minutes


def open_alerts(now: datetime) -> float | None:
    """How many are open, those kept quiet too."""
    return float(Alert.objects.open().filter(exercise=False).count())


def in_time(now: datetime) -> float | None:
    """Percent of those of seven days that fired for longer than a quarter of an hour and were taken on by then."""
    return _answered(now)[0]


def minutes(now: datetime) -> float | None:
    """The median of the minutes from one being told, or told as worse, to its being taken on, in seven days."""
    return _answered(now)[1]


FIGURES: dict[str, Callable[[datetime], float | None]] = {
    "sys.alerts.open": open_alerts,
    "sys.alerts.in-time": in_time,
    "sys.alerts.minutes": minutes,
}
