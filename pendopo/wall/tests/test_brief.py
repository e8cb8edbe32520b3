"""The brief: ranked by what is unusual, the same for the same moment, on paper, and by e-mail once at the chosen time."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone

from pendopo.agencies.models import Agency, Holding, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.meetings.papers.actions import PointSpec, approve, write_minutes
from pendopo.meetings.planning.actions import Plan, answer, arrange
from pendopo.notify.models import Enclosure, Endpoint
from pendopo.notify.tests.servers import MailServer, deliver_due, mail_server
from pendopo.ui import press
from pendopo.wall.brief import actions, paper, post
from pendopo.wall.brief.due import decided, decisions
from pendopo.wall.brief.gathering import gather
from pendopo.wall.brief.models import BriefSent, BriefWish
from pendopo.wall.brief.ranking import MOST, NEVER_BEFORE, SETTLED, due_moment, times_usual, weight

from . import river

try:
    from pendopo.ui import pressing
except OSError:  # the libraries of the machine that set type are not there
    pressing = None  # type: ignore[assignment]
needs_press = pytest.mark.skipif(pressing is None, reason="Pango is not on this machine: `pendopo doctor` names its packages.")

pytestmark = pytest.mark.usefixtures("regency")
ZONE = ZoneInfo("Asia/Jakarta")
EVERY_DAY = list(range(1, 8))


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.mark.parametrize(
    ("change", "earlier", "times"),
    [
        (8.0, [1, -2, 2, -2, 3], 4.0),
        (-8.0, [1, -2, 2, -2, 1000], 4.0),
        (3.0, [0, 0, 0, 0, 5], 3.0),
        (1.0, [0] * 5, NEVER_BEFORE),
        (0.0, [0] * 5, 0.0),
        (5.0, [1, 1], None),
        (1e9, [1] * 9, MOST),
    ],
)
def test_a_change_is_measured_by_what_is_usual(change: float, earlier: list[float], times: float | None) -> None:
    assert times_usual(change, earlier) == times


def test_without_a_past_the_relative_size_orders_below_anything_unusual() -> None:
    assert weight(None, -0.4) == 0.4 and weight(None, 50.0) == 1.0 and weight(None, None) == 0.0
    assert weight(2.0, 0.001) > weight(None, 50.0)


@pytest.mark.parametrize(
    ("now", "days", "wished", "due"),
    [
        ("2026-11-24T06:30:05", EVERY_DAY, "2026-11-23T10:00", True),
        ("2026-11-24T06:30:04", EVERY_DAY, "2026-11-23T10:00", False),  # deliveries of the moment may still be on their way
        ("2026-11-24T12:29:59", EVERY_DAY, "2026-11-23T10:00", True),  # the machine was off
        ("2026-11-24T12:30:00", EVERY_DAY, "2026-11-23T10:00", False),
        ("2026-11-24T06:29:59", EVERY_DAY, "2026-11-23T10:00", False),
        ("2026-11-24T06:30:05", [1, 3], "2026-11-23T10:00", False),  # a Tuesday
        ("2026-11-24T07:00:00", EVERY_DAY, "2026-11-24T06:45", False),  # wished after today's
    ],
)
def test_when_a_brief_is_due(now: str, days: list[int], wished: str, due: bool) -> None:
    at = (datetime.fromisoformat(text).replace(tzinfo=ZONE) for text in (now, wished))
    found = due_moment(time(6, 30), days, next(at), next(at))
    assert found == (datetime(2026, 11, 24, 6, 30, tzinfo=ZONE) if due else None)


@pytest.mark.parametrize(
    ("now", "days", "due"),
    [
        ("2026-11-25T00:10:00", [2], True),  # of Tuesday, after midnight
        ("2026-11-25T05:49:59", EVERY_DAY, True),
        ("2026-11-25T05:50:00", EVERY_DAY, False),
        ("2026-11-25T00:10:00", [3], False),  # Wednesday's comes in the evening
    ],
)
def test_one_of_late_evening_still_comes_after_midnight(now: str, days: list[int], due: bool) -> None:
    found = due_moment(time(23, 50), days, datetime.fromisoformat(now).replace(tzinfo=ZONE), datetime(2026, 11, 1, tzinfo=ZONE))
    assert found == (datetime(2026, 11, 24, 23, 50, tzinfo=ZONE) if due else None)


def history(code: str, values: list[float]) -> None:
    river.indicator(code, level="regency", rollup="none")
    start = timezone.now() - timedelta(hours=len(values))
    for number, value in enumerate(values, 1):
        river.send(code, {"35.16": value}, at=start + timedelta(hours=number))


def test_the_unusual_leads_and_not_the_great(sari: Person) -> None:
    history("swinging", [100.0, 200.0, 100.0, 200.0, 100.0, 200.0, 100.0, 200.0])
    history("steady", [1000.0, 1001.0, 1000.0, 1001.0, 1000.0, 1001.0, 1000.0, 1010.0])
    found = gather(sari, now=timezone.now(), as_of=None, language="id")
    assert [item.pulse.figure.indicator for item in found.news.changed] == ["steady", "swinging"]
    html = signed_in(sari).get("/brief").content.decode()
    assert "10 kali perubahan biasanya" in html and "1,0 kali" not in html


def test_a_brief_of_a_moment_stays_the_same(sari: Person) -> None:
    history("level", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 1111.0])
    then = timezone.now()

    def words() -> str:
        found = gather(sari, now=then, as_of=then, language="id")
        return str([(item.pulse.value, item.pulse.age, item.change) for item in found.news.changed])

    before = words()
    river.send("level", {"35.16": 2222.0})
    assert words() == before and "1.111" in before
    page = signed_in(sari).get("/brief", {"as_of": then.isoformat()}).content.decode()
    assert "1.111" in page and "2.222" not in page and "Kembali ke sekarang" in page and "<pd-live" not in page


def test_decisions_that_wait_are_those_of_then(rani: Person) -> None:
    river.indicator("level", level="regency", rollup="none", checks={"range": [0, 20]})
    before = timezone.now()
    with pytest.raises(AssertionError):
        river.send("level", {"35.16": 99.0})
    (waiting,) = decisions(rani, timezone.now())
    assert "1 baris" in waiting.title and waiting.url == "/quarantine?source=dinkes"
    assert decisions(rani, before) == []
    held = Holding.objects.filter(person=rani).first()
    assert held is not None
    Holding.objects.filter(pk=held.pk).update(until=timezone.now() + timedelta(days=3))
    assert [one.until is not None for one in decisions(rani, timezone.now())] == [False, True]


def test_meetings_ask_for_an_answer_and_tell_what_they_decided(sari: Person, rani: Person, budi: Person) -> None:
    soon, past = timezone.now() + timedelta(days=2), timezone.now() - timedelta(hours=2)
    coming, _tokens = arrange(wish=Plan("Rapat tanggul", soon, people=[budi]), by=sari, write=False)
    held, _tokens = arrange(wish=Plan("Rapat banjir", past, people=[budi]), by=sari, write=False)
    (asked,) = decisions(budi, timezone.now())
    assert asked.title == "Nyatakan kehadiran Anda" and asked.url == coming.page and asked.until == soon
    answer(invitee=coming.invitees.get(), said="yes", by=budi)
    assert decisions(budi, timezone.now()) == [] and decided(budi, timezone.now()) == []
    points = [PointSpec("Tanggul", decision="Tanggul Kali Brangkal ditinggikan."), PointSpec("Lain-lain")]
    minutes = write_minutes(meeting=held, opening="", points=points, tasks=(), revision=0, by=sari)
    assert [one.title for one in decisions(sari, timezone.now())] == ["Notulen menunggu pengesahan Anda"]
    before = timezone.now()
    approve(minutes=minutes, by=sari)
    assert decisions(sari, timezone.now()) == [] and decided(budi, before) == []
    assert [one.title for one in decided(budi, timezone.now())] == ["Tanggul Kali Brangkal ditinggikan."]
    page = signed_in(budi).get("/brief").content.decode()
    assert "Keputusan rapat" in page and "Tanggul Kali Brangkal ditinggikan." in page
    lena = person_in_post("lena@mojokerto.test", "Lena", Role.STEWARD, agency=Agency.objects.create(code="lain", name="Lain"))
    assert decided(lena, timezone.now()) == []


@needs_press
def test_the_paper_is_a_tagged_pdf_of_at_most_two_pages(sari: Person) -> None:
    for number in range(40):
        river.indicator(f"i{number}", level="regency", rollup="none")
        river.send(f"i{number}", {"35.16": float(number)}, at=timezone.now() - timedelta(days=1 if number % 2 else 0))
    answer = signed_in(sari).get("/brief.pdf")
    body = answer.content
    assert answer["Content-Type"] == "application/pdf" and body.startswith(b"%PDF-")
    made = gather(sari, now=timezone.now(), as_of=None, language="id")
    laid = pressing.render(paper.html(made, reader="Sari"), press.PAPER)
    assert 1 <= len(laid.pages) <= 2
    plain = laid.write_pdf(pdf_variant=pressing.VARIANT, uncompressed_pdf=True)
    assert b"/StructTreeRoot" in plain and b"pdfuaid" in plain and b"/Lang" in plain


@needs_press
def test_it_comes_once_at_its_time_with_its_pdf(smtp: MailServer, sari: Person, budi: Person) -> None:
    history("level", [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 9.0])
    moment = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    now = moment + SETTLED
    if moment.date() != now.date():
        pytest.skip("Midnight passes just now.")
    for person in (sari, budi):
        actions.wish(person=person, on=person == sari, at=moment.time(), days=EVERY_DAY, by=person)
    BriefWish.objects.update(changed=timezone.now() - timedelta(days=1))
    Endpoint.objects.create(name="Rumah", url="https://example.org/x", secret="x")  # hears nothing that is for one reader
    resting: dict[int, datetime] = {}
    assert post.send_due(now, resting) == 1
    assert post.send_due(now, resting) == 0, "once a day"
    assert actions.send(person=sari, moment=moment) is None, "not even when asked again"
    assert Enclosure.objects.count() == 1
    deliver_due()
    (mail,) = cast(list[EmailMessage], smtp.got)
    assert smtp.recipients == [sari.email]
    assert mail["Subject"].startswith("Ringkasan ") and "tidak ada yang merah" in mail["Subject"]
    body = mail.get_body(("plain",))
    assert body is not None and "Yang paling berubah" in body.get_content() and "/brief?as_of=" in body.get_content()
    (pdf,) = mail.iter_attachments()
    assert pdf.get_content_type() == "application/pdf" and pdf.get_content().startswith(b"%PDF-")
    assert str(pdf.get_filename()).startswith("pendopo-")
    assert BriefSent.objects.get().moment == moment and Enclosure.objects.count() == 0, "a file that arrived is not kept"
    assert Entry.objects.filter(room="wall", verb="brief_sent").count() == 1


def noon_of_yesterday() -> datetime:
    """A moment of the government's day that midnight does not come near, in the past."""
    local = timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)) - timedelta(days=1)
    return local.replace(hour=12, minute=0, second=0, microsecond=0)


@needs_press
def test_one_that_cannot_be_made_holds_up_nobody_and_rests(sari: Person, budi: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = noon_of_yesterday()
    for person in (sari, budi):
        actions.wish(person=person, on=True, at=noon.time(), days=EVERY_DAY, by=person)
    BriefWish.objects.update(changed=noon - timedelta(days=1))
    now = noon + timedelta(seconds=10)
    resting: dict[int, datetime] = {}
    with monkeypatch.context() as world:
        world.setattr(press, "PRESS", "pendopo.ui.gone")
        assert signed_in(sari).get("/brief.pdf").status_code == 302, "the page says what to do"
        assert post.send_due(now, resting) == 0 and set(resting) == {sari.pk, budi.pk}
    assert BriefSent.objects.count() == 0
    assert post.send_due(now, resting) == 0, "they rest"
    assert post.send_due(now + timedelta(seconds=601), resting) == 2 and resting == {}


def test_without_a_press_the_second_try_goes_without_paper_and_says_so(
    smtp: MailServer, sari: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = noon_of_yesterday()
    actions.wish(person=sari, on=True, at=noon.time(), days=EVERY_DAY, by=sari)
    BriefWish.objects.update(changed=noon - timedelta(days=1))
    monkeypatch.setattr(press, "PRESS", "pendopo.ui.gone")
    resting: dict[int, datetime] = {}
    assert post.send_due(noon + timedelta(seconds=10), resting) == 0
    assert post.send_due(noon + timedelta(seconds=611), resting) == 1
    deliver_due()
    (mail,) = cast(list[EmailMessage], smtp.got)
    body = mail.get_body(("plain",))
    assert body is not None and "PDF tidak dapat dibuat" in body.get_content() and "/brief?as_of=" in body.get_content()
    assert not list(mail.iter_attachments())


def test_who_may_not_see_boards_any_more_gets_none(sari: Person) -> None:
    noon = noon_of_yesterday()
    actions.wish(person=sari, on=True, at=noon.time(), days=EVERY_DAY, by=sari)
    BriefWish.objects.update(changed=noon - timedelta(days=1))
    now = noon + timedelta(seconds=10)
    assert [person.pk for person, _moment in post.due(now)] == [sari.pk]
    Holding.objects.filter(person=sari).update(until=timezone.now())
    assert post.due(now) == []


def test_people_choose_time_and_days_or_off_on_the_page(sari: Person) -> None:
    client = signed_in(sari)
    assert client.post("/brief/mail", {"on": "on", "at": "07:15", "days": ["1", "5"]}).status_code == 302
    wish = BriefWish.objects.get(person=sari)
    assert (wish.on, wish.at, wish.days) == (True, time(7, 15), [1, 5])
    assert "07.15" in client.get("/brief").content.decode()
    wrong = client.post("/brief/mail", {"on": "on", "at": "07:15"}).content.decode()
    assert "Pilih setidaknya satu hari" in wrong
    client.post("/brief/mail", {"at": "07:15", "days": ["1"]})
    assert not BriefWish.objects.get(person=sari).on
    assert Entry.objects.filter(room="wall", verb="brief_wished").count() == 2
