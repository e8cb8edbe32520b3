"""Warnings for one's own place: asked for, confirmed, told once, ended."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.alerts.cap.models import PublicWarning
from pendopo.notify.models import Dispatch
from pendopo.notify.tests.servers import deliver_due, gateway
from pendopo.notify.tests.test_push import Browser
from pendopo.portal.warnings import actions
from pendopo.portal.warnings.models import Subscription, WarningTold
from pendopo.portal.warnings.tokens import token_of
from pendopo.regions.models import Region
from pendopo.ui import strangers

SOOKO, JETIS = "35.16.13", "35.16.16"
ANI = "ani@contoh.test"


def flood_warning(*, author: Person, approved_by: Person) -> PublicWarning:
    """A flood warning for Sooko that went out a moment ago."""
    now = timezone.now()
    made = PublicWarning.objects.create(
        stage="published",
        event="Banjir",
        headline="Banjir di Sooko",
        instruction="Naik ke tempat tinggi",
        expires=now + timedelta(hours=3),
        author=author,
        approved_by=approved_by,
        identifier="urn:oid:2.49.0.1.360.9.1",
        sender="pendopo@localhost",
        sent=now,
        body="<alert/>",
    )
    made.regions.set([Region.objects.get(pk=SOOKO)])
    return made


@pytest.fixture
def warning(regency: Region, rani: Person, sari: Person) -> PublicWarning:
    """The flood warning, out."""
    return flood_warning(author=sari, approved_by=rani)


def letters(kind: str) -> list[str]:
    return list(Dispatch.objects.filter(notice__kind=kind).order_by("pk").values_list("target", flat=True))


@pytest.mark.parametrize(("place", "expected"), [(SOOKO, True), ("35.16.13.2004", True), ("35.16", True), (JETIS, False)])
def test_whom_a_warning_concerns(place: str, expected: bool) -> None:
    assert actions.concerns(place, [SOOKO]) is expected


def test_nothing_is_sent_before_the_link_was_opened(client: Client, warning: PublicWarning, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    monkeypatch.setattr(strangers, "FASTEST_S", -1.0)
    page = client.get(f"/subscribe?w={SOOKO}").content.decode()
    opened = page.partition('name="opened" value="')[2].partition('"')[0]
    client.post("/subscribe", {"region": SOOKO, "email": ANI, "opened": opened})
    assert letters("subscribe") == [ANI] and actions.tell_warnings() == 0
    link = f"/subscribe/{token_of(ANI)}"
    assert "Sooko" in client.get(link).content.decode() and ANI not in client.get(link).content.decode()
    client.post(link, {"do": "confirm"})
    assert Subscription.objects.active().count() == 1
    client.post(link, {"do": "end", "region": SOOKO})
    assert Subscription.objects.active().count() == 0
    assert client.get("/subscribe/forged").status_code == 404


def test_each_address_is_told_once(warning: PublicWarning) -> None:
    for email, places in ((ANI, [SOOKO, "35.16.13.2004"]), ("budi@contoh.test", [JETIS])):
        for place in places:
            actions.subscribe(email=email, region=Region.objects.get(pk=place), language="id")
        actions.confirm(email=email)
    assert [actions.tell_warnings() for _ in range(2)] == [1, 0]
    assert letters("warning") == [ANI]
    letter = Dispatch.objects.get(notice__kind="warning")
    assert "Banjir di Sooko" in letter.subject and "Naik ke tempat tinggi" in letter.text


def test_what_went_out_long_ago_is_no_news(warning: PublicWarning) -> None:
    actions.subscribe(email=ANI, region=Region.objects.get(pk=SOOKO), language="id")
    actions.confirm(email=ANI)
    assert actions.tell_warnings(now=timezone.now() + timedelta(days=1)) == 0


def test_pages_and_feed_show_what_is_in_force(client: Client, warning: PublicWarning) -> None:
    for path, shown in (("/", True), (f"/w/{SOOKO}", True), ("/w/35.16.13.2004", True), (f"/w/{JETIS}", False)):
        assert ("Banjir di Sooko" in client.get(path).content.decode()) == shown, path
    atom = "{http://www.w3.org/2005/Atom}"
    entries = ElementTree.fromstring(client.get(f"/w/{SOOKO}/warnings.xml").content).findall(f"{atom}entry")
    assert [entry.find(f"{atom}title").text for entry in entries] == ["Banjir di Sooko"]
    assert not ElementTree.fromstring(client.get(f"/w/{JETIS}/warnings.xml").content).findall(f"{atom}entry")


def test_a_browser_without_an_account_is_warned_of_its_kecamatan_and_ends_it(client: Client, warning: PublicWarning, settings: Any) -> None:
    cache.clear()
    settings.WEBHOOK_PRIVATE = True
    with gateway() as service:
        phone = Browser(service.url)
        assert "pd-push" in client.get(f"/subscribe?w={SOOKO}").content.decode()
        bad = client.post("/subscribe/browser", {**phone.given, "p256dh": "x", "region": SOOKO}, follow=True)
        assert "tidak dapat dibaca" in bad.content.decode() and not Subscription.objects.exists()
        page = client.post("/subscribe/browser", {**phone.given, "region": SOOKO}, follow=True)
        link = page.redirect_chain[0][0]
        assert "Sooko" in page.content.decode() and link in client.get("/subscribe").content.decode()
        assert [actions.tell_warnings() for _ in range(2)] == [1, 0]
        deliver_due()
        ((_path, headers, body),) = service.got
        assert phone.read(body)["title"] == Dispatch.objects.get().subject and headers["urgency"] == "high"
        client.post(link, {"do": "end", "region": SOOKO})
        assert Subscription.objects.active().count() == 0


def test_a_browser_that_is_gone_is_not_written_to_again(client: Client, warning: PublicWarning, settings: Any) -> None:
    cache.clear()
    settings.WEBHOOK_PRIVATE = True
    with gateway() as service:
        client.post("/subscribe/browser", {**Browser(service.url).given, "region": SOOKO})
        service.answers = [410]
        actions.tell_warnings()
        deliver_due()
        WarningTold.objects.all().delete()
        assert actions.tell_warnings() == 0
