"""The verbs of closed months: `close_month` moves a month's history to Parquet, `sweep` gives back the room in PostgreSQL.

Killed at any moment, nothing is lost and nothing doubled: a month counts as closed from one commit on, which comes after its file was
written, brought to disk and read back; before that the rows stand where they stood, after it they are the file's. What PostgreSQL still
holds of it then is a copy, and goes only when the file is found unchanged.
"""

import logging
import os
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..derivation.models import DerivedPosition
from ..periods.actions import catch_up
from . import parquet
from .models import ClosedMonth
from .thawing import MIN_AT, SWEPT_AFTER, first_moment, forget, next_month, part

logger = logging.getLogger(__name__)

# Held while a month is closed, so that two never close the same.
LOCK = 0x636C6F73
FOLDER = "closed"
# What follows arrivals day by day (source health) has seen them by then.
QUIET = timedelta(days=2)
# How long a step that needs the whole table may wait for readers before it lets everyone else go first.
PATIENCE = "5s"
COPY_SQL = """
COPY (SELECT series_id, at AT TIME ZONE 'UTC', known_since AT TIME ZONE 'UTC', value, quality, delivery_id, note
      FROM {table} WHERE known_since <= '{cutoff}') TO STDOUT (FORMAT csv)
"""


class Impossible(Exception):
    """The month cannot be closed; the message is a sentence that says what to do."""


def table_of(month: date) -> str:
    """The partition of a month."""
    return f"indicators_observation_{month:%Y_%m}"


def open_months() -> list[date]:
    """The months that have a partition and are not closed, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT to_date(right(c.relname, 7), 'YYYY_MM') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'indicators_observation'::regclass AND c.relkind = 'r' ORDER BY 1
            """
        )
        return [month for (month,) in cursor.fetchall()]


def close_month(*, month: date, by: Person | None = None) -> ClosedMonth:
    """Moves what is known of a past month to a Parquet file. Returns after commit. Raises Impossible.

    Its rows stay readable where they were until `sweep`; what becomes known later stays in PostgreSQL.
    """
    month = month.replace(day=1)
    if first_moment(next_month(month)) > timezone.now():
        raise Impossible(_("%(month)s is not over yet: close it when it is.") % {"month": f"{month:%Y-%m}"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Impossible(_("Another month is being closed: try again when that is done."))
        try:
            if ClosedMonth.objects.filter(pk=month).exists():
                raise Impossible(
                    _("%(month)s is closed already; what is corrected later stays in the database.") % {"month": f"{month:%Y-%m}"}
                )
            if month not in open_months():
                raise Impossible(_("There is no history of %(month)s.") % {"month": f"{month:%Y-%m}"})
            return _close(month, by)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            forget()


def _close(month: date, by: Person | None) -> ClosedMonth:
    with transaction.atomic(), connection.cursor() as cursor:
        # Every row up to this stamp is committed, and none will follow.
        cursor.execute("SELECT indicators_stamp()")
        cutoff: datetime = cursor.fetchone()[0]
    if DerivedPosition.objects.filter(Q(raw__lt=min(_last_word(month), cutoff)) | Q(after__isnull=False)).exists():
        raise Impossible(_("Derived figures are still being computed from this month: try again when they have caught up."))
    catch_up()
    folder = settings.FILES_DIR / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"{month:%Y-%m}.*"):  # of an attempt that was killed
        left.unlink()
    half, done = folder / f"{month:%Y-%m}.part", folder / f"{month:%Y-%m}.parquet"
    copied = folder / f"{month:%Y-%m}.csv"
    try:
        count = _copy_out(month, cutoff, copied)
        rows, digest = parquet.write(copied, half)
        if rows != count:
            raise parquet.Damaged(f"{half.name} holds {rows} rows instead of {count}.")
        half.rename(done)
        _sync(folder)
    finally:
        copied.unlink(missing_ok=True)
        half.unlink(missing_ok=True)
    with transaction.atomic():
        now = timezone.now()
        closed = ClosedMonth.objects.create(
            month=month,
            cutoff=cutoff,
            closed=now,
            used=now,
            file=f"{FOLDER}/{done.name}",
            digest=digest,
            rows=rows,
            bytes=done.stat().st_size,
        )
        _split(month, cutoff)
        after = {"file": closed.file, "digest": digest, "rows": rows, "cutoff": cutoff.isoformat()}
        record(by=by, room="indicators", verb="closed", about=f"/closed/{month:%Y-%m}", after=after)
    return closed


def _copy_out(month: date, cutoff: datetime, target: Path) -> int:
    """PostgreSQL's rows of the month up to the cutoff as CSV; how many it counted."""
    with transaction.atomic(), connection.cursor() as cursor, target.open("wb") as file:
        with cursor.copy(COPY_SQL.format(table=table_of(month), cutoff=cutoff.isoformat())) as copy:
            for block in copy:
                file.write(block)
        return int(cursor.rowcount)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _split(month: date, cutoff: datetime) -> None:
    """Makes the month two parts: what the file holds, and what became known after the cutoff. In the transaction of `close_month`."""
    whole, closed, late = table_of(month), part(month, "closed"), part(month, "late")
    first, end = first_moment(month).isoformat(), first_moment(next_month(month)).isoformat()
    after = f"'{cutoff.isoformat()}'::timestamptz + interval '1 microsecond'"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute(f"ALTER TABLE indicators_observation DETACH PARTITION {whole}")
        cursor.execute(f"ALTER TABLE {whole} RENAME TO {closed}")
        cursor.execute(f"ALTER INDEX {whole}_pkey RENAME TO {closed}_pkey")
        cursor.execute(
            f"CREATE TABLE {whole} PARTITION OF indicators_observation FOR VALUES FROM ('{first}') TO ('{end}') "
            "PARTITION BY RANGE (known_since)"
        )
        cursor.execute(f"SELECT ({after})::text")
        limit = cursor.fetchone()[0]
        cursor.execute(f"CREATE TABLE {late} PARTITION OF {whole} FOR VALUES FROM ('{limit}') TO (MAXVALUE)")
        cursor.execute(f"INSERT INTO {late} SELECT * FROM {closed} WHERE known_since > %s", [cutoff])  # noqa: S608 – our own names
        cursor.execute(f"DELETE FROM {closed} WHERE known_since > %s", [cutoff])  # noqa: S608 – our own names
        cursor.execute(f"ALTER TABLE {whole} ATTACH PARTITION {closed} FOR VALUES FROM (MINVALUE) TO ('{limit}')")


def sweep(*, now: datetime | None = None) -> list[date]:
    """Empties what PostgreSQL holds of closed months that nobody read for a while; answers which months.

    A month whose file is not what the book sealed keeps its rows, and the log says so.
    """
    swept = []
    moment = (now or timezone.now()) - SWEPT_AFTER
    for month in ClosedMonth.objects.filter(used__lt=moment):
        if month.whole and parquet.digest(settings.FILES_DIR / month.file) != month.digest:
            logger.error("%s is not what was sealed: %s stays in the database. Restore the file from a backup.", month.file, month)
            continue
        if _empty(month, moment):
            swept.append(month.month)
    return swept


def _empty(month: ClosedMonth, before: datetime) -> bool:
    """Empties one month unless somebody asked for it meanwhile: its row is the lock.

    It waits only for the table, and while it holds nothing: a reader holds the one and asks for the other in either order.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        cursor.execute("SELECT 1 FROM indicators_thawed WHERE month = %s LIMIT 1", [month.month])
        holds = month.whole or cursor.fetchone() is not None
        if not holds:
            return False
        cursor.execute(f"LOCK TABLE {part(month.month, 'closed')} IN ACCESS EXCLUSIVE MODE")
        if ClosedMonth.objects.select_for_update(skip_locked=True).filter(pk=month.pk, used__lt=before).first() is None:
            return False
        ClosedMonth.objects.filter(pk=month.pk).update(whole=False)
        cursor.execute(f"TRUNCATE {part(month.month, 'closed')}")
        if month.whole:  # from here on it is only a copy: no log of it, and it is empty after a crash, as the notes on it are
            cursor.execute(f"ALTER TABLE {part(month.month, 'closed')} SET UNLOGGED")
        cursor.execute("DELETE FROM indicators_thawed WHERE month = %s", [month.month])
    return True


def close_due(*, keep_open: int, now: datetime | None = None) -> Sequence[ClosedMonth]:
    """Closes every month that is older than the `keep_open` newest months before the present one; 0 closes none.

    A month that was spoken of in the last two days is still being filled and waits.
    """
    if keep_open <= 0:
        return []
    moment = now or timezone.now()
    number = moment.year * 12 + moment.month - 1 - keep_open
    limit = date(number // 12, number % 12 + 1, 1)
    return [close_month(month=month) for month in open_months() if month < limit and _last_word(month) < moment - QUIET]


def _last_word(month: date) -> datetime:
    """When something last became known of an open month."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(known_since) FROM {table_of(month)}")  # noqa: S608 – our own name
        return cursor.fetchone()[0] or MIN_AT
