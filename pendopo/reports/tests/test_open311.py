"""Open311 GeoReport v2, as a client of the standard sees it."""

import xml.etree.ElementTree as ElementTree

import pytest
from django.core.cache import cache
from django.test import Client

from pendopo.regions.models import Region
from pendopo.reports.models import Category, Report

pytestmark = pytest.mark.usefixtures("regency", "clean")

BASE = "/open311/v2"
GOOD = {
    "service_code": "jalan",
    "lat": "-7.504811",
    "long": "112.413157",
    "description": "Lubang di depan pasar, hubungi 081234567890",
    "email": "ani@contoh.test",
    "first_name": "Ani",
    "last_name": "Wijaya",
}


@pytest.fixture
def clean() -> None:
    """Limits of other tests do not count."""
    cache.clear()


def test_services_in_both_forms(client: Client) -> None:
    listed = client.get(f"{BASE}/services.json").json()
    assert len(listed) == Category.objects.count() and set(listed[0]) == {
        "service_code",
        "service_name",
        "description",
        "metadata",
        "type",
        "keywords",
        "group",
    }
    tree = ElementTree.fromstring(client.get(f"{BASE}/services.xml").content)
    assert tree.tag == "services" and len(tree) == len(listed) and tree[0].find("metadata").text == "false"
    assert client.get(f"{BASE}/services/jalan.json").json()[0]["service_code"] == "jalan"


def test_a_report_goes_in_and_comes_out(client: Client) -> None:
    answer = client.post(f"{BASE}/requests.json", GOOD)
    assert answer.status_code == 201
    (made,) = answer.json()
    number = made["service_request_id"]
    (told,) = client.get(f"{BASE}/requests/{number}.json").json()
    assert told["status"] == "open" and told["service_code"] == "jalan" and told["lat"] == -7.504811 and told["address_id"] == "35.16.13"
    assert "081234567890" not in told["description"] and "Ani" not in str(told) and told["requested_datetime"].endswith("+07:00")
    assert [
        one["service_request_id"] for one in client.get(f"{BASE}/requests.json", {"service_code": "jalan", "status": "open"}).json()
    ] == [number]
    assert client.get(f"{BASE}/requests.json", {"status": "closed"}).json() == []
    assert client.get(f"{BASE}/tokens/{number}.json").json()[0]["service_request_id"] == number
    tree = ElementTree.fromstring(client.get(f"{BASE}/requests/{number}.xml").content)
    assert tree.tag == "service_requests" and tree[0].find("service_request_id").text == number


def test_a_client_that_lost_the_answer_sends_again(client: Client) -> None:
    numbers = {client.post(f"{BASE}/requests.xml", GOOD).content for _ in range(2)}
    assert len(numbers) == 1 and Report.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "nothing"}, 400),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "x"}, 400),
        ({"lat": "51.5"}, 400),
        ({"description": ""}, 400),
        ({"api_key": "pds_wrong"}, 403),
        ({"lat": "NaN"}, 400),
        ({"lat": "1e999"}, 400),
    ],
)
def test_refusals_have_the_standards_shape(client: Client, change: dict[str, str], code: int) -> None:
    answer = client.post(f"{BASE}/requests.json", GOOD | change)
    assert answer.status_code == code and answer.json()[0]["code"] == code and answer.json()[0]["description"]
    tree = ElementTree.fromstring(client.post(f"{BASE}/requests.xml", GOOD | change).content)
    assert tree.tag == "errors" and tree.find("error/code").text == str(code)


@pytest.mark.parametrize("path", ["services/nothing.json", "requests/NOTHING.json", "tokens/nothing.xml"])
def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    assert client.get(f"{BASE}/{path}").status_code == 404


def test_a_place_in_words(client: Client) -> None:
    village = Region.objects.filter(parent="35.16.13").first()
    assert village is not None
    words = {"lat": "", "long": "", "address_string": f"Balai desa {village.name}, Kecamatan Sooko"}
    assert client.post(f"{BASE}/requests.json", GOOD | words).status_code == 201
    assert Report.objects.get().region == village


def test_dates_narrow_and_bad_ones_are_told(client: Client) -> None:
    client.post(f"{BASE}/requests.json", GOOD)
    assert client.get(f"{BASE}/requests.json", {"start_date": "2020-01-01T00:00:00Z", "end_date": "2020-02-01T00:00:00Z"}).json() == []
    assert client.get(f"{BASE}/requests.json", {"start_date": "yesterday"}).status_code == 400
