"""The counter: those who come in the same moment are served in one go, each with an answer of their own."""

import json
from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pendopo.agencies.actions import new_token
from pendopo.agencies.models import Person
from pendopo.coworking.bookings.models import Booking, State
from pendopo.coworking.counter import Ask, Reply, serve
from pendopo.coworking.members import actions as members
from pendopo.coworking.places.actions import set_place
from pendopo.coworking.places.models import Place

from .test_api import next_monday
from .yard import hall, member, thing

__all__ = ["hall"]


def wish(secret: str, hour: int = 9, **more: object) -> Ask:
    end = next_monday(hour) + timedelta(hours=2)
    body = {"resource": "kecil", "start": next_monday(hour).isoformat(), "end": end.isoformat(), "title": "Rapat"}
    return Ask(json.dumps(body | more).encode(), secret=secret)


def tokens(count: int) -> list[str]:
    return [new_token(person=member(f"Orang{number}"), by=None)[1] for number in range(count)]


def statuses(replies: list[Reply]) -> list[int]:
    return [reply.status for reply in replies]


def test_one_has_it_the_others_have_alternatives_and_it_costs_little(hall: Place) -> None:
    secrets = tokens(30)
    with CaptureQueriesContext(connection) as asked:
        replies = serve([wish(secret) for secret in secrets])
    assert statuses(replies) == [201] + [409] * 29
    assert all(reply.body["alternatives"] and reply.body["detail"] for reply in replies[1:])
    assert len(asked) < 30 + 50, "what holds for all is read once; a person's posts are read for each"
    assert Booking.objects.count() == 1


def test_each_has_the_own_answer(hall: Place) -> None:
    (ani, beni) = tokens(2)
    asks = [wish(ani), wish("pdt_forged"), wish(beni, resource="tidak-ada"), Ask(b"{", secret=beni), wish(beni), wish(beni, 13), wish("")]
    replies = serve(asks)
    assert statuses(replies) == [201, 401, 404, 422, 409, 201, 401]
    assert all(reply.body["type"].startswith("/api/problems#") for reply in replies if reply.status >= 400)
    english = serve([Ask(wish(beni).body, "en", beni)])[0]
    assert "Somebody has it" in english.body["detail"]


def test_a_flood_in_one_go_is_cut_at_the_limit(hall: Place) -> None:
    (ani, beni) = tokens(2)
    replies = serve([*(wish(ani, resource="tidak-ada") for _number in range(120)), wish(beni)])
    assert statuses(replies) == [404] * 100 + [429] * 20 + [201]
    assert 1 <= (replies[110].retry_after_s or 0) <= 60


def test_what_somebody_books_for_themselves_counts_in_the_same_go(hall: Place) -> None:
    """Three bookings of nine hours by one person: the third is more than the 20 hours of a week."""
    (ani,) = tokens(1)
    days = [timedelta(days=number) for number in range(3)]
    spans = [((next_monday(8) + day).isoformat(), (next_monday(17) + day).isoformat()) for day in days]
    replies = serve([wish(ani, start=start, end=end) for start, end in spans])
    assert statuses(replies) == [201, 201, 409] and "20 jam sepekan" in replies[2].body["detail"]


def beyond(secret: str) -> Ask:
    """A wish 20 weeks ahead, when a guest books 90 days ahead."""
    start = next_monday(9) + timedelta(weeks=19)
    return wish(secret, start=start.isoformat(), end=(start + timedelta(hours=1)).isoformat())


def again(secret: str, reply: Reply) -> Reply:
    """The first alternative of a refusal is booked."""
    first = reply.body["alternatives"][0]
    return serve([wish(secret, resource=first["resource"], start=first["start"], end=first["end"])])[0]


def test_a_wish_beyond_the_plan_is_answered_with_what_can_be_booked(hall: Place) -> None:
    secrets = tokens(3)
    replies = serve([beyond(secret) for secret in secrets])
    assert statuses(replies) == [409] * 3 and "90 hari" in replies[0].body["detail"]
    horizon = timezone.now() + timedelta(days=90)
    starts = [datetime.fromisoformat(one["start"]) for one in replies[0].body["alternatives"]]
    assert len(starts) == 5 and all(horizon - timedelta(days=9) < start <= horizon for start in starts)
    assert again(secrets[0], replies[0]).status == 201
    assert again(secrets[1], serve([beyond(secrets[1])])[0]).status == 201


def test_who_did_not_come_is_offered_what_is_within_a_day(hall: Place) -> None:
    ani = member("Ani")
    secret = new_token(person=ani, by=None)[1]
    for number in range(3):
        start = timezone.now() - timedelta(days=number + 1)
        Booking.objects.create(
            code=f"lalu{number}", resource=thing("kecil"), start=start, end=start + timedelta(hours=1), by=ani, state=State.RELEASED
        )
    set_place(code="mojosari", by=None, hours="24/7")
    reply = serve([beyond(secret)])[0]
    assert reply.status == 409 and reply.body["alternatives"]
    assert all(datetime.fromisoformat(one["start"]) <= timezone.now() + timedelta(days=1) for one in reply.body["alternatives"])
    assert again(secret, reply).status == 201


def test_a_pass_that_books_farther_is_offered_what_it_reaches(hall: Place, rani: Person) -> None:
    ani = member("Ani")
    secret = new_token(person=ani, by=None)[1]
    row = members.let_in(member=members.register(name="Ani", email="", rules=None, by=ani), by=rani)
    plan = members.set_plan(code="setahun", by=None, name="Setahun", ahead_days=120, days=365)
    members.give_pass(member=row, plan=plan, since=timezone.localdate(), by=None)
    reply = serve([beyond(secret)])[0]
    starts = [datetime.fromisoformat(one["start"]) for one in reply.body["alternatives"]]
    assert starts and all(timedelta(days=110) < start - timezone.now() <= timedelta(days=120) for start in starts)
    assert again(secret, reply).status == 201
