"""Lists of sites, devices and links, and the inventory in and out."""

from datetime import date, datetime, time

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pendopo.agencies.access import may, may_somewhere
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.indicators.declared import Faulty
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.telling import told
from pendopo.ui.templatetags.house import ago, day

from .. import models, tables
from ..actions import load_inventory
from ..forms import DeviceFilters, InventoryForm, LinkFilters, SiteFilters
from ..inventory import KINDS, Inventory, parse
from ..logic import speed_text
from ..standing import NEVER, standings

LARGEST = 8 * 1024 * 1024


def _links(person: Person) -> list[Link]:
    if not may(person, "network.change"):
        return []
    return [Link(_("Inventory as YAML"), reverse("network:inventory")), Link(_("Import the inventory"), reverse("network:take"))]


@opens("network.see")
def sites(request: PersonRequest) -> HttpResponse:
    """Every site with its agency and state."""
    listing = Listing(
        request,
        title=_("Sites"),
        lead=_("Where the network reaches, and how far each place has come."),
        queryset=models.Site.objects.visible_to(request.user).select_related("agency", "region").defer("region__boundary"),
        columns=[
            Column("code", _("Code"), lambda s: s.code, csv_only=True),
            Column("name", _("Site"), lambda s: s.name, url=models.Site.get_absolute_url, sort="name"),
            Column("agency", _("Agency"), lambda s: s.agency.label if s.agency else "–", sort="agency__name"),
            Column("region", _("Region"), lambda s: s.region.name, csv_value=lambda s: s.region_id, sort="region"),
            Column("state", _("State"), lambda s: s.get_state_display(), csv_value=lambda s: s.state, sort="state"),
            Column("since", _("Since"), lambda s: day_text(s.since), csv_value=lambda s: s.since, sort="since"),
        ],
        filters=SiteFilters(request.GET),
        links=_links(request.user),
        csv_name="sites",
        empty_title=_("No sites yet"),
        empty_text=_("Import an inventory: pendopo network import FILE.yaml."),
    )
    return listing.csv() if listing.wants_csv else render(request, "network/list.html", {"listing": listing})


def day_text(value: date | None) -> object:
    """A day as people write it; a dash for none."""
    return day(timezone.make_aware(datetime.combine(value, time()))) if value else "–"


@opens("network.see")
def devices(request: PersonRequest) -> HttpResponse:
    """Every device and how it stands."""
    known = standings(timezone.now())
    engineer = may_somewhere(request.user, "network.change")
    listing = Listing(
        request,
        title=_("Devices"),
        lead=_("Routers, switches and servers, and whether they are reached now."),
        queryset=models.Device.objects.visible_to(request.user).select_related("site"),
        columns=[
            Column("code", _("Code"), lambda d: d.code, csv_only=True),
            Column("name", _("Device"), lambda d: d.name, url=models.Device.get_absolute_url, sort="name"),
            Column("site", _("Site"), lambda d: d.site.name, csv_value=lambda d: d.site.code, sort="site__name"),
            Column("role", _("Role"), lambda d: d.get_role_display(), csv_value=lambda d: d.role, sort="role"),
            Column("state", _("Now"), lambda d: known.get(d.code, NEVER).word, csv_value=lambda d: known.get(d.code, NEVER).state),
            Column("at", _("Heard"), lambda d: ago(known.get(d.code, NEVER).at), csv_value=lambda d: known.get(d.code, NEVER).at),
            *([Column("address", _("Address"), lambda d: d.address or "–", sort="address")] if engineer else []),
        ],
        filters=DeviceFilters(request.GET),
        links=_links(request.user),
        csv_name="devices",
        empty_title=_("No devices yet"),
        empty_text=_("Import an inventory, or look for devices: pendopo network discover."),
    )
    return listing.csv() if listing.wants_csv else render(request, "network/list.html", {"listing": listing})


@opens("network.see")
def links(request: PersonRequest) -> HttpResponse:
    """Every link with its medium, capacity and state."""
    listing = Listing(
        request,
        title=_("Links"),
        lead=_("Fibre spans, radio and lines of providers between devices."),
        queryset=models.Link.objects.visible_to(request.user).select_related("a__site", "b__site"),
        columns=[
            Column("code", _("Code"), lambda one: one.code, csv_only=True),
            Column("name", _("Link"), lambda one: one.name, url=models.Link.get_absolute_url, sort="name"),
            Column("between", _("Between"), lambda one: f"{one.a.site.name} – {one.b.site.name}"),
            Column("medium", _("Medium"), lambda one: one.get_medium_display(), csv_value=lambda one: one.medium, sort="medium"),
            Column(
                "capacity",
                _("Capacity"),
                lambda one: speed_text(one.capacity_bps) or "–",
                numeric=True,
                csv_value=lambda one: one.capacity_bps,
                sort="capacity_bps",
            ),
            Column("spare", _("Spare cores"), lambda one: spare_text(one), numeric=True, csv_value=lambda one: one.spare_cores),
            Column("state", _("State"), lambda one: one.get_state_display(), csv_value=lambda one: one.state, sort="state"),
            Column("since", _("Since"), lambda one: day_text(one.since), csv_value=lambda one: one.since, sort="since"),
            Column("provider", _("Provider"), lambda one: one.provider, csv_only=True),
        ],
        filters=LinkFilters(request.GET),
        links=_links(request.user),
        csv_name="links",
        empty_title=_("No links yet"),
        empty_text=_("Import an inventory: pendopo network import FILE.yaml."),
    )
    return listing.csv() if listing.wants_csv else render(request, "network/list.html", {"listing": listing})


def spare_text(link: models.Link) -> str:
    """Spare cores of all cores."""
    return f"{link.spare_cores if link.spare_cores is not None else '–'}/{link.cores}" if link.cores else "–"


@opens("network.change", house=True)
def take(request: PersonRequest) -> HttpResponse:
    """An inventory from a file: all of it, or nothing and why by line."""
    form = InventoryForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                changes = load_inventory(inventory=read_file(form.cleaned_data["file"]), by=request.user)
            except Faulty as error:
                for sentence in error.sentences[:50]:
                    form.add_error(None, told(sentence))
            else:
                counts = changes.as_json().values()
                sums = {what: sum(one[what] for one in counts) for what in ("created", "changed", "unchanged")}
                messages.success(request, _("%(created)s new, %(changed)s changed, %(unchanged)s as before.") % sums)
                return redirect("network:network")
    context = {
        "title": _("Import the inventory"),
        "lead": _("What the file names is added or changed; nothing is taken away. One mistake, and nothing is changed."),
        "form": form,
        "files": True,
        "submit": _("Import"),
        "cancel": reverse("network:network"),
    }
    return render(request, "ui/form.html", context, status=status)


def read_file(file: "UploadedFile[bytes]") -> Inventory:
    """The inventory in an uploaded file. Raises Faulty."""
    if (file.size or 0) > LARGEST:
        raise Faulty([_("The file is larger than 8 MB: part it.")])
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Faulty([_("The file is not UTF-8: save it as UTF-8.")]) from None
    return tables.parse_csv(text) if str(file.name).lower().endswith(".csv") else parse(text)


@require_safe
@opens("network.change", house=True)
def as_file(request: PersonRequest) -> HttpResponse:
    """The whole inventory as YAML, with addresses: for engineers."""
    answer = HttpResponse(tables.as_yaml(), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="network.yaml"'
    return answer


@require_safe
@opens("network.change", house=True)
def as_table(request: PersonRequest, kind: str) -> HttpResponse:
    """One table of the inventory as CSV, as the import takes it."""
    if kind not in KINDS:
        raise Http404
    answer = HttpResponse(tables.as_csv(kind), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return answer
