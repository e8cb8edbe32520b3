"""Verbs of a running call-out: start, go on, stop, and take an answer. A row lock is the lock: any number of processes may run them."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.alerts.models import Severity
from pendopo.audit.actions import record
from pendopo.notify import actions as notify
from pendopo.notify.models import OPEN
from pendopo.notify.models import State as Sent

from ..logic import Answer, thing_of
from ..models import Call, CallOut, Chain, State
from ..planning import people_of, plan_of, ways_of
from ..tokens import token_of

# A step whose every call has failed is not waited for longer than this: the next one begins.
BREATH = timedelta(seconds=1)


def start(
    *,
    chain: Chain,
    subject: str,
    by: Person | None,
    key: str,
    about: str = "",
    detail: str = "",
    severity: str = Severity.SEVERE,
    exercise: bool = False,
) -> CallOut:
    """Begins to call people for a thing; the first step leaves at once. A second start with the same `key` while the first runs or was
    answered gives that one: nobody is called twice for the same thing."""
    plan = plan_of(chain)
    if not plan:
        raise Refused(_("This chain calls nobody: give it a step first."))
    try:
        with transaction.atomic():
            found = CallOut.objects.create(
                chain=chain,
                key=key[:300],
                about=about[:300],
                subject=subject[:200],
                detail=detail[:2000],
                severity=severity,
                exercise=exercise,
                started_by=by,
                plan=plan,
            )
            after = {"chain": chain.code, "subject": subject, "key": key, "severity": severity, "exercise": exercise, "for": about}
            record(by=by, room="incidents", verb="call_out", about=found.get_absolute_url(), after=after)
    except IntegrityError:
        return CallOut.objects.get(key=key[:300], state__in=[State.RUNNING, State.ANSWERED])
    advance(call_out=found)
    return found


@transaction.atomic
def advance(*, call_out: CallOut, now: datetime | None = None) -> bool:
    """Goes on to the next step when it is time, or when every call so far has failed or was answered with no. Whether it did anything."""
    now = now or timezone.now()
    found = CallOut.objects.select_for_update(skip_locked=True).filter(pk=call_out.pk, state=State.RUNNING).first()
    if found is None or (found.next_at > now and not _is_hopeless(found, now)):
        return False
    while found.place < len(found.plan):
        step = found.plan[found.place]
        found.place += 1
        if _call_all(found, step, now):
            found.next_at = now + timedelta(seconds=step["wait_s"])
            found.save(update_fields=["place", "next_at"])
            return True
    found.state, found.ended = State.UNANSWERED, now
    found.save(update_fields=["place", "state", "ended"])
    _take_back(found)
    record(by=None, room="incidents", verb="call_out_unanswered", about=found.get_absolute_url(), after={"subject": found.subject})
    return True


def _is_hopeless(call_out: CallOut, now: datetime) -> bool:
    """Whether nobody of the steps so far can answer any more: each said no, or could not be reached."""
    calls = list(Call.objects.filter(call_out__in=[call_out, *_beside(call_out)]).select_related("dispatch"))
    last = max((call.made for call in calls), default=call_out.started)
    if now - last < BREATH:
        return False
    lost = {call.person_id for call in calls if call.answer == Answer.CANNOT}
    dead = (Sent.FAILED, Sent.GIVEN_UP)
    return all(call.person_id in lost or call.dispatch is None or call.dispatch.state in dead for call in calls)


def _beside(call_out: CallOut) -> list[CallOut]:
    """Call-outs of other chains that began by themselves for the same and go on, or were answered in the same episode."""
    thing, _chain, since = thing_of(call_out.key)
    if call_out.started_by_id is not None or not since:
        return []
    alike = CallOut.objects.filter(started_by=None, key__startswith=f"{thing} chain ").exclude(pk=call_out.pk)
    return list(alike.filter(Q(state=State.RUNNING) | Q(state=State.ANSWERED, key__endswith=f" since {since}")))


def _call_all(call_out: CallOut, step: dict[str, Any], now: datetime) -> int:
    """Calls everybody of a step on its channels, once for each; how many calls left, those of another chain for the same included. What
    stands in the way is kept with the call."""
    urgent = call_out.severity in (Severity.EXTREME, Severity.SEVERE)
    called = set(call_out.calls.values_list("person", "channel"))
    elsewhere = set(Call.objects.filter(call_out__in=_beside(call_out), obstacle="").values_list("person", "channel"))
    left = 0
    for person, ways in ways_of(step, now, urgent=urgent):
        for way in ways:
            if (person.pk if person else None, way.channel) in elsewhere:
                left += 1
                continue
            if (person.pk if person else None, way.channel) in called:
                continue
            call = Call.objects.create(
                call_out=call_out,
                place=call_out.place,
                person=person,
                channel=way.channel,
                target=way.target,
                code=f"{secrets.randbelow(10_000):04d}",
                made=now,
                obstacle=way.obstacle,
            )
            if not way.obstacle:
                _send(call)
                left += 1
    return left


def _send(call: Call, lead: str = "") -> None:
    """The message of a call; `lead` stands before its subject."""
    out = call.call_out
    mark = (_("[EXERCISE]") + " " if out.exercise else "") + lead
    call.dispatch = notify.call(
        person=call.person,
        channel=call.channel,
        target=call.target,
        subject="%(subject)s",
        context={"subject": f"{mark}{out.subject}", "detail": out.detail, "code": call.code if call.person else ""},
        about=reverse("incidents:answer", args=[token_of(call)]) if call.person else out.get_absolute_url(),
    )
    call.save(update_fields=["dispatch"])


def _take_back(call_out: CallOut) -> None:
    """Calls that have not left yet stay here."""
    waiting = call_out.calls.filter(dispatch__state__in=OPEN).values_list("dispatch", flat=True)
    notify.withdraw(dispatches=[pk for pk in waiting if pk], why=_("The call-out has ended."))


@transaction.atomic
def answer(*, call: Call, said: Answer, via: str) -> str:
    """Takes the answer to one call; the sentence for who gave it. Counts only over the channel on which the call was made.

    The first who comes ends the call-out; a later one is told who was first. Who cannot come after all opens it again.
    """
    out = CallOut.objects.select_for_update(of=("self",)).select_related("answered_by").get(pk=call.call_out_id)
    if via != call.channel:
        raise Refused(_("This call was made on another channel: answer it there."))
    if call.dispatch is None:
        raise Refused(_("This call never left."))
    Call.objects.filter(pk=call.pk).update(answer=said, answered=timezone.now())
    after = {"person": call.person.name if call.person else "", "channel": via, "answer": said}
    record(by=call.person, room="incidents", verb="answer_call", about=out.get_absolute_url(), after=after)
    if said == Answer.CANNOT:
        if out.state == State.ANSWERED and out.answered_by_id == call.person_id:
            return _reopen(out, call)
        return _("Noted: the next person is called.") if out.state == State.RUNNING else _("Noted.")
    if out.state == State.ANSWERED and out.answered_by_id != call.person_id:
        return _("Thank you. %(name)s answered before you and is on it.") % {"name": out.answered_by.name if out.answered_by else "–"}
    if out.state not in (State.STOPPED, State.ANSWERED):
        out.state, out.ended, out.answered_by = State.ANSWERED, timezone.now(), call.person
        try:
            with transaction.atomic():
                out.save(update_fields=["state", "ended", "answered_by"])
        except IntegrityError as why:  # rung by hand a second time meanwhile
            raise Refused(_("People are called for this already.")) from why
        _take_back(out)
        _answer_beside(out, call)
    return _("Thank you. The command center knows that you come.")


def _answer_beside(out: CallOut, call: Call) -> None:
    """Who comes has answered the other chains too that would have called them for the same."""
    beside = CallOut.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=[one.pk for one in _beside(out)])
    for other in beside.filter(state=State.RUNNING):
        if any(call.person in people_of(step, call.made) for step in other.plan[: other.place]):
            other.state, other.ended, other.answered_by = State.ANSWERED, out.ended, call.person
            other.save(update_fields=["state", "ended", "answered_by"])
            _take_back(other)


def _reopen(out: CallOut, call: Call) -> str:
    """Who said that they come cannot after all: who else said so is told that it is on them, and without such a one calling goes on."""
    others = out.calls.filter(answer=Answer.COMING).exclude(person=call.person_id).select_related("person").order_by("answered")
    other = others.first()
    if other is not None:
        out.answered_by = other.person
        out.save(update_fields=["answered_by"])
        _send(other, _("%(name)s cannot come after all, it is on you now: ") % {"name": call.person.name if call.person else "–"})
        return _("Noted: %(name)s takes your place and is told so.") % {"name": other.person.name if other.person else "–"}
    taken_back = list(out.calls.filter(answer="", dispatch__state=Sent.GIVEN_UP, dispatch__finished__gte=out.ended))
    out.state, out.ended, out.answered_by, out.next_at = State.RUNNING, None, None, timezone.now()
    out.save(update_fields=["state", "ended", "answered_by", "next_at"])
    for waiting in taken_back:
        _send(waiting)
    return _("Noted: the next person is called.")


@transaction.atomic
def stop(*, call_out: CallOut, by: Person | None, why: str) -> bool:
    """Nobody more is called; somebody at the desk has it in hand. False when it had ended."""
    if not why.strip():
        raise Refused(_("Write why nobody more needs to be called."))
    changed = CallOut.objects.filter(pk=call_out.pk, state=State.RUNNING).update(state=State.STOPPED, ended=timezone.now())
    if changed:
        _take_back(call_out)
        record(by=by, room="incidents", verb="stop_call_out", about=call_out.get_absolute_url(), after={"why": why.strip()[:300]})
    return bool(changed)
