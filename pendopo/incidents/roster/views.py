"""Pages of rosters: who is on duty, one roster's calendar, one shift."""

from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may, require
from pendopo.agencies.actions import Refused
from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import holds, opens

from . import actions, logic
from .feeds import address_for
from .forms import GiveForm, PlanForm, RosterForm, ShiftForm
from .models import LogLine, Roster, Shift
from .reading import calendar, duties

DAYS = 14
FARTHEST_DAYS = 3660


@opens("roster.see")
def rosters(request: PersonRequest) -> HttpResponse:
    """Every duty: who holds it now, who comes next, where nobody does in the coming week."""
    now = timezone.now()
    mine = Shift.objects.kept().filter(person=request.user, until__gt=now).select_related("roster").order_by("since")[:8]
    return render(request, "incidents/roster/rosters.html", {"duties": duties(now), "mine": mine, "now": now})


@opens("roster.see")
def roster(request: PersonRequest, code: str) -> HttpResponse:
    """One roster: two weeks as a calendar, gaps, and what may be done."""
    return _page(request, get_object_or_404(Roster, code=code))


def _page(
    request: PersonRequest,
    found: Roster,
    *,
    plan: PlanForm | None = None,
    add: ShiftForm | None = None,
    skipped: list[actions.Skipped] | None = None,
) -> HttpResponse:
    first = _day_in(request.GET.get("from", "")) or timezone.localdate()
    now = timezone.now()
    context = {
        "roster": found,
        "turns": logic.read_turns(found.turns).values(),
        "days": [first + timedelta(days=number) for number in range(DAYS)],
        "today": timezone.localdate(),
        "earlier": first - timedelta(days=DAYS),
        "later": first + timedelta(days=DAYS),
        "rows": calendar(found, first, DAYS),
        "duty": duties(now, [found])[0],
        "crew": [member.person for member in found.members.select_related("person")],
        "handovers": LogLine.objects.filter(roster=found, kind="handover").select_related("by", "taken_by")[:5],
        "feed": address_for(request.user, found),
        "plan_form": plan or PlanForm(),
        "shift_form": add or ShiftForm(),
        "skipped": skipped or [],
        "may_change": holds(request.user, "roster.change", found),
        "now": now,
    }
    return render(request, "incidents/roster/roster.html", context)


def _day_in(text: str) -> date | None:
    """A day that a calendar can begin with; None for one that does not exist or lies absurdly far away."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and abs((found - timezone.localdate()).days) <= FARTHEST_DAYS else None


@opens("roster.change")
def new(request: PersonRequest) -> HttpResponse:
    """A new roster."""
    form = RosterForm(request.POST or None, region=settings.REGION)
    if request.method == "POST" and form.is_valid() and Roster.objects.filter(code=form.cleaned_data["code"]).exists():
        form.add_error("code", _("There is a roster with this code: choose another code, or change that roster."))
    return _form(request, form, _("A new roster"), reverse("incidents:rosters"))


@opens("roster.change")
def change(request: PersonRequest, code: str) -> HttpResponse:
    """Another pattern or crew; shifts that are planned stay."""
    found = get_object_or_404(Roster, code=code)
    require(request.user, "roster.change", found)
    crew = "\n".join(found.members.values_list("person__email", flat=True))
    initial = {"name": found.name, "code": found.code, "region": found.region_id, "turns": found.turns, "cycle": found.cycle, "crew": crew}
    initial["needed_from"] = found.needed_from
    form = RosterForm(request.POST or None, initial=initial, region=settings.REGION)
    form.fields["code"].disabled = True  # it is part of addresses; another code would be another roster
    return _form(request, form, found.name, found.get_absolute_url())


def _form(request: PersonRequest, form: RosterForm, title: str, back: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and _reaches(request, form):
        try:
            made = actions.set_roster(**form.cleaned_data, by=request.user)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect(made)
    lead = _("The pattern says who is on duty when. Planning makes the shifts; each of them can be changed afterwards.")
    return render(request, "ui/form.html", {"title": title, "lead": lead, "form": form, "cancel": back})


def _reaches(request: PersonRequest, form: RosterForm) -> bool:
    """Whether the post may keep a roster there; else the form says so."""
    region = form.cleaned_data["region"]
    if may(request.user, "roster.change", Roster(region=region)):
        return True
    words = _("Your post does not reach %(name)s.") % {"name": region.name} if region else ""
    form.add_error("region", words or _("Say where it is: your post reaches a part of the region only."))
    return False


@require_POST
@opens("roster.change")
def act(request: PersonRequest, code: str) -> HttpResponse:
    """Plan the pattern, add one shift, or end the roster."""
    found = get_object_or_404(Roster, code=code, ended=None)
    require(request.user, "roster.change", found)
    deed = request.POST.get("deed", "")
    if deed == "end":
        actions.end_roster(roster=found, by=request.user)
        messages.success(request, _("The roster has ended; what was planned is cancelled."))
        return redirect("incidents:rosters")
    form = PlanForm(request.POST) if deed == "plan" else ShiftForm(request.POST)
    if form.is_valid():
        try:
            if isinstance(form, PlanForm):
                made, skipped = actions.generate(roster=found, by=request.user, **form.cleaned_data)
                messages.success(request, ngettext("%(n)s shift was planned.", "%(n)s shifts were planned.", made) % {"n": made})
                return _page(request, found, skipped=skipped)
            actions.add_shift(roster=found, by=request.user, **form.cleaned_data)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect(found)
    return _page(request, found, **{"plan" if isinstance(form, PlanForm) else "add": form})  # type: ignore[arg-type]


@require_POST
@opens("roster.see")
def renew_feeds(request: PersonRequest, code: str) -> HttpResponse:
    """New addresses for one's calendars."""
    found = get_object_or_404(Roster, code=code)
    actions.renew_feeds(by=request.user)
    messages.success(request, _("The addresses of your calendars are new: enter them again where you use them."))
    return redirect(found)


@opens("roster.see")
def shift(request: PersonRequest, pk: int) -> HttpResponse:
    """One shift: whoever may change rosters gives it to somebody else, or cancels it."""
    found = get_object_or_404(Shift.objects.kept().select_related("roster", "person"), pk=pk)
    may_change = holds(request.user, "roster.change", found.roster)
    form = GiveForm(request.POST or None)
    if request.method == "POST" and may_change:
        if request.POST.get("deed") == "cancel":
            actions.cancel_shift(shift=found, by=request.user)
            messages.success(request, _("The shift is cancelled."))
            return redirect(found.roster)
        if form.is_valid():
            try:
                actions.give_shift(shift=found, by=request.user, **form.cleaned_data)
            except Refused as why:
                form.add_error(None, str(why))
            else:
                messages.success(request, _("Saved."))
                return redirect(found.roster)
    return render(request, "incidents/roster/shift.html", {"shift": found, "form": form, "may_change": may_change})
