"""Reads the house's own figures: each a number, or None when there is nothing to say."""

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from pendopo.audit.models import Entry

from ..health.actions import OWN_SOURCES
from ..health.league import standings
from ..health.logic import share_of
from ..health.models import ContractDay
from ..models import Check, Delivery, KeptRow, Waiting, Way
from .chain import proved

# Written by the package manager of Debian and its kin whenever a package is installed, upgraded or removed.
PACKAGES = Path("/var/lib/dpkg/status")

LATENCY_SQL = """
SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM known_since - received)))::float8
FROM indicators_delivery WHERE known_since >= %s
"""


def sources_heard(now: datetime) -> float | None:
    """Percent of the sources in use that promised something, were ever heard, and are not silent."""
    found = [line for line in standings(now, 7) if line.source is not None and line.source.indicators.all() and line.last_heard]
    return 100 * sum(not line.silent for line in found) / len(found) if found else None


def contracts_in_time(now: datetime) -> float | None:
    """Percent: the mean over all contracts of in time ÷ due, in 7 days."""
    share = share_of(kept for line in standings(now, 7) for kept in line.contracts)
    return None if share is None else 100 * share


def rows_refused(now: datetime) -> float | None:
    """Percent of the rows of 24 hours that were quarantined or rejected."""
    lately = Delivery.objects.filter(known_since__gte=now - timedelta(hours=24)).exclude(way__in=[Way.DECISION, Way.SYSTEM])
    found = lately.aggregate(rows=Sum("rows"), held=Sum("quarantined"), refused=Sum("rejected"))
    return 100 * (found["held"] + found["refused"]) / found["rows"] if found["rows"] else None


def rows_waiting(now: datetime) -> float | None:
    """Rows that wait for a person."""
    return float(KeptRow.objects.filter(state=Waiting.WAITING).count())


def delivery_latency(now: datetime) -> float | None:
    """The 95th percentile of known − received in the last hour, in seconds."""
    with connection.cursor() as cursor:
        cursor.execute(LATENCY_SQL, [now - timedelta(hours=1)])
        value: float | None = cursor.fetchone()[0]
        return value


def audit_unsealed(now: datetime) -> float | None:
    """Entries of the book older than a minute without a seal."""
    return float(Entry.objects.filter(seq=None, at__lt=now - timedelta(minutes=1)).count())


def backup_age(now: datetime) -> float | None:
    """Hours since the last good nightly backup, as the supervisor noted it; None before the first or where it is made elsewhere."""
    return _hours_since("last_success", now)


def backup_tested(now: datetime) -> float | None:
    """Hours since a backup was restored for a trial and held every row, file and deed that was saved."""
    return _hours_since("tested", now)


def backup_copied(now: datetime) -> float | None:
    """Hours since a backup was last copied off this machine; None where nobody asked for it."""
    return _hours_since("copied", now)


def _hours_since(name: str, now: datetime) -> float | None:
    try:
        noted = json.loads((settings.DATA_DIR / "run/backup.json").read_text(encoding="utf-8"))
        return (now - datetime.fromisoformat(noted[name])).total_seconds() / 3600
    except (OSError, ValueError, KeyError, TypeError):
        return None


def audit_proved(now: datetime) -> float | None:
    """Hours since the chain of the book was walked whole and found unbroken."""
    last = proved(now)
    return None if last is None else (now - last).total_seconds() / 3600


def packages_age(now: datetime) -> float | None:
    """Days since packages of this machine's operating system were last changed, security updates too; None where it is not Debian."""
    try:
        changed = PACKAGES.stat().st_mtime
    except OSError:
        return None
    return max(0.0, (now.timestamp() - changed) / 86_400)


def agencies_under_contract(now: datetime) -> float | None:
    """Agencies whose sources in use promised something and kept at least one promise within 30 days."""
    kept = ContractDay.objects.filter(day__gt=timezone.localdate(now - timedelta(days=30)), in_time__gt=0)
    others = kept.exclude(source__code__in=OWN_SOURCES)
    return float(others.values("source__agency").distinct().count())


def disk_free(now: datetime) -> float | None:
    """Percent of the data folder's disk that is free."""
    if not settings.DATA_DIR.exists():
        return None
    usage = shutil.disk_usage(settings.DATA_DIR)
    return 100 * usage.free / usage.total


FIGURES: dict[str, Callable[[datetime], float | None]] = {
    "sys.sources.heard": sources_heard,
    "sys.contracts.in-time": contracts_in_time,
    "sys.rows.refused": rows_refused,
    "sys.rows.waiting": rows_waiting,
    "sys.delivery.latency": delivery_latency,
    "sys.audit.unsealed": audit_unsealed,
    "sys.audit.proved": audit_proved,
    "sys.backup.age": backup_age,
    "sys.backup.tested": backup_tested,
    "sys.backup.copied": backup_copied,
    "sys.disk.free": disk_free,
    "sys.packages.age": packages_age,
    "sys.contracts.agencies": agencies_under_contract,
}


def jobs() -> dict[str, float]:
    """1 for each check that is well, 0 for one that is late or failed; those not called yet are left out."""
    lines = Check.objects.filter(active=True).exclude(state="new").values_list("code", "state")
    return {code: float(state == "well") for code, state in lines}
