"""Pages of plans."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.agencies.access import At, require
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing

from ..procedures.models import newest
from . import actions
from .forms import PlanForm
from .models import Plan


@opens("incidents.see")
def plans(request: PersonRequest) -> HttpResponse:
    """Every plan, by hazard and area."""
    changes = request.user.has_perm("incidents.registers")
    names = {one.procedure_id: one.name for one in newest()}
    listing = Listing(
        request,
        title=_("Plans"),
        lead=_("For a hazard in an area: which shelters and resources are used first. The field sheet of an incident shows its plan."),
        queryset=Plan.objects.select_related("hazard", "region").prefetch_related("lines__shelter", "lines__resource"),
        columns=[
            Column("hazard", _("Hazard"), lambda p: names.get(p.hazard_id, p.hazard.code), url=Plan.get_absolute_url if changes else None),
            Column("region", _("Area"), lambda p: p.region.name, csv_value=lambda p: p.region_id, sort="region"),
            Column("shelters", _("Shelters"), lambda p: ", ".join(line.shelter.name for line in p.lines.all() if line.shelter)),
            Column("resources", _("Resources"), lambda p: ", ".join(line.resource.name for line in p.lines.all() if line.resource)),
        ],
        links=[Link(_("Add"), reverse("incidents:new-plan"))] if changes else [],
        csv_name="plans",
        empty_title=_("No plan yet"),
        empty_text=_("Write down before the flood which hall is opened first and whose boats are called first."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("incidents.registers")
def plan(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """One plan, new or changed; a plan is known by its hazard and area."""
    found = get_object_or_404(Plan.objects.select_related("hazard"), pk=pk) if pk is not None else None
    begins = {}
    if found is not None:
        lines = list(found.lines.select_related("shelter", "resource"))
        begins = {
            "hazard": found.hazard_id,
            "region": found.region_id,
            "note": found.note,
            "shelters": "\n".join(line.shelter.name for line in lines if line.shelter),
            "resources": "\n".join(line.resource.name for line in lines if line.resource),
        }
    form = PlanForm(request.POST or None, initial=begins)
    if request.method == "POST" and form.is_valid():
        require(request.user, "incidents.registers", At(form.cleaned_data["region"].pk))
        actions.set_plan(by=request.user, **form.cleaned_data)
        return redirect("incidents:plans")
    return render(request, "ui/form.html", {"title": _("Plan"), "form": form, "cancel": reverse("incidents:plans")})
