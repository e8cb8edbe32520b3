"""Planning: invitations with calendars, answers, changes by two at once, series, dial lists, reminders, feeds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from pendopo.agencies.actions import Refused, new_token
from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.meetings.models import Answer, DialList, Meeting, State
from pendopo.meetings.planning import actions, logic
from pendopo.meetings.planning.actions import Plan
from pendopo.meetings.planning.feeds import address_for
from pendopo.meetings.planning.logic import Guest
from pendopo.notify.actions.delivering import letter_of
from pendopo.notify.models import HIDDEN, Dispatch, Enclosure, Notice, Urgency
from pendopo.notify.transports.mail import message
from pendopo.notify.writing import Letter

ZONE = ZoneInfo("Asia/Jakarta")


def tomorrow(hour: int = 9) -> datetime:
    return (timezone.now().astimezone(ZONE) + timedelta(days=2)).replace(hour=hour, minute=0, second=0, microsecond=0)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.sampled_from(sorted(logic.RULES)), st.integers(0, 400))
def test_a_series_keeps_the_clock_and_ends(start: datetime, name: str, days: int) -> None:
    first = start.replace(tzinfo=ZONE, microsecond=0)
    rule = logic.rule_until(logic.RULES[name], first + timedelta(days=days))
    try:
        times = logic.occurrences(rule, first, ZONE)
    except logic.BadRule:
        assert name == "workdays" and days < 3, "only a weekend has no working day"
        return
    assert len(times) <= logic.MOST and times == sorted(set(times))
    assert {at.astimezone(ZONE).time() for at in times} == {first.time()}
    assert all(first <= at <= first + timedelta(days=days) for at in times)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "", "FREQ=WEEKLY;BYDAY=XX", "FREQ=DAILY;UNTIL=20200101T000000Z", "FREQ=DAILY\nEXRULE:X"])
def test_a_rule_that_cannot_be_used_is_refused(rule: str) -> None:
    with pytest.raises(logic.BadRule):
        logic.occurrences(rule, datetime(2026, 12, 1, 2, tzinfo=UTC), ZONE)


def test_guests_as_people_type_them() -> None:
    assert logic.guests_of("Ibu Ani <ani@x.id>\n\n budi@y.id;Budi \nPak Lurah") == [
        Guest("Ibu Ani", "ani@x.id"),
        Guest("Budi", "budi@y.id"),
        Guest("Pak Lurah", ""),
    ]
    with pytest.raises(ValueError, match=","):
        logic.guests_of("Ani\n,,")


def test_reminders_once_and_not_both_at_once() -> None:
    start = datetime(2026, 12, 2, 2, tzinfo=UTC)
    made = start - timedelta(days=3)

    def due(left: timedelta, *, made: datetime = made, day: bool = False, soon: bool = False) -> str:
        return logic.reminder_due(start, made, start - left, told_day=day, told_soon=soon)

    assert due(timedelta(hours=20)) == "day" and due(timedelta(hours=20), day=True) == ""
    assert due(timedelta(hours=20), made=start - timedelta(hours=21)) == "", "who is invited late gets only the last"
    assert due(timedelta(minutes=15)) == "soon" and due(timedelta(minutes=5), soon=True) == "" and due(timedelta(0)) == ""


@pytest.mark.django_db
def test_from_the_page_to_calendars_and_answers(sari: Person, rani: Person, budi: Person, bpbd: Agency) -> None:
    Agency.objects.filter(pk=bpbd.pk).update(email="bpbd@mojokerto.test")
    form = {
        "subject": "Kesiapan banjir",
        "start": f"{tomorrow():%Y-%m-%dT%H:%M}",
        "minutes": "60",
        "agenda": "Tanggul\nPerahu",
        "agencies": [bpbd.pk],
        "guests": "Ibu Ani <ani@bps.test>",
        "quorum": "1",
    }
    answer = signed_in(sari).post("/meetings/new", form)
    meeting = Meeting.objects.get()
    assert answer.status_code == 302 and answer["Location"] == meeting.page and meeting.start == tomorrow()
    sent = {row.target: row for row in Dispatch.objects.select_related("notice__enclosure")}
    assert set(sent) == {"budi@mojokerto.test", "sari@mojokerto.test", "bpbd@mojokerto.test", "ani@bps.test"}
    book = Calendar.from_ical(bytes(sent["budi@mojokerto.test"].notice.enclosure.body))
    event = book.walk("VEVENT")[0]
    assert book["METHOD"] == "REQUEST" and event["SUMMARY"] == "Kesiapan banjir" and event.decoded("DTSTART") == tomorrow()
    assert "ani@bps.test" not in str(event), "guests are not shown to others"

    guests_letter = sent["ani@bps.test"]
    letter = letter_of(guests_letter, timezone.now())
    path = letter.link.removeprefix(settings.SITE_URL)
    key = path.partition("?k=")[2]
    assert len(key) == 32 and f"?k={key}" in letter.text and "Tanggul" in letter.text
    assert key in letter.files[0][2].decode().replace("\r\n ", ""), "the guest's calendar has the link"
    kept = [guests_letter.text, guests_letter.notice.about, str(guests_letter.notice.context), guests_letter.notice.sealed]
    assert not any(key in text for text in kept) and HIDDEN in guests_letter.text, "nobody reads the link in the database"
    assert b"VEVENT" not in bytes(guests_letter.notice.enclosure.body)
    guest = Client()
    page = guest.get(path)
    assert page.status_code == 200 and "Perahu" in page.content.decode()
    assert guest.post(path, {"answer": "no", "remark": "Sakit"}).status_code == 302
    assert Client().get(path[:-2]).status_code == 403

    log = signed_in(rani).get(f"/notices/{guests_letter.pk}").content.decode()
    assert path.partition("?")[0] in log and key not in log, "the log shows nobody's personal link"

    own = meeting.invitees.get(agency=bpbd)
    budis = signed_in(budi)
    assert "Apakah Anda hadir" in budis.get(meeting.page).content.decode()
    budis.post(f"/meetings/{meeting.code}/answer", {"invitee": own.pk, "answer": "yes"})
    own.refresh_from_db()
    assert own.answer == Answer.YES and own.answered_by == budi
    assert meeting.invitees.get(email="ani@bps.test").remark == "Sakit"
    assert "1/2" in signed_in(sari).get("/meetings").content.decode()


@pytest.mark.django_db
def test_the_later_of_two_who_change_it_is_told_and_others_hear_once(sari: Person, rani: Person, budi: Person, bpbd: Agency) -> None:
    meeting, _tokens = actions.arrange(wish=Plan("Rapat", tomorrow(), agencies=[bpbd], people=[rani]), by=sari)
    Notice.objects.all().update(kind="test")
    moved = Plan("Rapat", tomorrow(13), agencies=[bpbd], guests=[Guest("Ani", "ani@bps.test")])
    actions.change(meeting=meeting, wish=moved, revision=0, by=sari)
    heard = {(row.target, row.subject.split(":")[0]) for row in Dispatch.objects.filter(notice__kind="meeting")}
    assert {("budi@mojokerto.test", "Rapat diubah"), ("rani@mojokerto.test", "Rapat batal"), ("ani@bps.test", "Undangan")} <= heard
    book = Calendar.from_ical(bytes(Enclosure.objects.get(notice__dispatches__target="rani@mojokerto.test", notice__kind="meeting").body))
    assert book["METHOD"] == "CANCEL" and book.walk("VEVENT")[0]["SEQUENCE"] == 1
    form = {"subject": "Lain", "start": f"{tomorrow(15):%Y-%m-%dT%H:%M}", "minutes": "60", "quorum": "0", "revision": "0"}
    late = signed_in(rani).post(f"/meetings/{meeting.code}/change", form)
    assert late.status_code == 409 and "mengubah rapat ini" in late.content.decode()
    meeting.refresh_from_db()
    assert meeting.subject == "Rapat" and meeting.start == tomorrow(13)
    assert signed_in(budi).get(f"/meetings/{meeting.code}/change").status_code == 403
    assert actions.cancel(meeting=meeting, revision=1, by=sari, why="Bupati berhalangan") == 1
    with pytest.raises(Refused):
        actions.answer(invitee=meeting.invitees.get(agency=bpbd), said="yes", by=budi)


@pytest.mark.django_db
def test_a_series_is_one_calendar_entry_and_its_meetings_change_alone(sari: Person, bpbd: Agency, budi: Person) -> None:
    rule = logic.rule_until("FREQ=WEEKLY", tomorrow() + timedelta(weeks=3))
    wish = Plan("Rapat mingguan", tomorrow(), agencies=[bpbd], guests=[Guest("Ani", "ani@bps.test")])
    first, tokens = actions.arrange(wish=wish, by=sari, rule=rule)
    meetings = list(Meeting.objects.order_by("start"))
    assert len(meetings) == 4 and meetings[0] == first
    book = Calendar.from_ical(bytes(Enclosure.objects.get(notice__dispatches__target="budi@mojokerto.test").body))
    assert [event["RRULE"]["FREQ"] for event in book.walk("VEVENT")] == [["WEEKLY"]] and book.walk("VTIMEZONE")
    assert all(Client().get(f"/meetings/{one.code}/invitation?k={tokens[0]}").status_code == 200 for one in meetings)
    second = meetings[1]
    later = Plan("Rapat mingguan", second.start + timedelta(hours=1), agencies=[bpbd], guests=wish.guests)
    actions.change(meeting=second, wish=later, revision=0, by=sari, following=True)
    starts = list(Meeting.objects.order_by("start").values_list("start", flat=True))
    assert [at.astimezone(ZONE).hour for at in starts] == [9, 10, 10, 10]
    body = Enclosure.objects.filter(notice__dispatches__target="budi@mojokerto.test").latest("pk").body
    events = Calendar.from_ical(bytes(body)).walk("VEVENT")
    assert [event.decoded("RECURRENCE-ID") for event in events] == [one.slot for one in meetings[1:]]
    assert len({str(event["UID"]) for event in events}) == 1
    second.refresh_from_db()
    assert actions.cancel(meeting=second, revision=second.revision, by=sari, following=True) == 3
    first.refresh_from_db()
    assert first.state == State.PLANNED


@pytest.mark.django_db
def test_one_click_calls_a_list_and_a_second_one_finds_the_same_room(sari: Person, budi: Person, bpbd: Agency) -> None:
    client = signed_in(sari)
    made = client.post("/meetings/dial/new", {"name": "Semua OPD", "kind": "opd", "whose": "house"})
    row = DialList.objects.get()
    assert made.status_code == 302 and row.members() == ([bpbd], [])
    first = client.post(f"/meetings/dial/{row.code}/call", {"subject": "Banjir Bangsal"})
    meeting = Meeting.objects.get()
    assert first["Location"] == meeting.get_absolute_url() and meeting.part_of(budi) == "speaker"
    assert client.post(f"/meetings/dial/{row.code}/call", {"subject": "Banjir Bangsal"})["Location"] == first["Location"]
    notice = Notice.objects.get(kind="meeting-call")
    assert notice.urgency == Urgency.URGENT and notice.dispatches.get().target == "budi@mojokerto.test"
    assert Entry.objects.filter(verb="called").count() == 1
    assert signed_in(budi).post(f"/meetings/dial/{row.code}/call").status_code == 403
    client.post(f"/meetings/dial/{row.code}", {"end": "1"})
    assert client.post(f"/meetings/dial/{row.code}/call").status_code == 404


@pytest.mark.django_db
def test_a_dial_list_is_seen_called_and_changed_by_whose_it_is(sari: Person, bpbd: Agency, dinkes: Agency) -> None:
    dina = person_in_post("dina@mojokerto.test", "Dina", Role.CONVENER, agency=dinkes)
    beni = person_in_post("beni@mojokerto.test", "Beni", Role.CONVENER, agency=bpbd)
    ani = person_in_post("ani@mojokerto.test", "Ani", Role.CONVENER, agency=dinkes)
    for person, whose in ((sari, "house"), (dina, str(dinkes.pk)), (dina, "own"), (beni, "own")):
        made = signed_in(person).post("/meetings/dial/new", {"name": f"{person.name} {whose}", "kind": "opd", "whose": whose})
        assert made.status_code == 302, made.content.decode()
    assert signed_in(dina).post("/meetings/dial/new", {"name": "X", "kind": "opd", "whose": "house"}).status_code == 200, (
        "not for everybody"
    )
    house, office, dinas, benis = DialList.objects.order_by("pk")
    assert set(DialList.objects.visible_to(ani)) == {house, office} and set(DialList.objects.visible_to(dina)) == {house, office, dinas}
    assert set(DialList.objects.visible_to(sari)) == {house, office, dinas, benis}
    page = signed_in(dina).get("/meetings/dial").content.decode()
    assert dinas.get_absolute_url() in page and benis.name not in page and f'href="{house.get_absolute_url()}"' not in page
    assert signed_in(ani).get(office.get_absolute_url()).status_code == 200, "of one's agency"
    assert signed_in(dina).get(house.get_absolute_url()).status_code == 403
    assert signed_in(dina).post(f"{benis.get_absolute_url()}/call").status_code == 404
    assert signed_in(ani).post(f"{house.get_absolute_url()}/call").status_code == 302 and Meeting.objects.count() == 1


@pytest.mark.django_db
def test_the_way_into_another_system_is_for_who_is_invited(sari: Person, budi: Person, bpbd: Agency, client: Client) -> None:
    wish = Plan("Rapat", tomorrow(), elsewhere="https://zoom.example/j/123", agencies=[bpbd], guests=[Guest("Ani", "")])
    meeting, tokens = actions.arrange(wish=wish, by=sari)
    room = meeting.get_absolute_url()
    stranger = client.get(room)
    assert stranger.status_code == 403 and "zoom.example" not in stranger.content.decode()
    assert client.get(f"{room}?k={tokens[0]}x").status_code == 403
    for reader, address in ((client, f"{room}?k={tokens[0]}"), (signed_in(budi), room), (signed_in(sari), room)):
        assert "zoom.example" in reader.get(address).content.decode()
    lena = person_in_post("lena@mojokerto.test", "Lena", Role.STEWARD, agency=Agency.objects.create(code="lain", name="Lain"))
    assert "zoom.example" not in signed_in(lena).get(room).content.decode()


@pytest.mark.django_db
def test_reminders_go_out_once_and_not_to_who_stays_away(sari: Person, budi: Person, bpbd: Agency) -> None:
    wish = Plan("Rapat", tomorrow(), agencies=[bpbd], guests=[Guest("Ani", "ani@bps.test"), Guest("Tanpa surat", "")])
    meeting, _tokens = actions.arrange(wish=wish, by=sari)
    actions.answer(invitee=meeting.invitees.get(agency=bpbd), said="no", by=budi)
    soon = meeting.start - timedelta(minutes=14)
    assert actions.remind(now=meeting.start - timedelta(hours=20)) == 1
    assert actions.remind(now=soon) == 1 and actions.remind(now=soon) == 0
    told = Dispatch.objects.filter(notice__kind="meeting-soon").values_list("target", flat=True)
    assert sorted(told) == ["ani@bps.test", "ani@bps.test", "sari@mojokerto.test", "sari@mojokerto.test"]


@pytest.mark.django_db
def test_the_feed_is_of_one_person_and_stops_with_them(sari: Person, budi: Person, bpbd: Agency) -> None:
    actions.arrange(wish=Plan("Rapat BPBD", tomorrow(), agencies=[bpbd]), by=sari)
    actions.arrange(wish=Plan("Tanpa Budi", tomorrow()), by=sari)
    path = address_for(budi).partition("://")[2].partition("/")[2]
    events = Calendar.from_ical(Client().get(f"/{path}").content).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Rapat BPBD"]
    assert Client().get("/meetings/calendar.ics?key=1:x").status_code == 404
    page = signed_in(budi).post("/meetings/calendar", follow=True).content.decode()
    assert Client().get(f"/{path}").status_code == 404, "the address of before is dead"
    renewed = address_for(budi).partition("://")[2].partition("/")[2]
    assert renewed.partition("key=")[2] in page and Client().get(f"/{renewed}").status_code == 200
    Person.objects.filter(pk=budi.pk).update(is_active=False)
    assert Client().get(f"/{renewed}").status_code == 404


@pytest.mark.django_db
def test_the_api_plans_invites_and_lists(sari: Person, bpbd: Agency) -> None:
    _token, secret = new_token(person=sari, by=sari)
    headers = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    body = {
        "subject": "Rapat",
        "start": tomorrow().isoformat(),
        "agencies": [bpbd.code],
        "guests": [{"name": "Ani", "email": "ani@bps.test"}],
    }
    made = Client().post("/api/v1/meetings", body, content_type="application/json", **headers)
    assert made.status_code == 201 and Dispatch.objects.filter(target="ani@bps.test").exists()
    path = made.json()["guest_urls"][0].partition("/meetings")[2]
    assert "Ani" in Client().get(f"/meetings{path}").content.decode()
    listed = Client().get("/api/v1/meetings?state=planned", **headers).json()
    assert listed["items"][0]["code"] == made.json()["code"] and listed["items"][0]["invited"] == 2 and listed["next"] is None


def test_a_letter_carries_its_calendar_where_programs_look_for_it() -> None:
    files = (("rapat.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),)
    letter = Letter("email", "ani@bps.test", "id", "Undangan", "Isi", "", "m", False, {}, files=files)
    parts = [(part.get_content_type(), part.get_param("method")) for part in message(letter).message().walk()]
    assert ("text/calendar", "REQUEST") in parts and ("application/ics", None) in parts
