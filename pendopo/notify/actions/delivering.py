"""Verbs of the delivering loop: taking the next dispatch, and noting how it ended. A conditional UPDATE is the lock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record

from ..logic import ENDPOINT_PATIENCE, Outcome, is_too_late, pause
from ..models import HIDDEN, Address, Attempt, Channel, Dispatch, Enclosure, Endpoint, Notice, Result, State, Subscription, Urgency
from ..sealing import unseal, unseal_file
from ..writing import Letter, link_to
from .endpoints import switch_off
from .sending import wake

# Whoever took a dispatch and says nothing for this long counts as lost; transports give up well before (transports/).
LEASE = timedelta(seconds=120)

# One dispatch goes to one sender: MATERIALIZED, or the planner may look for it once for each row and take several. A webhook gets one at
# a time and none while it rests after a failure, so that a dead one holds up nobody.
CLAIM_SQL = """
WITH found AS MATERIALIZED (
    SELECT c.id, c.state FROM notify_dispatch c
    JOIN notify_notice n ON n.id = c.notice_id
    LEFT JOIN notify_endpoint e ON e.id = c.endpoint_id
    WHERE c.state IN ('queued', 'sending', 'failed') AND c.due <= %(now)s AND c.channel = ANY(%(channels)s)
    AND (e.id IS NULL OR e.rests_until <= %(now)s)
    AND NOT EXISTS (SELECT 1 FROM notify_dispatch o WHERE o.endpoint_id = c.endpoint_id AND o.state = 'sending' AND o.due > %(now)s)
    ORDER BY n.urgency DESC, c.due, c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED
)
UPDATE notify_dispatch d SET state = 'sending', attempts = d.attempts + 1, due = %(lease)s
FROM found WHERE d.id = found.id
RETURNING d.id, found.state
"""


@dataclass(frozen=True)
class Claimed:
    """A dispatch that this sender holds: its letter, the number of the attempt, and why it must not be sent ('' = it may)."""

    pk: int
    attempt: int
    letter: Letter
    obstacle: str


@transaction.atomic
def claim(*, channels: list[str], now: datetime | None = None) -> Claimed | None:
    """Takes the most urgent dispatch that is due on these channels, for this sender alone; None when there is none.

    One that another sender held and lost is taken over, and the log says so.
    """
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM_SQL, {"now": now, "lease": now + LEASE, "channels": channels})
        row = cursor.fetchone()
    if row is None:
        return None
    pk, was = row
    found = Dispatch.objects.select_related("notice", "person", "address", "endpoint").get(pk=pk)
    if was == State.SENDING:
        Attempt.objects.create(dispatch=found, at=now, result=Result.INTERRUPTED)
    return Claimed(pk, found.attempts, letter_of(found, now), obstacle_to(found))


def letter_of(dispatch: Dispatch, now: datetime) -> Letter:
    """The dispatch as a transport needs it."""
    notice, endpoint = dispatch.notice, dispatch.endpoint
    secrets = []
    if endpoint:
        sealed = [endpoint.secret]
        if endpoint.previous and endpoint.previous_until and endpoint.previous_until > now:
            sealed.append(endpoint.previous)
        secrets = [secret for secret in map(unseal, sealed) if secret]
    if dispatch.channel == Channel.PUSH:
        known = Subscription.objects.filter(pk=dispatch.target).first()
        secrets = [known.endpoint, known.p256dh, known.auth] if known else []
    files = []
    hidden = unseal(notice.sealed) if notice.sealed else None
    if dispatch.channel == Channel.EMAIL and bool(hidden) == bool(notice.sealed):
        enclosed = Enclosure.objects.filter(notice=notice)
        files = [(one.name, one.media_type, unseal_file(bytes(one.body)) if hidden else bytes(one.body)) for one in enclosed]
    data = {
        "type": f"notice.{notice.kind}",
        "timestamp": notice.created.isoformat().replace("+00:00", "Z"),
        "data": {
            "notice": notice.pk,
            "kind": notice.kind,
            "urgency": Urgency(notice.urgency).name.lower(),
            "about": notice.about,
            "url": link_to(notice.about),
            "subject": dispatch.subject,
            "text": dispatch.text,
            "context": notice.context,
        },
    }
    return Letter(
        channel=dispatch.channel,
        target=endpoint.url if endpoint else dispatch.target,
        language=dispatch.language,
        subject=dispatch.subject,
        text=dispatch.text.replace(HIDDEN, hidden or HIDDEN),
        link=link_to(notice.about).replace(HIDDEN, hidden or HIDDEN),
        mark=str(dispatch.mark),
        urgent=notice.urgency == Urgency.URGENT,
        data=data,
        secrets=tuple(secrets),
        files=tuple(files),
    )


def obstacle_to(dispatch: Dispatch) -> str:
    """Why a dispatch must not leave although it is due; '' = it may."""
    if dispatch.person and not dispatch.person.is_active:
        return _("The person has left.")
    if dispatch.address and dispatch.address.removed:
        return _("The address was taken away.")
    if dispatch.notice.sealed and unseal(dispatch.notice.sealed) is None:
        return _("The installation's key has changed since this letter was written: send it anew.")
    if dispatch.channel == Channel.WEBHOOK and (dispatch.endpoint is None or not dispatch.endpoint.active):
        return _("The webhook is switched off.")
    return ""


@transaction.atomic
def conclude(*, claimed: Claimed, outcome: Outcome, took_ms: int = 0, now: datetime | None = None) -> bool:
    """Notes how the attempt ended and what comes next. False when another sender had taken the dispatch over: then only the log grows."""
    now = now or timezone.now()
    found = Dispatch.objects.select_related("notice", "endpoint").get(pk=claimed.pk)
    Attempt.objects.create(
        dispatch=found, at=now, result=outcome.result, code=outcome.code, detail=outcome.detail[:300], took_ms=max(took_ms, 0)
    )
    mine = Dispatch.objects.filter(pk=claimed.pk, state=State.SENDING, attempts=claimed.attempt)
    if outcome.result == Result.SENT:
        changed = mine.update(state=State.SENT, finished=now)
        if not found.notice.dispatches.exclude(state=State.SENT).exists():
            Enclosure.objects.filter(notice=found.notice).delete()
            Notice.objects.filter(pk=found.notice_id).exclude(sealed="").update(sealed="")
    elif outcome.result == Result.REFUSED or is_too_late(found.created, now):
        changed = mine.update(state=State.GIVEN_UP, finished=now)
    else:
        urgent = found.notice.urgency == Urgency.URGENT
        changed = mine.update(state=State.FAILED, due=now + pause(claimed.attempt, urgent=urgent, asked_s=outcome.wait_s))
    if outcome.gone and found.channel == Channel.PUSH:
        Address.objects.kept().filter(channel=Channel.PUSH, target=found.target).update(removed=now)
        Subscription.objects.filter(pk=found.target).delete()
    if found.endpoint and not claimed.obstacle:
        _note_endpoint(found.endpoint, outcome, now)
    return bool(changed)


def _note_endpoint(endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
    """A webhook's health: well again, resting after a failure, or switched off after days of them."""
    rows = Endpoint.objects.filter(pk=endpoint.pk)
    if outcome.result == Result.SENT:
        rows.exclude(failing_since=None).update(failing_since=None, failures=0, rests_until=now)
        return
    rests = now + pause(endpoint.failures + 1, asked_s=outcome.wait_s)
    rows.update(failing_since=Coalesce("failing_since", now), failures=F("failures") + 1, rests_until=rests)
    since = endpoint.failing_since or now
    if outcome.gone:
        switch_off(endpoint=endpoint, by=None, why=_("The receiver answered that it is gone (410)."))
    elif now - since >= ENDPOINT_PATIENCE:
        why = _("It failed for %(days)s days. The last answer: %(detail)s") % {"days": ENDPOINT_PATIENCE.days, "detail": outcome.detail}
        switch_off(endpoint=endpoint, by=None, why=why)


@transaction.atomic
def try_again(*, dispatch: Dispatch, by: Actor | None) -> bool:
    """A dispatch that was given up or waits after a failure goes out at once. False when it was sent or is on its way."""
    now = timezone.now()
    stuck = Dispatch.objects.filter(pk=dispatch.pk, state__in=[State.FAILED, State.GIVEN_UP])
    changed = stuck.update(state=State.QUEUED, due=now, finished=None)
    if changed:
        if dispatch.endpoint_id:
            Endpoint.objects.filter(pk=dispatch.endpoint_id).update(rests_until=now)
        record(by=by, room="notify", verb="try_again", about=f"/notices/{dispatch.pk}", before={"state": dispatch.state})
        wake()
    return bool(changed)
