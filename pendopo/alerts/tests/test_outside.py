"""Alerts from outside over the real API: Alertmanager, plain JSON, unknown regions, clocks that are off, storms."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.alerts.models import Alert, Refused, State
from pendopo.indicators.tests.yard import Yard, lay_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def yard(settings: Any) -> Yard:
    """A source with its key."""
    settings.REGION = "35.16"
    return lay_out()


def post(yard: Yard, path: str, body: Any, status: int = 201) -> dict[str, Any]:
    """A body with the source's key."""
    headers = {"Authorization": f"Bearer {yard.key}"}
    answer = Client().post(f"/api/v1/alerts{path}", body, content_type="application/json", headers=headers)
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def utc(ago: timedelta = timedelta(0)) -> str:
    """A moment ago."""
    return (datetime.now(UTC) - ago).isoformat()


def test_alertmanager_fires_and_resolves(yard: Yard) -> None:
    alert = {
        "status": "firing",
        "labels": {"alertname": "HostDown", "severity": "critical", "instance": "10.0.0.1", "region": "35.16.01"},
        "annotations": {"summary": "10.0.0.1 does not answer"},
        "startsAt": utc(timedelta(minutes=5)),
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus/graph",
        "fingerprint": "abc",
    }
    body = {"version": "4", "status": "firing", "receiver": "pendopo", "groupLabels": {}, "truncatedAlerts": 0, "alerts": [alert]}
    assert post(yard, "/alertmanager", body) == {"accepted": 1, "refused": 0, "problems": []}
    post(yard, "/alertmanager", body)
    found = Alert.objects.get()
    assert (found.name, found.severity, found.region_id, found.state) == ("HostDown", "Severe", "35.16.01", State.FIRING)
    assert found.reason == "10.0.0.1 does not answer"
    post(yard, "/alertmanager", {"alerts": [{**alert, "status": "resolved", "endsAt": utc()}]})
    assert Alert.objects.get().state == State.ENDED


def test_each_bad_row_has_its_reason_and_no_neighbour_suffers(yard: Yard) -> None:
    rows = [
        {"name": "Banjir", "region": "35.16.02", "severity": "Extreme", "at": utc()},
        {"name": "Entah", "region": "99.99"},
        {"name": "Jam", "at": utc(timedelta(hours=-3))},
        {"name": "x", "colour": "red"},
        {"name": "x", "at": "yesterday"},
        {"name": " "},
        {"name": "x", "status": "maybe"},
        17,
    ]
    answer = post(yard, "", {"alerts": rows})
    assert (answer["accepted"], answer["refused"]) == (3, 5)
    assert sorted((one["row"], one["code"]) for one in answer["problems"]) == [
        (2, "unknown-region"),
        (3, "clock"),
        (4, "unknown-field"),
        (5, "time"),
        (6, "name"),
        (7, "status"),
        (8, "shape"),
    ]
    assert Refused.objects.count() == 5
    assert Alert.objects.get(name="Entah").region_id == "35.16"
    assert Alert.objects.get(name="Jam").started <= datetime.now(UTC)


@pytest.mark.parametrize("body", ["", "{", "[]", '{"alerts": []}', '{"alerts": 3}', "3"])
def test_what_is_no_list_of_alerts(yard: Yard, body: str) -> None:
    assert "alerts" in post(yard, "", body, 422)["detail"]


def test_a_clock_that_is_hours_ahead_still_ends_its_alert(yard: Yard) -> None:
    """The sender's own order counts."""
    post(yard, "", {"alerts": [{"name": "x", "id": "1", "at": utc(timedelta(hours=-5))}]})
    post(yard, "", {"alerts": [{"name": "x", "id": "1", "status": "resolved", "ended": utc(timedelta(hours=-6))}]})
    assert Alert.objects.get().state == State.ENDED


def test_who_may_read(yard: Yard, sari: Person) -> None:
    post(yard, "", {"alerts": [{"name": "x", "region": "35.16.02"}, {"name": "y"}]})
    assert Client().get("/api/v1/alerts").status_code == 401
    page = signed_in(sari).get("/api/v1/alerts?region=35.16.02&state=firing").json()
    assert [item["name"] for item in page["items"]] == ["x"] and page["next"] is None
    assert signed_in(sari).get("/api/v1/alerts?colour=red").status_code == 422
    assert signed_in(sari).get("/api/v1/alerts?state=ended").json()["items"] == []


def test_without_a_key(yard: Yard, sari: Person) -> None:
    assert Client().post("/api/v1/alerts", {"alerts": [{"name": "x"}]}, content_type="application/json").status_code == 401
