"""Services as the public sees them: state, history, planned work, badges."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.alerts.models import Maintenance
from pendopo.incidents.cases.actions import open_incident
from pendopo.network.models import Device, Service, Site
from pendopo.portal.happening.actions import tell
from pendopo.portal.services import actions
from pendopo.portal.services.logic import Day, share_of, state_of
from pendopo.portal.services.reading import services
from pendopo.regions.models import Region
from pendopo.wall.tests import river

pytestmark = pytest.mark.usefixtures("regency")


@pytest.mark.parametrize(
    ("devices", "planned", "state"),
    [
        (["well", "well"], False, "running"),
        (["well", "danger"], False, "disturbed"),
        (["danger", "danger"], False, "down"),
        (["danger", ""], False, "down"),
        (["", ""], False, "unknown"),
        ([], False, "unknown"),
        (["danger"], True, "planned"),
        (["well"], True, "running"),
    ],
)
def test_a_service_stands_as_its_devices_stand(devices: list[str], planned: bool, state: str) -> None:
    assert state_of(devices, planned) == state


@pytest.mark.parametrize(
    ("devices", "planned", "answers", "state"),
    [
        (["well", "well"], False, False, "down"),
        (["well"], False, True, "running"),
        ([], False, False, "down"),
        ([], False, True, "running"),
        (["danger", "danger"], False, True, "disturbed"),
        (["well"], True, False, "planned"),
    ],
)
def test_a_service_that_is_asked_speaks_for_itself(devices: list[str], planned: bool, answers: bool, state: str) -> None:
    assert state_of(devices, planned, answers) == state


def test_a_share_is_of_the_days_with_any_word() -> None:
    days = [Day(date(2026, 5, 1), 1.0), Day(date(2026, 5, 2), None), Day(date(2026, 5, 3), 0.5)]
    assert share_of(days) == 75.0 and share_of(days[1:2]) is None
    assert [day.tone for day in days] == ["well", "", "attention"]


@pytest.fixture
def internet() -> Service:
    """A service that rests on two devices in Sooko."""
    site = Site.objects.create(code="dc", name="Pusat Data", region_id="35.16.13")
    service = Service.objects.create(code="internet", name="Internet")
    service.devices.set([Device.objects.create(code=code, name=code, site=site) for code in ("r1", "r2")])
    return service


def told(first: float, second: float) -> None:
    """What presence says of the two devices now."""
    river.indicator("net.up", level="district", rollup="none", every="1m", publicity="government")
    for device, value in (("r1", first), ("r2", second)):
        at = timezone.now().isoformat()
        row = river.Observation(indicator="net.up", region="35.16.13", at=at, value=value, dims={"device": device})
        river.take_delivery(source=river.source(), rows=[row], digest=f"{device:0>64}", way=river.Way.API)


def test_only_chosen_services_are_shown_with_their_state(client: Client, internet: Service, rani: Person) -> None:
    told(1.0, 0.0)
    assert "Internet" not in client.get("/services").content.decode()
    actions.show(service=internet, name_id="Internet kecamatan", by=rani)
    html = client.get("/services").content.decode()
    assert "Internet kecamatan" in html and "terganggu" in html
    assert "terganggu" in client.get("/services/internet.svg").content.decode()
    assert "Internet kecamatan" in client.get("/").content.decode()


def answered(value: float, minutes_ago: float = 0) -> None:
    """What a collector says of the service itself."""
    river.indicator("net.service.up", level="district", rollup="none", every="1m", publicity="government")
    at = (timezone.now() - timedelta(minutes=minutes_ago)).isoformat()
    row = river.Observation(indicator="net.service.up", region="35.16.13", at=at, value=value, dims={"service": "internet"})
    river.take_delivery(source=river.source(), rows=[row], digest=f"{value}{minutes_ago}".rjust(64, "0"), way=river.Way.API)


def test_a_service_that_does_not_answer_is_down_though_its_devices_are_there(internet: Service, rani: Person) -> None:
    told(1.0, 1.0)
    actions.show(service=internet, name_id="Internet", by=rani)
    answered(0.0, minutes_ago=10)
    assert services(timezone.now())[0].state == "running", "An old word says nothing any more."
    answered(0.0)
    shown = services(timezone.now())[0]
    assert shown.state == "down" and shown.days[-1].share == 0.0


def test_the_open_public_incident_is_named_as_the_likely_cause(client: Client, internet: Service, rani: Person) -> None:
    told(0.0, 0.0)
    actions.show(service=internet, name_id="Internet", by=rani)
    sooko = Region.objects.get(pk="35.16.13")
    incident = open_incident(title="Kabel serat di Sooko putus", regions=[sooko], by=rani)
    assert services(timezone.now())[0].causes == (), "Nobody chose to tell everyone of it."
    tell(incident=incident, headline="Jaringan di Sooko terputus", text="", by=rani)
    html = client.get("/services").content.decode()
    assert "Jaringan di Sooko terputus" in html and 'href="/w/35.16.13#happening"' in html and "Kabel serat" not in html
    told(1.0, 1.0)
    assert services(timezone.now())[0].causes == (), "It runs."


def test_planned_work_explains(internet: Service, rani: Person) -> None:
    told(0.0, 0.0)
    actions.show(service=internet, name_id="Internet", by=rani)
    now = timezone.now()
    assert services(now)[0].state == "down"
    sooko = Region.objects.get(pk="35.16.13")
    Maintenance.objects.create(name="Ganti router", region=sooko, start=now - timedelta(hours=1), end=now + timedelta(hours=1), by=rani)
    shown = services(now)[0]
    assert shown.state == "planned" and shown.work[0].name == "Ganti router"
    assert shown.days[-1].share == 0.0
