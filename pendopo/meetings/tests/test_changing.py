"""What a changed plan does to guests and reminders, and what small forms and addresses may not bring along."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from pendopo.agencies.actions import Refused, new_token
from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.meetings.actions import LINK_LIVES_AFTER, change_part, decide, end_forgotten, sit_down, take_seat
from pendopo.meetings.media import signalling, verbs
from pendopo.meetings.media.janus import Away
from pendopo.meetings.media.seats import arrive, still_here
from pendopo.meetings.media.signalling import Chair
from pendopo.meetings.media.tickets import Ticket
from pendopo.meetings.models import Meeting, Part, Seat, State, Where
from pendopo.meetings.planning import actions, letters, logic
from pendopo.meetings.planning.actions import Plan
from pendopo.meetings.planning.forms import PlanForm, initial_of
from pendopo.meetings.planning.logic import Guest
from pendopo.notify.actions.delivering import letter_of
from pendopo.notify.models import Dispatch

pytestmark = pytest.mark.django_db


def later(days: int = 2) -> datetime:
    return timezone.now().replace(second=0, microsecond=0) + timedelta(days=days)


def test_a_guest_who_joins_a_series_late_has_one_link_for_all_of_it(sari: Person) -> None:
    rule = logic.rule_until("FREQ=WEEKLY", later() + timedelta(weeks=3))
    first, _tokens = actions.arrange(wish=Plan("Rapat", later()), by=sari, rule=rule)
    wish = Plan("Rapat", first.start, guests=[Guest("Ani", "ani@bps.test")])
    actions.change(meeting=first, wish=wish, revision=0, by=sari, following=True)
    key = letter_of(Dispatch.objects.get(target="ani@bps.test"), timezone.now()).link.partition("?")[2]
    assert {Client().get(f"/meetings/{one.code}/invitation?{key}").status_code for one in Meeting.objects.all()} == {200}


def test_a_link_that_was_taken_away_stays_so_when_the_guest_is_asked_again(sari: Person) -> None:
    wish = Plan("Rapat", later(), guests=[Guest("Ani", "ani@bps.test")])
    meeting, tokens = actions.arrange(wish=wish, by=sari)
    actions.change(meeting=meeting, wish=Plan("Rapat", meeting.start), revision=0, by=sari)
    actions.change(meeting=meeting, wish=Plan("Rapat", meeting.start, guests=wish.guests), revision=1, by=sari)
    assert Client().get(f"/meetings/{meeting.code}/invitation?k={tokens[0]}").status_code == 403
    letter = Dispatch.objects.filter(target="ani@bps.test").latest("pk")
    assert Client().get(letter_of(letter, timezone.now()).link.removeprefix(settings.SITE_URL)).status_code == 200


def test_saving_a_plan_unchanged_keeps_a_guest_with_titles(sari: Person) -> None:
    wish = Plan("Rapat", later(), guests=[Guest("dr. Ani, M.Kes.", "Ani@BPS.test")])
    meeting, _tokens = actions.arrange(wish=wish, by=sari)
    guest = meeting.invitees.get()
    shown = initial_of(meeting)
    form = PlanForm(
        {**shown, "start": timezone.localtime(meeting.start).strftime("%Y-%m-%dT%H:%M"), "minutes": "60"}, meeting=meeting, person=sari
    )
    assert form.is_valid(), form.errors
    actions.change(meeting=meeting, wish=form.wish(), revision=0, by=sari)
    assert list(meeting.invitees.all()) == [guest] and meeting.invitees.get().revoked is None


def test_a_room_that_was_opened_early_still_reminds(sari: Person, budi: Person) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", later(), people=[budi]), by=sari)
    take_seat(meeting=meeting, key=f"p{sari.pk}", name="Sari", agency="", part=Part.CONVENER, invited=True, person=sari.pk)
    sit_down(meeting=meeting, key=f"p{sari.pk}")
    meeting.refresh_from_db()
    assert meeting.state == State.OPEN and actions.remind(now=meeting.start - timedelta(minutes=10)) == 1


def test_a_meeting_that_everybody_left_ends_by_itself(sari: Person) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", timezone.now()), by=sari)
    take_seat(meeting=meeting, key="p1", name="Sari", agency="", part=Part.CONVENER, invited=True, person=sari.pk)
    stay = sit_down(meeting=meeting, key="p1")
    late = meeting.ends + timedelta(hours=2, minutes=1)
    assert end_forgotten(now=meeting.ends + timedelta(hours=1)) == 0
    type(stay).objects.update(seen=late)
    assert end_forgotten(now=late) == 0, "somebody is still there"
    assert end_forgotten(now=late + timedelta(minutes=5)) == 1 and end_forgotten(now=late + timedelta(minutes=5)) == 0
    meeting.refresh_from_db()
    assert meeting.state == State.ENDED


def test_a_heartbeat_outlives_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    async def away(*_given: Any) -> None:
        asked.append(1)
        raise OperationalError("away")

    async def beats() -> None:
        beating = asyncio.ensure_future(signalling.beat(Chair(Ticket("x", "p1", "Sari", "", Part.SPEAKER, True), away)))
        await asyncio.sleep(0.1)
        beating.cancel()

    monkeypatch.setattr(signalling, "BEAT_S", 0.01)
    monkeypatch.setattr(signalling.seats, "in_database", away)
    asyncio.run(beats())
    assert len(asked) > 1


def test_everybody_hears_that_it_is_not_recorded_after_all(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    class Listening(Chair):
        async def tell_all(self, word: dict[str, Any]) -> None:
            told.append(word.get("on", word["say"]))

    async def done(work: Any, *_given: Any) -> Any:
        told.append(work.__name__)
        return {} if work.__name__ == "happen" else True

    async def record() -> None:
        with pytest.raises(Away):
            await verbs.record(Listening(Ticket("x", "p1", "Sari", "", Part.CONVENER, True), None), {"on": True})  # type: ignore[arg-type]

    monkeypatch.setattr(verbs.seats, "in_database", done)
    monkeypatch.setattr(verbs, "node_of", lambda _code: (_ for _ in ()).throw(Away("no media server")))
    asyncio.run(record())
    assert told == ["begin_recording", True, "happen", "happened", "end_recording", False]


def test_a_paper_whose_file_is_gone_is_not_found(sari: Person) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", later()), by=sari)
    paper = meeting.papers.create(kind="minutes", file="papers/2026/11/gone.pdf", digest="0" * 64, by=sari)
    assert signed_in(sari).get(paper.get_absolute_url()).status_code == 404


def test_one_meeting_that_cannot_be_written_about_holds_up_no_other(sari: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, _tokens = actions.arrange(wish=Plan("Buruk", later()), by=sari)
    good, _tokens = actions.arrange(wish=Plan("Baik", later() + timedelta(minutes=1)), by=sari)
    real = letters.remind

    def remind(meeting: Meeting, which: str) -> None:
        if meeting.pk == bad.pk:
            raise ValueError("no words for it")
        real(meeting, which)

    monkeypatch.setattr(letters, "remind", remind)
    assert actions.remind(now=bad.start - timedelta(minutes=10)) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert good.told_soon and not bad.told_soon


def test_small_forms_take_no_nul(sari: Person, budi: Person, bpbd: Agency) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", later(), agencies=[bpbd]), by=sari)
    row = meeting.invitees.get()
    said = {"invitee": row.pk, "answer": "yes", "remark": "Ya\x00!"}
    assert signed_in(budi).post(f"/meetings/{meeting.code}/answer", said).status_code == 302
    assert meeting.invitees.get().remark == "Ya!"
    opened = {"about": "/incidents/1", "subject": "Banjir\x00", "agencies": "bp\x00bd"}
    assert signed_in(sari).post("/meetings/open", opened).status_code == 302
    assert signed_in(sari).post(f"/meetings/{meeting.code}/cancel", {"revision": "0", "why": "Sakit\x00"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == State.CANCELLED


@pytest.mark.parametrize("year", [1, 1999, 9999])
def test_a_year_that_no_calendar_reckons_with_is_refused(sari: Person, year: int) -> None:
    start = datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    with pytest.raises(Refused):
        actions.arrange(wish=Plan("Rapat", start), by=sari)
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", later()), by=sari)
    with pytest.raises(Refused):
        actions.change(meeting=meeting, wish=Plan("Rapat", start), revision=0, by=sari)


@pytest.mark.parametrize(
    "body",
    [
        {"start": "0001-01-01T00:00:00+14:00"},
        {"start": "9999-12-31T23:59:00-10:00"},
        {"guests": [{"name": "Ani", "email": "ani\nBcc: x@y.test"}]},
    ],
)
def test_the_api_refuses_what_cannot_be_kept(sari: Person, body: dict[str, Any]) -> None:
    _token, secret = new_token(person=sari, by=sari)
    asked = {"subject": "Rapat", "start": later().isoformat(), **body}
    made = Client().post("/api/v1/meetings", asked, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert made.status_code == 422 and not Meeting.objects.exists()


def test_a_page_that_is_older_than_the_guest_list_waits_in_the_lobby(sari: Person, budi: Person) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", later(), people=[budi], guests=[Guest("Ani", "")]), by=sari)
    guest = meeting.invitees.get(name="Ani")
    held = [
        Ticket(meeting.code, f"i{guest.pk}", "Ani", "", Part.SPEAKER, True, invitee=guest.pk),
        Ticket(meeting.code, f"p{budi.pk}", "Budi", "", Part.CONVENER, True, person=budi.pk),
        Ticket(meeting.code, f"p{sari.pk}", "Sari", "", Part.CONVENER, True, person=sari.pk),
    ]
    actions.change(meeting=meeting, wish=Plan("Rapat", meeting.start), revision=0, by=sari)
    for ticket in held[:2]:
        take_seat(meeting=meeting, key=ticket.seat, name=ticket.name, agency="", part=ticket.role, invited=True)
    for ticket in held:
        arrive(ticket)
    stand = {seat.name: (seat.where, seat.part) for seat in Seat.objects.all()}
    assert stand["Ani"] == stand["Budi"] == (Where.WAITING, Part.SPEAKER) and stand["Sari"] == (Where.IN, Part.CONVENER)


def test_whoever_is_taken_off_the_list_leaves_with_the_next_heartbeat(sari: Person, budi: Person) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", later(), people=[budi]), by=sari)
    ticket = Ticket(meeting.code, f"p{budi.pk}", "Budi", "", Part.SPEAKER, True, person=budi.pk)
    assert arrive(ticket).where == Where.IN and still_here(ticket, 0, -1) == ("in", 0)
    actions.change(meeting=meeting, wish=Plan("Rapat", meeting.start), revision=0, by=sari)
    assert still_here(ticket, 0, 0) == ("dropped", 1) and arrive(ticket).where == Where.WAITING
    seat = take_seat(meeting=meeting, key=f"p{sari.pk}", name="Sari", agency="", part=Part.CONVENER, invited=True, person=sari.pk)
    decide(meeting=meeting, where=Where.IN, by=seat)
    assert still_here(ticket, 0, -1) == ("in", 1) and arrive(ticket).where == Where.IN, "a convener's word stands above the list"
    actions.cancel(meeting=meeting, revision=1, by=sari)
    assert still_here(ticket, 0, 1)[0] == "ended"


def test_a_convener_whom_another_one_made_a_listener_stays_one(sari: Person, budi: Person) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", later(), people=[budi]), by=sari)
    meeting.invitees.update(part=Part.CONVENER)
    ticket = Ticket(meeting.code, f"p{budi.pk}", "Budi", "", Part.CONVENER, True, person=budi.pk)
    assert arrive(ticket).role == Part.CONVENER
    by = take_seat(meeting=meeting, key=f"p{sari.pk}", name="Sari", agency="", part=Part.CONVENER, invited=True, person=sari.pk)
    change_part(meeting=meeting, key=ticket.seat, part=Part.LISTENER, by=by)
    assert arrive(ticket).role == Part.LISTENER, "loading the page again gives nothing back"


def test_a_guests_link_lives_as_long_as_the_meeting_that_was_made_longer(sari: Person) -> None:
    wish = Plan("Rapat", later(), minutes=60, guests=[Guest("Ani", "")])
    meeting, _tokens = actions.arrange(wish=wish, by=sari)
    actions.change(meeting=meeting, wish=replace(wish, start=meeting.start, minutes=1440), revision=0, by=sari)
    meeting.refresh_from_db()
    assert meeting.invitees.get().expires == meeting.ends + LINK_LIVES_AFTER


def test_a_change_of_a_series_writes_about_the_meetings_that_it_is_for(sari: Person, budi: Person, rani: Person) -> None:
    rule = logic.rule_until("FREQ=WEEKLY", later() + timedelta(weeks=2))
    first, _tokens = actions.arrange(wish=Plan("Rapat", later(), people=[rani]), by=sari, rule=rule)
    second = Meeting.objects.order_by("start")[1]
    actions.change(meeting=second, wish=Plan("Rapat", second.start, people=[rani, budi]), revision=0, by=sari, following=True)
    Dispatch.objects.all().delete()
    actions.change(meeting=first, wish=Plan("Rapat", first.start, place="Aula", people=[rani]), revision=0, by=sari, following=True)
    letter = Dispatch.objects.get(target=budi.email)
    events = Calendar.from_ical(bytes(letter.notice.enclosure.body)).walk("VEVENT")
    later_ones = Meeting.objects.order_by("start")[1:]
    assert letter.subject.startswith("Rapat batal") and [event.decoded("RECURRENCE-ID") for event in events] == [m.slot for m in later_ones]
    assert Dispatch.objects.get(target=rani.email).notice.context["count"] == 3


def test_a_letter_says_the_time_in_its_readers_language(sari: Person, budi: Person, rani: Person) -> None:
    Person.objects.filter(pk=rani.pk).update(language="en")
    start = (timezone.now() + timedelta(days=400)).replace(month=5, day=9)
    actions.arrange(wish=Plan("Rapat", start, people=[budi, rani]), by=sari)
    said = {row.target: f"{row.subject} {row.text}" for row in Dispatch.objects.all()}
    assert "Mei" in said[budi.email] and "May" not in said[budi.email]
    assert "May" in said[rani.email] and "Mei" not in said[rani.email]
