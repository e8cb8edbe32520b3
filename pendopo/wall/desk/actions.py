"""Verbs of the desk: start a watch after the sound test, heartbeats, end it; and calling out for what nobody took on."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.alerts.models import RANKS, Alert
from pendopo.audit.actions import record
from pendopo.incidents.callout import actions as callout
from pendopo.incidents.callout.logic import own_key, thing_of
from pendopo.incidents.callout.models import CallOut, Chain
from pendopo.incidents.callout.models import State as CallState
from pendopo.incidents.posture.models import house_posture
from pendopo.incidents.roster.actions import write_line
from pendopo.incidents.roster.models import LineKind

from . import logic
from .models import Desk
from .ringing import key_of, ringing_alerts, within_scope


@transaction.atomic
def start_watch(*, by: Person, heard: bool) -> Desk:
    """A watch begins at this browser, and the logbook says whether the alarm was tried and `heard`. Without, the desk counts as asleep."""
    Desk.objects.filter(person=by, ended=None).update(ended=timezone.now())
    desk = Desk.objects.create(person=by, sound=heard)
    text = _("Watch began; the alarm was tried and heard.") if heard else _("Watch began without an alarm: this desk counts as asleep.")
    write_line(text=text, by=by, kind=LineKind.STARTED)
    record(by=by, room="wall", verb="start_watch", about="/desk", after={"desk": desk.pk, "heard": heard})
    return desk


def beat(*, desk: Desk, sound: bool) -> bool:
    """The desk is there, and whether its alarm can be heard; False when its watch was ended meanwhile. No entry in the book: it is a
    heartbeat, not a deed."""
    return bool(Desk.objects.filter(pk=desk.pk, ended=None).update(beat=timezone.now(), sound=sound))


@transaction.atomic
def end_watch(*, desk: Desk, by: Person) -> bool:
    """The watch at this browser is over. False when it was already."""
    ended = Desk.objects.filter(pk=desk.pk, ended=None).update(ended=timezone.now())
    if ended:
        record(by=by, room="wall", verb="end_watch", about="/desk", after={"desk": desk.pk})
    return bool(ended)


def escalate(*, now: datetime | None = None) -> int:
    """Starts a chain for every alert that nobody took on and that may not wait any longer; answers how many began.

    Once for a group while it rings; again when it was taken on and something of it is told later, or got worse. Without an awake desk
    nothing waits. What somebody took on, or what ended, is not called for any more. A chain that cannot begin, such as one that calls
    nobody, keeps no other from beginning: its fault is raised when all the others have begun.
    """
    moment = now or timezone.now()
    _stand_down()
    scopes: dict[tuple[str | None, str], list[Chain]] = {}
    for chain in Chain.objects.by_themselves():
        scopes.setdefault((chain.region_id, chain.word), []).append(chain)
    wanted = [one for chains in scopes.values() for one in _due(chains, moment)]
    fault: Exception | None = None
    for chain, alert, key in wanted:
        try:
            _call(chain, alert, key)
        except (Refused, DataError, IntegrityError, ObjectDoesNotExist) as why:
            fault = fault or why
    if fault is not None:
        raise fault
    return len(wanted)


def _due(chains: Sequence[Chain], now: datetime) -> list[tuple[Chain, Alert, str]]:
    """What chains of one scope must call for now: the chain, the alert, the key of the call-out."""
    alerts = {key_of(alert): alert for alert in ringing_alerts(chains[0])}
    if not alerts:
        return []
    ringing = [logic.Ringing(key, alert.told or alert.heard, RANKS.get(alert.severity, 0)) for key, alert in alerts.items()]
    by_code = {chain.code: chain for chain in chains}
    watchers = [logic.Watcher(chain.code, RANKS.get(chain.alarm_from, 4), timedelta(seconds=chain.patience_s)) for chain in chains]
    found = logic.due(ringing, watchers, awake=Desk.objects.awake(now).exists(), posture=house_posture(now), now=now)
    since = {one.key: one.told for one in ringing}
    called = _called(since)
    return [(by_code[code], alerts[key], own_key(key, code, since[key])) for code, key in found if (code, key) not in called]


def _called(since: Mapping[str, datetime]) -> set[tuple[str, str]]:
    """(chain, key) of what is being called for, or was since it rings."""
    lately = Q(state=CallState.RUNNING) | Q(started__gte=min(since.values()))
    found = CallOut.objects.filter(lately, started_by=None, key__startswith="alert ").values_list("key", "state", "started")
    known = [(*thing_of(key)[:2], state, started) for key, state, started in found]
    return {
        (chain, thing)
        for thing, chain, state, started in known
        if thing in since and (state == CallState.RUNNING or started >= since[thing])
    }


def _call(chain: Chain, alert: Alert, key: str) -> None:
    subject = f"{alert.name}, {alert.region.name}"
    callout.start(
        chain=chain,
        subject=subject,
        by=None,
        key=key,
        about=alert.get_absolute_url(),
        detail=alert.reason,
        severity=alert.severity,
        exercise=alert.exercise,
    )


def _stand_down() -> None:
    """Stops calling for alerts that somebody took on at the desk, or that ended."""
    running = CallOut.objects.filter(state=CallState.RUNNING, started_by=None, key__startswith="alert ").select_related("chain")
    for out in running:
        numbers = out.key.split()[1:3]
        asked = Alert.objects.filter(group=int(numbers[1])) if numbers[0] == "group" else Alert.objects.filter(pk=int(numbers[0]))
        if not within_scope(asked.firing().filter(acknowledged=None), out.chain).exists():
            callout.stop(call_out=out, by=None, why=_("Somebody took the alert on, or it ended."))
