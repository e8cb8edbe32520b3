"""The verbs of checks: make, renew the address, take in or out of use, take a call, and find those that are late."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.text import slugify

from pendopo.agencies.models import Agency
from pendopo.audit.actions import Actor, record

from .logic import CALLS_A_MINUTE, FAIL, FAILED, KEPT_CALLS, LATE, START, WELL, late_from
from .models import Call, Check

KEY_BYTES = 24


class TooMany(Exception):
    """More calls this minute than a check may get."""


def _key() -> tuple[str, str]:
    key = secrets.token_urlsafe(KEY_BYTES)
    return key, digest_of(key)


def digest_of(key: str) -> str:
    """How a key is kept."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def add_check(*, by: Actor | None, name: str, agency: Agency, every: str = "", cron: str = "", zone: str, grace: str) -> tuple[Check, str]:
    """A check and its key, which is shown once. It complains of nothing before its first call."""
    stem = slugify(name)[:50] or "check"
    taken = set(Check.objects.filter(code__startswith=stem).values_list("code", flat=True))
    code = next(word for word in (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))) if word not in taken)
    key, digest = _key()
    check = Check.objects.create(code=code, name=name, agency=agency, every=every, cron=cron, zone=zone, grace=grace, digest=digest)
    after = {"name": name, "agency": agency.code, "every": every, "cron": cron, "zone": zone, "grace": grace}
    record(by=by, room="indicators", verb="add_check", about=f"/checks/{code}", after=after)
    return check, key


@transaction.atomic
def renew_key(*, check: Check, by: Actor | None) -> str:
    """A new key; the old address answers no more."""
    key, digest = _key()
    Check.objects.filter(pk=check.pk).update(digest=digest)
    record(by=by, room="indicators", verb="renew_check", about=f"/checks/{check.code}")
    return key


@transaction.atomic
def use_check(*, check: Check, by: Actor | None, active: bool) -> None:
    """Takes a check out of use, or into use again: then it waits for its next call as a new one does."""
    done = Check.objects.filter(pk=check.pk).exclude(active=active).update(active=active, state="new", late_from=None)
    if done:
        record(by=by, room="indicators", verb="use_check", about=f"/checks/{check.code}", after={"active": active})


@transaction.atomic
def take_call(*, check: Check, kind: str, method: str, code: int | None = None, address: str = "", body: str = "") -> None:
    """Notes a call; a failure or a return to health is told in the same transaction. Raises TooMany.

    The row of the check is locked, so calls at one time are taken one after the other.
    """
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    kept = Check.objects.select_for_update(of=("self",)).select_related("agency").get(pk=check.pk)
    if kept.minute == minute and kept.in_minute >= CALLS_A_MINUTE:
        raise TooMany
    Check.objects.filter(pk=kept.pk).update(minute=minute, in_minute=F("in_minute") + 1 if kept.minute == minute else 1)
    began = kept.last_start if kept.last_start and (kept.last_success is None or kept.last_start > kept.last_success) else None
    took = (now - began).total_seconds() if began and kind != START else None
    Call.objects.create(check_called=kept, at=now, kind=kind, code=code, method=method, address=address, body=body, took_s=took)
    _forget(kept)
    changed: dict[str, Any] = {"last_call": now}
    if kind == START:
        changed["last_start"] = now
        success, started = kept.last_success or now, now
    else:
        success, started = now, None
        if kind != FAIL:
            changed["last_success"] = now
    timing = {"every": kept.every, "cron": kept.cron, "zone": kept.zone, "grace": kept.grace}
    if kind != FAIL:
        changed["late_from"] = late_from(**timing, success=success, started=started)
    if kept.active and kind != START:
        _turn(kept, FAILED if kind == FAIL else WELL, now, changed)
    Check.objects.filter(pk=kept.pk).update(**changed)


def _turn(check: Check, state: str, now: datetime, changed: dict[str, Any]) -> None:
    """The new state, with an entry when it is another one. A first success is no news."""
    changed["state"] = state
    if state == check.state:
        return
    if state == FAILED:
        record(by=None, room="indicators", verb="check_failed", about=f"/checks/{check.code}", after=_told(check, now))
    elif check.state in (LATE, FAILED):
        record(by=None, room="indicators", verb="check_well", about=f"/checks/{check.code}", after=_told(check, now))


def _told(check: Check, since: datetime) -> dict[str, Any]:
    return {"check": check.name, "agency": check.agency.code, "since": since.isoformat(), "tell": True}


def _forget(check: Check) -> None:
    oldest = check.calls.order_by("-id").values_list("id", flat=True)[KEPT_CALLS - 1 : KEPT_CALLS].first()
    if oldest is not None:
        check.calls.filter(id__lt=oldest).delete()


def find_late(*, now: datetime | None = None) -> int:
    """Tells of checks whose time has run out; answers how many. One conditional UPDATE each, so one process tells."""
    moment = now or timezone.now()
    overdue = Check.objects.filter(Q(state__in=["new", WELL]), active=True, late_from__lt=moment).select_related("agency")
    told = 0
    for check in overdue:
        with transaction.atomic():
            done = Check.objects.filter(pk=check.pk, state=check.state, late_from=check.late_from, active=True).update(state=LATE)
            if done:
                after = _told(check, check.last_success or check.last_call or check.created)
                record(by=None, room="indicators", verb="check_late", about=f"/checks/{check.code}", after=after)
                told += 1
    return told
