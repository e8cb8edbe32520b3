"""Silence is told once, its end once, waiting rows together; days are tallied by contract; all of it may be repeated."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post
from pendopo.audit.actions import seal
from pendopo.audit.models import Entry
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.health.actions import look, tally
from pendopo.indicators.health.models import ContractDay, SourceDay, Watched
from pendopo.indicators.models import Delivery, Source, Way
from pendopo.indicators.tests.yard import DISTRICTS, Yard, lay_out
from pendopo.notify.actions import tell_deeds
from pendopo.notify.models import Dispatch, Wishes
from pendopo.notify.tests.servers import deliver_due, mail_server

pytestmark = pytest.mark.django_db(transaction=True)
WIB = ZoneInfo("Asia/Jakarta")
SILENT_H = 5  # hourly with 45 minutes of grace: silent after 4 h 45 min


@pytest.fixture
def yard() -> Yard:
    laid = lay_out()
    tell_deeds()
    return laid


@pytest.fixture
def wati(yard: Yard) -> Person:
    return person_in_post("wati@mojokerto.test", "Wati", Role.STEWARD, agency=yard.source.agency)


def send(yard: Yard, *rows: tuple[Any, ...]) -> None:
    take_delivery(source=yard.source, rows=[Observation(*row) for row in rows], digest="0" * 64, way=Way.API)


def hear(yard: Yard, at: datetime) -> None:
    Source.objects.filter(pk=yard.source.pk).update(last_heard=at)


def told(now: datetime) -> list[str]:
    """What people hear after one look of the loops."""
    before = Dispatch.objects.count()
    for _twice in range(2):  # doing it again changes nothing
        look(now=now)
        while seal():
            pass
        tell_deeds()
    return list(Dispatch.objects.order_by("pk").values_list("subject", flat=True)[before:])


def test_silence_is_told_once_then_rarely_and_its_end_once(yard: Yard, wati: Person) -> None:
    start = timezone.now()
    hear(yard, start)
    assert told(start + timedelta(hours=4)) == []
    (first,) = told(start + timedelta(hours=SILENT_H))
    assert "PSDA" in first and f"{start.astimezone(WIB):%H.%M} WIB" in first
    assert told(start + timedelta(hours=20)) == []
    assert len(told(start + timedelta(days=1))) == 1
    assert told(start + timedelta(days=2)) == []
    assert len(told(start + timedelta(days=3))) == 1
    hear(yard, start + timedelta(days=4))
    assert len(told(start + timedelta(days=4))) == 1
    assert told(start + timedelta(days=4, hours=1)) == []
    verbs = list(Entry.objects.filter(about="/sources/psda", room="indicators").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["fell_silent", "still_silent", "still_silent", "heard_again"]


def test_the_letter_of_silence_reaches_the_mail_of_the_sources_people(yard: Yard, wati: Person, budi: Person) -> None:
    """From the silence to the mailbox: through the book, the follower, the post and a real SMTP server."""
    hear(yard, timezone.now() - timedelta(hours=SILENT_H))
    with mail_server() as smtp:
        (subject,) = told(timezone.now())
        deliver_due()
    (letter,) = smtp.got
    assert smtp.recipients == [wati.email]
    assert letter["Subject"] == subject and "PSDA" in subject
    body = cast(EmailMessage, letter).get_body(("plain",))
    assert body is not None and "/sources/psda" in body.get_content()


def test_a_source_that_comes_and_goes_is_told_of_once_a_day(yard: Yard, wati: Person) -> None:
    start = timezone.now()
    heard = []
    for round_ in range(4):
        hear(yard, start + timedelta(hours=6 * round_))
        heard += told(start + timedelta(hours=6 * round_))
        heard += told(start + timedelta(hours=6 * round_ + SILENT_H))
    assert len(heard) == 2  # the first silence and its end
    assert Watched.objects.get().told == 0


def test_who_muted_silence_hears_nothing_and_without_a_steward_the_administrator_does(yard: Yard, rani: Person) -> None:
    hear(yard, timezone.now())
    assert len(told(timezone.now() + timedelta(hours=SILENT_H))) == 1
    assert Dispatch.objects.get().person == rani
    Wishes.objects.create(person=rani, muted=["source-silent"])
    assert told(timezone.now() + timedelta(days=2)) == []


def test_waiting_rows_are_listed_once_and_later_ones_together(yard: Yard, wati: Person) -> None:
    send(yard, ("level", DISTRICTS[0], "2026-05-09T01:00:00Z", 50.0), ("level", DISTRICTS[1], "2026-05-09T01:00:00Z", 60.0))
    now = timezone.now()
    assert told(now) == []  # a moment to let a delivery come whole
    (subject,) = told(now + timedelta(minutes=2))
    assert subject.startswith("2 ")
    text = Dispatch.objects.get().text
    assert "level: 2" in text
    assert f"• level · Kecamatan 0 ({DISTRICTS[0]}) · 9 Mei 2026 08.00 WIB · 50 · Nilai 50 di luar 0 sampai 20" in text
    assert text.count("•") == 2 and "baris lagi" not in text
    send(yard, ("level", DISTRICTS[0], "2026-05-09T02:00:00Z", 50.0))
    assert told(now + timedelta(hours=1)) == []
    assert [line[:2] for line in told(now + timedelta(hours=4, minutes=3))] == ["1 "]
    send(yard, *[("level", DISTRICTS[0], f"2026-05-09T03:{minute:02d}:00Z", 50.0) for minute in range(7)])
    (line,) = [one for one in told(now + timedelta(hours=8, minutes=30)) if "kabar" not in one]
    text = Dispatch.objects.filter(text__contains="•").latest("pk").text
    assert line.startswith("7 ") and text.count("•") == 5 and "dan 2 baris lagi" in text
    assert not [line for line in told(now + timedelta(hours=9)) if "kabar" not in line]


def test_a_day_counts_periods_not_rows(yard: Yard) -> None:
    """Three regions report 05:00 in time and 06:00 not at all; a flood of rows within one hour makes nobody better."""
    hour = timezone.now().astimezone(WIB).replace(minute=0, second=0, microsecond=0)
    Delivery.objects.all().delete()
    for minute in range(0, 50, 5):
        send(yard, *[("level", region, (hour + timedelta(minutes=minute)).isoformat(), 1.0) for region in DISTRICTS])
    late = hour + timedelta(hours=2, minutes=45)
    for moment, due in ((hour + timedelta(minutes=30), 0), (hour + timedelta(hours=1, minutes=46), 3), (late + timedelta(minutes=1), 6)):
        days = {moment.date(), hour.date()}
        for _twice in range(2):
            for day in days:
                tally(day=day, now=moment)
        found = ContractDay.objects.filter(indicator__code="level")
        assert sum(line.due for line in found) == due
        assert sum(line.in_time for line in found) == min(due, 3)
    assert ContractDay.objects.exclude(indicator__code="level").count() == 0
    sent = SourceDay.objects.get(day=timezone.now().astimezone(WIB).date())
    assert (sent.deliveries, sent.rows, sent.rejected) == (10, 30, 0)
