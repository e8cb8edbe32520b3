"""Decisions that wait for the reader. Each room that has some is one function here and one line in `DECISIONS`: the wall stands above all
rooms, so none of them needs to know the brief."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pendopo.agencies.access import may
from pendopo.agencies.models import Holding, Person
from pendopo.indicators.models import KeptRow, Waiting, sources_for
from pendopo.meetings.models import Answer, Invitee, Meeting, Minutes, Point, agencies_of
from pendopo.meetings.models import State as MeetingState
from pendopo.orders.models import Order, State

# An acting holder whose time ends within this is a decision to take.
AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Decision:
    """Something to decide: what, about whom, where, waiting since when, or to be done until when."""

    title: str
    about: str
    url: str
    since: datetime | None = None
    until: datetime | None = None


def waiting_rows(person: Person, at: datetime) -> list[Decision]:
    """Rows that waited at the moment, by source, for those who may decide about them."""
    waited = Q(decided=None) | Q(decided__gt=at)
    states = [Waiting.WAITING, Waiting.ACCEPTED, Waiting.CORRECTED, Waiting.DISCARDED]
    rows = KeptRow.objects.filter(waited, state__in=states, delivery__known_since__lte=at)
    rows = rows.filter(delivery__source__in=sources_for(person, "observations.write"))
    found = rows.values("delivery__source__code", "delivery__source__name").annotate(n=Count("pk"), since=Min("delivery__received"))
    return [
        Decision(
            title=ngettext("%(count)d row waits for a decision", "%(count)d rows wait for a decision", row["n"]) % {"count": row["n"]},
            about=str(row["delivery__source__name"]),
            url=f"{reverse('indicators:quarantine')}?source={row['delivery__source__code']}",
            since=row["since"],
        )
        for row in found.order_by("since")
    ]


def ending_posts(person: Person, at: datetime) -> list[Decision]:
    """Posts whose holder's time ends soon, for those who appoint."""
    ending = Holding.objects.current(at).filter(until__lte=at + AHEAD).select_related("post__agency", "person").order_by("until")
    return [
        Decision(
            title=_("A post will be without a holder"),
            about=f"{one.post.title} ({one.person.name})",
            url=reverse("agencies:post", args=[one.post.pk]),
            until=one.until,
        )
        for one in ending
        if may(person, "people.change", one.post)
    ]


def orders_due(person: Person, at: datetime) -> list[Decision]:
    """Orders for the person's posts that nobody has reported yet, and reported ones that wait for the giver. As they stand now."""
    mine = Order.objects.of(person).filter(state__in=[State.GIVEN, State.ACCEPTED], given__lte=at)
    found = [
        Decision(
            title=_("An order for your post is overdue") if one.is_overdue else _("An order for your post"),
            about=one.what,
            url=one.get_absolute_url(),
            since=None if one.due else one.given,
            until=one.due,
        )
        for one in mine.order_by("due", "pk")
    ]
    answered = Order.objects.given_by(person).filter(state=State.REPORTED, reported__lte=at).order_by("reported")
    waits = _("An order was reported as done: close it or send it back")
    return found + [Decision(title=waits, about=one.what, url=one.get_absolute_url(), since=one.reported) for one in answered]


def unanswered(person: Person, at: datetime) -> list[Decision]:
    """Invitations to meetings that come soon and that the person, or somebody of their agency, has not answered. As they stand now."""
    soon = Meeting.objects.planned().filter(made__lte=at, start__gt=at, start__lte=at + AHEAD)
    asked = Q(person=person) | Q(agency__in=agencies_of(person))
    rows = Invitee.objects.filter(asked, meeting__in=soon, revoked=None, answer=Answer.NONE)
    met = Meeting.objects.filter(pk__in=rows.values("meeting")).exclude(convener=person).order_by("start")
    return [Decision(title=_("Say whether you come"), about=one.subject, url=one.page, until=one.start) for one in met]


def drafts(person: Person, at: datetime) -> list[Decision]:
    """Minutes of meetings that the person convened and that nobody has approved. As they stand now."""
    waiting = Minutes.objects.filter(approved=None, meeting__convener=person, meeting__start__lt=at, saved__lte=at)
    waiting = waiting.exclude(meeting__state=MeetingState.CANCELLED).select_related("meeting").order_by("saved")
    return [
        Decision(
            title=_("Minutes wait for your approval"),
            about=one.meeting.subject,
            url=reverse("meetings:minutes", args=[one.meeting.code]),
            since=one.saved,
        )
        for one in waiting
    ]


DECISIONS: tuple[Callable[[Person, datetime], list[Decision]], ...] = (orders_due, waiting_rows, ending_posts, unanswered, drafts)


def decisions(person: Person, at: datetime) -> list[Decision]:
    """Everything that waits for the person at a moment, room by room."""
    return [one for of_room in DECISIONS for one in of_room(person, at)]


# What a meeting decided is news for this long after its minutes were approved.
NEWS_OF_MEETINGS = timedelta(days=7)
MOST_DECIDED = 20


def decided(person: Person, at: datetime) -> list[Decision]:
    """What meetings that the person may see decided lately, by minutes approved at the moment: the latest first."""
    seen = Meeting.objects.visible_to(person)
    points = Point.objects.exclude(decision="").filter(minutes__meeting__in=seen, minutes__approved__lte=at)
    points = points.filter(minutes__approved__gt=at - NEWS_OF_MEETINGS).select_related("minutes__meeting")
    return [
        Decision(
            title=one.decision,
            about=one.minutes.meeting.subject,
            url=reverse("meetings:minutes", args=[one.minutes.meeting.code]),
            since=one.minutes.approved,
        )
        for one in points.order_by("-minutes__approved", "number")[:MOST_DECIDED]
    ]
