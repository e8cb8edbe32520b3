"""Which deeds of other rooms become notices: one explicit table. Notify follows the book, so those rooms need not know it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_noop

from pendopo.ui import words

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """The kind of notice a deed becomes, its subject, and the context from the deed's `after`."""

    kind: str
    subject: str
    context: Callable[[Facts], dict[str, Any]]


def when(text: str) -> str:
    """A moment of a deed in the government's zone and language: 9 Mei 2020 14.05 WIB."""
    return words.moment_text(datetime.fromisoformat(text), ZoneInfo(settings.TIME_ZONE), settings.LANGUAGE_CODE)


def _silence(after: Facts) -> dict[str, Any]:
    return {"source": after["source"], "since": when(after["since"])}


def _job(after: Facts) -> dict[str, Any]:
    return {"check": after["check"], "since": when(after["since"])}


def _rows(after: Facts) -> dict[str, Any]:
    listed = ", ".join(f"{code}: {number}" for code, number in after["indicators"].items())
    first = [_row(row) for row in after.get("first", ())]
    more = after["rows"] - len(first) if first else 0
    return {"source": after["source"], "rows": after["rows"], "total": after["total"], "list": listed, "first": first, "more": more}


def _row(row: Facts) -> str:
    """A waiting row in one line: indicator, region, time, value, and why it waits."""
    value = words.exact_text(row["value"], settings.LANGUAGE_CODE)
    return " · ".join(part for part in (row["indicator"], row["region"], when(row["at"]) if row["at"] else "", value, row["why"]) if part)


DEEDS: dict[tuple[str, str], Told] = {
    ("indicators", "fell_silent"): Told("source-silent", gettext_noop("%(source)s has been silent since %(since)s"), _silence),
    ("indicators", "still_silent"): Told("source-silent", gettext_noop("%(source)s is still silent, since %(since)s"), _silence),
    ("indicators", "heard_again"): Told("source-heard", gettext_noop("%(source)s is heard again"), _silence),
    ("indicators", "check_late"): Told("check", gettext_noop("“%(check)s” has not reported since %(since)s"), _job),
    ("indicators", "check_failed"): Told("check", gettext_noop("“%(check)s” failed at %(since)s"), _job),
    ("indicators", "check_well"): Told("check", gettext_noop("“%(check)s” is well again since %(since)s"), _job),
    ("indicators", "rows_wait"): Told("quarantine", gettext_noop("%(rows)s rows of %(source)s wait for a decision"), _rows),
}
