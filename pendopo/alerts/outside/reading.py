"""From a body to alerts as they were sent: each row read alone, so that one bad row never refuses its neighbours. Pure.

Alertmanager's fields that we do not know are ignored (it is not our format); in plain JSON an unknown field is refused.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..rules import SEVERITIES

# What monitoring systems say for CAP's words.
SPOKEN = {
    "critical": "Severe",
    "page": "Severe",
    "high": "Severe",
    "error": "Severe",
    "emergency": "Extreme",
    "disaster": "Extreme",
    "warning": "Moderate",
    "warn": "Moderate",
    "average": "Moderate",
    "medium": "Moderate",
    "info": "Minor",
    "information": "Minor",
    "none": "Minor",
    "low": "Minor",
    "notice": "Minor",
}
SPOKEN |= {word.lower(): word for word in SEVERITIES}
DEFAULT_SEVERITY = "Moderate"
REGION_LABELS = ("region", "region_code", "wilayah")
# Alertmanager writes this for "not yet".
YEAR_ONE = 1
MOST_LABELS, MOST_TEXT = 64, 500


class Unreadable(ValueError):
    """A row that cannot be taken: the field and a stable code; the sentence is given by who answers."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code)
        self.code, self.name = code, name


@dataclass(frozen=True)
class Sent:
    """One alert as it was sent. `key` names the thing for its source; `ended` None while it fires; times are the sender's."""

    key: str
    name: str
    started: datetime | None
    ended: datetime | None
    firing: bool
    severity: str
    region: str
    reason: str
    value: float | None = None
    link: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    exercise: bool = False


class Plain(msgspec.Struct, forbid_unknown_fields=True):
    """A row of plain JSON."""

    name: str
    status: str = "firing"
    id: str = ""
    at: str | None = None
    ended: str | None = None
    severity: str | None = None
    region: str | None = None
    reason: str = ""
    value: float | None = None
    link: str = ""
    labels: dict[str, str | int | float | bool] = {}
    exercise: bool = False


class FromAlertmanager(msgspec.Struct):
    """A row of Alertmanager's webhook."""

    status: str = "firing"
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    startsAt: str | None = None
    endsAt: str | None = None
    generatorURL: str = ""
    fingerprint: str = ""


def rows_of(body: bytes) -> list[Any]:
    """The rows of a body `{"alerts": […]}` (or a bare list). Raises ValueError when it is none, or holds no row."""
    found = msgspec.json.decode(body)
    rows = found.get("alerts") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not rows:
        raise ValueError("no alerts")
    return rows


def moment(text: str | None, name: str) -> datetime | None:
    """RFC 3339 with an offset, in UTC; None for nothing and for Alertmanager's year one."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.year == YEAR_ONE:
            return None
    except ValueError:
        raise Unreadable("time", name) from None
    if found.tzinfo is None or not 1970 <= found.year < 2200:
        raise Unreadable("time", name)
    return found.astimezone(UTC)


def severity_of(text: str | None) -> str:
    """CAP's word for what was said; Moderate when nothing was, or something of which we do not know how bad it is."""
    return SPOKEN.get((text or "").strip().lower(), DEFAULT_SEVERITY)


def clean(text: object) -> str:
    """A text that the database can hold."""
    return str(text).replace("\x00", "␀")[:MOST_TEXT]


def labels_of(given: Mapping[str, object]) -> dict[str, str]:
    """Labels as texts, at most so many."""
    return {clean(name): clean(value) for name, value in list(given.items())[:MOST_LABELS]}


def key_of(name: str, labels: Mapping[str, str]) -> str:
    """A name for what a sender gives none to: its name and labels."""
    return hashlib.sha256(msgspec.json.encode([name, sorted(labels.items())])).hexdigest()[:32]


def plain(raw: Any) -> Sent:
    """One row of plain JSON."""
    try:
        row = msgspec.convert(raw, Plain)
    except msgspec.ValidationError as problem:
        text = str(problem)
        raise Unreadable("unknown-field" if "unknown field" in text else "shape", clean(text)) from None
    if row.status not in ("firing", "ended", "resolved"):
        raise Unreadable("status", "status")
    if not row.name.strip():
        raise Unreadable("name", "name")
    labels = labels_of(row.labels)
    key = clean(row.id) or key_of(row.name, {**labels, "region": row.region or ""})
    started, ended = moment(row.at, "at"), moment(row.ended, "ended")
    return Sent(
        key,
        clean(row.name)[:200],
        started,
        ended,
        row.status == "firing",
        severity_of(row.severity),
        clean(row.region or ""),
        clean(row.reason),
        row.value,
        clean(row.link),
        labels,
        row.exercise,
    )


def from_alertmanager(raw: Any) -> Sent:
    """One row of Alertmanager's webhook. The name is `alertname`, the region one of `region`, `region_code`, `wilayah`."""
    try:
        row = msgspec.convert(raw, FromAlertmanager)
    except msgspec.ValidationError as problem:
        raise Unreadable("shape", clean(problem)) from None
    if row.status not in ("firing", "resolved"):
        raise Unreadable("status", "status")
    labels = labels_of(row.labels)
    notes = labels_of(row.annotations)
    name = labels.get("alertname", "").strip()
    if not name:
        raise Unreadable("name", "labels.alertname")
    region = next((labels[label] for label in REGION_LABELS if labels.get(label)), "")
    reason = notes.get("summary") or notes.get("description") or notes.get("message") or ""
    exercise = labels.get("exercise", "").lower() in ("true", "1", "yes")
    key = clean(row.fingerprint) or key_of(name, labels)
    started, ended = moment(row.startsAt, "startsAt"), moment(row.endsAt, "endsAt")
    return Sent(
        key,
        name[:200],
        started,
        ended,
        row.status == "firing",
        severity_of(labels.get("severity")),
        region,
        reason,
        None,
        clean(row.generatorURL),
        labels,
        exercise,
    )
