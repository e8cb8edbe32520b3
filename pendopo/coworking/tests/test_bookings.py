"""Bookings with the database: conflicts, quotas, series, waiting list, check-in, no-shows, closures, moved holidays."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.models import Entry
from pendopo.coworking.bookings import actions
from pendopo.coworking.bookings.actions import Unavailable, Wish
from pendopo.coworking.bookings.models import Booking, FairShare, State, Wait
from pendopo.coworking.members.models import Member, Pass, Plan
from pendopo.coworking.places import actions as places
from pendopo.coworking.places.models import Place
from pendopo.notify.models import Notice

from .yard import NOW, at, days_later, hall, member, thing

__all__ = ["hall"]


def book(code: str, start: int, end: int, by: Person, day: int = 0, title: str = "Rapat") -> Booking:
    return actions.book(wish=Wish(thing(code), at(start, day=days_later(day)), at(end, day=days_later(day)), title), by=by, now=NOW)


def test_one_has_it_and_the_other_hears_what_is_free(hall: Place) -> None:
    made = book("sedang", 9, 11, member("Ani"))
    assert made.state == State.CONFIRMED and Entry.objects.filter(room="coworking", verb="book", about=made.get_absolute_url()).exists()
    with pytest.raises(Unavailable) as gone:
        book("sedang", 10, 12, member("Beni"))
    offers = [(resource.code, offer.start) for resource, offer in gone.value.alternatives]
    assert ("besar", at(10)) in offers and ("sedang", at(11)) in offers
    book("sedang", 11, 12, Person.objects.get(name="Beni"))


def test_the_database_has_the_last_word(hall: Place) -> None:
    made = book("kecil", 9, 11, member("Ani"))
    with pytest.raises(IntegrityError, match="coworking_no_double_booking"), transaction.atomic():
        Booking.objects.create(code="X", resource=made.resource, start=at(10), end=at(10, 30), title="x", by=made.by)
    Booking.objects.create(code="Y", resource=made.resource, start=at(10), end=at(10, 30), title="x", by=made.by, state=State.CANCELLED)


def test_quota_refuses_with_the_reason_and_offers_what_the_plan_allows(hall: Place) -> None:
    ani = member("Ani")
    for day in (0, 1):
        book("kecil", 8, 17, ani, day)
    with pytest.raises(Unavailable, match="20 jam sepekan") as gone:
        book("kecil", 8, 12, ani, 2)
    week = (at(0), at(0, day=days_later(7)))
    offers = [offer for _thing, offer in gone.value.alternatives]
    assert offers and all(offer.end - offer.start <= timedelta(hours=2) for offer in offers if week[0] <= offer.start < week[1])


def test_a_plan_that_ends_in_the_middle(hall: Place) -> None:
    ani = member("Ani")
    plan = Plan.objects.create(code="bulanan", name="Bulanan", hours_day=10, hours_week=50)
    row = Member.objects.create(code="m", person=ani, name="Ani", email=ani.email, standing="active")
    Pass.objects.create(member=row, plan=plan, since=days_later(-30), until=days_later(0))
    assert book("kecil", 8, 17, ani).state == State.CONFIRMED
    always = places.set_place(code="mojosari", by=None, hours="24/7")
    assert always.hours == "24/7"
    with pytest.raises(Unavailable, match="berakhir pada 07-12-2026"):
        actions.book(wish=Wish(thing("besar"), at(22), at(3, day=days_later(1)), "Malam"), by=ani, now=NOW)
    next_day = Wish(thing("besar"), at(8, day=days_later(1)), at(17, day=days_later(1)), "Tanpa paket")
    assert actions.book(wish=next_day, by=ani, now=NOW).state == State.CONFIRMED


def test_administrators_skip_quota_and_approval_but_no_booking_of_others(hall: Place, rani: Person) -> None:
    places.set_resource(code="besar", place=hall, by=None, approval=True, longest_minutes=60)
    ani = member("Ani")
    assert book("besar", 9, 10, ani).state == State.PENDING
    with pytest.raises(Unavailable, match="1 jam"):
        book("besar", 10, 12, ani)
    with pytest.raises(Unavailable):
        book("besar", 9, 10, rani)
    for day in range(1, 5):
        assert book("besar", 8, 17, rani, day).state == State.CONFIRMED


def test_a_steward_approves_or_refuses_with_a_reason(hall: Place, rani: Person) -> None:
    places.set_resource(code="besar", place=hall, by=None, approval=True)
    ani = member("Ani")
    first, second = book("besar", 9, 10, ani), book("besar", 11, 12, ani)
    assert actions.approve(booking=first, by=rani) and not actions.approve(booking=first, by=rani)
    with pytest.raises(Refused):
        actions.refuse(booking=second, by=rani, why=" ")
    assert actions.refuse(booking=second, by=rani, why="Dipakai pelantikan")
    assert [notice.kind for notice in Notice.objects.all()] == ["booking", "booking"]
    assert book("besar", 11, 12, member("Beni")).state == State.PENDING


def test_a_series_leaves_out_what_cannot_be_had_and_ends_as_a_whole(hall: Place) -> None:
    ani = member("Ani")
    places.add_holiday(day=days_later(7), name="Libur desa", by=None)
    book("sedang", 9, 10, member("Beni"), 14)
    wish = Wish(thing("sedang"), at(9), at(10), "Rapat mingguan")
    series, made = actions.book_series(wish=wish, rule="weekly", until=days_later(35), skip=[days_later(28)], by=ani, now=NOW)
    assert [booking.start for booking in made] == [at(9, day=days_later(number)) for number in (0, 21, 35)]
    assert list(series.skipped) == [days_later(7).isoformat(), days_later(14).isoformat()] and "Libur desa" in str(series.skipped)
    assert actions.cancel(booking=made[1], by=ani, now=NOW)
    assert actions.cancel_series(series=series, by=ani, now=at(12)) == 1, "the first is over"
    assert actions.cancel_series(series=series, by=ani, now=at(12)) == 0
    assert Booking.objects.active().filter(series=series).count() == 1


def test_the_first_who_waits_moves_up(hall: Place) -> None:
    ani, beni, cici = member("Ani"), member("Beni"), member("Cici")
    held = book("kecil", 9, 11, ani)
    for person in (beni, cici, beni):
        actions.wait(wish=Wish(thing("kecil"), at(9), at(11), "Tunggu"), by=person, now=NOW)
    assert Wait.objects.count() == 2
    actions.cancel(booking=held, by=ani, now=NOW)
    got = Booking.objects.active().get(resource__code="kecil")
    assert got.by == beni and Wait.objects.get(ended=None).by == cici
    actions.cancel(booking=got, by=beni, now=NOW)
    assert Booking.objects.active().get(resource__code="kecil").by == cici


def test_no_shows_give_back_what_they_hold_and_lose_their_long_reach(hall: Place) -> None:
    ani = member("Ani")
    for day in range(3):
        held = book("kecil", 9, 10, ani, day)
        late = at(9, 21, day=days_later(day))
        assert actions.release_no_shows(now=at(9, 19, day=days_later(day))) == 0
        assert actions.release_no_shows(now=late) == 1 and actions.release_no_shows(now=late) == 0
        held.refresh_from_db()
        assert held.state == State.RELEASED
    with pytest.raises(Unavailable, match="tidak hadir"):
        actions.book(
            wish=Wish(thing("kecil"), at(9, day=days_later(9)), at(10, day=days_later(9)), "x"), by=ani, now=at(12, day=days_later(2))
        )
    here = book("sedang", 9, 10, member("Beni"))
    with pytest.raises(Refused):
        actions.check_in(booking=here, by=here.by, now=at(8, 30))
    assert actions.check_in(booking=here, by=here.by, now=at(8, 50)) and not actions.check_in(booking=here, by=here.by, now=at(9))
    assert actions.release_no_shows(now=at(9, 30)) == 0
    assert actions.leave(booking=here, by=here.by, now=at(9, 30))
    assert actions.book(wish=Wish(thing("sedang"), at(9, 30), at(10), "x"), by=ani, now=at(9, 30)).state == State.CONFIRMED


def test_a_booking_moves_and_what_it_held_is_free(hall: Place) -> None:
    ani, beni = member("Ani"), member("Beni")
    held = book("kecil", 9, 11, ani)
    actions.wait(wish=Wish(thing("kecil"), at(9), at(10), "Tunggu"), by=beni, now=NOW)
    moved = actions.move(booking=held, resource=held.resource, start=at(10), end=at(12), by=ani, now=NOW)
    assert (moved.pk, moved.start) == (held.pk, at(10)) and Booking.objects.active().get(by=beni).start == at(9)
    with pytest.raises(Unavailable):
        actions.move(booking=moved, resource=moved.resource, start=at(9), end=at(11), by=ani, now=NOW)


def test_a_closure_and_a_moved_holiday_take_back_what_was_booked(hall: Place) -> None:
    ani = member("Ani")
    first, second, third = book("kecil", 9, 11, ani), book("kecil", 14, 15, ani), book("kecil", 9, 10, ani, 1)
    _closure, count = places.close_place(place=hall, start=at(8), end=at(12), why="pemeliharaan listrik", by=None)
    first.refresh_from_db(), second.refresh_from_db()
    assert (count, first.state, second.state) == (1, State.CLOSED, State.CONFIRMED) and "pemeliharaan" in first.why
    with pytest.raises(Unavailable, match="pemeliharaan listrik"):
        book("kecil", 11, 13, ani)
    holiday, _count = places.add_holiday(day=days_later(0), name="Pilkada", by=None)
    assert places.move_holiday(holiday=holiday, day=days_later(1), by=None) == 1
    second.refresh_from_db(), third.refresh_from_db()
    assert third.state == State.CLOSED and book("sedang", 13, 14, ani).state == State.CONFIRMED
    assert Notice.objects.filter(kind="booking").count() == 3


def test_the_last_ones_are_kept_for_a_group(hall: Place) -> None:
    FairShare.objects.create(kind="desk", group="women", percent=50, hours=24)
    ani, beni = member("Ani"), member("Beni")
    Member.objects.create(code="m", person=ani, name="Ani", email=ani.email, standing="active", woman=True)
    book("meja-1", 9, 10, beni)
    with pytest.raises(Unavailable, match="perempuan"):
        book("meja-2", 9, 10, member("Cici"))
    assert book("meja-2", 9, 10, ani).state == State.CONFIRMED


def test_requests_are_counted_by_the_minute(hall: Place) -> None:
    ani, now = member("Ani"), timezone.now().replace(second=10)
    for _number in range(100):
        actions.knock(by=ani, now=now)
    with pytest.raises(actions.TooOften) as often:
        actions.knock(by=ani, now=now)
    assert often.value.retry_after_s == 50
    actions.knock(by=ani, now=now + timedelta(minutes=1))
