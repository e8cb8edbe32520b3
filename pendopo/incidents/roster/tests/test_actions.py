"""Nobody is in two places, who is away is not on duty, and what was edited stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post
from pendopo.audit.models import Entry
from pendopo.incidents.models import LogLine, Roster, Shift
from pendopo.incidents.roster import actions
from pendopo.incidents.roster.reading import duties

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def roster(code: str, *crew: Person, turns: str = "P 07:00-19:00, M 19:00-07:00", cycle: str = "PM--") -> Roster:
    return actions.set_roster(code=code, name=code.title(), turns=turns, cycle=cycle, crew=crew, by=None)


def now() -> datetime:
    return timezone.now()


def test_a_person_in_two_rosters_is_refused_with_the_reason(sari: Person, rani: Person) -> None:
    watch, flood = roster("watch", sari), roster("flood", sari)
    actions.add_shift(roster=watch, person=sari, since=now(), until=now() + HOUR, by=rani)
    with pytest.raises(Refused, match="Watch"):
        actions.add_shift(roster=flood, person=sari, since=now() + HOUR / 2, until=now() + 2 * HOUR, by=rani)
    with pytest.raises(IntegrityError, match="person_on_duty_once"), transaction.atomic():
        Shift.objects.create(roster=flood, person=sari, since=now(), until=now() + HOUR)
    actions.add_shift(roster=flood, person=sari, since=now() + 2 * HOUR, until=now() + 3 * HOUR, by=rani)


@pytest.mark.django_db(transaction=True)
def test_two_who_plan_at_once_do_not_put_one_person_in_two_places() -> None:
    person = person_in_post("p@x.test", "P", Role.OFFICER)
    rosters = [roster(f"r{n}") for n in range(6)]
    begins = now()

    def one(place: Roster) -> str:
        try:
            actions.add_shift(roster=place, person=person, since=begins, until=begins + HOUR, by=None)
            return "made"
        except Refused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(one, rosters)) == ["made", *["refused"] * 5]


def test_planning_again_adds_nothing_and_keeps_what_was_edited(sari: Person, budi: Person, rani: Person) -> None:
    watch = roster("watch", sari, budi, cycle="PM")
    first = timezone.localdate() + timedelta(days=1)
    made, skipped = actions.generate(roster=watch, first=first, days=4, by=rani)
    assert (made, skipped) == (8, [])
    shift = Shift.objects.filter(person=sari).order_by("since")[0]
    actions.give_shift(shift=shift, to=rani, by=rani, why="sick")
    assert actions.generate(roster=watch, first=first, days=4, by=rani) == (0, [])
    assert Entry.objects.filter(verb="give_shift").get().after["person"] == rani.name


def test_who_is_away_is_not_planned_and_not_on_duty(sari: Person, budi: Person, rani: Person) -> None:
    watch = roster("watch", sari, budi, cycle="PM")
    first = timezone.localdate() + timedelta(days=1)
    start = now() + timedelta(days=1)
    actions.add_absence(person=sari, since=start - 2 * HOUR * 12, until=start + timedelta(days=9), why="cuti", by=rani)
    made, skipped = actions.generate(roster=watch, first=first, days=2, by=rani)
    assert made == 2 and len(skipped) == 2 and all(one.person == sari and "cuti" in one.why for one in skipped)

    running = actions.add_shift(roster=watch, person=rani, since=now() - HOUR, until=now() + HOUR, by=rani)
    assert duties(now())[0].now == [running]
    absence, open_shifts = actions.add_absence(person=rani, since=now() - HOUR / 2, until=now() + HOUR / 2, why="sick", by=rani)
    assert open_shifts == 1 and duties(now())[0].now == [] and duties(now())[0].gaps[0][0] <= now()
    assert actions.withdraw_absence(absence=absence, by=rani) and not actions.withdraw_absence(absence=absence, by=rani)
    assert duties(now())[0].now == [running]


def test_a_shift_that_is_over_cannot_be_given(sari: Person, rani: Person) -> None:
    shift = actions.add_shift(roster=roster("watch"), person=sari, since=now() - 2 * HOUR, until=now() - HOUR, by=rani)
    with pytest.raises(Refused):
        actions.give_shift(shift=shift, to=rani, by=rani)


def test_ending_a_roster_cancels_what_comes_and_keeps_what_was(sari: Person, rani: Person) -> None:
    watch = roster("watch", sari)
    past = actions.add_shift(roster=watch, person=sari, since=now() - 2 * HOUR, until=now() - HOUR, by=rani)
    actions.add_shift(roster=watch, person=sari, since=now() + HOUR, until=now() + 2 * HOUR, by=rani)
    actions.end_roster(roster=watch, by=rani)
    assert list(Shift.objects.kept()) == [past] and duties(now()) == []


def test_a_hand_over_is_taken_once_and_not_by_its_writer(sari: Person, rani: Person, budi: Person) -> None:
    line = actions.write_line(text=" Pompa Rejoso menyala ", by=sari, kind="handover")
    with pytest.raises(Refused):
        actions.take_over(line=line, by=sari)
    assert actions.take_over(line=line, by=rani) and not actions.take_over(line=line, by=budi)
    line.refresh_from_db()
    assert (line.taken_by, line.text) == (rani, "Pompa Rejoso menyala")
    note = actions.write_line(text="x", by=sari)
    assert not actions.take_over(line=note, by=rani) and LogLine.objects.count() == 2


def test_a_pattern_that_cannot_be_read_is_refused_with_an_example(sari: Person) -> None:
    with pytest.raises(Refused, match="07:00-15:00"):
        roster("x", sari, turns="pagi")
    with pytest.raises(Refused, match="PPSSMM"):
        roster("x", sari, cycle="ZZ")
    with pytest.raises(Refused):
        roster("x", sari, sari)


def test_a_shift_in_the_year_one_is_refused(sari: Person) -> None:
    first = datetime(1, 1, 1, tzinfo=timezone.get_default_timezone())
    with pytest.raises(Refused, match="terlalu lampau"):
        actions.add_shift(roster=roster("watch", sari), person=sari, since=first, until=now(), by=None)
    with pytest.raises(Refused, match="terlalu lampau"):
        actions.add_absence(person=sari, since=first, until=now(), why="cuti", by=sari)
