"""Places on clocks of their own, and the national holidays that they take over."""

import re
from datetime import date, timedelta

from django.test import Client
from django.utils import timezone

from pendopo.agencies.holidays import HOLIDAY, days_off
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.coworking.bookings.models import Booking
from pendopo.coworking.places.actions import add_holiday, set_place, take_over_holidays
from pendopo.coworking.places.models import Place

from .test_api import next_monday
from .yard import hall, member

__all__ = ["hall"]


def test_the_week_of_a_place_in_another_zone_is_what_its_form_reads(hall: Place) -> None:
    """08.00 in Jayapura is 06.00 in Mojokerto: the cell says 08.00, and booking it books 08.00 there."""
    set_place(code="mojosari", by=None, zone="Asia/Jayapura")
    ani, day = signed_in(member("Ani")), next_monday(9).date()
    page = ani.get(f"/coworking/things/kecil?week={day}").content.decode()
    cells = re.findall(r'data-day="([^"]*)" data-begin="([^"]*)" data-until="([^"]*)" aria-label="([^"]*)"', page)
    assert cells[0][:3] == (day.isoformat(), "08:00", "08:30") and "08.00" in cells[0][3] and "Senin" in cells[0][3]
    form = {"day": cells[0][0], "begin": cells[0][1], "until": cells[0][2], "title": "Rapat", "people": 1}
    assert ani.post("/coworking/things/kecil", form).status_code == 302
    assert Booking.objects.get().start.isoformat() == f"{day - timedelta(days=1)}T23:00:00+00:00"


def test_national_holidays_are_taken_over_once(hall: Place, rani: Person, client: Client) -> None:
    wanted = {day for day, kind in days_off().items() if kind == HOLIDAY and date(2026, 1, 1) <= day <= date(2027, 1, 2)}
    add_holiday(day=date(2026, 8, 17), name="Kemerdekaan", by=rani)
    assert take_over_holidays(place=hall, by=rani, today=date(2026, 1, 1)) == (len(wanted) - 1, 0)
    assert take_over_holidays(place=hall, by=rani, today=date(2026, 1, 1)) == (0, 0)
    assert set(hall.holidays.values_list("day", flat=True)) == wanted - {date(2026, 8, 17)}
    other = set_place(code="lain", by=None, name="Lain")
    signed_in(rani).post("/coworking/setup/lain/do", {"deed": "national"})
    assert other.holidays.exists() or not [day for day in wanted if day >= timezone.localdate()]
