"""Pages of planning: the list, a plan, its page with answers, changing and calling off, and a guest's invitation."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.requests import PersonRequest
from pendopo.meetings.media.playing import may_open
from pendopo.meetings.models import Answer, Invitee, Meeting, PaperKind, State
from pendopo.meetings.phones.dialled import pin_for
from pendopo.orders.models import Order
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Link, Listing
from pendopo.ui.templatetags.house import moment

from . import actions
from .access import find, guest_of, managed, may_manage, own_invitations, words
from .forms import MeetingFilters, PlanForm, initial_of
from .letters import room_link

ANSWERS = [choice for choice in Answer.choices if choice[0]]


@opens("meetings.see")
def meetings(request: PersonRequest) -> HttpResponse:
    """Meetings that the reader convenes or is invited to; those who see the whole house see all."""
    person, now = request.user, timezone.now()
    convenes = may_somewhere(person, "meetings.convene")
    asked = Q(invitees__revoked=None)
    rows = (
        Meeting.objects.visible_to(person)
        .select_related("convener")
        .annotate(asked=Count("invitees", filter=asked), come=Count("invitees", filter=asked & Q(invitees__answer=Answer.YES)))
    )
    links = [Link(_("Dial lists"), reverse("meetings:dial")), Link(_("Plan a meeting"), reverse("meetings:new"))] if convenes else []
    listing = Listing(
        request,
        title=_("Meetings"),
        lead=_("Where you are invited or which you convene."),
        queryset=rows,
        columns=[
            Column("subject", _("Meeting"), lambda m: m.subject, url=lambda m: m.page, sort="subject"),
            Column("start", _("Begins"), lambda m: moment(m.start), sort="start", csv_value=lambda m: m.start),
            Column("minutes", _("Minutes"), lambda m: m.minutes, numeric=True),
            Column("convener", _("Convener"), lambda m: m.convener.name if m.convener else ""),
            Column("place", _("Meeting place"), lambda m: m.place or (_("another system") if m.elsewhere else "")),
            Column("come", _("Come"), lambda m: f"{m.come}/{m.asked}", csv_value=lambda m: m.come),
            Column("invited", _("Invited"), lambda m: m.asked, csv_only=True),
            Column("state", _("State"), lambda m: m.get_state_display(), csv_value=lambda m: m.state),
        ],
        filters=MeetingFilters(request.GET, now=now),
        links=links,
        csv_name="pendopo-meetings",
        empty_title=_("No meeting is planned"),
        empty_text=_("Meetings to which you are invited stand here, and in your calendar if you wish."),
        empty_url=reverse("meetings:new") if convenes else "",
        empty_action=_("Plan a meeting"),
    )
    if listing.wants_csv:
        return listing.csv()
    open_now = Meeting.objects.visible_to(person).filter(state=State.OPEN).order_by("-start")[:5]
    return render(request, "meetings/meetings.html", {"listing": listing, "open_now": open_now})


def _next_hour(now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


@opens("meetings.convene")
def new(request: PersonRequest) -> HttpResponse:
    """Plans a meeting; `?subject=` and `?about=` say where it comes from."""
    asked = {name: request.GET[name] for name in ("about", "subject", "agenda") if name in request.GET}
    form = PlanForm(request.POST or None, person=request.user, initial={"start": _next_hour(timezone.now()), "quorum": 0, **asked})
    if request.method == "POST" and form.is_valid():
        try:
            rule, about = form.rule(), form.cleaned_data["about"]
            meeting, _tokens = actions.arrange(wish=form.wish(), by=request.user, rule=rule, about=about)
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Planned. The invitations are on their way."))
            return redirect(meeting.page)
    return _plan_page(request, form, _("Plan a meeting"), reverse("meetings:meetings"), _("Plan and invite"))


def _plan_page(request: HttpRequest, form: PlanForm, title: str, cancel: str, submit: str, status: int = 200) -> HttpResponse:
    context = {"form": form, "title": title, "cancel": cancel, "submit": submit}
    return render(request, "meetings/plan.html", context, status=status)


@opens("meetings.see")
def meeting(request: PersonRequest, code: str) -> HttpResponse:
    """One meeting: when and where, who is invited and who comes, personal links, papers and tasks."""
    return _page(request, find(request.user, code))


def _page(request: PersonRequest, found: Meeting, status: int = 200) -> HttpResponse:
    person = request.user
    manages = may_manage(person, found)
    rows = list(found.invitees.filter(revoked=None).select_related("agency", "person", "answered_by"))
    tasks = Order.objects.visible_to(person).filter(about=found.page).select_related("to")
    context = {
        "meeting": found,
        "manages": manages,
        "opens_recordings": may_open(person, found),
        "is_over": found.state in (State.ENDED, State.CANCELLED),
        "invitees": rows,
        "counts": [(label, sum(row.answer == value for row in rows)) for value, label in Answer.choices],
        "guests": [(row, room_link(found, row)) for row in rows if row.nonce] if manages else [],
        "own": own_invitations(person, found),
        "answers": ANSWERS,
        "tasks": tasks,
        "papers": found.papers.order_by("-made")[:12],
        "minutes": getattr(found, "record", None),
        "kinds": PaperKind.choices,
        "siblings": _siblings(person, found),
        "number": settings.SIP_NUMBER,
        "pin": pin_for(found),
    }
    return render(request, "meetings/meeting.html", context, status=status)


def _siblings(person: Person, found: Meeting) -> list[Meeting]:
    """The next meetings of its series that the person sees."""
    later = Meeting.objects.visible_to(person).filter(series=found.series, start__gt=found.start)
    return list(later.order_by("start")[:6]) if found.series else []


@opens("meetings.see")
def change(request: PersonRequest, code: str) -> HttpResponse:
    """Changes the plan. Of two who change it at once the later one is told."""
    found = _managed(request, code)
    form = PlanForm(request.POST or None, person=request.user, initial=initial_of(found), meeting=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            changed = actions.change(
                meeting=found, wish=form.wish(), revision=given["revision"] or 0, by=request.user, following=given.get("following", False)
            )
        except Refused as why:
            form.add_error(None, str(why))
            status = 409
        else:
            messages.success(request, _("Changed. Whoever it concerns is told."))
            return redirect(changed.page)
    return _plan_page(request, form, _("Change the meeting"), found.page, _("Save and tell"), status)


def _managed(request: PersonRequest, code: str) -> Meeting:
    try:
        return managed(request.user, code)
    except Refused as why:
        raise PermissionDenied(str(why)) from why


@require_POST
@opens("meetings.see")
def cancel(request: PersonRequest, code: str) -> HttpResponse:
    """Calls it off."""
    found = _managed(request, code)
    revision = request.POST.get("revision", "")
    following = request.POST.get("following") == "on"
    try:
        count = actions.cancel(
            meeting=found,
            revision=int(revision) if revision.isdecimal() and len(revision) < 10 else -1,
            by=request.user,
            why=words(request, "why"),
            following=following,
        )
    except Refused as why:
        messages.error(request, str(why))
    else:
        said = ngettext("%(n)s meeting was called off; everybody is told.", "%(n)s meetings were called off; everybody is told.", count)
        messages.success(request, said % {"n": count})
    return redirect(found.page)


@require_POST
@opens("meetings.see")
def answer(request: PersonRequest, code: str) -> HttpResponse:
    """The reader says whether they, or their agency, come."""
    found = find(request.user, code)
    key = request.POST.get("invitee", "")
    own = {str(row.pk): row for row in own_invitations(request.user, found)}
    if key not in own:
        messages.error(request, _("You are not invited to this meeting."))
        return redirect(found.page)
    return _answered(request, own[key], found.page, person=True)


def _answered(request: HttpRequest, row: Invitee, back: str, *, person: bool) -> HttpResponse:
    by: Any = request.user if person else None
    try:
        actions.answer(invitee=row, said=request.POST.get("answer", ""), by=by, remark=words(request, "remark"))
    except Refused as why:
        messages.error(request, str(why))
    else:
        messages.success(request, _("Thank you: the convener sees your answer."))
    return redirect(back)


def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """A guest's invitation by personal link: what, when, the agenda; they answer, take it into their calendar, and join."""
    meeting = get_object_or_404(Meeting, code=code)
    token = request.GET.get("k", "")
    guest = guest_of(code, token)
    if guest is None:
        return render(request, "meetings/no_link.html", {"meeting": meeting}, status=403)
    if request.method == "POST":
        return _answered(request, guest, request.get_full_path(), person=False)
    context = {"meeting": guest.meeting, "guest": guest, "link": room_link(guest.meeting, guest), "token": token, "answers": ANSWERS}
    context |= {"number": settings.SIP_NUMBER, "pin": pin_for(guest.meeting)}
    page = render(request, "meetings/invitation.html", context)
    page["Referrer-Policy"] = "no-referrer"
    return page
