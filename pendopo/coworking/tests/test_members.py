"""Members: registering, passes, visitors, vouchers, and what the pages show to whom."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.coworking.bookings.models import Booking
from pendopo.coworking.bookings.reckoning import groups_of
from pendopo.coworking.members import actions
from pendopo.coworking.members.models import Member, Visitor, Voucher
from pendopo.coworking.outcome.figures import figures
from pendopo.coworking.places.actions import set_place
from pendopo.coworking.places.models import Place
from pendopo.regions.models import Region

from .test_api import next_monday
from .yard import hall, member, thing

__all__ = ["hall"]

FORM = {"name": "Ayu", "email": "Ayu@contoh.test", "rules": "on", "startup_name": "Pasar Tani"}


def test_a_stranger_registers_once_and_a_steward_lets_them_in(hall: Place, rani: Person, client: Client) -> None:
    actions.write_rules(text="Jaga ketenangan.", by=rani)
    assert "Jaga ketenangan" in client.get("/coworking/join").content.decode()
    for _twice in range(2):
        assert client.post("/coworking/join", FORM).status_code == 302
    assert client.post("/coworking/join", {**FORM, "email": "robot@x.test", "website": "x"}).status_code == 302
    asked = Member.objects.get()
    assert (asked.email, asked.standing, asked.person, asked.rules is not None) == ("ayu@contoh.test", "applied", None, True)
    assert client.get(asked.get_absolute_url()).status_code == 302, "a stranger is led to the sign-in page"
    browser = signed_in(rani)
    browser.post(asked.get_absolute_url(), {"deed": "let_in"})
    asked.refresh_from_db()
    assert asked.standing == "active" and asked.person and not asked.person.has_usable_password() and not asked.person.holdings.exists()
    plan = actions.set_plan(code="rintisan", by=rani, name="Rintisan", days=30)
    browser.post(asked.get_absolute_url(), {"deed": "pass", "plan": plan.pk, "since": timezone.localdate().isoformat()})
    assert asked.passes.get().until == timezone.localdate() + timedelta(days=29)
    assert "Rintisan" in signed_in(asked.person).get("/coworking/mine").content.decode()


def test_who_comes_back_goes_on(hall: Place, rani: Person) -> None:
    ani = member("Ani")
    first = actions.let_in(member=actions.register(name="Ani", email="", rules=None, by=ani), by=rani)
    assert actions.end_membership(member=first, by=rani) and not actions.end_membership(member=first, by=rani)
    again = actions.let_in(member=actions.register(name="Ani", email="", rules=None, by=ani), by=rani)
    assert (again.person, again.pk, again.standing, again.ended) == (ani, first.pk, "active", None)
    with pytest.raises(Refused):
        actions.turn_away(member=actions.register(name="B", email="b@x.test", rules=None), by=rani, why="")


def test_guests_are_announced_noted_and_forgotten(hall: Place, rani: Person) -> None:
    ani = member("Ani")
    with pytest.raises(Refused):
        actions.announce_visitor(place=hall, name="Tamu", day=timezone.localdate() - timedelta(days=1), by=ani)
    guest = actions.announce_visitor(place=hall, name="Tamu", day=timezone.localdate(), by=ani)
    assert "Tamu" in signed_in(rani).get("/coworking/visitors").content.decode()
    assert "Ani" not in signed_in(member("Beni")).get("/coworking/visitors").content.decode()
    assert [actions.note_visitor(visitor=guest, by=rani) for _time in range(3)] == [True, True, False]
    assert actions.forget_visitors(today=timezone.localdate() + timedelta(days=31)) == 1
    assert Visitor.objects.get().name == ""


def test_vouchers_come_as_a_sheet_with_marks(hall: Place, rani: Person) -> None:
    today = timezone.localdate()
    answer = signed_in(rani).post("/coworking/vouchers", {"place": hall.pk, "count": 3, "since": today, "until": today + timedelta(days=1)})
    assert answer.status_code == 302 and Voucher.objects.count() == 3
    page = signed_in(rani).get("/coworking/vouchers").content.decode()
    assert page.count("<svg") >= 3 and Voucher.objects.first().code in page  # type: ignore[union-attr]
    with pytest.raises(Refused):
        actions.make_vouchers(place=hall, count=201, since=today, until=today, by=rani)


def test_a_steward_keeps_the_places_of_the_own_agency_only(hall: Place, bpbd: Agency, budi: Person) -> None:
    own = set_place(code="posko", by=None, name="Posko", agency=bpbd)
    browser = signed_in(budi)
    assert browser.get("/coworking/setup/mojosari").status_code == 403
    assert browser.get("/coworking/setup/posko").status_code == 200
    page = browser.get("/coworking/today").content.decode()
    assert "Posko" in page and hall.name not in page
    form = {"code": "meja", "name": "Meja", "kind": "desk", "capacity": 1, "w": 60, "h": 40, "longest_minutes": 0, "active": "on"}
    assert browser.post("/coworking/setup/posko/things/new", form).status_code == 302 and own.resources.get().code == "meja"
    closing = {"deed": "close", "start": "2027-01-01T08:00", "end": "2027-01-02T08:00", "why": "Cat ulang"}
    assert browser.post("/coworking/setup/posko/do", closing).status_code == 302 and own.closures.get().why == "Cat ulang"
    assert browser.post("/coworking/setup/posko/do", {"deed": "holiday", "day": "2027-01-05", "name": "Libur"}).status_code == 403
    viewer = signed_in(person_in_post("v@x.test", "V", Role.VIEWER))
    assert viewer.get("/coworking/today").status_code == 403 and viewer.get("/coworking").status_code == 200


def test_new_rules_are_accepted_before_a_member_books(hall: Place, rani: Person) -> None:
    ani = member("Ani")
    browser = signed_in(ani)
    first = actions.write_rules(text="Jaga ketenangan.", by=rani)
    row = actions.let_in(member=actions.register(name="Ani", email="", rules=first, by=ani), by=rani)
    assert "Jaga ketenangan" not in browser.get("/coworking/mine").content.decode()
    actions.write_rules(text="Bawa botol sendiri.", by=rani)
    for page in ("/coworking/mine", "/coworking/things/kecil"):
        assert "Bawa botol sendiri" in browser.get(page).content.decode()
    refused = browser.post("/coworking/things/kecil", booking())
    assert refused.status_code == 409 and "tata tertib baru" in refused.content.decode()
    assert browser.post("/coworking/rules/accept", {"thing": "kecil"})["Location"] == "/coworking/things/kecil"
    row.refresh_from_db()
    assert row.rules and row.rules.text == "Bawa botol sendiri." and row.rules_to_accept() is None
    assert browser.post("/coworking/things/kecil", booking()).status_code == 302
    assert signed_in(member("Edi")).post("/coworking/rules/accept").status_code == 404, "who is no member accepts nothing"


def booking() -> dict[str, object]:
    """The form of a booking on the next Monday."""
    return {"day": next_monday(9).date(), "begin": "09:00", "until": "10:00", "title": "Rapat", "people": 2}


def test_villages_are_chosen_by_name_and_count_as_villages_of_the_law(hall: Place, regency: Region, rani: Person, client: Client) -> None:
    page = client.get("/coworking/join").content.decode()
    assert "Gemekan, Sooko (35.16.13.2001)" in page and 'list="villages"' in page
    for number, written in enumerate(("Gemekan, Sooko (35.16.13.2001)", "35.16.08.1004", "Gemekan", "")):
        assert client.post("/coworking/join", {**FORM, "email": f"{number}@contoh.test", "village": written}).status_code == 302
    assert client.post("/coworking/join", {**FORM, "email": "x@contoh.test", "village": "Atlantis"}).status_code == 200
    rows = list(Member.objects.order_by("pk"))
    assert [row.is_from_desa for row in rows] == [True, False, True, False]
    assert [row.district for row in rows] == ["35.16.13", "35.16.08", "35.16.13", ""]
    assert groups_of(rows[0], first=False) == {"village", "startup"} and groups_of(rows[1], first=False) == {"startup"}


def test_five_from_villages_make_figures_of_their_district(hall: Place, regency: Region) -> None:
    for number in range(5):
        one = member(f"Orang{number}")
        village = f"35.16.13.200{number % 2 + 1}"
        Member.objects.create(code=f"m{number}", person=one, name=one.name, email=one.email, standing="active", village_id=village)
        start = timezone.now() - timedelta(days=number + 1)
        Booking.objects.create(
            code=f"b{number}", resource=thing("kecil"), start=start, end=start + timedelta(hours=1), by=one, state="here"
        )
    rows = {(row.code, row.region): row.value for row in figures(timezone.now())}
    assert rows["sys.coworking.from", "35.16.13"] == 5
    assert [row.dims for row in figures(timezone.now()) if row.code == "sys.coworking.group"] == [{"kelompok": "warga desa"}]
