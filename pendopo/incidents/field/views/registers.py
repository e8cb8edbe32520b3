"""The registers: shelters and resources of the agencies, with contact, capacity and readiness."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing

from .. import actions
from ..forms import ResourceForm, ShelterForm
from ..models import Resource, Shelter

VERB = "incidents.registers"


@opens("incidents.see")
def shelters(request: PersonRequest) -> HttpResponse:
    """Where people can stay."""
    changes = request.user.has_perm("incidents.registers")
    listing = Listing(
        request,
        title=_("Shelters"),
        lead=_("Where people can stay: capacity, contact, and whether it can be used."),
        queryset=Shelter.objects.filter(closed=None).select_related("region", "agency"),
        columns=[
            Column("name", _("Shelter"), lambda s: s.name, url=lambda s: _address(request, "incidents:shelter", s), sort="name"),
            Column("region", _("Village"), lambda s: s.region.name, csv_value=lambda s: s.region_id, sort="region"),
            Column("capacity", _("Capacity (people)"), lambda s: s.capacity, numeric=True, sort="capacity"),
            Column("readiness", _("Readiness"), lambda s: s.get_readiness_display(), csv_value=lambda s: s.readiness, sort="readiness"),
            Column("facilities", _("Facilities"), lambda s: s.facilities),
            Column("contact", _("Contact"), lambda s: s.contact),
            Column("agency", _("Agency"), lambda s: s.agency.name if s.agency else "–"),
        ],
        links=[
            Link(_("Plans"), reverse("incidents:plans")),
            Link(_("Landmarks"), reverse("incidents:landmarks")),
            Link(_("Resources"), reverse("incidents:resources")),
        ]
        + ([Link(_("Add"), reverse("incidents:new-shelter"))] if changes else []),
        csv_name="shelters",
        empty_title=_("No shelter is registered yet"),
        empty_text=_("Village halls, schools and fields where people can stay belong here, before they are needed."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def _address(request: PersonRequest, name: str, kept: Shelter | Resource) -> str:
    """Where it is changed; '' where the reader's post does not reach it."""
    return reverse(name, args=[kept.pk]) if may(request.user, VERB, kept) else ""


def _reaches(request: PersonRequest, form: forms.BaseForm, kept: Shelter | Resource) -> bool:
    """Whether the reader's post reaches what the form would make of it; else the form says so."""
    if may(request.user, VERB, kept):
        return True
    form.add_error("agency", _("Your post does not reach this: choose an agency or a place of your own."))
    return False


@opens("incidents.registers")
def shelter(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """One shelter, new or changed."""
    found = get_object_or_404(Shelter, pk=pk, closed=None) if pk is not None else None
    if found is not None:
        require(request.user, VERB, found)
    form = ShelterForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and _reaches(request, form, form.instance):
        try:
            actions.keep_shelter(shelter=found, by=request.user, **form.facts)
            return redirect("incidents:shelters")
        except ValidationError as why:
            form.add_error(None, why.messages)
        except Refused as why:
            form.add_error(None, str(why))
    title = found.name if found else _("Add a shelter")
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": reverse("incidents:shelters")})


@opens("incidents.see")
def resources(request: PersonRequest) -> HttpResponse:
    """What can be sent, and how many of it are free."""
    changes = request.user.has_perm("incidents.registers")
    listing = Listing(
        request,
        title=_("Resources"),
        lead=_("What the agencies can send, how many are free, and whom to ring."),
        queryset=Resource.objects.filter(closed=None).select_related("agency", "region"),
        columns=[
            Column("name", _("Resource"), lambda r: r.name, url=lambda r: _address(request, "incidents:resource", r), sort="name"),
            Column("kind", _("Kind"), lambda r: r.get_kind_display(), csv_value=lambda r: r.kind, sort="kind"),
            Column("free", _("Free"), lambda r: r.free, numeric=True),
            Column("quantity", _("How many"), lambda r: r.quantity, numeric=True, sort="quantity"),
            Column("readiness", _("Readiness"), lambda r: r.get_readiness_display(), csv_value=lambda r: r.readiness, sort="readiness"),
            Column("agency", _("Agency"), lambda r: r.agency.name, sort="agency__name"),
            Column("region", _("Where it stands"), lambda r: r.region.name if r.region else "–"),
            Column("contact", _("Contact"), lambda r: r.contact),
        ],
        links=[Link(_("Shelters"), reverse("incidents:shelters"))]
        + ([Link(_("Add"), reverse("incidents:new-resource"))] if changes else []),
        csv_name="resources",
        empty_title=_("No resource is registered yet"),
        empty_text=_("Boats, trucks, pumps, volunteers: who has how many, and whom to ring for them."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("incidents.registers")
def resource(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """One resource, new or changed."""
    found = get_object_or_404(Resource, pk=pk, closed=None) if pk is not None else None
    if found is not None:
        require(request.user, VERB, found)
    form = ResourceForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and _reaches(request, form, form.instance):
        try:
            actions.keep_resource(resource=found, by=request.user, **form.facts)
            return redirect("incidents:resources")
        except Refused as why:
            form.add_error(None, str(why))
    title = found.name if found else _("Add a resource")
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": reverse("incidents:resources")})
