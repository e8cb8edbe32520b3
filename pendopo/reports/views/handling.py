"""Where agencies answer: their list, one report, clusters, and the import."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import holds, opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import ago

from .. import actions
from ..actions.importing import rows_of
from ..forms import AnswerForm, ForwardForm, HandlingFilters, HoldForm, ImportForm, MergeForm, NoteForm, RouteForm, VerifyForm
from ..models import Category, Cluster, Report, State
from ..triage import suggestion
from .public import alike

TOGETHER = 500


def state_words(report: Report) -> str:
    """How it stands, and which limit is over."""
    words = str(report.get_state_display())
    if report.held:
        words += f", {_('kept aside')}"
    late = {"verify": _("verification overdue"), "answer": _("answer overdue"), "complete": _("completion overdue")}.get(report.late, "")
    return f"{words}, {late}" if late else words


@opens("reports.see")
def handling(request: PersonRequest) -> HttpResponse:
    """The reports of the own agency and region."""
    links = [Link(_("Clusters"), reverse("reports:clusters"))]
    if holds(request.user, "reports.set_up"):
        links.append(Link(_("Categories"), reverse("reports:categories")))
    if holds(request.user, "reports.handle"):
        links.append(Link(_("Import SP4N-LAPOR!"), reverse("reports:import")))
    listing = Listing(
        request,
        title=_("Citizen reports"),
        lead=_("What citizens report, who answers, and until when."),
        queryset=Report.objects.visible_to(request.user).select_related("category", "region", "agency"),
        columns=[
            Column("title", _("Report"), lambda r: r.title, url=lambda r: reverse("reports:handle", args=[r.number]), sort="title"),
            Column("number", _("Report number"), lambda r: r.number, sort="number"),
            Column("category", _("Category"), lambda r: r.category.name, csv_value=lambda r: r.category.code, sort="category"),
            Column("region", _("Region"), lambda r: r.region.name, csv_value=lambda r: r.region_id, sort="region"),
            Column("agency", _("Agency"), lambda r: r.agency.label if r.agency else "–", sort="agency"),
            Column("state", _("State"), state_words, csv_value=lambda r: r.state, sort="state"),
            Column("created", _("Received"), lambda r: ago(r.created), csv_value=lambda r: r.created, sort="created"),
            Column("complete_by", _("Finish by"), lambda r: r.complete_by, csv_only=True),
        ],
        filters=HandlingFilters(request.GET),
        links=links,
        csv_name="pendopo-reports",
        empty_title=_("No report waits"),
        empty_text=_("What citizens report to your agency or in your region appears here."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


def find(person: Any, number: str) -> Report:
    """The report, if it is within the person's reach."""
    visible = Report.objects.visible_to(person).select_related("category", "region", "agency", "joined")
    found = visible.filter(number=number.upper()[:12]).first()
    if found is None:
        raise Http404
    return found


@opens("reports.see")
def handle(request: PersonRequest, number: str) -> HttpResponse:
    """One report as its handlers see it."""
    found = find(request.user, number)
    handles = may(request.user, "reports.handle", found)
    start = {"category": found.category.code, "classification": found.classification}
    hint = suggestion(found) if handles and found.state == State.RECEIVED else None
    hinted = Category.objects.filter(code=hint[0]).first() if hint else None
    context = {
        "report": found,
        "handles": handles,
        "steps": found.steps.select_related("by"),
        "voices": found.agreements.count(),
        "late": state_words(found) if found.late else "",
        "verify": VerifyForm(initial=start),
        "route": RouteForm(),
        "answer": AnswerForm(),
        "note": NoteForm(),
        "hold": HoldForm(),
        "merge": MergeForm(),
        "alike": alike(found),
        "forward": ForwardForm(),
        "forwarded": found.forwarded.select_related("server"),
        "hint": (hinted.name, 100 * hint[1], hint[2]) if hint and hinted else None,
        "waits": found.state == State.RECEIVED,
        "open": found.state in (State.RECEIVED, State.VERIFIED),
    }
    return render(request, "reports/handle.html", context)


@require_safe
@opens("reports.see")
def photo(request: PersonRequest, number: str) -> HttpResponseBase:
    """The photo of a report within reach."""
    found = find(request.user, number)
    if not found.photo:
        raise Http404
    return FileResponse(found.photo.open("rb"), content_type="image/webp")


def _verify(report: Report, form: VerifyForm, person: Any) -> None:
    actions.verify(report=report, by=person, **form.cleaned_data)


def _route(report: Report, form: RouteForm, person: Any) -> None:
    actions.route(report=report, by=person, **form.cleaned_data)


def _answer(report: Report, form: AnswerForm, person: Any) -> None:
    actions.answer(report=report, by=person, text=form.cleaned_data["text"], final=not form.cleaned_data["interim"])


def _note(report: Report, form: NoteForm, person: Any) -> None:
    actions.note(report=report, by=person, **form.cleaned_data)


def _refuse(report: Report, form: AnswerForm, person: Any) -> None:
    actions.refuse(report=report, by=person, text=form.cleaned_data["text"])


def _hold(report: Report, form: HoldForm, person: Any) -> None:
    actions.hold(report=report, by=person, text=form.cleaned_data["text"])


def _merge(report: Report, form: MergeForm, person: Any) -> None:
    actions.merge(report=report, into=find(person, form.cleaned_data["number"].strip()), by=person)


def _forward(report: Report, form: ForwardForm, person: Any) -> None:
    actions.forward(report=report, by=person, **form.cleaned_data)


DEEDS: dict[str, tuple[Callable[..., Any], Callable[..., None]]] = {
    "verify": (VerifyForm, _verify),
    "route": (RouteForm, _route),
    "answer": (AnswerForm, _answer),
    "note": (NoteForm, _note),
    "forward": (ForwardForm, _forward),
    "refuse": (AnswerForm, _refuse),
    "hold": (HoldForm, _hold),
    "merge": (MergeForm, _merge),
}


@require_POST
@opens("reports.handle")
def act(request: PersonRequest, number: str) -> HttpResponse:
    """One deed on a report: `do` names it."""
    found = find(request.user, number)
    require(request.user, "reports.handle", found)
    wish = request.POST.get("do", "")
    try:
        if wish == "release":
            actions.release(report=found, by=request.user)
        elif wish in DEEDS:
            make_form, deed = DEEDS[wish]
            form = make_form(request.POST)
            if not form.is_valid():
                raise Refused(" ".join(str(error) for errors in form.errors.values() for error in errors))
            deed(found, form, request.user)
    except Refused as why:
        messages.error(request, str(why))
    kept = Report.objects.visible_to(request.user).filter(pk=found.pk).exists()
    return redirect("reports:handle", found.number) if kept else redirect("reports:handling")


@opens("reports.see")
def clusters(request: PersonRequest) -> HttpResponse:
    """Where many report the same."""
    listing = Listing(
        request,
        title=_("Clusters of reports"),
        lead=_("Many reports of one thing from one district within a day. Each raises an alert, from which an incident is opened."),
        queryset=Cluster.objects.select_related("category", "region"),
        columns=[
            Column("category", _("Category"), lambda c: c.category.name, url=Cluster.get_absolute_url),
            Column("region", _("Region"), lambda c: c.region.name, sort="region"),
            Column("most", _("Reports"), lambda c: c.most, numeric=True, sort="most"),
            Column("since", _("Since"), lambda c: ago(c.since), csv_value=lambda c: c.since, sort="since"),
            Column("ended", _("Ended"), lambda c: ago(c.ended) if c.ended else "–", csv_value=lambda c: c.ended, sort="ended"),
        ],
        csv_name="pendopo-clusters",
        empty_title=_("No cluster"),
        empty_text=_("When many report the same thing, it appears here and on the desk."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("reports.see")
def cluster(request: PersonRequest, pk: int) -> HttpResponse:
    """The reports of a cluster, and one answer for all of them."""
    found = Cluster.objects.select_related("category", "region").filter(pk=pk).first()
    if found is None:
        raise Http404
    rows = list(Report.objects.visible_to(request.user).filter(pk__in=found.gathered().values("pk")).select_related("region")[:TOGETHER])
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        mine = [row for row in rows if may(request.user, "reports.handle", row)]
        number = actions.answer_together(reports=mine, text=form.cleaned_data["text"], by=request.user)
        messages.success(request, _("%(n)s reports were answered.") % {"n": number})
        return redirect(found)
    waiting = sum(row.state in (State.RECEIVED, State.VERIFIED) for row in rows)
    return render(request, "reports/cluster.html", {"cluster": found, "rows": rows, "form": form, "waiting": waiting})


@opens("reports.handle", house=True)
def bring(request: PersonRequest) -> HttpResponse:
    """An export of SP4N-LAPOR! comes in."""
    form = ImportForm(request.POST or None, request.FILES or None)
    outcome = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            outcome = actions.import_lapor(rows=rows_of(given, given.name), by=request.user)
        except Refused as why:
            form.add_error("file", str(why))
    return render(request, "reports/import.html", {"form": form, "outcome": outcome})
