"""Pages of the desk: the desk itself, the start and end of a watch, heartbeats, the telephone book."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.alerts import actions as alerts
from pendopo.alerts.models import Alert
from pendopo.incidents.cases.views.lists import ticket
from pendopo.incidents.roster import actions as roster
from pendopo.incidents.roster.models import LineKind
from pendopo.ui.door import opens

from . import actions
from .models import Desk
from .phones import book
from .reading import desk_of
from .ringing import unanswered

KEPT = "desk"


def desk_at(request: PersonRequest) -> Desk | None:
    """The watch that goes on at this browser."""
    return Desk.objects.filter(pk=request.session.get(KEPT, 0), person=request.user, ended=None).first()


def said(request: PersonRequest) -> str:
    """The words that were typed, without signs that the database cannot hold."""
    return request.POST.get("text", "").replace("\x00", "").strip()


@opens("desk.see")
def desk(request: PersonRequest) -> HttpResponse:
    """What burns, what is silent, who is on duty, what is due; every part of it is alive."""
    now = timezone.now()
    context = {
        "desk": desk_of(request.user, now),
        "watch": desk_at(request),
        "may_work": may(request.user, "desk.work"),
        "may_handle": request.user.has_perm("alerts.handle"),
        "may_open": request.user.has_perm("incidents.handle"),
        "now": now,
        "ticket": ticket(),
    }
    answer = render(request, "wall/desk/desk.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@opens("desk.work", house=True)
def start(request: PersonRequest) -> HttpResponse:
    """The watch begins at this browser; only the button that says so has heard the alarm."""
    heard = request.POST.get("heard") == "1"
    made = actions.start_watch(by=request.user, heard=heard)
    request.session[KEPT] = made.pk
    if heard:
        messages.success(request, _("Your watch has begun. The alarm rings here until somebody takes on what burns."))
    else:
        messages.warning(
            request, _("Your watch has begun without an alarm: this desk counts as asleep, and alerts go to the chain at once.")
        )
    return redirect("wall:desk")


@require_POST
@opens("desk.work", house=True)
def end(request: PersonRequest) -> HttpResponse:
    """The watch at this browser is over, with a hand-over where one was written."""
    text = said(request)
    if text:
        roster.write_line(text=text, by=request.user, kind=LineKind.HANDOVER)
    found = desk_at(request)
    if found is not None:
        actions.end_watch(desk=found, by=request.user)
    request.session.pop(KEPT, None)
    return redirect("wall:desk")


@require_POST
@opens("desk.see")
def beat(request: PersonRequest) -> JsonResponse:
    """The heartbeat of a desk; answers how many alerts ring, so that an alarm comes also when the live line is lost."""
    found = desk_at(request)
    kept = found is not None and actions.beat(desk=found, sound=request.POST.get("sound") == "1")
    visible = Alert.objects.visible_to(request.user)
    return JsonResponse({"watch": kept, "ringing": unanswered().filter(pk__in=visible.values("pk")).count()})


@require_POST
@opens("alerts.handle")
def take_on(request: PersonRequest, pk: int) -> HttpResponse:
    """This alert, and all of its group that ring, are taken on: the alarm stops."""
    chosen = Alert.objects.visible_to(request.user).filter(pk=pk).first()
    if chosen is None:
        return redirect("wall:desk")
    rest = Alert.objects.visible_to(request.user).firing().filter(acknowledged=None)
    rest = rest.filter(group=chosen.group_id) if chosen.group_id else rest.filter(pk=pk)
    found = [one for one in rest if may(request.user, "alerts.handle", one)]
    require(request.user, "alerts.handle", chosen)
    count = alerts.acknowledge(alerts=found, by=request.user)
    messages.success(request, ngettext("%(n)s alert was taken on.", "%(n)s alerts were taken on.", count) % {"n": count})
    return redirect("wall:desk")


@require_POST
@opens("desk.work", house=True)
def line(request: PersonRequest) -> HttpResponse:
    """A line in the logbook, written at the desk."""
    kind = LineKind.HANDOVER if request.POST.get("kind") == LineKind.HANDOVER else LineKind.NOTE
    try:
        roster.write_line(text=said(request), by=request.user, kind=kind)
    except Refused as why:
        messages.error(request, str(why))
    return redirect("wall:desk")


@opens("desk.see")
def phones(request: PersonRequest) -> HttpResponse:
    """The telephone book: one tap calls; it prints on a sheet."""
    text = request.GET.get("q", "")[:80]
    now = timezone.now()
    return render(request, "wall/desk/phones.html", {"sections": book(now, text), "q": text, "now": now})
