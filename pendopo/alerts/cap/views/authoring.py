"""The console's pages of public warnings: the list, writing one, reading it with its signed message, approving it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.access import At, may
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.regions import drawing
from pendopo.regions.models import BoundaryKind, Region
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import moment

from .. import actions, kinds
from ..forms import ReturnForm, WarningFilters, WarningForm, usual, warned_regions, written
from ..models import MessageType, PublicWarning, Stage, Status


def reaches(request: PersonRequest, verb: str, regions: list[Region]) -> bool:
    """Whether the reader may do the verb in every one of these regions (without any: somewhere)."""
    return all(may(request.user, verb, At(region.pk)) for region in regions) if regions else request.user.has_perm(verb)


def stage_words(warning: PublicWarning) -> str:
    """How far it came and, for what is no real warning, what it is."""
    words = str(warning.get_stage_display())
    return words if warning.status == Status.ACTUAL else f"{words}, {warning.get_status_display()}"


@opens("warnings.see")
def warnings(request: PersonRequest) -> HttpResponse:
    """Every warning of the house, the newest first."""
    links = [Link(_("Warnings of others"), reverse("alerts:heard"))]
    if request.user.has_perm("warnings.write"):
        links.append(Link(_("Warn the public"), reverse("alerts:new-warning")))
    listing = Listing(
        request,
        title=_("Public warnings"),
        lead=_("What the government tells the public, signed, in the Common Alerting Protocol. A second person approves what is real."),
        queryset=PublicWarning.objects.select_related("author", "approved_by").prefetch_related("regions"),
        columns=[
            Column("headline", _("Warning"), lambda w: w.headline, url=PublicWarning.get_absolute_url, sort="headline"),
            Column("stage", _("State"), stage_words, csv_value=lambda w: w.stage, sort="stage"),
            Column("type", _("Message"), lambda w: w.get_message_type_display(), csv_value=lambda w: w.message_type),
            Column("severity", _("How bad"), lambda w: w.get_severity_display().split(":")[0], csv_value=lambda w: w.severity),
            Column("regions", _("Regions"), lambda w: ", ".join(region.name for region in w.regions.all())),
            Column("sent", _("Sent"), lambda w: moment(w.sent), csv_value=lambda w: w.sent, sort="sent"),
            Column("expires", _("Holds until"), lambda w: moment(w.expires), csv_value=lambda w: w.expires, sort="expires"),
            Column("author", _("Author"), lambda w: w.author.name),
            Column("identifier", "identifier", lambda w: w.identifier or "", csv_only=True),
        ],
        filters=WarningFilters(request.GET),
        links=links,
        csv_name="public-warnings",
        empty_title=_("No warning was written yet"),
        empty_text=_("Choose the danger and the districts; the usual advice is there already. A second person approves it."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("warnings.write")
def new(request: PersonRequest) -> HttpResponse:
    """First the danger, then the warning with what is usual for it. `?about=` is the incident it belongs to."""
    kind = kinds.BY_CODE.get(request.GET.get("kind", ""))
    about = request.GET.get("about", "")
    if kind is None and "kind" not in request.GET and request.method == "GET":
        return render(request, "alerts/cap/kinds.html", {"kinds": kinds.KINDS})
    districts = {".".join(code.split(".")[:3]) for code in request.GET.getlist("region")}
    begins = {**usual(kind), "regions": sorted(districts), "event": request.GET.get("event") or (kind.event if kind else "")}
    if "exercise" in request.GET:
        begins["status"] = Status.EXERCISE
    form = WarningForm(request.POST or None, initial=begins)
    if request.method == "POST" and form.is_valid() and _within_reach(request, form):
        try:
            made = actions.draft(told=form.told, by=request.user, about=about if about.startswith("/") else "")
            return _onwards(request, made)
        except Refused as why:
            form.add_error(None, str(why))
    return _form_page(request, form, _("Warn the public"), reverse("alerts:warnings"))


@opens("warnings.write")
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """The draft, changed."""
    found = get_object_or_404(PublicWarning.objects.select_related("refers"), pk=pk)
    _require(request, "warnings.write", found)
    form = WarningForm(request.POST or None, initial=written(found))
    if request.method == "POST" and form.is_valid() and _within_reach(request, form):
        try:
            return _onwards(request, actions.change(warning=found, told=form.told, by=request.user))
        except Refused as why:
            form.add_error(None, str(why))
    return _form_page(request, form, _("Change the draft"), found.get_absolute_url())


def _onwards(request: PersonRequest, warning: PublicWarning) -> HttpResponse:
    """After saving: asked for approval at once where that was the button; a refusal is said on the draft's page."""
    if "propose" in request.POST:
        try:
            actions.propose(warning=warning, by=request.user)
            messages.success(request, _("Somebody else must approve it now. They have been told."))
        except Refused as why:
            messages.error(request, str(why))
    return redirect(warning)


def _within_reach(request: PersonRequest, form: WarningForm) -> bool:
    for region in form.cleaned_data["regions"]:
        if not may(request.user, "warnings.write", At(region.pk)):
            form.add_error("regions", _("Your post does not reach %(name)s.") % {"name": region.name})
            return False
    return True


def _form_page(request: PersonRequest, form: WarningForm, title: str, cancel: str) -> HttpResponse:
    districts = warned_regions().defer(None).filter(level="district").values_list("code", "name", "boundary", "boundary_kind")
    rows = list(districts)
    context = {
        "form": form,
        "title": title,
        "cancel": cancel,
        "map": drawing.draw((code, name, boundary) for code, name, boundary, _kind in rows),
        "schematic": any(kind == BoundaryKind.SCHEMATIC for *_rest, kind in rows),
    }
    return render(request, "alerts/cap/form.html", context)


def _require(request: PersonRequest, verb: str, warning: PublicWarning) -> None:
    if not reaches(request, verb, list(warning.regions.all())):
        raise PermissionDenied(_("Your posts do not allow this. Ask an administrator for the right role."))


@opens("warnings.see")
def warning(request: PersonRequest, pk: int) -> HttpResponse:
    """One warning as the public reads it, how far it came, and what may be done."""
    found = get_object_or_404(PublicWarning.objects.select_related("author", "approved_by", "refers"), pk=pk)
    regions = list(found.regions.order_by("code"))
    next_one = found.followed_by.exclude(stage=Stage.DROPPED).order_by("-pk").first()
    writes = reaches(request, "warnings.write", regions)
    context = {
        "warning": found,
        "regions": regions,
        "stage": stage_words(found),
        "next": next_one,
        "writes": writes,
        "approves": reaches(request, "warnings.approve", regions) and (found.author_id != request.user.pk or found.status != Status.ACTUAL),
        "is_author": found.author_id == request.user.pk,
        "in_force": PublicWarning.objects.in_force(timezone.now()).filter(pk=found.pk).exists(),
        "is_followed": next_one is not None and next_one.stage == Stage.PUBLISHED,
        "actual": found.status == Status.ACTUAL,
        "schematic": any(region.boundary_kind != BoundaryKind.OFFICIAL for region in regions),
        "back": ReturnForm(),
    }
    return render(request, "alerts/cap/warning.html", context)


Deed = Callable[[PersonRequest, PublicWarning], Any]


def _propose(request: PersonRequest, found: PublicWarning) -> None:
    actions.propose(warning=found, by=request.user)
    messages.success(request, _("Somebody else must approve it now. They have been told."))


def _approve(request: PersonRequest, found: PublicWarning) -> None:
    actions.approve(warning=found, by=request.user)
    messages.success(request, _("It is out: on the feed, on the portal and on the way to everybody concerned."))


def _back(request: PersonRequest, found: PublicWarning) -> None:
    actions.send_back(warning=found, why=request.POST.get("why", ""), by=request.user)


def _drop(request: PersonRequest, found: PublicWarning) -> None:
    actions.drop(warning=found, by=request.user)


def _follow(kind: str, all_clear: bool = False) -> Deed:
    def deed(request: PersonRequest, found: PublicWarning) -> HttpResponse:
        made = actions.follow_up(warning=found, message_type=kind, by=request.user, all_clear=all_clear)
        return redirect("alerts:change-warning", pk=made.pk) if made.stage == Stage.DRAFT else redirect(made)

    return deed


# What may be done with a warning: the deed, and the verb of the doorkeeper that it needs.
DEEDS: dict[str, tuple[Deed, str]] = {
    "propose": (_propose, "warnings.write"),
    "approve": (_approve, "warnings.approve"),
    "back": (_back, "warnings.write"),
    "drop": (_drop, "warnings.write"),
    "update": (_follow(MessageType.UPDATE), "warnings.write"),
    "clear": (_follow(MessageType.UPDATE, all_clear=True), "warnings.write"),
    "cancel": (_follow(MessageType.CANCEL), "warnings.write"),
}


@require_POST
@opens("warnings.see")
def act(request: PersonRequest, pk: int) -> HttpResponse:
    """One deed on the page of a warning."""
    found = get_object_or_404(PublicWarning, pk=pk)
    deed, verb = DEEDS.get(request.POST.get("do", ""), (None, "warnings.write"))
    _require(request, verb, found)
    if deed is None:
        return redirect(found)
    try:
        answer = deed(request, found)
    except Refused as why:
        messages.error(request, str(why))
        return redirect(found)
    return answer if isinstance(answer, HttpResponse) else redirect(found)
