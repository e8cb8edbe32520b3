"""The list of incidents, opening one, and opening one from an alert."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import At, may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.alerts.models import Alert
from pendopo.bus.subjects import ALERTS, INCIDENTS
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.ui.door import holds, opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import ago

from ...procedures.logic import say
from .. import actions
from ..forms import IncidentFilters, OpenForm, home_regions
from ..models import Incident


def ticket() -> str:
    """The right to hear that incidents or alerts changed, in the whole installation."""
    province = settings.REGION.split(".")[0]
    return issue([Follow(INCIDENTS, province, below=True), Follow(ALERTS, province, below=True)])


def state_words(incident: Incident) -> str:
    """How it stands, and whether it is an exercise."""
    return str(incident.get_state_display()) + (f", {_('EXERCISE')}" if incident.exercise else "")


@opens("incidents.see")
def incidents(request: PersonRequest) -> HttpResponse:
    """What goes on, worst first; the list is alive."""
    links = [Link(_("Triggers"), reverse("incidents:triggers")), Link(_("Procedures"), reverse("incidents:procedures"))]
    if holds(request.user, "incidents.handle", None):
        links.append(Link(_("Open an incident"), reverse("incidents:open")))
    listing = Listing(
        request,
        title=_("Incidents"),
        lead=_("What happened, who leads, and how it stands."),
        queryset=Incident.objects.visible_to(request.user).select_related("region", "lead", "procedure").worst_first(),
        columns=[
            Column("title", _("Incident"), lambda i: i.title, url=Incident.get_absolute_url, sort="title"),
            Column("severity", _("Severity"), lambda i: i.get_severity_display(), csv_value=lambda i: i.severity, sort="rank"),
            Column("state", _("State"), state_words, csv_value=lambda i: i.state, sort="state"),
            Column("region", _("Region"), lambda i: i.region.name, csv_value=lambda i: i.region_id, sort="region"),
            Column("lead", _("Lead"), lambda i: i.lead.name if i.lead else "–"),
            Column("detected", _("Detected"), lambda i: ago(i.detected), csv_value=lambda i: i.detected, sort="detected"),
            Column("kind", _("Kind"), lambda i: i.procedure.name if i.procedure else "", csv_value=_kind_code),
            Column("exercise", _("Exercise"), lambda i: "yes" if i.exercise else "no", csv_only=True),
            Column("resolved", _("Over"), lambda i: i.resolved, csv_only=True),
            Column("score", _("Score"), lambda i: i.score, csv_only=True),
        ],
        filters=IncidentFilters(request.GET),
        links=links,
        csv_name="pendopo-incidents",
        empty_title=_("Nothing burns"),
        empty_text=_("An incident is opened from an alert with one button, or from a kind in twenty seconds."),
    )
    return (
        listing.csv() if listing.wants_csv else render(request, "incidents/cases/incidents.html", {"listing": listing, "ticket": ticket()})
    )


def _kind_code(incident: Incident) -> str:
    return incident.procedure.code if incident.procedure else ""


@opens("incidents.handle")
def new(request: PersonRequest) -> HttpResponse:
    """A kind and a place, and it is open."""
    form = OpenForm(request.POST or None, initial={"procedure": request.GET.get("kind", ""), "place": request.GET.get("place", "")})
    if request.method == "POST" and form.is_valid():
        made = _open(request, form)
        if made is not None:
            messages.success(request, _("It is open, and you have taken it on. The first steps stand below."))
            return redirect(made)
    places = home_regions().exclude(level="province").order_by("code").values_list("code", "name")
    return render(request, "incidents/cases/open.html", {"form": form, "places": places})


def _open(request: PersonRequest, form: OpenForm) -> Incident | None:
    given, version, places = form.cleaned_data, form.version, form.places
    title = given["title"].strip()
    if not title and version is not None:
        where = ", ".join(place.name for place in places[:3])
        title = f"{say(version.spec.opening, get_language() or 'id')} {where}".strip() if where else version.name
    for place in places:
        if not may(request.user, "incidents.handle", At(place.pk)):
            form.add_error("place", _("Your post does not reach %(name)s.") % {"name": place.name})
            return None
    if not places and not may(request.user, "incidents.handle"):
        form.add_error("place", _("Say where it is: your post reaches a part of the region only."))
        return None
    try:
        return actions.open_incident(
            title=title,
            by=request.user,
            severity=given["severity"] or (version.spec.severity if version else "Moderate"),
            regions=places,
            procedure=version,
            detail=given["detail"],
            began=given["began"],
            exercise=given["exercise"],
        )
    except Refused as why:
        form.add_error(None, str(why))
        return None


@require_POST
@opens("incidents.handle")
def from_alert(request: PersonRequest, pk: int) -> HttpResponse:
    """One button: the incident that answers this alert, new or known."""
    alert = Alert.objects.visible_to(request.user).filter(pk=pk).first()
    if alert is None:
        raise Http404
    require(request.user, "incidents.handle", alert)
    return redirect(actions.open_from_alert(alert=alert, by=request.user))
