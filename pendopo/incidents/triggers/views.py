"""Pages of triggers: which alerts open an incident by themselves."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import holds, opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.severity import mark

from ..procedures.models import newest
from . import actions
from .forms import TriggerForm
from .models import Trigger


def matter_of(trigger: Trigger) -> str:
    """Which alerts are its matter, in words."""
    return trigger.rule.name if trigger.rule else trigger.word or _("every alert")


@opens("incidents.see")
def triggers(request: PersonRequest) -> HttpResponse:
    """Every trigger."""
    may_change = holds(request.user, "alerts.change")
    names = {one.procedure.code: one.name for one in newest()}
    listing = Listing(
        request,
        title=_("Incidents that open by themselves"),
        lead=_("A group of alerts that meets one of these opens an incident at once. The narrowest counts: a rule, a word, all."),
        queryset=Trigger.objects.select_related("rule").order_by("name", "pk"),
        columns=[
            Column(
                "name",
                _("Name"),
                lambda t: t.name,
                sort="name",
                url=(lambda t: reverse("incidents:change-trigger", args=[t.pk])) if may_change else None,
            ),
            Column("matter", _("Alerts"), matter_of),
            Column("severity", _("From severity"), lambda t: mark(t.severity_from), csv_value=lambda t: t.severity_from),
            Column("least", _("At least"), lambda t: t.least, numeric=True, sort="least"),
            Column("kind", _("Kind of incident"), lambda t: names.get(t.kind, t.kind) or "–", csv_value=lambda t: t.kind),
            Column("state", _("State"), lambda t: _("in use") if t.active else _("retired"), csv_value=lambda t: t.active),
        ],
        links=[Link(_("New trigger"), reverse("incidents:new-trigger"))] if may_change else [],
        csv_name="pendopo-triggers",
        empty_title=_("No incident opens by itself"),
        empty_text=_("Until there is a trigger, somebody opens each incident from its alert with one button."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("alerts.change", house=True)
def new(request: PersonRequest) -> HttpResponse:
    """A new trigger."""
    return _form(request, Trigger(), _("New trigger"))


@opens("alerts.change", house=True)
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Another trigger than it was; incidents that are open stay."""
    found = get_object_or_404(Trigger, pk=pk)
    return _form(request, found, found.name)


def _form(request: PersonRequest, trigger: Trigger, title: str) -> HttpResponse:
    form = TriggerForm(request.POST or None, instance=trigger)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_trigger(trigger=form.instance, by=request.user)
        except ValidationError as wrong:
            form.add_error(None, wrong)
        else:
            messages.success(request, _("Saved."))
            return redirect("incidents:triggers")
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": reverse("incidents:triggers")})
