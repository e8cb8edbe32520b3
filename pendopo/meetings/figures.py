"""What the room tells of itself as figures (`catalogue.yaml`): how much is met, who answers, and whether minutes follow."""

from datetime import datetime, timedelta

from django.db.models import Count, Q

from pendopo.agencies.models import Kind

from .models import Answer, Attendance, Invitee, Meeting, State

LOOK_BACK = timedelta(days=30)
# Minutes are expected so long after the end.
MINUTES_WITHIN = timedelta(days=3)
# Agencies that are no part of the government that runs this house.
OUTSIDE = (Kind.VERTICAL, Kind.ABOVE, Kind.NEIGHBOUR, Kind.PARTNER)


def figures(at: datetime) -> dict[str, float]:
    """Everything that has something to say at a moment, by indicator."""
    held = Meeting.objects.filter(state=State.ENDED, ended__gte=at - LOOK_BACK, ended__lte=at)
    found = {
        "sys.meetings.open": float(Meeting.objects.filter(state=State.OPEN).count()),
        "sys.meetings.people": float(Attendance.objects.present(at).values("seat").distinct().count()),
        "sys.meetings.held": float(held.count()),
        "sys.meetings.outside": float(held.filter(invitees__revoked=None, invitees__agency__kind__in=OUTSIDE).distinct().count()),
    }
    asked = Invitee.objects.filter(revoked=None, meeting__start__gte=at - LOOK_BACK, meeting__start__lte=at)
    asked = asked.exclude(meeting__state=State.CANCELLED)
    answers = asked.aggregate(of=Count("pk"), part=Count("pk", filter=~Q(answer=Answer.NONE)))
    over = held.filter(ended__lte=at - MINUTES_WITHIN)
    minutes = over.aggregate(of=Count("pk"), part=Count("pk", filter=Q(record__approved__isnull=False)))
    shares = {"sys.meetings.answered": answers, "sys.meetings.minuted": minutes}
    return found | {code: 100 * share["part"] / share["of"] for code, share in shares.items() if share["of"]}
