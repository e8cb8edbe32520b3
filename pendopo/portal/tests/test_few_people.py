"""Few people are concealed on every way by which figures leave the house to everyone, and are open to who works with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Agency, Kind, Person
from pendopo.agencies.tests.people import signed_in
from pendopo.indicators.sources import add_source, new_key
from pendopo.portal.tests.test_open_data import content
from pendopo.regions.models import Region
from pendopo.wall.tests import river

VALUES = {"35.16.13.2001": 3.0, "35.16.13.2002": 40.0, "35.16.13.2003": 0.0, "35.16.13.2004": 12.0}
TOLD = {"2001": None, "2002": 40.0, "2003": 0.0, "2004": None}


@pytest.fixture(autouse=True)
def sick(regency: Region) -> None:
    river.indicator("sick", level="village", unit="orang", every="1d")
    yesterday = timezone.now() - timedelta(days=1)
    river.send("sick", dict.fromkeys(VALUES, 50.0), at=yesterday)
    river.send("sick", VALUES)


def items(client: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(path).json()["items"]
    return found


def newest(lines: list[dict[str, Any]]) -> dict[str, float | None]:
    return {line["region"][-4:]: line["value"] for line in lines}


@pytest.mark.parametrize("path", ["/api/v1/observations?indicator=sick", "/api/v1/latest?indicator=sick"])
def test_the_api_tells_strangers_and_the_postless_no_few_people(client: Client, rani: Person, path: str) -> None:
    postless = Person.objects.create_user("wati@contoh.test", "Wati")
    for reader in (client, signed_in(postless)):
        lines = items(reader, path)
        assert newest(lines) == TOLD
        assert {line["region"][-4:] for line in lines if line.get("note") == "suppressed"} == {"2001", "2004"}
    assert newest(items(signed_in(rani), path)) == {code[-4:]: value for code, value in VALUES.items()}


def test_a_partners_key_is_told_no_more_than_a_stranger(client: Client) -> None:
    agency = Agency.objects.create(code="rintisan", name="Rintisan", kind=Kind.PARTNER)
    secret = new_key(source=add_source(by=None, code="rintisan", name="Rintisan", agency=agency), by=None)[1]
    head = {"Authorization": f"Bearer {secret}"}
    for path in ("observations", "latest"):
        assert newest(client.get(f"/api/v1/{path}?indicator=sick", headers=head).json()["items"]) == TOLD
    assert ",3.0," not in client.get("/refresh.csv?indicator=sick", headers=head).getvalue().decode()


def test_asking_for_one_place_alone_tells_no_more(client: Client) -> None:
    """The partner of a lonely small value is found among its neighbours, which were not asked for."""
    for path in ("observations?indicator=sick&region=35.16.13.2004", "latest?indicator=sick&region=35.16.13.2004"):
        assert items(client, f"/api/v1/{path}")[-1]["value"] is None, path
    assert items(client, "/api/v1/observations?indicator=sick&region=35.16.13.2004")[0]["value"] == 50.0


@pytest.mark.parametrize("every", ["1h", "1d", "1w", "1M"])
def test_buckets_that_hold_few_people_are_not_told(client: Client, every: str) -> None:
    """A month's sum less its other days would tell the one that is concealed."""
    for agg in ("mean", "sum", "min", "max", "last"):
        told = newest(items(client, f"/api/v1/observations?indicator=sick&every={every}&agg={agg}"))
        assert told["2001"] is None is told["2004"] and told["2002"] is not None, agg


def test_changes_and_origins_tell_no_few_people(client: Client, rani: Person) -> None:
    since = (timezone.now() - timedelta(days=3)).isoformat().replace("+", "%2B")
    path = f"/api/v1/changes?indicator=sick&from={since}"
    told = items(client, path)
    assert newest([one for one in told if one["value"] != 50.0]) == {"2002": 40.0, "2003": 0.0}
    assert len([one for one in told if one["value"] == 50.0]) == 4 and len(items(signed_in(rani), path)) == 8
    origin = "/api/v1/lineage?indicator=sick&region="
    assert client.get(f"{origin}35.16.13.2004").status_code == 403, "hidden beside the small one"
    assert [word["value"] for word in client.get(f"{origin}35.16.13.2002").json()["words"]] == [40.0]
    summed = client.get(f"{origin}35.16.13").json()
    assert {word["region"][-4:] for word in summed["inputs"]} == {"2002", "2003"} and summed["withheld"] == ["sick"]
    whole = signed_in(rani).get(f"{origin}35.16.13").json()
    assert len(whole["inputs"]) == 4 and whole["withheld"] == []
    assert signed_in(rani).get(f"{origin}35.16.13.2004").json()["value"] == 12.0


def test_how_often_somebody_reported_is_told(client: Client) -> None:
    lines = items(client, "/api/v1/observations?indicator=sick&every=1M&agg=count")
    assert all(line["value"] for line in lines)


def test_a_kecamatan_added_up_from_few_is_concealed_and_the_regency_is_not(client: Client) -> None:
    river.indicator("rare", level="village", unit="kasus")
    river.send("rare", {"35.16.13.2001": 2.0, "35.16.13.2002": 1.0})
    assert items(client, "/api/v1/latest?indicator=rare&region=35.16.13")[0]["value"] is None
    assert "Angka rare" not in client.get("/w/35.16.13").content.decode()
    assert items(client, "/api/v1/latest?indicator=rare&region=35.16")[0]["value"] == 3.0


def test_the_address_for_spreadsheets_conceals_too(client: Client) -> None:
    text = content(client, "/refresh.csv?indicator=sick").decode()
    told = [line.split(",") for line in text.splitlines()[1:]]
    assert [(line[1][-4:], line[3]) for line in told if line[-1] == "suppressed"] == [("2001", ""), ("2004", "")]


def test_no_page_lets_everyone_follow_a_figure_that_may_become_small(client: Client, settings: Any) -> None:
    assert "Angka sick" in client.get("/").content.decode(), "What a regency adds up to is told."
    settings.REGION = "35.16.13"
    assert "Angka sick" not in client.get("/").content.decode()
