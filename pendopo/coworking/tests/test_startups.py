"""Start-ups: the public page, milestones, datasets and the number on the wall; programmes, mentors' hours, events; the sandbox."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.coworking.members import actions as members
from pendopo.coworking.outcome.actions import open_sandbox, publish
from pendopo.coworking.outcome.figures import figures
from pendopo.coworking.places.models import Place
from pendopo.coworking.startups import actions
from pendopo.coworking.startups.models import Startup
from pendopo.indicators.latest import figures as latest
from pendopo.indicators.models import Indicator
from pendopo.indicators.tests.yard import lay_out

from .yard import hall, member

__all__ = ["hall"]

TODAY = timezone.localdate


@pytest.fixture
def team(hall: Place, rani: Person) -> tuple[Person, Startup]:
    """Ayu founded a start-up that stands in the directory; the government has sources."""
    lay_out()
    ayu = member("Ayu")
    row = members.let_in(member=members.register(name="Ayu", email="", rules=None, by=ayu), by=rani)
    made = actions.set_startup(code="pasar-tani", by=ayu, name="Pasar Tani", line="Harga adil", sector="Pangan")
    actions.add_to_team(startup=made, name="Ayu", member=row, by=ayu)
    actions.publish_startup(startup=made, by=rani)
    return ayu, made


def test_an_outsider_finds_milestone_dataset_and_the_number_on_the_wall(team: tuple[Person, Startup], rani: Person, client: Client) -> None:
    ayu, startup = team
    level = Indicator.objects.get(code="level")
    browser = signed_in(ayu)
    do = f"{startup.get_absolute_url()}/do"
    browser.post(do, {"deed": "milestone", "title": "100 petani", "due": TODAY()})
    browser.post(do, {"deed": "dataset", "indicator": level.pk, "what_for": "Menghitung air"})
    stone = startup.milestones.get()
    told = {"deed": "reach", "milestone": stone.pk, "day": TODAY(), "jobs": 7, "revenue": 90_000_000, "funding": 0, "proof": "laporan"}
    browser.post(do, told)
    assert "100 petani" not in client.get(startup.get_absolute_url()).content.decode(), "not before it is checked"
    browser.post(do, {"deed": "check", "milestone": stone.pk})
    stone.refresh_from_db()
    assert stone.checked is None, "the team does not check itself"
    signed_in(rani).post(do, {"deed": "check", "milestone": stone.pk})
    assert publish() is not None
    page = client.get(startup.get_absolute_url()).content.decode()
    assert "100 petani" in page and "/figures/level/" in page and "/open/level" in page and "Menghitung air" in page
    (jobs,) = latest(list(Indicator.objects.filter(code="sys.coworking.jobs")), ["35.16"])
    assert jobs.value == 7.0
    assert 'data-indicator="sys.coworking.jobs"' in (front := client.get("/startups").content.decode()) and re.search(
        r'data-value="7(\.0)?"', front
    )
    with pytest.raises(Refused):
        actions.reach_milestone(milestone=stone, day=TODAY(), jobs=70, by=ayu)


def test_only_the_published_are_public(team: tuple[Person, Startup], rani: Person, client: Client) -> None:
    ayu, startup = team
    hidden = actions.set_startup(code="rahasia", by=ayu, name="Rahasia")
    assert client.get("/startups/rahasia").status_code == 404 and "Rahasia" not in client.get("/startups").content.decode()
    assert signed_in(ayu).get("/startups/rahasia").status_code == 404 and signed_in(rani).get("/startups/rahasia").status_code == 200
    assert "Ayu" not in client.get(startup.get_absolute_url()).content.decode(), "who does not wish to be named is not"
    assert actions.end_startup(startup=startup, by=rani) and client.get(startup.get_absolute_url()).status_code == 404
    assert not actions.publish_startup(startup=startup, by=rani) and actions.publish_startup(startup=hidden, by=rani)


def test_a_programme_from_the_call_to_an_hour(team: tuple[Person, Startup], rani: Person, client: Client) -> None:
    ayu, startup = team
    day = timedelta(days=1)
    dates = {"call_opens": TODAY() - day, "call_closes": TODAY() + day, "begins": TODAY(), "ends": TODAY() + 90 * day}
    programme = actions.set_programme(code="majapahit", by=rani, name="Majapahit", seats=1, **dates)
    browser, do = signed_in(ayu), "/startups/programmes/majapahit/do"
    browser.post(do, {"deed": "apply", "startup": startup.pk, "text": "Kami siap"})
    sent = programme.applications.get()
    browser.post(do, {"deed": "accept", "application": sent.pk})
    sent.refresh_from_db()
    assert sent.verdict == "sent", "only stewards decide"
    signed_in(rani).post(do, {"deed": "accept", "application": sent.pk})
    other = actions.set_startup(code="lain", by=None, name="Lain")
    late = actions.apply(programme=programme, startup=other, text="x", by=None)
    with pytest.raises(Refused, match="1 tempat"):
        actions.decide_application(application=late, accept=True, by=rani)
    with pytest.raises(Refused):
        actions.apply(programme=programme, startup=other, text="x", by=None, today=TODAY() + 9 * day)
    start = timezone.now() + day
    hour = actions.offer_hour(programme=programme, mentor="Ratih", start=start, end=start + timedelta(hours=1), by=rani)
    with pytest.raises(Refused):
        actions.offer_hour(programme=programme, mentor="Ratih", start=start, end=start + timedelta(hours=2), by=rani)
    with pytest.raises(Refused):
        actions.take_hour(hour=hour, startup=other, by=None)
    browser.post(do, {"deed": "take", "hour": hour.pk, "startup": startup.pk})
    hour.refresh_from_db()
    assert hour.startup == startup and not actions.take_hour(hour=hour, startup=startup, by=ayu)
    assert "Pasar Tani" in client.get("/startups/programmes/majapahit").content.decode()


def test_an_event_has_seats_and_tells_nobody_who_comes(team: tuple[Person, Startup], hall: Place, rani: Person, client: Client) -> None:
    start = timezone.now() + timedelta(days=1)
    event = actions.set_event(code="temu", by=rani, name="Temu", place=hall, start=start, end=start + timedelta(hours=2), seats=1)
    for _twice in range(2):
        assert client.post("/startups/events/temu/come", {"name": "Nia", "email": "nia@x.test"}).status_code == 302
    assert client.post("/startups/events/temu/come", {"name": "Edi", "email": "edi@x.test"}).status_code == 409
    assert event.registrations.count() == 1 and "Nia" not in client.get("/startups/events/temu").content.decode()
    row = event.registrations.get()
    signed_in(rani).post(f"/startups/registrations/{row.pk}/note")
    row.refresh_from_db()
    assert row.came


def test_the_sandbox_writes_own_tests_and_nothing_else(team: tuple[Person, Startup], client: Client) -> None:
    ayu, startup = team
    page = signed_in(ayu).post(f"{startup.get_absolute_url()}/do", {"deed": "key"}).content.decode()
    secret = page.partition("pds_")[2].partition("<")[0]
    startup.refresh_from_db()
    source = startup.sandbox
    assert source and source.simulated and source.quota == 600 and len(secret) > 20
    assert (
        Indicator.objects.filter(sources=source).count() == 3 and not Indicator.objects.filter(sources=source, publicity="public").exists()
    )
    again = open_sandbox(startup=startup, by=ayu)
    assert again != f"pds_{secret}" and source.keys.filter(revoked=None).count() == 1
    head = {"Authorization": f"Bearer {again}"}
    assert client.get("/api/v1/latest?indicator=sandbox.pasar-tani.a&region=35.16", headers=head).status_code == 200
    hidden = client.get("/api/v1/indicators").json()["items"]
    assert not [one for one in hidden if one["code"].startswith("sandbox")]


def test_figures_hide_small_groups(team: tuple[Person, Startup], hall: Place) -> None:
    found = {row.code for row in figures(timezone.now())}
    assert {"sys.coworking.jobs", "sys.coworking.members", "sys.coworking.use"} <= found and "sys.coworking.group" not in found
    assert Decimal(0) == next(row.value for row in figures(timezone.now()) if row.code == "sys.coworking.bookings")


def test_the_team_is_kept_by_itself_and_shown_when_it_wishes(team: tuple[Person, Startup], rani: Person, client: Client) -> None:
    ayu, startup = team
    browser, do = signed_in(ayu), f"{startup.get_absolute_url()}/do"
    browser.post(do, {"deed": "team", "name": "Bagus", "task": "Pemrogram", "shown": "on"})
    browser.post(do, {"deed": "team", "name": "Citra", "task": "Keuangan"})
    signed_in(member("Edi")).post(do, {"deed": "team", "name": "Edi", "shown": "on"})
    page = client.get(startup.get_absolute_url()).content.decode()
    assert "Bagus" in page and "Pemrogram" in page and "Citra" not in page and "Edi" not in page
    assert "Citra" in browser.get(startup.get_absolute_url()).content.decode()
    browser.post(do, {"deed": "part", "one": startup.team.get(name="Bagus").pk})
    browser.post(do, {"deed": "part", "one": startup.team.get(name="Ayu").pk})
    assert set(startup.team.values_list("name", flat=True)) == {"Ayu", "Citra"}, "who can sign in stays"
