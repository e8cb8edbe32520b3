"""Alternatives, quotas, shares, repetitions: decisions without a database."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pendopo.agencies.hours import Span
from pendopo.coworking.bookings import logic
from pendopo.coworking.bookings.logic import Allowance, Offer, Share
from pendopo.coworking.places.hours import Calendar

from .yard import MONDAY, NOW, WIB, at, days_later

OFFICE = Calendar("Mo-Fr 08:00-17:00", WIB)


def anything(offer: Offer) -> bool:
    return True


def test_the_nearest_slots_of_the_same_and_of_others() -> None:
    taken = [(at(9), at(12))]
    found = logic.choose(logic.offers([(1, OFFICE, taken), (2, OFFICE, [])], (at(9), at(11)), NOW), anything)
    assert found[0] == Offer(2, at(9), at(11)) and Offer(1, at(12), at(14)) in found
    assert not [offer for offer in found if offer.resource == 1 and offer.start < at(12) and offer.end > at(9)]


def test_nothing_is_offered_in_the_past_or_while_closed() -> None:
    found = logic.offers([(1, OFFICE, [])], (at(22), at(23)), at(16, 20))
    assert found and all(OFFICE.refusal(offer.start, offer.end) is None and offer.start >= at(16, 20) for offer in found)


@given(
    st.lists(st.tuples(st.integers(0, 7 * 96), st.integers(1, 30)), max_size=25),
    st.integers(0, 7 * 96),
    st.integers(1, 24),
    st.integers(0, 400),
)
def test_while_something_is_free_something_is_offered(busy: list[tuple[int, int]], start: int, length: int, now: int) -> None:
    """What is offered is free, open, as long as wanted and not past; nothing is offered only when no quarter of an hour fits."""
    zero = datetime(2026, 12, 7, tzinfo=WIB)

    def quarter(number: int) -> datetime:
        return zero + timedelta(minutes=15 * number)

    taken: list[Span] = [(quarter(begin), quarter(begin + size)) for begin, size in busy]
    wanted, since = (quarter(start), quarter(start + length)), quarter(now)

    def fits(at: datetime) -> bool:
        end = at + (wanted[1] - wanted[0])
        return OFFICE.refusal(at, end) is None and not any(a < end and b > at for a, b in taken)

    found = logic.choose(logic.offers([(1, OFFICE, taken)], wanted, since), anything)
    assert all(fits(offer.start) and offer.start >= since for offer in found)
    begin = max(since, wanted[0])
    possible = [at for at in (begin + timedelta(minutes=15 * number) for number in range(7 * 96 - length)) if fits(at)]
    assert found or not possible


def test_quotas_say_what_is_used_up() -> None:
    plan = Allowance("Harian", timedelta(hours=4), timedelta(hours=10), timedelta(days=14), rooms=False)
    ask = {"now": NOW, "zone": WIB, "room": False}
    assert logic.quota_refusal(plan, (at(8), at(12)), [], **ask) is None
    assert "4 hours a day, and 2" in str(logic.quota_refusal(plan, (at(10), at(13)), [(at(8), at(10))], **ask))
    week = [(at(8, day=days_later(number)), at(12, day=days_later(number))) for number in (1, 2)]
    assert "10 hours a week, and 8" in str(logic.quota_refusal(plan, (at(8), at(11)), week, **ask))
    before = [(at(8, day=days_later(-3)), at(12, day=days_later(-3)))]
    assert logic.quota_refusal(plan, (at(8), at(11)), before, **ask) is None, "last week is another week"
    assert "14 days" in str(logic.quota_refusal(plan, (at(8, day=days_later(30)), at(9, day=days_later(30))), [], **ask))
    assert "desks only" in str(logic.quota_refusal(plan, (at(8), at(9)), [], now=NOW, zone=WIB, room=True))
    assert "did not come" in str(logic.quota_refusal(plan, (at(8), at(9)), [], **ask, no_shows=3))


def test_a_share_is_kept_for_a_group_until_some_hours_before() -> None:
    share = [Share("women", "women", 20, 24)]
    assert logic.share_refusal(share, frozenset(), at(8), NOW, total=5, free=1) is not None
    assert logic.share_refusal(share, frozenset({"women"}), at(8), NOW, total=5, free=1) is None
    assert logic.share_refusal(share, frozenset(), at(8), NOW, total=5, free=2) is None
    assert logic.share_refusal(share, frozenset(), at(8), at(7), total=5, free=1) is None


def test_repetitions() -> None:
    assert logic.repeats("weekly", MONDAY, days_later(21)) == [days_later(7 * number) for number in range(4)]
    assert [day.weekday() for day in logic.repeats("workdays", MONDAY, days_later(8))] == [0, 1, 2, 3, 4, 0, 1]
    assert logic.repeats("monthly", date(2026, 10, 31), date(2027, 1, 31)) == [date(2026, 10, 31), date(2026, 12, 31), date(2027, 1, 31)]
    assert len(logic.repeats("daily", MONDAY, days_later(4000))) == logic.LONGEST_SERIES
    assert logic.repeats("weekly", MONDAY, days_later(-1)) == []


def test_no_shows_have_the_grace_from_when_they_booked() -> None:
    grace = timedelta(minutes=20)
    assert not logic.is_no_show("confirmed", at(9), NOW, grace, at(9, 19)) and logic.is_no_show("confirmed", at(9), NOW, grace, at(9, 20))
    assert not logic.is_no_show("confirmed", at(9), at(9, 30), grace, at(9, 45)), "booked half an hour after the beginning"
    assert not logic.is_no_show("here", at(9), NOW, grace, at(10)) and not logic.is_no_show("confirmed", at(9), NOW, timedelta(), at(10))
