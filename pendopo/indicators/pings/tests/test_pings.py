"""Checks: called as cron jobs call, late by period or cron line in its zone, told once, and well again once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.indicators.pings.actions import add_check, find_late
from pendopo.indicators.pings.logic import CALLS_A_MINUTE, cron_fault, late_from, meaning
from pendopo.indicators.pings.models import Call, Check
from pendopo.indicators.tests.yard import Yard, lay_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard() -> Yard:
    return lay_out()


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=UTC)


def test_late_by_period_by_cron_line_in_its_zone_and_by_a_job_that_does_not_end() -> None:
    period = {"every": "1d", "cron": "", "zone": "Asia/Jakarta", "grace": "1h"}
    assert late_from(**period, success=utc(9, 2), started=None) == utc(10, 3)
    assert late_from(**period, success=utc(9, 2), started=utc(10, 1)) == utc(10, 2)
    nightly = {"every": "", "cron": "30 2 * * 1-5", "zone": "Asia/Jakarta", "grace": "1h"}
    assert late_from(**nightly, success=utc(8, 0), started=None) == utc(10, 20, 30)  # Friday's run; the next is Monday 02:30 WIB
    assert late_from(**{**nightly, "zone": "Asia/Jayapura"}, success=utc(8, 0), started=None) == utc(10, 18, 30)


@pytest.mark.parametrize(
    ("ending", "means"),
    [("", "success"), ("start", "start"), ("fail", "fail"), ("0", "success"), ("17", "fail"), ("256", None), ("x", None), ("²", None)],
)
def test_what_an_address_says(ending: str, means: str | None) -> None:
    assert meaning(ending) == means


def test_cron_lines_are_read_or_refused() -> None:
    assert not cron_fault("*/5 * * * *") and cron_fault("61 * * * *") and cron_fault("0 0 31 2 *") and cron_fault("soon")


def made(yard: Yard) -> tuple[Check, str]:
    return add_check(by=None, name="Cadangan gaji", agency=yard.source.agency, every="1h", zone="Asia/Jakarta", grace="10m")


def deeds() -> list[str]:
    return list(Entry.objects.filter(verb__startswith="check_").order_by("pk").values_list("verb", flat=True))


def test_a_job_calls_in_every_way_it_likes(yard: Yard, client: Client) -> None:
    check, key = made(yard)
    assert client.get(f"/ping/{key}/start").status_code == 200
    assert client.post(f"/ping/{key}", data=b"x" * 20_000, content_type="text/plain").content == b"OK\n"
    assert client.head(f"/ping/{key}").status_code == 200
    assert client.post(f"/ping/{key}/3", data=b"disk full \x00", content_type="text/plain").status_code == 200
    assert [(c.kind, c.code, c.method, len(c.body)) for c in check.calls.order_by("pk")] == [
        ("start", None, "GET", 0),
        ("success", None, "POST", 10_000),
        ("success", None, "HEAD", 0),
        ("fail", 3, "POST", 11),
    ]
    assert Call.objects.filter(took_s__isnull=False).count() == 1
    assert client.get("/ping/unknown").status_code == 404 and client.get(f"/ping/{key}/soon").status_code == 404
    assert client.put(f"/ping/{key}").status_code == 405
    assert deeds() == ["check_failed"]


def test_late_is_told_once_and_well_again_once(yard: Yard, client: Client) -> None:
    check, key = made(yard)
    assert find_late(now=timezone.now() + timedelta(days=9)) == 0  # never called: nothing to miss
    client.get(f"/ping/{key}")
    assert find_late(now=timezone.now() + timedelta(minutes=69)) == 0
    assert [find_late(now=timezone.now() + timedelta(minutes=71)) for _twice in range(2)] == [1, 0]
    check.refresh_from_db()
    assert check.state == "late"
    client.get(f"/ping/{key}")
    client.get(f"/ping/{key}")
    assert deeds() == ["check_late", "check_well"]
    entry = Entry.objects.get(verb="check_late")
    assert entry.after["agency"] == "psda" and entry.after["tell"] is True


def test_a_job_that_began_and_did_not_end_is_late(yard: Yard, client: Client) -> None:
    _check, key = made(yard)
    client.get(f"/ping/{key}")
    client.get(f"/ping/{key}/start")
    assert find_late(now=timezone.now() + timedelta(minutes=11)) == 1


def test_a_job_that_runs_wild_is_slowed(yard: Yard, client: Client) -> None:
    check, key = made(yard)
    Check.objects.update(minute=timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=1), in_minute=0)
    answers = [client.get(f"/ping/{key}").status_code for _call in range(2 * CALLS_A_MINUTE + 1)]
    assert answers.count(429) >= 1 and check.calls.count() == answers.count(200) <= 2 * CALLS_A_MINUTE


def test_its_people_make_it_and_renew_its_address(yard: Yard, client: Client) -> None:
    budi = signed_in(person_in_post("budi@psda.test", "Budi", Role.STEWARD, agency=yard.source.agency))
    form = {"name": "Cadangan", "agency": yard.source.agency.pk, "every": "", "cron": "0 2 * * *", "zone": "Asia/Jakarta", "grace": "2h"}
    assert "cron" in budi.post("/checks/new", {**form, "cron": "99 * * * *"}).content.decode()
    assert "Asia/Jayapura" in budi.post("/checks/new", {**form, "zone": "WIB"}).content.decode()
    assert not Check.objects.exists()
    page = budi.post("/checks/new", form).content.decode()
    key = page.split("/ping/")[1].split("<")[0].strip()
    assert client.get(f"/ping/{key}").status_code == 200
    assert key not in budi.get("/checks/cadangan").content.decode()
    budi.post("/checks/cadangan/do", {"do": "renew"})
    assert client.get(f"/ping/{key}").status_code == 404
    budi.post("/checks/cadangan/do", {"do": "retire"})
    assert find_late(now=timezone.now() + timedelta(days=9)) == 0


def test_another_agency_sees_nothing_of_it(yard: Yard, sari: Person) -> None:
    check, _key = made(yard)
    stranger = signed_in(sari)
    assert stranger.get(check.get_absolute_url()).status_code in (403, 404)
