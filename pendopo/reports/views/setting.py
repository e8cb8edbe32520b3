"""Setting up: categories with their owner and clocks, and the servers of other governments."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import ago

from .. import actions, logic
from ..forms import CategoryForm, ServerForm
from ..models import Category, Server


def _days(category: Category) -> str:
    whole = category.days_to_complete(category.classification)
    return f"{logic.VERIFY_DAYS} / {category.days_to_answer()} / {'–' if whole is None else whole}"


@opens("reports.set_up", house=True)
def categories(request: PersonRequest) -> HttpResponse:
    """What can be reported, who answers, and within which limits."""
    listing = Listing(
        request,
        title=_("Categories of reports"),
        lead=_("What can be reported, who answers, and within how many working days: verification, first answer, completion."),
        queryset=Category.objects.select_related("agency"),
        columns=[
            Column("name_id", _("Category"), lambda c: c.name, url=lambda c: reverse("reports:category", args=[c.code]), sort="name_id"),
            Column("code", _("Code"), lambda c: c.code, sort="code"),
            Column("agency", _("Agency"), lambda c: c.agency.label if c.agency else ", ".join(c.handlers) or c.get_by_place_display()),
            Column("classification", _("Class"), lambda c: c.get_classification_display(), csv_value=lambda c: c.classification),
            Column("days", _("Working days"), _days),
            Column("cluster", _("Cluster from"), lambda c: c.cluster or "–", numeric=True),
            Column("active", _("State"), lambda c: _("offered") if c.active else _("not offered"), sort="active"),
        ],
        links=[Link(_("New category"), reverse("reports:new-category")), Link(_("Open311 servers"), reverse("reports:servers"))],
        csv_name="pendopo-report-categories",
        empty_title=_("No category"),
        empty_text=_("Without a category nothing can be reported."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("reports.set_up", house=True)
def category(request: PersonRequest, code: str = "") -> HttpResponse:
    """One category, or a new one."""
    found = get_object_or_404(Category, code=code) if code else None
    form = CategoryForm(request.POST or None, category=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.set_category(category=found, by=request.user, facts=form.cleaned_data)
            messages.success(request, _("Saved: “%(name)s”. Reports that are here keep the limits they have.") % {"name": made.name})
            return redirect("reports:categories")
        except Refused as why:
            form.add_error("code" if found is None else None, str(why))
    title = found.name if found else _("New category")
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": reverse("reports:categories")})


@opens("reports.set_up", house=True)
def servers(request: PersonRequest) -> HttpResponse:
    """Where reports can be forwarded to."""
    listing = Listing(
        request,
        title=_("Open311 servers"),
        lead=_("Governments above or beside this one that take reports over Open311 GeoReport v2. Their answer comes back by itself."),
        queryset=Server.objects.all(),
        columns=[
            Column("name", _("Name"), lambda s: s.name, url=lambda s: reverse("reports:server", args=[s.pk]), sort="name"),
            Column("url", _("Address"), lambda s: s.url),
            Column("services", _("Takes"), lambda s: _("%(n)s kinds") % {"n": len(s.services)}, csv_value=lambda s: len(s.services)),
            Column("asked", _("Asked"), lambda s: s.problem or (ago(s.asked) if s.asked else "–"), csv_value=lambda s: s.asked),
            Column("active", _("State"), lambda s: _("used") if s.active else _("not used"), sort="active"),
        ],
        links=[Link(_("New server"), reverse("reports:new-server"))],
        csv_name="pendopo-open311-servers",
        empty_title=_("No server"),
        empty_text=_("Name the server of the province or a ministry, and reports can be forwarded to it."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("reports.set_up", house=True)
def server(request: PersonRequest, pk: int = 0) -> HttpResponse:
    """One server, or a new one."""
    found = get_object_or_404(Server, pk=pk) if pk else None
    start: dict[str, Any] = {"active": True}
    if found:
        start = {"name": found.name, "url": found.url, "jurisdiction": found.jurisdiction, "active": found.active}
    form = ServerForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_server(server=found, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved. It is asked at once what it takes."))
            return redirect("reports:servers")
        except Refused as why:
            form.add_error(None, str(why))
    title = found.name if found else _("New server")
    return render(request, "ui/form.html", {"title": title, "form": form, "cancel": reverse("reports:servers")})
