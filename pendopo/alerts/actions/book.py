"""What judging reads and writes: alerts, parents and mutes loaded at once, and written back in a few statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import Q

from pendopo.audit.actions import record
from pendopo.regions.logic import is_within

from ..models import Alert, Dependency, Maintenance, Snooze, State, Word
from ..standing import Mute, ParentWord
from ..verdicts import Verdict

# The channel on which those are woken who show alerts.
WAKE_CHANNEL = "pendopo_alerts"
# Alerts are judged by one at a time, whoever brings the words: the loop of rules, a webhook, a person.
LOCK = 0x616C7274
TOLD_IN_ONE = 500

UPDATE_SQL = """
UPDATE alerts_alert a SET state = v.state, quiet = v.quiet, quiet_until = v.quiet_until, reason = v.reason, value = v.value,
    peak = v.peak, size = v.size, severity = v.severity, last_at = v.last_at, calm_since = v.calm_since, told = v.told, ended = v.ended,
    flaps = v.flaps, flapping = v.flapping, group_id = v.group_id, touched = v.touched, onset = v.onset, heard = v.heard
FROM jsonb_to_recordset(%s) AS v(id bigint, state text, quiet text, quiet_until timestamptz, reason text, value float8, peak float8,
    size float8, severity text, last_at timestamptz, calm_since timestamptz, told timestamptz, ended timestamptz, flaps int,
    flapping boolean, group_id bigint, touched timestamptz, onset timestamptz,
    heard timestamptz)
WHERE a.id = v.id
"""
FIELDS = (
    "id",
    "state",
    "quiet",
    "quiet_until",
    "reason",
    "value",
    "peak",
    "size",
    "severity",
    "last_at",
    "calm_since",
    "told",
    "ended",
    "flaps",
    "flapping",
    "group_id",
    "touched",
    "onset",
    "heard",
)


CHANGES_SQL = """
INSERT INTO alerts_change (alert_id, at, state, severity, value, reason)
SELECT v.alert_id, v.at, v.state, v.severity, v.value, v.reason FROM ROWS FROM (jsonb_to_recordset(%s)
    AS (alert_id bigint, at timestamptz, state text, severity text, value float8, reason text)) WITH ORDINALITY
    AS v(alert_id, at, state, severity, value, reason, place) ORDER BY v.place
"""


class Turn(NamedTuple):
    """A change of an alert that judging found, before it is a row: there are thousands in a storm."""

    alert: Alert
    at: datetime
    state: str
    severity: str
    value: float | None
    reason: str


def lock() -> None:
    """Holds the judge's chair until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def newest(fingerprints: Iterable[str]) -> dict[str, Alert]:
    """The newest alert of each thing, open or ended."""
    found = Alert.objects.filter(fingerprint__in=list(fingerprints)).order_by("fingerprint", "-id").distinct("fingerprint")
    return {alert.fingerprint: alert for alert in found}


class Family:
    """Parents and children of some things, and the newest words about the parents."""

    def __init__(self, fingerprints: Iterable[str]) -> None:
        names = list(fingerprints)
        rows = list(Dependency.objects.filter(Q(parent__in=names) | Q(child__in=names)))
        children = {row.child for row in rows}
        if children - set(names):
            rows = list(Dependency.objects.filter(Q(parent__in=names) | Q(child__in=children)))
        self.parents: dict[str, list[str]] = defaultdict(list)
        self.children: dict[str, set[str]] = defaultdict(set)
        self.wait_s: dict[str, float] = {}
        for row in rows:
            self.parents[row.child].append(row.parent)
            self.children[row.parent].add(row.child)
            self.wait_s[row.child] = max(self.wait_s.get(row.child, 0), row.wait_s)
        known = Word.objects.filter(fingerprint__in={row.parent for row in rows} | set(names))
        self.words = {word.fingerprint: ParentWord(word.hot, word.at, word.turned, word.heard) for word in known}
        self.changed: set[str] = set()

    def words_of(self, child: str) -> list[ParentWord | None]:
        """What is known of a child's parents."""
        return [self.words.get(parent) for parent in self.parents.get(child, ())]

    def save(self) -> None:
        """Writes the words that changed."""
        rows = [
            Word(fingerprint=name, hot=word.hot, at=word.at, turned=word.turned, heard=word.heard)
            for name, word in self.words.items()
            if name in self.changed
        ]
        Word.objects.bulk_create(rows, update_conflicts=True, unique_fields=["fingerprint"], update_fields=["hot", "at", "turned", "heard"])


class Quiet:
    """The maintenance windows and snoozes of a moment."""

    def __init__(self, now: datetime) -> None:
        self.windows = list(Maintenance.objects.filter(start__lte=now, end__gt=now, cancelled=None))
        self.snoozes: dict[str, Snooze] = {}
        for snooze in Snooze.objects.filter(until__gt=now).order_by("until"):
            self.snoozes[snooze.fingerprint] = snooze

    def mute(self, alert: Alert) -> Mute | None:
        """Why an alert is kept quiet now, if anything says so."""
        if snooze := self.snoozes.get(alert.fingerprint):
            return Mute("snooze", snooze.until, also_told=True)
        windows = [w for w in self.windows if self._covers(w, alert)]
        if not windows:
            return None
        return Mute("maintenance", max(window.end for window in windows))

    @staticmethod
    def _covers(window: Maintenance, alert: Alert) -> bool:
        if window.rule_id is not None and window.rule_id != alert.rule_id:
            return False
        if window.source_id is not None and window.source_id != alert.source_id:
            return False
        return is_within(alert.region_id, window.region_id)


def write(created: Sequence[Alert], changed: Sequence[Alert], turns: Sequence[Turn]) -> None:
    """New alerts, changed ones and their rows of change, in three statements; whoever shows alerts is woken after commit."""
    Alert.objects.bulk_create(created, batch_size=1000)
    with connection.cursor() as cursor:
        if changed:
            rows = [{name: getattr(alert, name) for name in FIELDS} for alert in changed]
            cursor.execute(UPDATE_SQL, [msgspec.json.encode(rows).decode()])
        if turns:
            told = [{**turn._asdict(), "alert": None, "alert_id": turn.alert.pk} for turn in turns]
            cursor.execute(CHANGES_SQL, [msgspec.json.encode(told).decode()])
    if created or changed:
        ring()


def ring() -> None:
    """Wakes those who show alerts, after commit."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE_CHANNEL}")


def tell(verb: str, alerts: Sequence[Alert]) -> None:
    """The book's entries for alerts that opened, ended, worsened or were kept quiet: one for many, with the list."""
    for start in range(0, len(alerts), TOLD_IN_ONE):
        part = alerts[start : start + TOLD_IN_ONE]
        about = part[0].get_absolute_url() if len(part) == 1 else "/alerts"
        after: dict[str, Any] = {"count": len(part), "alerts": [facts(alert) for alert in part]}
        region = part[0].region_id if len({alert.region_id for alert in part}) == 1 else ""
        _enter(verb, about, after, region)


def _enter(verb: str, about: str, after: dict[str, Any], region: str) -> None:
    if verb == "opened":
        record(by=None, room="alerts", verb="opened", about=about, after=after, region=region)
    elif verb == "ended":
        record(by=None, room="alerts", verb="ended", about=about, after=after, region=region)
    elif verb == "worsened":
        record(by=None, room="alerts", verb="worsened", about=about, after=after, region=region)
    else:
        record(by=None, room="alerts", verb="quieted", about=about, after=after, region=region)


def facts(alert: Alert) -> dict[str, Any]:
    """An alert as the book and the bus tell it."""
    return {
        "id": alert.pk,
        "fingerprint": alert.fingerprint,
        "name": alert.name,
        "region": alert.region_id,
        "severity": alert.severity,
        "state": alert.state,
        "group": alert.group_id,
        **({"exercise": True} if alert.exercise else {}),
    }


def new_alert(verdict: Verdict, now: datetime) -> Alert:
    """The alert of a first word; its state is decided next."""
    about = verdict.about
    return Alert(
        fingerprint=verdict.fingerprint,
        name=about.name[:200],
        rule_id=about.rule,
        source_id=about.source,
        indicator=about.indicator,
        region_id=about.region,
        dims=dict(about.dims),
        labels=dict(about.labels),
        link=about.link[:500],
        severity=verdict.how_bad,
        state=State.WAITING,
        family=about.group[:150],
        started=min(verdict.started or verdict.at, now),
        onset=verdict.started or verdict.at,
        heard=now,
        last_at=verdict.at,
        exercise=about.exercise,
        touched=now,
    )
