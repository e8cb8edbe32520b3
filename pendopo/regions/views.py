"""Pages of room `regions`: the list, one region with its map, and the way in for files."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.ui.door import holds, opens
from pendopo.ui.lists import Column, Link, Listing

from . import actions, drawing, files, geojson, tables
from .forms import FileForm, NameForm, RegionFilters
from .logic import ancestors_of
from .models import Level, Region


@opens("regions.see")
def regions(request: HttpRequest) -> HttpResponse:
    """All regions, with filters and CSV."""
    rows = Region.objects.defer("boundary").prefetch_related("bps_codes")
    if not request.GET:
        rows = rows.within(settings.REGION)
    listing = Listing(
        request,
        title=_("Regions"),
        lead=_("Provinces, regencies, districts and villages by their official code."),
        queryset=rows,
        columns=[
            Column("code", _("Code"), lambda r: r.code, url=lambda r: reverse("regions:region", args=[r.code]), sort="code"),
            Column("name", _("Name"), lambda r: r.name, url=lambda r: reverse("regions:region", args=[r.code]), sort="name"),
            Column("level", _("Level"), lambda r: r.get_level_display(), csv_value=lambda r: r.level, sort="level"),
            Column("bps", _("BPS code"), lambda r: ", ".join(bps.code for bps in r.bps_codes.all())),
            Column("boundary", _("Boundary"), lambda r: r.get_boundary_kind_display(), csv_value=lambda r: r.boundary_kind),
            Column("latitude", _("Latitude"), lambda r: r.latitude, numeric=True),
            Column("longitude", _("Longitude"), lambda r: r.longitude, numeric=True),
        ],
        filters=RegionFilters(request.GET),
        csv_in=reverse("regions:import") if holds(request.user, "regions.change") else "",
        csv_name="regions",
        links=[Link(_("Open the regency"), reverse("regions:region", args=[settings.REGION]))],
        empty_title=_("No regions yet"),
        empty_text=_("The table fills itself at the first start."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("regions.see")
def region(request: HttpRequest, code: str) -> HttpResponse:
    """One region: where it lies, what lies in it, how it is drawn."""
    found = get_object_or_404(Region.objects.select_related("official"), pk=code)
    below = list(found.children.annotate(parts=Count("children")).order_by("code"))
    above = {above.code: above.name for above in Region.objects.filter(code__in=ancestors_of(code)).only("code", "name")}
    drawn = drawing.draw((child.code, child.name, child.boundary) for child in below)
    context = {
        "region": found,
        "official": getattr(found, "official", None),
        "below": below,
        "above": [(code, above[code]) for code in reversed(ancestors_of(code)) if code in above],
        "map": drawn or drawing.draw([(found.code, found.name, found.boundary)]),
        "is_village": found.level == Level.VILLAGE,
        "bps": list(found.bps_codes.all()),
        "may_change": holds(request.user, "regions.change"),
    }
    return render(request, "regions/region.html", context)


@opens("regions.change", house=True)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """The name and centre of one region."""
    found = get_object_or_404(Region, pk=code)
    form = NameForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        actions.change_region(code=code, by=actor(request), **form.cleaned_data)
        return redirect("regions:region", code=code)
    context = {"title": _("Change %(name)s") % {"name": found.name}, "form": form, "cancel": reverse("regions:region", args=[code])}
    return render(request, "ui/form.html", context)


@opens("regions.change", house=True)
def take_file(request: HttpRequest) -> HttpResponse:
    """Takes boundaries (GeoJSON), regions or BPS codes (CSV) and says what was refused and why."""
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "tolerance": geojson.TOLERANCE_M}
    if request.method == "POST" and form.is_valid():
        try:
            given = dict(form.cleaned_data)
            file = given.pop("file")
            counts = files.take(name=file.name or "upload", data=file.read(), by=actor(request), **given)
        except (geojson.Unreadable, tables.NoTable) as why:
            form.add_error("file", str(why))
        else:
            context["counts"] = counts
            if not counts.refused:
                messages.success(request, _("The whole file was taken."))
    return render(request, "regions/import.html", context)


def actor(request: HttpRequest) -> Any:
    """Who acts: the person, as the book of deeds names people."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
