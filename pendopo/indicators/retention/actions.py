"""The verb of retention: `forget_due` takes away the rows that are older than their indicator keeps them. Hours and days stay.

What is forgotten is noted first (`Indicator.raw_since`, in the book), then the rows go, month by month; so killed at any moment it goes on
where it was the next time. A closed month is written anew without them. The newest word of a series is never forgotten.
"""

import logging
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from pendopo.audit.actions import record

from ..closing import parquet
from ..closing.actions import FOLDER, LOCK, PATIENCE, open_months, table_of
from ..closing.models import ClosedMonth
from ..closing.thawing import closed_months, first_moment, forget, part
from ..derivation.models import DerivedPosition
from ..logic import Duration
from ..models import Indicator
from ..periods.actions import catch_up, complete
from ..periods.reading import start_of

logger = logging.getLogger(__name__)

# Of each series of which rows go: the first moment whose rows stay.
GONE_SQL = """
SELECT s.id, least(i.raw_since, l.at) AS before FROM indicators_indicator i
JOIN indicators_series s ON s.indicator_id = i.id JOIN indicators_latest l ON l.series_id = s.id WHERE i.raw_since IS NOT NULL
"""
DELETE_SQL = "DELETE FROM {table} o USING ({gone}) g WHERE o.series_id = g.id AND o.at < g.before"
# A file that no month names is left for readers that are just at it.
LEFT_FOR_S = 3600


def forget_due(*, now: datetime | None = None) -> list[str]:
    """Forgets what is due; answers the codes of the indicators that keep less now than before.

    An indicator whose hours and days are not complete waits, and all wait while derived figures are still computed from history.
    """
    moment = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return []
        try:
            catch_up()
            noted = [indicator.code for indicator in Indicator.objects.exclude(keep="").order_by("code") if _note(indicator, moment)]
            newest = Indicator.objects.order_by("-raw_since").filter(raw_since__isnull=False).values_list("raw_since", flat=True).first()
            if newest is not None:
                _take_away(newest)
            return noted
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            forget()


def limit_of(keep: str, now: datetime) -> datetime:
    """The first moment whose rows stay: the start of a day; of a month where that one is closed, since its file is written anew."""
    limit = start_of("day", now - timedelta(seconds=Duration.parse(keep).seconds))
    month = date(limit.year, limit.month, 1)
    return start_of("day", first_moment(month)) if month in closed_months() else limit


def _note(indicator: Indicator, now: datetime) -> bool:
    """Says that an indicator keeps its rows only from a moment on. Whether that is later than before."""
    limit = limit_of(indicator.keep, now)
    if indicator.raw_since is not None and indicator.raw_since >= limit:
        return False
    if not complete(indicator) or DerivedPosition.objects.filter(after__isnull=False).exists():
        return False
    with transaction.atomic():
        record(
            by=None,
            room="indicators",
            verb="forgets",
            about=f"/indicators/{indicator.code}",
            before={"raw_since": indicator.raw_since and indicator.raw_since.isoformat()},
            after={"raw_since": limit.isoformat(), "keep": indicator.keep},
        )
        Indicator.objects.filter(pk=indicator.pk).update(raw_since=limit)
    return True


def _take_away(newest: datetime) -> None:
    """The rows of all months that begin before a moment."""
    for month in open_months():
        if first_moment(month) < newest:
            with connection.cursor() as cursor:
                cursor.execute(DELETE_SQL.format(table=table_of(month), gone=GONE_SQL))
    folder = settings.FILES_DIR / FOLDER
    _clear(folder)
    gone = folder / "gone.csv"
    months = list(ClosedMonth.objects.filter(month__lt=newest.date()))
    try:
        if months:
            _copy_gone(gone)
        for closed in months:
            _rewrite(closed, folder, gone)
    finally:
        gone.unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    """Files that were written anew, or never became a month's file."""
    named = {Path(file).name for file in ClosedMonth.objects.values_list("file", flat=True)}
    before = timezone.now().timestamp() - LEFT_FOR_S
    for file in folder.glob("*.parquet") if folder.is_dir() else ():
        if file.name not in named and file.stat().st_mtime < before:
            file.unlink()


def _copy_gone(target: Path) -> None:
    with transaction.atomic(), connection.cursor() as cursor, target.open("wb") as file:
        asked = f"COPY (SELECT id, before AT TIME ZONE 'UTC' FROM ({GONE_SQL}) g) TO STDOUT (FORMAT csv)"  # noqa: S608 – our own names
        with cursor.copy(asked) as copy:
            for block in copy:
                file.write(block)


def _rewrite(closed: ClosedMonth, folder: Path, gone: Path) -> None:
    """A closed month without the rows that are forgotten; what PostgreSQL holds of it is emptied. Later words go with them."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE_SQL.format(table=part(closed.month, "late"), gone=GONE_SQL))
    file, half = settings.FILES_DIR / closed.file, folder / f"{closed}.part"
    if not parquet.holds(file, gone):
        return
    if parquet.digest(file) != closed.digest:
        logger.error("%s is not what was sealed: %s keeps all its rows. Restore the file from a backup.", closed.file, closed)
        return
    try:
        rows, digest = parquet.without(file, gone, half)
        done = half.rename(folder / f"{closed}.{digest[:12]}.parquet")
    finally:
        half.unlink(missing_ok=True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute(f"LOCK TABLE {part(closed.month, 'closed')} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(f"TRUNCATE {part(closed.month, 'closed')}")
        if closed.whole:
            cursor.execute(f"ALTER TABLE {part(closed.month, 'closed')} SET UNLOGGED")
        cursor.execute("DELETE FROM indicators_thawed WHERE month = %s", [closed.month])
        facts = {"file": f"{FOLDER}/{done.name}", "digest": digest, "rows": rows}
        ClosedMonth.objects.filter(pk=closed.pk).update(**facts, bytes=done.stat().st_size, whole=False)
        record(by=None, room="indicators", verb="forgot", about=f"/closed/{closed}", before={"rows": closed.rows}, after=facts)
