"""The pages, as people with names."""

import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pendopo.agencies.models import Agency, Person
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.notify import actions
from pendopo.notify.kinds import MUTABLE
from pendopo.notify.models import Address, Dispatch, Endpoint

from .servers import deliver_due, gateway, mail_server
from .test_sending import SILENT

pytestmark = pytest.mark.django_db

HOUSE_PAGES = ["/notices", "/webhooks", "/webhooks/new"]


def test_who_opens_which_page(rani: Person, sari: Person) -> None:
    assert all(Client().get(path).status_code == 302 for path in [*HOUSE_PAGES, "/profile/notices", "/webhooks/mine/new"])
    assert all(signed_in(sari).get(path).status_code == 403 for path in HOUSE_PAGES)
    assert all(signed_in(sari).get(path).status_code == 200 for path in ["/profile/notices", "/webhooks/mine/new"])
    assert all(signed_in(rani).get(path).status_code == 200 for path in HOUSE_PAGES)


def test_an_administrator_of_one_agency_sees_no_log_of_the_house(bpbd: Agency) -> None:
    andi = person_in_post("andi@mojokerto.test", "Andi", "administrator", agency=bpbd)
    assert signed_in(andi).get("/notices").status_code == 403


def test_adding_an_address_by_its_code(sari: Person) -> None:
    client = signed_in(sari)
    with mail_server() as server:
        client.post("/profile/notices/addresses", {"channel": "email", "target": "Sari@Rumah.test"})
        deliver_due()
        body = server.got[0].get_body(("plain",)).get_content()  # type: ignore[attr-defined]
        address = Address.objects.get()
        page = client.get("/profile/notices").content.decode()
        assert "sari@rumah.test" in page and body not in page
        client.post(f"/profile/notices/addresses/{address.pk}", {"deed": "confirm", "code": "nein"})
        client.post(f"/profile/notices/addresses/{address.pk}", {"deed": "confirm", "code": re.search(r"\d{6}", body)[0]})  # type: ignore[index]
        address.refresh_from_db()
        assert address.confirmed
        client.post(f"/profile/notices/addresses/{address.pk}", {"deed": "test"})
        deliver_due()
        assert server.recipients == ["sari@rumah.test"] * 2
    client.post(f"/profile/notices/addresses/{address.pk}", {"deed": "remove"})
    assert not Address.objects.kept().exists()
    assert client.post(f"/profile/notices/addresses/{address.pk}", {"deed": "test"}).status_code == 404


def test_wishes(sari: Person) -> None:
    client = signed_in(sari)
    client.post("/profile/notices/wishes", {"wanted": ["quarantine"], "quiet_from": "22:00", "quiet_until": "05:30"})
    wishes = Person.objects.get(pk=sari.pk).wishes
    assert (wishes.email, f"{wishes.quiet_from:%H.%M}") == (False, "22.00")
    assert set(wishes.muted) == {code for code, _label in MUTABLE} - {"quarantine"} and "source-silent" in wishes.muted
    answer = client.post("/profile/notices/wishes", {"email": "on", "quiet_from": "22:00"})
    assert answer.status_code == 200 and "Jam tenang memerlukan" in answer.content.decode()
    assert 'value="05:30"' in client.get("/profile/notices").content.decode()


def test_nobody_touches_anothers_addresses_webhooks_and_notices(sari: Person, budi: Person, rani: Person) -> None:
    address = Address.objects.create(person=budi, channel="email", target="b@x.test")
    with gateway() as web:
        mine, _secret = actions.add_endpoint(name="Budi", url=web.url, kinds=[], person=budi, by=budi)
        house, _secret = actions.add_endpoint(name="Rumah", url=web.url, kinds=[], person=None, by=rani)
    actions.send(to=[budi], **SILENT)
    letter = Dispatch.objects.get(channel="email")
    client = signed_in(sari)
    paths = [f"/profile/notices/addresses/{address.pk}", *(f"/webhooks/{e.pk}/do" for e in (mine, house))]
    assert [client.post(path, {"deed": "remove"}).status_code for path in paths] == [404] * 3
    assert [client.get(path).status_code for path in (f"/webhooks/{mine.pk}", f"/webhooks/{house.pk}/edit", letter.get_absolute_url())] == [
        404
    ] * 3
    assert client.post(f"/notices/{letter.pk}/again").status_code == 403
    assert Address.objects.kept().count() == 1 and Endpoint.objects.count() == 2
    assert signed_in(budi).get(letter.get_absolute_url()).status_code == 200
    assert letter.text[:30] in signed_in(budi).get(letter.get_absolute_url()).content.decode()
    seen = signed_in(rani).get(letter.get_absolute_url()).content.decode()
    assert "BPBD" not in seen and letter.text[:30] not in seen and budi.email not in seen, "the log does not open letters"


def test_a_webhook_from_the_form_to_its_log(rani: Person) -> None:
    client = signed_in(rani)
    with gateway() as web:
        page = client.post("/webhooks/new", {"name": "Dasbor", "url": f"{web.url}/hook", "kinds": ["quarantine"]})
        secret = re.search(r"whsec_[\w+/=]+", page.content.decode())
        assert secret and page["Cache-Control"] == "no-store"
        endpoint = Endpoint.objects.get()
        path = endpoint.get_absolute_url()
        assert secret[0] not in client.get(path).content.decode() and endpoint.kinds == ["quarantine"]
        web.answers = [503]
        client.post(f"{path}/do", {"deed": "test"})
        deliver_due()
        assert json.loads(web.got[0][2])["type"] == "notice.test"
        assert (
            "503" in client.get(path).content.decode() and "503" in client.get(Dispatch.objects.get().get_absolute_url()).content.decode()
        )
        client.post(f"{Dispatch.objects.get().get_absolute_url()}/again")
        deliver_due()
        assert Dispatch.objects.get().state == "sent"
        fresh = re.search(r"whsec_[\w+/=]+", client.post(f"{path}/do", {"deed": "secret"}).content.decode())
        assert fresh and fresh[0] != secret[0]
        client.post(f"{path}/edit", {"name": "Dasbor 2", "url": f"{web.url}/other"})
        for deed, active in (("off", False), ("on", True)):
            client.post(f"{path}/do", {"deed": deed})
            endpoint.refresh_from_db()
            assert (endpoint.name, endpoint.kinds, endpoint.active) == ("Dasbor 2", [], active)
        client.post(f"{path}/do", {"deed": "remove"})
    assert not Endpoint.objects.exists() and client.get("/notices").status_code == 200


def test_a_webhook_inside_is_refused_with_a_sentence(sari: Person) -> None:
    answer = signed_in(sari).post("/webhooks/mine/new", {"name": "x", "url": "https://169.254.169.254/latest"})
    assert "PENDOPO_WEBHOOK_PRIVATE" in answer.content.decode() and not Endpoint.objects.exists()


def test_the_log_narrows_and_leaves_as_csv(rani: Person, sari: Person, budi: Person) -> None:
    with mail_server() as server:
        server.refuse[budi.email] = "550 no"
        actions.send(to=[sari, budi], **SILENT)
        deliver_due()
    client = signed_in(rani)
    text = client.get("/notices?format=csv&state=given_up").content.decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["to"], row["state"], row["kind"], row["address"]) == ("Budi", "given_up", "source-silent", "b•••@mojokerto.test")
    for query, count in {
        "person=sari": 1,
        "kind=quarantine": 0,
        "channel=sms": 0,
        "since=2030-01-01": 0,
        "until=2030-01-01": 2,
        "kind=x": 2,
    }.items():
        assert len(list(csv.DictReader(io.StringIO(client.get(f"/notices?format=csv&{query}").content.decode())))) == count, query


@pytest.mark.parametrize("path", ["/notices", "/profile/notices", "/webhooks"])
def test_queries_do_not_grow_with_rows(path: str, rani: Person) -> None:
    client = signed_in(rani)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(path).status_code == 200
        return len(caught)

    def add(numbers: range) -> None:
        for number in numbers:
            Endpoint.objects.create(name=str(number), url="https://x.test/", secret="x", person=rani if number % 2 else None)
            Address.objects.create(person=rani, channel="email", target=f"{number}@x.test")
            actions.send(to=[rani], **SILENT, key=str(number))

    add(range(4))
    queries()
    few = queries()
    add(range(4, 20))
    assert queries() == few
