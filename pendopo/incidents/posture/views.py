"""The page of postures: what holds where until when, what was, and declaring one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import At, may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.models import Share
from pendopo.ui.door import holds, opens

from . import actions
from .forms import DeclareForm
from .models import Posture


@opens("incidents.see")
def postures(request: PersonRequest) -> HttpResponse:
    """What holds where, and what was."""
    form = DeclareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "hours"}
        require(request.user, "posture.change", At(given["region"].pk))
        try:
            actions.declare(by=request.user, until=form.until, **given)
            return redirect("incidents:posture")
        except Refused as why:
            form.add_error(None, str(why))
    now = timezone.now()
    running = list(Posture.objects.running(now).select_related("region", "by"))
    shares = Share.objects.running(now).filter(origin__startswith="/posture/").select_related("indicator")
    past = Posture.objects.exclude(pk__in=[one.pk for one in running]).select_related("region", "by", "ended_by")[:50]
    context = {
        "running": running,
        "past": past,
        "form": form,
        "shares": shares,
        "may_change": holds(request.user, "posture.change", None),
        "now": now,
    }
    return render(request, "incidents/posture/posture.html", context)


@require_POST
@opens("posture.change")
def end(request: PersonRequest, pk: int) -> HttpResponse:
    """Back to normal."""
    found = Posture.objects.filter(pk=pk).first()
    if found is not None and may(request.user, "posture.change", found) and actions.end(posture=found, by=request.user):
        messages.success(request, _("It has ended."))
    return redirect("incidents:posture")
