"""The register of landmarks: list and map, adding, changing."""

from collections import Counter
from typing import Any

from django.conf import settings
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pendopo.agencies.access import At, may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.regions.models import Level, Region
from pendopo.ui import shapes
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing

from .. import actions
from ..forms import LandmarkFilters, LandmarkForm
from ..models import Landmark

VERB = "incidents.registers"
# More points than that nobody tells apart on one map.
MOST_POINTS = 500


def _others(landmark: Landmark, names: Counter[str]) -> str:
    """How many other places have the same name."""
    number = names[landmark.name.casefold()] - 1
    return ngettext("%(n)s other place", "%(n)s other places", number) % {"n": number} if number > 0 else "–"


@opens("incidents.see")
def landmarks(request: PersonRequest) -> HttpResponse:
    """Every landmark, by name; those whose name stands several times say so, and in which village each is."""
    changes = request.user.has_perm(VERB)
    names = Counter(name for (name,) in Landmark.objects.annotate(low=Lower("name")).values_list("low"))
    rows = Landmark.objects.select_related("region__parent")
    filters = LandmarkFilters(request.GET)
    listing = Listing(
        request,
        title=_("Landmarks"),
        lead=_("Markets, bridges, schools: names by which people say where they are. Intake knows them."),
        queryset=rows,
        columns=[
            Column(
                "name",
                _("Name"),
                lambda m: m.name,
                sort="name",
                url=lambda m: m.get_absolute_url() if may(request.user, VERB, At(m.region_id)) else "",
            ),
            Column("region", _("Village"), lambda m: m.region.name, csv_value=lambda m: m.region_id, sort="region"),
            Column("district", _("District"), lambda m: m.region.parent.name if m.region.parent else "–", sort="region__parent__name"),
            Column("others", _("Of the same name"), lambda m: _others(m, names), csv_value=lambda m: names[m.name.casefold()] - 1),
            Column("position", _("Position"), lambda m: f"{m.latitude:.5f}, {m.longitude:.5f}" if m.latitude is not None else "–"),
        ],
        filters=filters,
        links=[Link(_("Add"), reverse("incidents:new-landmark"))] if changes else [],
        csv_name="landmarks",
        empty_title=_("No landmark is known yet"),
        empty_text=_("Write down the names that callers use: the market, the bridge, the school."),
    )
    if listing.wants_csv:
        return listing.csv()
    context = {"listing": listing, "map": _map(list(filters.narrow(rows).exclude(latitude=None)[:MOST_POINTS]))}
    return render(request, "incidents/incoming/landmarks.html", context)


def _map(marks: list[Landmark]) -> dict[str, Any] | None:
    """The districts of the government with landmarks as points; None without outlines."""
    found = Region.objects.within(settings.REGION).filter(level=Level.DISTRICT).exclude(boundary=None)
    rows = {code: (name, boundary) for code, name, boundary in found.values_list("code", "name", "boundary")}
    drawn = shapes.draw({code: boundary for code, (_name, boundary) in rows.items()})
    if drawn is None:
        return None
    points = []
    for mark in marks:
        if mark.latitude is not None and mark.longitude is not None:
            x, y = drawn.place(float(mark.longitude), float(mark.latitude))
            points.append({"name": f"{mark.name}, {mark.region.name}", "x": round(x, 1), "y": round(y, 1)})
    return {"drawn": drawn, "areas": [(area, rows[area.code][0]) for area in drawn.shapes], "points": points}


@opens("incidents.registers")
def landmark(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """One landmark, new or changed, with the places of the same name."""
    found = get_object_or_404(Landmark.objects.select_related("region__parent"), pk=pk) if pk is not None else None
    if found is not None:
        require(request.user, VERB, At(found.region_id))
    form = LandmarkForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        if not may(request.user, VERB, At(form.cleaned_data["region"].pk)):
            form.add_error("region", _("Your post does not reach %(name)s.") % {"name": form.cleaned_data["region"].name})
        else:
            try:
                actions.keep_landmark(landmark=found, by=request.user, **form.cleaned_data)
                return redirect("incidents:landmarks")
            except Refused as why:
                form.add_error("name", str(why))
    same = Landmark.objects.filter(name__iexact=found.name).exclude(pk=found.pk).select_related("region__parent") if found else []
    context = {
        "title": found.name if found else _("Add a landmark"),
        "form": form,
        "cancel": reverse("incidents:landmarks"),
        "same": same,
        "map": _map([found, *same]) if found else None,
    }
    return render(request, "incidents/incoming/landmark.html", context)
