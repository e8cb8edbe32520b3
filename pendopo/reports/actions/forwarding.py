"""Verbs of reports that another government answers: set up its server, forward, and note what it says."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.notify.outside import complaint_about
from pendopo.notify.sealing import seal

from .. import logic
from ..elsewhere.models import Forwarded, Server, Stage
from ..models import Kind, Report
from .handling import locked, told, write_step

# Whoever took one to send it and says nothing for so long was lost.
LOST = timedelta(minutes=5)


@transaction.atomic
def set_server(*, server: Server | None, by: Person, name: str, url: str, jurisdiction: str, key: str, active: bool) -> Server:
    """A server that reports can be forwarded to, or its facts as they are now. An empty key leaves the one that there is."""
    if why := complaint_about(url):
        raise Refused(why)
    found = server or Server()
    if server is not None and server.url != url:
        found.services = []
    found.name, found.url, found.jurisdiction, found.active, found.asked = name.strip(), url, jurisdiction.strip(), active, None
    if key:
        found.key = seal(key)
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        raise Refused(_("There is a server with this name already.")) from None
    record(by=by, room="reports", verb="set_server", about="/handling/servers", after={"name": found.name, "url": url, "active": active})
    return found


def note_services(*, server: Server, services: list[dict[str, str]], problem: str, now: datetime) -> None:
    """What the server said that it takes, or why it said nothing; no deed of a person."""
    facts: dict[str, Any] = {"asked": now, "problem": problem[:300]}
    Server.objects.filter(pk=server.pk).update(**(facts if problem else facts | {"services": services}))


@transaction.atomic
def forward(*, report: Report, server: Server, service: str, by: Person) -> Forwarded:
    """The report goes to another government, without anything of its reporter. Refused: a confidential one, one that is done, or twice."""
    found = locked(report)
    if found.confidential:
        raise Refused(_("A confidential report stays here: pass it on by a letter."))
    if found.state not in logic.OPEN:
        raise Refused(_("This report is done: open it again first."))
    if service not in {one["code"] for one in server.services} or not server.active:
        raise Refused(_("This server does not take such reports any more: choose again."))
    if Forwarded.objects.filter(report=found, server=server).exclude(stage=Stage.FAILED).exists():
        raise Refused(_("It was forwarded there already."))
    made = Forwarded.objects.create(report=found, server=server, service=service, by=by)
    write_step(found, Kind.ROUTED, _("Forwarded to %(name)s") % {"name": server.name}, by=by)
    found.save()
    told(found, "forward", by, server=server.name, service=service)
    return made


@transaction.atomic
def take_to_send(*, now: datetime | None = None) -> Forwarded | None:
    """The next that waits, for this sender alone. What a lost sender held is not sent again: nobody knows whether it arrived."""
    moment = now or timezone.now()
    lost = Forwarded.objects.filter(stage=Stage.SENDING, asked__lt=moment - LOST)
    lost.update(stage=Stage.FAILED, notes=_("Nobody knows whether it arrived: ask there before you forward it again."))
    waiting = Forwarded.objects.select_for_update(skip_locked=True, of=("self",)).filter(stage=Stage.WAITING, server__active=True)
    one = waiting.order_by("created").first()
    if one is None:
        return None
    one.stage, one.asked = Stage.SENDING, moment
    one.save(update_fields=["stage", "asked"])
    return one


@transaction.atomic
def note_sent(*, forwarded: Forwarded, number: str, token: str, problem: str = "") -> None:
    """How sending ended: with the other side's number or token, or not at all, for a reason."""
    now = timezone.now()
    stage = Stage.FAILED if problem else Stage.OPEN
    changed = Forwarded.objects.filter(pk=forwarded.pk, stage=Stage.SENDING).update(
        stage=stage, outside_id=number, token=token, notes=problem[:1000], asked=now
    )
    if changed:
        forwarded.stage = stage
        _say(
            forwarded,
            _("not sent: %(why)s") % {"why": problem} if problem else _("received, number %(n)s") % {"n": number or token},
            public=not problem,
        )


@transaction.atomic
def note_state(*, forwarded: Forwarded, number: str, state: str, notes: str, now: datetime | None = None) -> bool:
    """What the other side says of it now. A change is a line of the history that everyone reads. Whether something changed."""
    kept = Forwarded.objects.select_for_update(of=("self",)).select_related("server").get(pk=forwarded.pk)
    before = (kept.stage, kept.notes)
    kept.asked = now or timezone.now()
    kept.outside_id = kept.outside_id or number
    kept.notes = notes or kept.notes
    kept.stage = {"open": Stage.OPEN, "closed": Stage.CLOSED}.get(state, Stage(kept.stage))
    kept.save(update_fields=["asked", "outside_id", "notes", "stage"])
    if (kept.stage, kept.notes) == before:
        return False
    _say(kept, f"{kept.get_stage_display()}{f': {kept.notes}' if kept.notes else ''}", public=True)
    return True


def _say(forwarded: Forwarded, text: str, *, public: bool) -> None:
    report = locked(Report(pk=forwarded.report_id))
    write_step(report, Kind.NOTE, f"{forwarded.server.name}: {text}", by=None, public=public)
    report.save()
    told(report, "hear_elsewhere", None, server=forwarded.server.name, stage=forwarded.stage)
