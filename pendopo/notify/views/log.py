"""The log of what was sent to whom, how it went, and what the other side answered."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pendopo.agencies.requests import PersonRequest
from pendopo.ui.door import opens
from pendopo.ui.lists import Column, Listing
from pendopo.ui.templatetags.house import moment

from .. import actions
from ..forms import DispatchFilters
from ..kinds import KINDS
from ..models import Dispatch


def receiver(dispatch: Dispatch) -> str:
    """Who a dispatch is for."""
    if dispatch.endpoint:
        return dispatch.endpoint.name
    return dispatch.person.name if dispatch.person else _("A webhook that is gone")


def kind_label(dispatch: Dispatch) -> str:
    """What its kind is called; a kind that exists no more keeps its code."""
    kind = KINDS.get(dispatch.notice.kind)
    return str(kind.label) if kind else dispatch.notice.kind


@opens("notify.log", house=True)
def dispatches(request: PersonRequest) -> HttpResponse:
    """The newest first; by receiver, kind, channel, state and day; as CSV."""
    listing = Listing(
        request,
        title=_("Log of notices"),
        lead=_("Every notice to every address: when it left, after how many attempts, or why it did not."),
        queryset=Dispatch.objects.visible_to(request.user).select_related("notice", "person", "endpoint").order_by("-id"),
        columns=[
            Column(
                "created",
                _("Time"),
                lambda row: moment(row.created),
                url=Dispatch.get_absolute_url,
                sort="created",
                csv_value=lambda row: row.created,
            ),
            Column("to", _("Receiver"), receiver),
            Column("channel", _("Channel"), lambda row: row.get_channel_display(), csv_value=lambda row: row.channel),
            Column("address", _("Address"), lambda row: row.masked),
            Column("kind", _("Kind"), kind_label, csv_value=lambda row: row.notice.kind),
            Column("subject", _("Subject"), lambda row: row.subject),
            Column("state", _("State"), lambda row: row.get_state_display(), sort="state", csv_value=lambda row: row.state),
            Column("attempts", _("Attempts"), lambda row: row.attempts, numeric=True, sort="attempts"),
            Column("finished", _("Ended"), lambda row: moment(row.finished), csv_value=lambda row: row.finished),
        ],
        filters=DispatchFilters(request.GET),
        csv_name="pendopo-notices",
        empty_title=_("No notice yet"),
        empty_text=_("Once somebody is told something, it stands here with how it was delivered."),
    )
    return listing.csv() if listing.wants_csv else render(request, "ui/list.html", {"listing": listing})


@opens("")
def dispatch(request: PersonRequest, pk: int) -> HttpResponse:
    """One dispatch with every attempt: for its receiver, and for administrators without the text."""
    found = get_object_or_404(Dispatch.objects.visible_to(request.user).select_related("notice", "person", "endpoint"), pk=pk)
    own = found.person_id == request.user.pk
    about = found.notice.about
    context = {
        "dispatch": found,
        # What stands behind the question mark may be somebody's personal link: it is for its receiver alone.
        "about": about if own else about.partition("?")[0],
        "receiver": receiver(found),
        "kind": kind_label(found),
        "attempts": found.tries.all(),
        "own": own and found.notice.kind != "confirm",
        "may_see_log": request.user.has_perm("notify.log", "house"),
        "stuck": found.state in ("failed", "given_up"),
    }
    return render(request, "notify/dispatch.html", context)


@require_POST
@opens("notify.change", house=True)
def again(request: PersonRequest, pk: int) -> HttpResponse:
    """A dispatch that failed or was given up goes out at once."""
    found = get_object_or_404(Dispatch, pk=pk)
    if actions.try_again(dispatch=found, by=request.user):
        messages.success(request, _("It is on its way again."))
    else:
        messages.error(request, _("It was sent already, or is on its way."))
    return redirect(found)
