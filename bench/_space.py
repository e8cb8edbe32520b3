"""Run by bench/coworking.py with the environment of its installation: places, bookings, people; and the search in one process."""

import json
import random
import sys
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

import pendopo.ready  # noqa: F401
from pendopo.agencies.actions import new_token
from pendopo.agencies.models import Person
from pendopo.coworking.bookings.models import Booking
from pendopo.coworking.bookings.search import Search, find
from pendopo.coworking.places.actions import set_place
from pendopo.coworking.places.models import Resource

PLACES, EACH, DAYS, PEOPLE = 5, *(int(word) for word in sys.argv[1:4])
CONTESTED = sys.argv[4]
FEATURES = ("projector", "screen", "whiteboard", "video")
chance = random.Random(16)
zone = ZoneInfo(settings.TIME_ZONE)
people = [Person.objects.create_user(f"bench{number}@bench.test", f"Bench {number}") for number in range(PEOPLE)]
# Whose bookings fill the places: those who want the same room in the same moment have none yet, as most who come have not.
others = [Person.objects.create_user(f"other{number}@bench.test", f"Other {number}") for number in range(200)]
tokens = [new_token(person=person, by=None)[1] for person in people]
things = []
for number in range(PLACES):
    place = set_place(code=f"bench-{number}", by=None, name=f"Bench {number}", hours="Mo-Fr 08:00-17:00")
    for index in range(EACH):
        kind, capacity = (("desk", 1), ("desk", 1), ("room", 6), ("room", 12), ("studio", 4))[index % 5]
        features = sorted(chance.sample(FEATURES, chance.randint(0, 3)))
        things.append(
            Resource(code=f"b-{number}-{index}", name=f"B {number}-{index}", kind=kind, place=place, capacity=capacity, features=features)
        )
Resource.objects.bulk_create(things)
first = timezone.localdate() + timedelta(days=1)
rows = []
for thing in (one for one in things if one.code != CONTESTED):
    for day in (first + timedelta(days=number) for number in range(DAYS)):
        for hour in (8, 10, 13, 15) if day.weekday() < 5 else ():
            if chance.random() < 0.6:
                start = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
                end = start + timedelta(hours=chance.choice((1, 2)))
                rows.append(Booking(code=f"{len(rows):08d}", resource=thing, start=start, end=end, title="x", by=chance.choice(others)))
for at in range(0, len(rows), 5000):
    Booking.objects.bulk_create(rows[at : at + 5000])
taken = []
for _number in range(300):
    day = first + timedelta(days=chance.randrange(DAYS))
    start = datetime(day.year, day.month, day.day, chance.randrange(8, 16), tzinfo=zone)
    features = chance.sample(FEATURES, chance.randint(0, 2))
    ask = Search(start, start + timedelta(hours=chance.choice((1, 2, 3))), chance.choice((1, 4, 6)), features)
    begun = time.perf_counter()
    find(ask)
    taken.append((time.perf_counter() - begun) * 1000)
print(json.dumps({"tokens": tokens, "bookings": len(rows), "things": len(things), "search_ms": taken[20:]}))
