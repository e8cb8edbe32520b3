"""Pages of bookings: finding, booking, the week, giving back, check-in by mark and kiosk, the feed; and who sees what."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.coworking.bookings import actions
from pendopo.coworking.bookings.actions import Wish
from pendopo.coworking.bookings.feeds import address_for
from pendopo.coworking.bookings.models import Booking, FairShare, State
from pendopo.coworking.places.actions import set_floor, set_place
from pendopo.coworking.places.models import Place
from pendopo.coworking.places.views import kiosk_address

from .test_api import next_monday
from .yard import hall, member, thing

__all__ = ["hall"]


def form(hour: int, until: int, **more: object) -> dict[str, object]:
    return {"day": next_monday(9).date(), "begin": f"{hour:02d}:00", "until": f"{until:02d}:00", "title": "Rapat tani", "people": 2, **more}


def test_find_book_and_give_back(hall: Place, client: Client) -> None:
    asked = {"day": next_monday(9).date(), "begin": "09:00", "until": "11:00", "people": 6, "features": "projector"}
    page = client.get("/coworking", asked).content.decode()
    assert "Ruang sedang" in page and "Ruang besar" in page and "Ruang kecil" not in page
    assert client.get("/coworking").status_code == 200 and client.get("/coworking", {"day": "x"}).status_code == 200
    ani = signed_in(member("Ani"))
    assert client.post("/coworking/things/sedang", form(9, 11)).status_code == 302, "a stranger is led to the sign-in page"
    booked = ani.post("/coworking/things/sedang", form(9, 11))
    made = Booking.objects.get()
    assert booked["Location"] == made.get_absolute_url() and "Rapat tani" in ani.get("/coworking/mine").content.decode()
    taken = signed_in(member("Beni")).post("/coworking/things/sedang", form(10, 12, title="Kelas"))
    assert taken.status_code == 409 and "Ruang besar" in taken.content.decode() and "Rapat tani" not in taken.content.decode()
    assert signed_in(Person.objects.get(name="Beni")).get(made.get_absolute_url()).status_code == 404
    ani.post(f"{made.get_absolute_url()}/do", {"deed": "move", "day": next_monday(9).date(), "begin": "13:00", "until": "14:00"})
    made.refresh_from_db()
    assert made.start == next_monday(13)
    ani.post(f"{made.get_absolute_url()}/do", {"deed": "cancel"})
    made.refresh_from_db()
    assert made.state == State.CANCELLED


def test_a_series_by_the_form_and_bad_forms(hall: Place) -> None:
    ani = signed_in(member("Ani"))
    last = (next_monday(9) + timedelta(days=14)).date()
    skip = (next_monday(9) + timedelta(days=7)).strftime("%d-%m-%Y")
    assert ani.post("/coworking/things/kecil", form(9, 10, repeat="weekly", last=last, skip=skip)).status_code == 302
    assert Booking.objects.count() == 2
    for wrong in ({"day": "9999-12-31"}, {"begin": "25:00"}, {"repeat": "weekly"}, {"skip": "besok"}, {"people": 99}, {"title": "\x00"}):
        assert ani.post("/coworking/things/kecil", {**form(11, 12), **wrong}).status_code in (400, 409), wrong
    assert ani.get("/coworking/things/kecil?week=0001-01-01&start=x&end=y").status_code == 200


def test_the_week_shows_titles_to_whom_they_belong(hall: Place, rani: Person) -> None:
    ani = member("Ani")
    actions.book(wish=Wish(thing("kecil"), next_monday(9), next_monday(10), "Rahasia dagang"), by=ani)
    address = f"/coworking/things/kecil?week={next_monday(9).date()}"
    shown = {
        name: "Rahasia dagang" in client.get(address).content.decode()
        for name, client in {
            "stranger": Client(),
            "ani": signed_in(ani),
            "beni": signed_in(member("Beni")),
            "rani": signed_in(rani),
        }.items()
    }
    assert shown == {"stranger": False, "ani": True, "beni": False, "rani": True}
    page = Client().get(address).content.decode()
    assert len(re.findall(r'data-start="', page)) == 5 * 18 - 2 and 'rowspan="2"' in page


def test_check_in_by_the_mark_and_at_the_kiosk(hall: Place, client: Client) -> None:
    set_place(code="mojosari", by=None, hours="24/7")
    ani, now = member("Ani"), timezone.now()
    first = actions.book(wish=Wish(thing("kecil"), now, now + timedelta(hours=1), "x"), by=ani, now=now)
    second = actions.book(wish=Wish(thing("sedang"), now, now + timedelta(hours=1), "x"), by=ani, now=now)
    mark = client.get("/coworking/things/kecil/qr.svg")
    assert mark["Content-Type"] == "image/svg+xml" and b'xmlns="http://www.w3.org/2000/svg"' in mark.content
    assert client.get("/coworking/here/kecil").status_code == 302
    signed_in(ani).post("/coworking/here/kecil")
    address = kiosk_address(hall).partition("//")[2].partition("/")[2]
    page = client.post(f"/{address}", {"code": second.code.lower()}).content.decode()
    assert "Selamat datang" in page and "Ani" not in page
    assert "Tidak ada pemesanan" in client.post(f"/{address}", {"code": "\x00"}).content.decode()
    assert {booking.state for booking in Booking.objects.filter(pk__in=[first.pk, second.pk])} == {State.HERE}


def test_the_feed_tells_the_own_bookings_only(hall: Place, client: Client) -> None:
    ani = member("Ani")
    mine = actions.book(wish=Wish(thing("kecil"), next_monday(9), next_monday(10), "Milik saya"), by=ani)
    actions.book(wish=Wish(thing("sedang"), next_monday(9), next_monday(10), "Milik Beni"), by=member("Beni"))
    actions.cancel(booking=mine, by=ani)
    address = "/" + address_for(ani).partition("//")[2].partition("/")[2]
    events = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    assert [(str(event["summary"]), str(event["status"])) for event in events] == [("Milik saya – Ruang kecil", "CANCELLED")]
    assert client.get(address + "x").status_code == 404


def test_a_place_shows_its_plan_and_what_is_taken(hall: Place, client: Client) -> None:
    plan = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><rect id="kecil" x="1" y="2" width="30" height="20"/></svg>'
    floor = set_floor(place=hall, name="Lantai 1", level=1, plan=plan, by=None)
    actions.book(wish=Wish(thing("kecil"), next_monday(9), next_monday(10), "x"), by=member("Ani"))
    page = client.get(f"/coworking/places/mojosari?at={next_monday(9):%Y-%m-%dT%H:%M}").content.decode()
    assert '<rect x="1.0" y="2.0" width="30.0" height="20.0"' in page and 'class="taken"' in page
    drawing = client.get(f"/coworking/plans/{floor.pk}.svg")
    assert drawing["Content-Type"] == "image/svg+xml" and "sandbox" in drawing["Content-Security-Policy"]
    assert client.get("/coworking/places/mojosari?at=0001-01-01T00:00").status_code == 200


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_plan_with_a_script_is_refused_on_its_page(hall: Place, rani: Person, language: str) -> None:
    browser = signed_in(rani)
    browser.cookies["django_language"] = language
    bad = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>'
    upload = SimpleUploadedFile("denah.svg", bad, "image/svg+xml")
    answer = browser.post("/coworking/setup/mojosari/floors/new", {"name": "Lantai 2", "level": 2, "plan": upload})
    assert answer.status_code == 200 and "script" in answer.content.decode() and not hall.floors.exists()


def test_fair_shares_are_seen_and_changed_by_who_keeps_the_place(hall: Place, rani: Person, bpbd: Agency) -> None:
    page, house = "/coworking/shares", signed_in(rani)
    assert "siapa cepat dia dapat" in house.get(page).content.decode()
    given = {"group": "women", "kind": "desk", "place": "", "percent": "50", "hours": "24"}
    assert house.post(page, given).status_code == 302 and house.post(page, {**given, "percent": "25"}).status_code == 302
    share = FairShare.objects.get()
    assert (share.percent, share.place) == (25, None) and Entry.objects.filter(verb="set_share").count() == 2
    assert "50" in house.post(page, {**given, "percent": "60"}).content.decode() and FairShare.objects.get().percent == 25
    with pytest.raises(actions.Unavailable, match="perempuan"):
        start = next_monday(9)
        for number, name in enumerate(("Beni", "Cici"), 1):
            wish = Wish(thing(f"meja-{number}"), start, start + timedelta(hours=1), "Kerja", 1)
            actions.book(wish=wish, by=member(name))
    Place.objects.filter(pk=hall.pk).update(agency=bpbd)
    steward = signed_in(person_in_post("s@bpbd.test", "Wali BPBD", Role.STEWARD, agency=bpbd))
    assert "semua tempat" in steward.post(page, given).content.decode()
    assert steward.post(page, {**given, "place": hall.pk}).status_code == 302
    steward.post(f"{page}/{share.pk}/drop")
    assert FairShare.objects.count() == 2, "what is kept everywhere is not the steward's to drop"
    house.post(f"{page}/{share.pk}/drop")
    assert FairShare.objects.get().place == hall
