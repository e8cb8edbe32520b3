"""What the public is told of an incident, and answering the reports that it began with."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.incidents.cases.models import Incident
from pendopo.reports.models import State
from pendopo.ui.door import opens
from pendopo.ui.words import day_text, language_of

from . import actions
from .forms import AnswerAllForm, TellForm
from .models import PublicIncident
from .reading import reports_behind

TOGETHER = 500


def find(request: PersonRequest, pk: int) -> Incident:
    """The incident, when the person may see it; else 404."""
    found = Incident.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@opens("incidents.handle")
def public(request: PersonRequest, pk: int) -> HttpResponse:
    """What everyone reads of this incident."""
    incident = find(request, pk)
    require(request.user, "incidents.handle", incident)
    told = PublicIncident.objects.filter(incident=incident, withdrawn=None).first()
    start = {"headline": told.headline, "text": told.text} if told else {"headline": incident.title[:120]}
    form = TellForm(request.POST if request.POST.get("do") == "tell" else None, initial=start)
    try:
        if request.POST.get("do") == "withdraw":
            actions.withdraw(incident=incident, by=request.user)
            return redirect(incident)
        if form.is_valid():
            actions.tell(incident=incident, by=request.user, **form.cleaned_data)
            messages.success(request, _("Everyone reads it on the portal now."))
            return redirect(incident)
    except Refused as why:
        form.add_error(None, str(why))
    return render(request, "portal/happening/public.html", {"incident": incident, "told": told, "form": form})


@opens("incidents.see")
def answer(request: PersonRequest, pk: int) -> HttpResponse:
    """The reports that this incident began with, and one answer to all that wait."""
    incident = find(request, pk)
    rows = list(reports_behind(incident).visible_to(request.user).select_related("region", "category").order_by("-created")[:TOGETHER])
    mine = [row for row in rows if row.state in (State.RECEIVED, State.VERIFIED) and may(request.user, "reports.handle", row)]
    start = ""
    if incident.resolved is not None:
        words = {"title": incident.title, "day": day_text(incident.resolved, ZoneInfo(settings.TIME_ZONE), language_of(get_language()))}
        start = _("“%(title)s” is over since %(day)s. Thank you for your report: it helped us to see it.") % words
    form = AnswerAllForm(request.POST or None, initial={"text": start})
    if request.method == "POST" and form.is_valid():
        number = actions.answer_reports(incident=incident, reports=mine, text=form.cleaned_data["text"], by=request.user)
        messages.success(request, _("%(n)s reports were answered.") % {"n": number})
        return redirect(incident)
    return render(request, "portal/happening/answer.html", {"incident": incident, "rows": rows, "waiting": len(mine), "form": form})
