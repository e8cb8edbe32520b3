"""Lists of the roster: shifts, absences, and the logbook; shifts by CSV."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.actions import Refused
from pendopo.agencies.forms import TableForm
from pendopo.agencies.requests import PersonRequest
from pendopo.regions.tables import NoTable, rows_of
from pendopo.ui.door import holds, opens
from pendopo.ui.lists import Bulk, Column, Link, Listing
from pendopo.ui.templatetags.house import moment

from . import actions
from .forms import AbsenceFilters, AbsenceForm, LineFilters, LineForm, ShiftFilters
from .models import Absence, LineKind, LogLine, Shift
from .tables import take_shifts


@opens("roster.see")
def shifts(request: PersonRequest) -> HttpResponse:
    """Every shift from today on, or as filtered; CSV in and out."""
    may_change = holds(request.user, "roster.change")
    listing = Listing(
        request,
        title=_("Shifts"),
        lead=_("Who is on duty when. A shift whose person is absent needs somebody else."),
        queryset=Shift.objects.kept().select_related("roster", "person").order_by("since", "pk"),
        columns=[
            Column("since", _("From"), lambda s: moment(s.since), url=Shift.get_absolute_url, sort="since", csv_value=lambda s: s.since),
            Column("until", _("To"), lambda s: moment(s.until), sort="until", csv_value=lambda s: s.until),
            Column("roster", _("Roster"), lambda s: s.roster.name, csv_value=lambda s: s.roster.code, sort="roster__name"),
            Column("person", _("Person"), lambda s: s.person.name, sort="person__name"),
            Column("email", _("E-mail"), lambda s: s.person.email, csv_only=True),
            Column("turn", _("Turn"), lambda s: s.turn),
            Column(
                "state",
                _("State"),
                lambda s: _("absent: needs somebody else") if s.is_absent else _("planned"),
                csv_value=lambda s: "absent" if s.is_absent else "planned",
            ),
            Column("note", _("Note"), lambda s: s.note),
        ],
        filters=ShiftFilters(request.GET),
        links=[Link(_("Rosters"), reverse("incidents:rosters"))],
        csv_in=reverse("incidents:import-shifts") if may_change else "",
        csv_name="pendopo-shifts",
        empty_title=_("No shift is planned"),
        empty_text=_("Open a roster and plan its pattern for the coming weeks."),
        empty_url=reverse("incidents:rosters"),
        empty_action=_("Rosters"),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("roster.change", house=True)
def take_file(request: PersonRequest) -> HttpResponse:
    """Shifts by CSV."""
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {
        "form": form,
        "title": _("Shifts by CSV"),
        "lead": _(
            "Columns: roster (code), email, since, until, and as far as you have them turn and note. A faulty line is refused and "
            "its neighbours are taken; the same file twice changes nothing."
        ),
        "back": reverse("incidents:shifts"),
    }
    if request.method == "POST" and form.is_valid():
        try:
            rows = rows_of(form.cleaned_data["file"].read(), ("roster",), ("email", "person"), ("since",), ("until",))
            context["added"], context["known"], context["refused"] = take_shifts(rows, request.user)
            context["done"] = True
        except NoTable as why:
            form.add_error("file", str(why))
    return render(request, "incidents/roster/import.html", context)


@opens("roster.see")
def absences(request: PersonRequest) -> HttpResponse:
    """Who is away when."""
    may_change = holds(request.user, "roster.change")
    listing = Listing(
        request,
        title=_("Absences"),
        lead=_("Who is away is neither on duty nor called."),
        queryset=Absence.objects.filter(withdrawn=None).select_related("person").order_by("-since", "pk"),
        columns=[
            Column("person", _("Person"), lambda a: a.person.name, sort="person__name"),
            Column("since", _("From"), lambda a: moment(a.since), sort="since", csv_value=lambda a: a.since),
            Column("until", _("To"), lambda a: moment(a.until), sort="until", csv_value=lambda a: a.until),
            Column("why", _("Why"), lambda a: a.why),
        ],
        filters=AbsenceFilters(request.GET),
        bulk=[Bulk("withdraw", _("Withdraw"))] if may_change else (),
        links=[Link(_("Add an absence"), reverse("incidents:new-absence"))] if may_change else (),
        csv_name="pendopo-absences",
        empty_title=_("Nobody is away"),
        empty_text=_("Leave, illness and duty elsewhere are written here, so that nobody is called in vain."),
    )
    if request.method == "POST" and listing.action == "withdraw" and may_change:
        for absence in Absence.objects.filter(pk__in=[pk for pk in listing.selected() if pk.isdecimal()]):
            actions.withdraw_absence(absence=absence, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("incidents:absences")
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("roster.change", house=True)
def new_absence(request: PersonRequest) -> HttpResponse:
    """Somebody will be away."""
    form = AbsenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _absence, shifts = actions.add_absence(by=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            if shifts:
                messages.warning(request, _("%(n)s shifts in this time need somebody else: they are marked in the list.") % {"n": shifts})
            return redirect("incidents:absences")
    return render(request, "ui/form.html", {"title": _("Add an absence"), "form": form, "cancel": reverse("incidents:absences")})


@opens("roster.see")
def logbook(request: PersonRequest) -> HttpResponse:
    """The logbook of the watch; whoever may work at the desk writes into it."""
    may_write = holds(request.user, "desk.work")
    form = LineForm(request.POST or None)
    if request.method == "POST" and may_write and form.is_valid():
        try:
            actions.write_line(by=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error("text", str(why))
        else:
            return redirect("incidents:logbook")
    listing = Listing(
        request,
        title=_("Logbook"),
        lead=_("What the watch did and saw, line by line. Lines are never changed."),
        queryset=LogLine.objects.select_related("by", "roster", "taken_by").order_by("-at", "-pk"),
        columns=[
            Column("at", _("Time"), lambda line: moment(line.at), sort="at", csv_value=lambda line: line.at),
            Column("kind", _("Kind"), lambda line: line.get_kind_display(), csv_value=lambda line: line.kind),
            Column("text", _("What happened"), lambda line: line.text),
            Column("by", _("By"), lambda line: line.by.name),
            Column("taken", _("Taken over"), taken_by, csv_value=lambda line: line.taken),
        ],
        filters=LineFilters(request.GET),
        csv_name="pendopo-logbook",
        empty_title=_("The logbook is empty"),
        empty_text=_("The first line is written at the start of a shift."),
    )
    if listing.wants_csv:
        return listing.csv()
    waiting = LogLine.objects.filter(kind=LineKind.HANDOVER, taken=None).exclude(by=request.user).select_related("by")
    context = {"listing": listing, "form": form, "may_write": may_write, "waiting": waiting}
    return render(request, "incidents/roster/logbook.html", context)


def taken_by(line: LogLine) -> str:
    """Who took a hand-over; a dash while nobody did."""
    return line.taken_by.name if line.taken_by else "–" if line.kind == LineKind.HANDOVER else ""


@require_POST
@opens("desk.work", house=True)
def take(request: PersonRequest, pk: int) -> HttpResponse:
    """I have read this hand-over."""
    line = get_object_or_404(LogLine, pk=pk, kind=LineKind.HANDOVER)
    try:
        actions.take_over(line=line, by=request.user)
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("The hand-over is yours now."))
    return redirect("/desk" if request.POST.get("back") == "/desk" else "incidents:logbook")
