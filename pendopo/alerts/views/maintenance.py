"""Pages of maintenance windows, and of what was refused from outside."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, require
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.models import sources_for
from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Link, Listing
from pendopo.ui.templatetags.house import moment

from ..actions import cancel_maintenance, plan_maintenance
from ..forms_rules import MaintenanceForm
from ..models import Maintenance, Refused


def state_of(window: Maintenance) -> str:
    """Planned, running, over or cancelled."""
    now = timezone.now()
    if window.cancelled:
        return _("cancelled")
    if window.start > now:
        return _("planned")
    return _("running") if window.end > now else _("over")


@opens("alerts.see")
def windows(request: PersonRequest) -> HttpResponse:
    """Every window, the newest first; the chosen ones can be cancelled."""
    may = request.user.has_perm("alerts.handle")
    listing = Listing(
        request,
        title=_("Maintenance"),
        lead=_("Planned work. What is new in it is watched and kept quiet; what was told before goes on and may end."),
        queryset=Maintenance.objects.select_related("region", "rule", "source", "by"),
        columns=[
            Column("name", _("What is done"), lambda w: w.name, sort="name"),
            Column("region", _("Region"), lambda w: w.region.name, csv_value=lambda w: w.region_id),
            Column("only", _("Only"), lambda w: w.rule.name if w.rule else w.source.name if w.source else "–"),
            Column("start", _("From"), lambda w: moment(w.start), csv_value=lambda w: w.start, sort="start"),
            Column("end", _("To"), lambda w: moment(w.end), csv_value=lambda w: w.end, sort="end"),
            Column("state", _("State"), state_of),
            Column("by", _("By"), lambda w: w.by.name if w.by else "–"),
            Column("reason", _("Reason"), lambda w: w.reason),
        ],
        bulk=[Bulk("cancel", _("Cancel them"))] if may else [],
        links=[Link(_("Plan maintenance"), reverse("alerts:plan-maintenance"))] if may else [],
        csv_name="maintenance",
        empty_title=_("No maintenance planned"),
        empty_text=_("Plan work on a line or a post here, so that it wakes nobody."),
    )
    if request.method == "POST":
        return _cancel(request, [int(key) for key in listing.selected() if key.isdecimal()])
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def _cancel(request: PersonRequest, keys: list[int]) -> HttpResponse:
    """Cancels those within the reader's reach, and says how many were not. One alone that is out of reach is refused."""
    windows = list(Maintenance.objects.filter(pk__in=keys))
    own = [window for window in windows if may(request.user, "alerts.handle", window)]
    if windows and not own:
        require(request.user, "alerts.handle", windows[0])
    for window in own:
        cancel_maintenance(window=window, by=request.user)
    if left := len(windows) - len(own):
        messages.warning(
            request, ngettext("%(n)s window is out of your reach.", "%(n)s windows are out of your reach.", left) % {"n": left}
        )
    return redirect("alerts:maintenance")


@opens("alerts.handle")
def plan(request: PersonRequest) -> HttpResponse:
    """A new window."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = MaintenanceForm(
        request.POST or None, person=request.user, initial={"region": settings.REGION, "start": now, "end": now + timedelta(hours=2)}
    )
    if request.method == "POST" and form.is_valid():
        window = Maintenance(region=form.cleaned_data["region"])
        require(request.user, "alerts.handle", window)
        plan_maintenance(by=request.user, **form.cleaned_data)
        messages.success(request, _("The window is planned."))
        return redirect("alerts:maintenance")
    return render(request, "ui/form.html", {"title": _("Plan maintenance"), "form": form, "cancel": reverse("alerts:maintenance")})


@require_POST
@opens("alerts.handle")
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """One window is over now."""
    get_object_or_404(Maintenance, pk=pk)
    return _cancel(request, [pk])


@opens("deliveries.see")
def refused(request: PersonRequest) -> HttpResponse:
    """Alerts from outside that could not be taken, with the reason."""
    listing = Listing(
        request,
        title=_("Refused alerts"),
        lead=_("What systems outside sent and could not be taken, as it was sent."),
        queryset=Refused.objects.filter(source__in=sources_for(request.user, "deliveries.see")).select_related("source"),
        columns=[
            Column("at", _("Time"), lambda r: moment(r.at), csv_value=lambda r: r.at, sort="at"),
            Column("source", _("Source"), lambda r: r.source.code, sort="source__code"),
            Column("why", _("Why"), lambda r: r.message),
            Column("raw", _("As sent"), lambda r: str(r.raw)[:200], csv_value=lambda r: str(r.raw)),
        ],
        csv_name="refused-alerts",
        empty_title=_("Nothing was refused"),
        empty_text=_("Every alert that came from outside was taken."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})
