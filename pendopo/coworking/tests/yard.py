"""A place to book in: open on working days 08-17, three rooms and two desks; Monday 7 December 2026 is an ordinary day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pendopo.agencies import actions as agencies
from pendopo.agencies.models import Person
from pendopo.coworking.places.actions import set_place, set_resource
from pendopo.coworking.places.models import Place, Resource

WIB = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 12, 7)
NOW = datetime(2026, 12, 4, 2, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    """A moment of the Monday (or another day) on the clock of the place."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=WIB)


def days_later(count: int) -> date:
    """A day after the Monday."""
    return MONDAY + timedelta(days=count)


def member(name: str) -> Person:
    """Somebody with an account and without a post."""
    return agencies.add_person(by=None, email=f"{name.lower()}@contoh.test", name=name)


@pytest.fixture
def hall(db: None) -> Place:
    """The place with its things."""
    place = set_place(code="mojosari", by=None, name="Pusat Kreatif Mojosari", hours="Mo-Fr 08:00-17:00")
    for code, kind, capacity, features in (
        ("kecil", "room", 4, ["screen"]),
        ("sedang", "room", 8, ["projector", "screen"]),
        ("besar", "room", 20, ["projector"]),
        ("meja-1", "desk", 1, []),
        ("meja-2", "desk", 1, []),
    ):
        set_resource(code=code, place=place, by=None, name=f"Ruang {code}", kind=kind, capacity=capacity, features=features)
    return place


def thing(code: str) -> Resource:
    """One of its things."""
    return Resource.objects.select_related("place").get(code=code)
