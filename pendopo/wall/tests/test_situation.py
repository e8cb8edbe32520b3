"""The situation room: it calls who leads and who is on duty there, at once and once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.incidents.cases import actions as cases
from pendopo.incidents.roster import actions as rosters
from pendopo.meetings.models import Meeting
from pendopo.notify.models import Dispatch, Notice, Urgency
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


def on_duty(person: Person, code: str, region: Region | None = None, needed_from: str = "") -> None:
    """A roster of one, on duty now."""
    made = rosters.set_roster(
        code=code, name=code, turns="P 07:00-19:00", cycle="P", crew=[person], by=None, region=region, needed_from=needed_from
    )
    now = timezone.now()
    rosters.add_shift(roster=made, person=person, since=now - timedelta(hours=1), until=now + timedelta(hours=1), by=None)


def calls() -> list[set[str]]:
    """Whom each call named."""
    found = Notice.objects.filter(kind="meeting-call", urgency=Urgency.URGENT).order_by("pk")
    return [set(Dispatch.objects.filter(notice=one).values_list("person__name", flat=True)) for one in found]


def test_the_room_calls_who_leads_and_who_is_on_duty_there_once(
    sari: Person, rani: Person, budi: Person, camat: Person, regency: Region
) -> None:
    sooko, pacet = Region.objects.get(pk="35.16.13"), Region.objects.get(pk="35.16.08")
    on_duty(rani, "pusat")
    on_duty(budi, "pacet", pacet)
    on_duty(person_in_post("tono@mojokerto.test", "Tono", Role.OFFICER), "kabupaten", regency)
    on_duty(person_in_post("ayu@mojokerto.test", "Ayu", Role.OFFICER), "darurat", needed_from="emergency")
    found = cases.open_incident(title="Banjir", by=sari, regions=[sooko], lead=camat)
    client = signed_in(sari)
    client.post(f"/incidents/{found.pk}/room")
    assert calls() == [{"Pak Camat", "Rani", "Tono"}]
    room = Meeting.objects.get()
    assert room.told_soon and room.told_day, "who is called now needs no reminder"
    client.post(f"/incidents/{found.pk}/room")
    assert len(calls()) == 1, "nobody is called twice"
    cases.take_lead(incident=found, lead=budi, by=sari, instead_of=camat)
    client.post(f"/incidents/{found.pk}/room")
    assert calls()[1:] == [{"Budi"}] and Meeting.objects.count() == 1
