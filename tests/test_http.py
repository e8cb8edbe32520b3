"""The house over HTTP: metrics, the API's description and its page."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from pendopo.documentation import problems
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Way
from pendopo.indicators.tests.yard import lay_out

pytestmark = pytest.mark.django_db(transaction=True)


def test_metrics_count_what_was_delivered(client: Client) -> None:
    yard = lay_out()
    rows = [Observation("level", "35.16.01", "2026-05-09T01:00:00Z", value) for value in (1.0, 500.0)]
    take_delivery(source=yard.source, rows=rows, digest="0" * 64, way=Way.API)
    lines = client.get("/metrics").content.decode().splitlines()
    assert 'pendopo_rows_total{verdict="accepted"} 1' in lines
    assert 'pendopo_rows_total{verdict="quarantined"} 1' in lines
    assert "pendopo_rows_waiting 1" in lines


def test_metrics_are_closed_to_other_machines_without_the_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 401
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.1").status_code == 401
    settings.METRICS_TOKEN = "right"
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer right").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1", HTTP_AUTHORIZATION="Bearer wrong").status_code == 401


def test_the_api_page_shows_every_operation_of_the_description(client: Client) -> None:
    description = client.get("/api/v1/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    page = client.get("/api/").content.decode()
    for path, item in description["paths"].items():
        for method in item:
            assert f"{method.upper()} {path}" in page
    assert set(description["paths"]["/api/v1/observations"]) == {"get", "post"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/latest?indicator=nothing", 404, "not-found"),
        ("/api/v1/latest?region=99", 404, "not-found"),
        ("/api/v1/latest?colour=red", 422, "parameter"),
        ("/api/v1/observations?every=2d", 422, "parameter"),
        ("/api/v1/observations?from=yesterday", 422, "parameter"),
        ("/api/v1/observations?cursor=abc", 422, "parameter"),
    ],
)
def test_a_refusal_is_a_problem_with_a_known_type(client: Client, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"/api/problems#{code}"
    assert body["status"] == status
    assert body["detail"].endswith(".")
    assert code in dict(problems())


def test_a_database_that_is_busy_or_away_is_told_as_such_and_not_as_a_fault_of_ours(client: Client) -> None:
    def away(*_: Any) -> None:
        raise OperationalError("couldn't get a connection after 2.00 sec")

    with connection.execute_wrapper(away):
        answer = client.get("/api/v1/regions")
    assert answer.status_code == 503 and answer["Retry-After"] == "2"
    assert answer.json()["type"] == "/api/problems#unavailable" and "unavailable" in dict(problems())
    assert client.get("/api/v1/regions").status_code == 200


def test_a_wrong_credential_is_refused_and_not_taken_for_a_stranger(client: Client) -> None:
    for secret in ("pds_wrong", "pdt_wrong", "something"):
        assert client.get("/api/v1/latest", HTTP_AUTHORIZATION=f"Bearer {secret}").status_code == 401


def test_a_stranger_reads_public_figures_only(client: Client) -> None:
    yard = lay_out()
    yard.source.indicators.filter(code="level").update(publicity="government")
    assert client.get("/api/v1/latest?indicator=level&region=35.16").status_code == 401
    answer = client.get("/api/v1/latest?region=35.16").json()
    assert {item["indicator"] for item in answer["items"]} == {"cases", "free"}
    key = {"HTTP_AUTHORIZATION": f"Bearer {yard.key}"}
    assert client.get("/api/v1/latest?indicator=level&region=35.16", **key).status_code == 200
