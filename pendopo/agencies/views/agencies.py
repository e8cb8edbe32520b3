"""Pages about agencies."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pendopo.regions.tables import NoTable, rows_of
from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Link, Listing

from .. import actions
from ..access import may, require
from ..forms import AgencyFilters, AgencyForm, TableForm
from ..models import Agency, Holding, Kind
from ..requests import PersonRequest
from .posts import now_held


@opens("agencies.see")
def agencies(request: PersonRequest) -> HttpResponse:
    """All agencies, with filters, bulk edit and CSV."""
    house = may(request.user, "agencies.change")
    listing = Listing(
        request,
        title=_("Agencies"),
        lead=_(
            "Who works here: regional agencies, central offices in the region, neighbours, districts, villages, enterprises and partners."
        ),
        queryset=Agency.objects.select_related("parent", "region")
        .annotate(holders=Count("posts__holdings", filter=Q(posts__holdings__in=Holding.objects.current(), posts__active=True)))
        .order_by("name", "pk"),
        columns=[
            Column("name", _("Name"), lambda a: a.name, url=lambda a: reverse("agencies:agency", args=[a.code]), sort="name"),
            Column("kind", _("Kind"), lambda a: a.get_kind_display().partition(" (")[0], csv_value=lambda a: a.kind, sort="kind"),
            Column(
                "region", _("Region"), lambda a: a.region.name if a.region else "", csv_value=lambda a: a.region_id or "", sort="region"
            ),
            Column("phone", _("Telephone"), lambda a: a.phone),
            Column("holders", _("People in posts"), lambda a: a.holders, numeric=True, sort="holders"),
            Column(
                "verified", _("Verified"), lambda a: _("yes") if a.verified else _("no"), csv_value=lambda a: "yes" if a.verified else "no"
            ),
            Column("email", _("E-mail"), lambda a: a.email),
            Column(
                "parent",
                _("Belongs to"),
                lambda a: a.parent.label if a.parent else "",
                csv_value=lambda a: a.parent.code if a.parent else "",
            ),
            Column("code", _("Code"), lambda a: a.code, sort="code"),
        ],
        filters=AgencyFilters(request.GET),
        bulk=bulk_actions() if house else (),
        csv_in=reverse("agencies:import") if house else "",
        csv_name="agencies",
        links=[Link(_("Add an agency"), reverse("agencies:add"))] if house else (),
        empty_title=_("No agencies yet"),
        empty_text=_("Bring them in by CSV, or add them one by one."),
        empty_url=reverse("agencies:import") if house else "",
        empty_action=_("CSV in"),
    )
    if request.method == "POST":
        require(request.user, "agencies.change")
        do_bulk(request, listing)
        return redirect(request.get_full_path())
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def bulk_actions() -> list[Bulk]:
    """What can be done with many agencies at once."""
    kinds = [Bulk(f"kind:{kind.value}", _("Kind: %(kind)s") % {"kind": kind.label}) for kind in Kind]
    return [Bulk("verify", _("Mark as verified")), Bulk("close", _("Close")), Bulk("reopen", _("Open again")), *kinds]


def do_bulk(request: PersonRequest, listing: Listing) -> None:
    """Does the chosen action to the chosen agencies and says what came of it."""
    chosen = list(Agency.objects.filter(pk__in=[key for key in listing.selected() if key.isdigit()]))
    done = 0
    for agency in chosen if listing.action else []:
        try:
            if listing.action == "close":
                actions.close_agency(agency=agency, by=request.user)
            elif listing.action == "reopen":
                actions.reopen_agency(agency=agency, by=request.user)
            elif listing.action.startswith("kind:"):
                actions.change_agency(agency=agency, by=request.user, kind=listing.action.removeprefix("kind:"))
            done += 1
        except actions.Refused as why:
            messages.error(request, str(why))
    if listing.action == "verify":
        actions.verify_agencies(agencies=chosen, by=request.user)
    messages.success(request, ngettext("%(n)s agency was changed.", "%(n)s agencies were changed.", done) % {"n": done})


@opens("agencies.see")
def agency(request: PersonRequest, code: str) -> HttpResponse:
    """One agency: facts, posts with their holders, agencies below it."""
    found = get_object_or_404(Agency.objects.select_related("parent", "region"), code=code)
    posts = (
        found.posts.model.objects.filter(Q(agency=found) | Q(seat=found), active=True).prefetch_related(now_held()).select_related("region")
    )
    context = {
        "agency": found,
        "posts": posts,
        "below": found.children.filter(active=True),
        "may_change": may(request.user, "agencies.change", found),
        "may_post": may(request.user, "posts.change", found),
    }
    return render(request, "agencies/agency.html", context)


@opens("agencies.change", house=True)
def add(request: PersonRequest) -> HttpResponse:
    """A new agency."""
    form = AgencyForm(request.POST or None, initial={"region": settings.REGION})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_agency(by=request.user, **form.cleaned_data)
            return redirect("agencies:agency", code=made.code)
        except actions.Refused as why:
            form.add_error(None, str(why))
    return render(request, "ui/form.html", {"title": _("Add an agency"), "form": form, "cancel": reverse("agencies:agencies")})


@opens("agencies.change")
def change(request: PersonRequest, code: str) -> HttpResponse:
    """The facts about an agency."""
    found = get_object_or_404(Agency, code=code)
    require(request.user, "agencies.change", found)
    form = AgencyForm(request.POST or None, instance=Agency.objects.get(pk=found.pk), initial={"region": found.region_id or ""})
    if request.method == "POST" and form.is_valid():
        region = form.cleaned_data.get("region")
        if not may(request.user, "agencies.change") and region != found.region:
            raise PermissionDenied(_("Only an administrator of the whole installation moves an agency to another region."))
        try:
            actions.change_agency(agency=found, by=request.user, **form.cleaned_data)
            return redirect("agencies:agency", code=found.code)
        except actions.Refused as why:
            form.add_error(None, str(why))
    context = {"title": _("Change %(name)s") % {"name": found.name}, "form": form, "cancel": reverse("agencies:agency", args=[code])}
    return render(request, "ui/form.html", context)


@opens("agencies.change", house=True)
def take_file(request: PersonRequest) -> HttpResponse:
    """Agencies by CSV."""
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {
        "form": form,
        "title": _("Agencies by CSV"),
        "lead": _(
            "Columns: nama (or name), and as far as you have them code, kind (or jenis), parent, region, phone, email, address, keyakinan, "
            "sumber. A faulty row is refused and its neighbours are taken; the same file twice changes nothing."
        ),
        "back": reverse("agencies:agencies"),
    }
    if request.method == "POST" and form.is_valid():
        try:
            rows = rows_of(form.cleaned_data["file"].read(), ("name", "nama"))
            context["counts"] = actions.import_agencies(rows=rows, within=settings.REGION, by=request.user)
        except NoTable as why:
            form.add_error("file", str(why))
    return render(request, "agencies/import.html", context)
