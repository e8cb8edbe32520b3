"""The room's own figures, recomputed by hand from what happened."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pendopo.agencies.models import Agency, Kind, Person
from pendopo.indicators.models import Indicator, Latest
from pendopo.indicators.tests.yard import lay_out
from pendopo.meetings.actions import end, publish, sit_down, take_seat
from pendopo.meetings.models import Meeting, Part
from pendopo.meetings.papers.actions import PointSpec, approve, write_minutes
from pendopo.meetings.planning.actions import Plan, answer, arrange

pytestmark = pytest.mark.django_db


def test_what_meetings_tell_of_themselves(sari: Person, rani: Person, budi: Person, bpbd: Agency) -> None:
    province = Agency.objects.create(code="bpbd-jatim", name="BPBD Jawa Timur", kind=Kind.ABOVE)
    assert publish() is None, "an empty house stays empty"
    lay_out()
    now = timezone.now()
    open_one, minuted, other = (arrange(wish=Plan(subject, now, agencies=[bpbd], people=[rani]), by=sari)[0] for subject in ("A", "B", "C"))
    answer(invitee=minuted.invitees.get(agency=bpbd), said="no", by=budi)
    for meeting in (open_one, other):
        meeting.invitees.create(agency=province)
    for person in (sari, budi):
        take_seat(meeting=open_one, key=f"p{person.pk}", name=person.name, agency="", part=Part.CONVENER, invited=True, person=person.pk)
        sit_down(meeting=open_one, key=f"p{person.pk}")
    for meeting in (minuted, other):
        end(meeting=meeting, by=sari)
        write_minutes(meeting=meeting, opening="Dibuka", points=[PointSpec("1")], tasks=(), revision=0, by=sari)
    approve(minutes=minuted.record, by=sari)
    Meeting.objects.exclude(pk=open_one.pk).update(ended=now - timedelta(days=4))
    publish()
    told = dict(Latest.objects.filter(series__indicator__code__startswith="sys.meetings.").values_list("series__indicator__code", "value"))
    assert told == {
        "sys.meetings.open": 1,
        "sys.meetings.people": 2,
        "sys.meetings.held": 2,
        "sys.meetings.outside": 1,
        "sys.meetings.answered": pytest.approx(100 / 8, abs=1e-3),
        "sys.meetings.minuted": 50,
    }
    assert Indicator.objects.filter(code__startswith="sys.meetings.").count() == 6
