"""Pages about sources and their keys."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, require
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Bulk, Column, Link, Listing
from pendopo.ui.telling import all_told
from pendopo.ui.templatetags.house import ago

from ..catalogue import parse
from ..declared import Faulty
from ..declaring import Changes, load_catalogue
from ..forms import CatalogueForm, KeyForm, NewSourceForm, SourceFilters, SourceForm
from ..models import Source, SourceKey
from ..sources import Refused, add_source, change_source, new_key, revoke_key
from .indicators import standing
from .scope import agencies_for, source_for, sources_for

RECENT = timedelta(days=7)


@opens("sources.change")
def sources(request: PersonRequest) -> HttpResponse:
    """All sources within reach, with when each was last heard."""
    house = may(request.user, "indicators.change")
    week = Q(deliveries__received__gte=timezone.now() - RECENT)
    listing = Listing(
        request,
        title=_("Sources"),
        lead=_("Systems, offices and sensors that send figures. Each belongs to an agency and writes with keys of its own."),
        queryset=sources_for(request.user, "sources.change")
        .annotate(
            live_keys=Count("keys", filter=Q(keys__revoked=None), distinct=True), week=Count("deliveries", filter=week, distinct=True)
        )
        .order_by("code"),
        columns=[
            Column("name", _("Name"), lambda s: s.name, url=lambda s: reverse("indicators:source", args=[s.code]), sort="name"),
            Column("code", _("Code"), lambda s: s.code, sort="code"),
            Column("agency", _("Agency"), lambda s: s.agency.label, csv_value=lambda s: s.agency.code, sort="agency__name"),
            Column("last_heard", _("Last heard"), heard, csv_value=lambda s: s.last_heard, sort="last_heard"),
            Column("week", _("Deliveries in 7 days"), lambda s: s.week, numeric=True, sort="week"),
            Column("keys", _("Keys"), lambda s: s.live_keys, numeric=True, sort="live_keys"),
            Column("state", _("State"), state, csv_value=lambda s: "active" if s.active else "retired"),
        ],
        filters=SourceFilters(request.GET),
        bulk=[Bulk("retire", _("Retire")), Bulk("use", _("Take into use again"))],
        csv_in=reverse("indicators:catalogue") if house else "",
        csv_name="sources",
        links=[Link(_("Add a source"), reverse("indicators:add-source"))],
        empty_title=_("No sources yet"),
        empty_text=_("Load a catalogue, or add the first source by hand."),
        empty_url=reverse("indicators:add-source"),
        empty_action=_("Add a source"),
    )
    if request.method == "POST":
        do_bulk(request, listing)
        return redirect(request.get_full_path())
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def heard(source: Source) -> str:
    """When a source last spoke, in its own cell."""
    return ago(source.last_heard) if source.last_heard else _("never")


def state(source: Source) -> str:
    """In use, retired, and whether it is a model."""
    words = [_("in use") if source.active else _("retired")]
    return ", ".join([*words, "SIMULASI"] if source.simulated else words)


def do_bulk(request: PersonRequest, listing: Listing) -> None:
    """Retires the chosen sources or takes them into use again."""
    keys = [key for key in listing.selected() if key.isdigit()]
    chosen = sources_for(request.user, "sources.change").filter(pk__in=keys) if listing.action else []
    done = 0
    for source in chosen:
        change_source(source=source, by=request.user, active=listing.action == "use")
        done += 1
    messages.success(request, ngettext("%(n)s source was changed.", "%(n)s sources were changed.", done) % {"n": done})


@opens("sources.change")
def source(request: PersonRequest, code: str) -> HttpResponse:
    """One source: facts, keys, what it writes and how fresh that is, its last deliveries."""
    return render(request, "indicators/source.html", source_context(request, source_for(request.user, "sources.change", code)))


def source_context(request: PersonRequest, found: Source, secret: str = "") -> dict[str, object]:
    """What the page of a source shows; `secret` is a new key, this once."""
    return {
        "source": found,
        "keys": found.keys.all(),
        "secret": secret,
        "key_form": KeyForm(),
        "standings": standing(found.indicators.order_by("code"), timezone.now(), source=found.code),
        "deliveries": found.deliveries.order_by("-id")[:10],
        "may_write": may(request.user, "observations.write") or may(request.user, "observations.write", found),
    }


@opens("sources.change")
def add(request: PersonRequest) -> HttpResponse:
    """A new source."""
    form = NewSourceForm(request.POST or None, agencies=agencies_for(request.user, "sources.change"))
    if request.method == "POST" and form.is_valid():
        try:
            made = add_source(by=request.user, **form.cleaned_data)
            return redirect("indicators:source", code=made.code)
        except Refused as why:
            form.add_error("code", str(why))
    return render(request, "ui/form.html", {"title": _("Add a source"), "form": form, "cancel": reverse("indicators:sources")})


@opens("sources.change")
def change(request: PersonRequest, code: str) -> HttpResponse:
    """The facts about a source."""
    found = source_for(request.user, "sources.change", code)
    first = {"name": found.name, "agency": found.agency_id, "quota": found.quota, "simulated": found.simulated}
    form = SourceForm(request.POST or None, initial=first, agencies=agencies_for(request.user, "sources.change"))
    if request.method == "POST" and form.is_valid():
        change_source(source=found, by=request.user, **form.cleaned_data)
        return redirect("indicators:source", code=code)
    context = {"title": _("Change %(name)s") % {"name": found.name}, "form": form, "cancel": reverse("indicators:source", args=[code])}
    return render(request, "ui/form.html", context)


@require_POST
@opens("sources.change")
def make_key(request: PersonRequest, code: str) -> HttpResponse:
    """A new key, shown this once."""
    found = source_for(request.user, "sources.change", code)
    form = KeyForm(request.POST)
    try:
        _key, secret = new_key(source=found, by=request.user, label=form.cleaned_data["label"] if form.is_valid() else "")
    except Refused as why:
        messages.error(request, str(why))
        return redirect("indicators:source", code=code)
    answer = render(request, "indicators/source.html", source_context(request, found, secret))
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@opens("sources.change")
def end_key(request: PersonRequest, code: str, pk: int) -> HttpResponse:
    """Revokes a key."""
    found = source_for(request.user, "sources.change", code)
    key = get_object_or_404(SourceKey.objects.select_related("source"), pk=pk, source=found)
    if revoke_key(key=key, by=request.user):
        messages.success(request, _("The key is revoked: it is refused from now on."))
    return redirect("indicators:source", code=code)


@opens("indicators.change", house=True)
def catalogue(request: PersonRequest) -> HttpResponse:
    """Sources and indicators by a catalogue file: all or nothing, every fault with its line."""
    require(request.user, "indicators.change")
    form = CatalogueForm(request.POST or None, request.FILES or None)
    changes: Changes | None = None
    faults: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            changes = load_catalogue(catalogue=parse(form.cleaned_data["file"].read().decode("utf-8-sig")), by=request.user)
        except UnicodeDecodeError:
            faults = [_("The catalogue is not UTF-8: save it as UTF-8.")]
        except Faulty as error:
            faults = all_told(error.sentences)
    return render(request, "indicators/catalogue.html", {"form": form, "changes": changes, "faults": faults})
