"""Pages of dial lists: whom the watch officer calls together with one click."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Kind
from pendopo.agencies.requests import PersonRequest
from pendopo.meetings.models import DialList
from pendopo.ui.door import opens

from . import actions
from .access import words
from .forms import DialListForm


@opens("meetings.convene")
def lists(request: PersonRequest) -> HttpResponse:
    """Every list that the reader sees, with its button."""
    seen = DialList.objects.kept().visible_to(request.user)
    rows = list(seen.select_related("owner", "agency").prefetch_related("agencies", "people"))
    of_kind: dict[str, int] = {}
    for kind in Agency.objects.filter(active=True).values_list("kind", flat=True):
        of_kind[kind] = of_kind.get(kind, 0) + 1
    shown = [
        {
            "row": row,
            "whose": whose(row),
            "may_change": row.is_changeable_by(request.user),
            "kind": Kind(row.kind).label if row.kind else "",
            "of_kind": of_kind.get(row.kind, 0),
            "agencies": [agency.label for agency in row.agencies.all()],
            "people": [person.name for person in row.people.all()],
        }
        for row in rows
    ]
    return render(request, "meetings/dial.html", {"lists": shown})


def whose(row: DialList) -> str:
    """Whose list it is, for people."""
    return str(row.owner or row.agency or _("the whole government"))


def _seen(request: PersonRequest, code: str) -> DialList:
    return get_object_or_404(DialList.objects.kept().visible_to(request.user), code=code)


@opens("meetings.convene")
def new(request: PersonRequest) -> HttpResponse:
    """A new list."""
    return _form(request, None)


@opens("meetings.convene")
def change(request: PersonRequest, code: str) -> HttpResponse:
    """Who is on a list and whose it is; taking it away."""
    found = _seen(request, code)
    if not found.is_changeable_by(request.user):
        raise PermissionDenied(_("This list belongs to %(whose)s: ask there, or make one of your own.") % {"whose": whose(found)})
    if request.method == "POST" and "end" in request.POST:
        actions.end_dial_list(dial_list=found, by=request.user)
        messages.success(request, _("The list was taken away."))
        return redirect("meetings:dial")
    return _form(request, found)


def _form(request: PersonRequest, found: DialList | None) -> HttpResponse:
    initial = {}
    if found:
        initial = {"name": found.name, "kind": found.kind, "agencies": found.agencies.all(), "people": found.people.all()}
    form = DialListForm(request.POST or None, initial=initial, person=request.user, found=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_dial_list(by=request.user, found=found, **form.wish())
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Saved."))
            return redirect("meetings:dial")
    title = found.name if found else _("A new dial list")
    context = {"form": form, "title": title, "cancel": reverse("meetings:dial"), "submit": _("Save"), "found": found}
    return render(request, "meetings/plan.html", context)


@require_POST
@opens("meetings.convene")
def call(request: PersonRequest, code: str) -> HttpResponse:
    """Calls the list now and leads into the room."""
    found = _seen(request, code)
    try:
        meeting, count = actions.dial(dial_list=found, by=request.user, subject=words(request, "subject"), about=words(request, "about"))
    except Refused as why:
        messages.error(request, str(why))
        return redirect("meetings:dial")
    if count:
        messages.success(request, ngettext("%(n)s person is being called.", "%(n)s people are being called.", count) % {"n": count})
    return redirect(meeting.get_absolute_url())
