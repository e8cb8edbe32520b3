"""The roster's pages: calendar, CSV both ways, iCalendar by a signed address, the logbook."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from pendopo.agencies.actions import leave
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.incidents.models import LogLine, Roster, Shift
from pendopo.incidents.roster import actions
from pendopo.incidents.roster.feeds import address_for
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def watch(regency: Region, sari: Person, rani: Person) -> Roster:
    return actions.set_roster(
        code="watch", name="Pusat kendali", turns="P 07:00-19:00, M 19:00-07:00", cycle="PM", crew=[sari, rani], by=None
    )


def test_from_an_empty_house_to_a_planned_month(regency: Region, sari: Person, rani: Person) -> None:
    client = signed_in(sari)
    assert "Belum ada" in client.get("/roster").content.decode()
    form = {"name": "Piket", "code": "piket", "turns": "P 07:00-19:00, M 19:00-07:00", "cycle": "PM"}
    wrong = client.post("/roster/new", {**form, "crew": "nobody@x.test"}).content.decode()
    assert "nobody@x.test" in wrong and not Roster.objects.exists()
    assert client.post("/roster/new", {**form, "crew": f"{sari.email}\n{rani.email}"}).status_code == 302
    page = client.post("/roster/piket/act", {"deed": "plan", "first": timezone.localdate(), "days": 28}).content.decode()
    assert Shift.objects.count() == 56 and page.count('class="turn"') == 28
    assert "Pusat" not in page and client.get("/shifts").status_code == 200
    overlap = Shift.objects.filter(person=sari).first()
    assert overlap
    again = {"deed": "add", "person": sari.pk, "since": overlap.since.strftime("%Y-%m-%dT%H:%M"), "until": "2099-01-01T00:00"}
    assert "sudah piket" in client.post("/roster/piket/act", again).content.decode()


def test_who_only_sees_changes_nothing(watch: Roster, camat: Person) -> None:
    client = signed_in(camat)
    assert client.get(watch.get_absolute_url()).status_code == 200
    assert client.post("/roster/watch/act", {"deed": "end"}).status_code == 403
    assert client.post("/logbook", {"text": "x", "kind": "note"}).status_code == 200 and not LogLine.objects.exists()


def test_what_csv_writes_can_be_read_back(watch: Roster, sari: Person) -> None:
    actions.generate(roster=watch, first=timezone.localdate(), days=3, by=sari)
    client = signed_in(sari)
    body = client.get("/shifts?format=csv").content
    Shift.objects.all().delete()
    for expected in ("6 ditambahkan, 0 sudah ada", "0 ditambahkan, 6 sudah ada"):
        page = client.post("/shifts/import", {"file": SimpleUploadedFile("s.csv", body)}).content.decode()
        assert expected in page
    bad = b"roster,email,since,until\nwatch,x@x.test,2026-11-24 07:00,2026-11-24 08:00\nwatch," + sari.email.encode() + b",soon,later\n"
    page = client.post("/shifts/import", {"file": SimpleUploadedFile("s.csv", bad)}).content.decode()
    assert "Baris 2" in page and "x@x.test" in page and "Baris 3" in page


def test_the_calendar_opens_by_its_signed_address_alone(watch: Roster, sari: Person) -> None:
    actions.generate(roster=watch, first=timezone.localdate(), days=2, by=sari)
    address = address_for(sari, watch).partition("8000")[2]
    book = Calendar.from_ical(Client().get(address).content)
    events = book.walk("VEVENT")
    assert len(events) == 4 and sari.name in {str(event["summary"]).rpartition(": ")[2] for event in events}
    assert Client().get("/roster/watch.ics").status_code == 404
    assert Client().get(address.replace("key=", "key=x")).status_code == 404
    assert signed_in(sari).post("/roster/watch/renew").status_code == 302
    assert Client().get(address).status_code == 404
    address = address_for(sari, watch).partition("8000")[2]
    assert Client().get(address).status_code == 200
    leave(person=sari, by=None)
    assert Client().get(address).status_code == 404


def test_an_absence_marks_the_shifts_that_need_somebody_else(watch: Roster, sari: Person, rani: Person) -> None:
    begins = timezone.now() + timedelta(days=1)
    shift = actions.add_shift(roster=watch, person=rani, since=begins, until=begins + timedelta(hours=8), by=sari)
    client = signed_in(sari)
    ends = begins + timedelta(days=2)
    form = {"person": rani.pk, "since": begins.isoformat()[:16], "until": ends.isoformat()[:16], "why": "cuti"}
    assert client.post("/absences/new", form).status_code == 302
    assert "perlu pengganti" in client.get("/shifts").content.decode()
    assert client.post(shift.get_absolute_url(), {"to": sari.pk}).status_code == 302
    shift.refresh_from_db()
    assert shift.person == sari


def test_nobody_replaces_a_roster_by_writing_its_code_nor_keeps_one_beyond_the_own_region(watch: Roster, sari: Person) -> None:
    lala = person_in_post("lala@mojokerto.test", "Lala", Role.OFFICER, region=Region.objects.get(pk="35.16.13"))
    form = {"name": "Milik saya", "code": "watch", "turns": "P 07:00-07:00", "cycle": "P", "crew": lala.email, "region": "35.16.13"}
    client = signed_in(lala)
    assert client.post("/roster/new", form).status_code == 200
    assert client.post("/roster/new", {**form, "code": "lain", "region": ""}).status_code == 200
    assert client.post("/roster/new", {**form, "code": "lain", "region": "35.16.08"}).status_code == 200
    assert Roster.objects.get().name == "Pusat kendali"
    assert client.post("/roster/new", {**form, "code": "sooko"}).status_code == 302
    assert client.post("/roster/sooko/edit", {**form, "name": "Sooko"}).status_code == 302
    assert sorted(Roster.objects.values_list("code", "name")) == [("sooko", "Sooko"), ("watch", "Pusat kendali")]
    assert client.post("/roster/sooko/edit", {**form, "region": "35.16.08"}).status_code == 200


def test_a_calendar_begins_today_when_the_day_asked_for_does_not_exist(watch: Roster, sari: Person) -> None:
    client = signed_in(sari)
    for day in ("2026-02-30", "0001-01-01", "9999-12-31", "x"):
        assert client.get(f"/roster/watch?from={day}").status_code == 200
