"""A report goes to another government's Open311 server, without anything of its reporter, and its state comes back."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.regions.models import Region
from pendopo.reports import actions
from pendopo.reports.elsewhere import running
from pendopo.reports.models import Category, Forwarded, Report, Server

TEXT = "Jalan provinsi di Mojosari berlubang dalam. Hubungi saya di 081234567890."


class Province(ThreadingHTTPServer):
    """A GeoReport v2 server: gives a token first, a number when it is asked again, and a state that the test sets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Desk)
        self.got: list[dict[str, list[str]]] = []
        self.state: dict[str, Any] = {"status": "open", "status_notes": ""}
        self.status = 201

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/open311/v2"


class Desk(BaseHTTPRequestHandler):
    """Its answers."""

    server: Province

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.removeprefix("/open311/v2/")
        answers: dict[str, Any] = {
            "services.json": [{"service_code": "JLN", "service_name": "Jalan provinsi"}],
            "tokens/t-1.json": [{"service_request_id": "P 77", "token": "t-1"}],
            "requests/P%2077.json": [{"service_request_id": "P 77", **self.server.state}],
        }
        self._say(200 if path in answers else 404, answers.get(path, [{"code": 404, "description": "unknown"}]))

    def do_POST(self) -> None:
        self.server.got.append(parse_qs(self.rfile.read(int(self.headers["content-length"])).decode()))
        self._say(self.server.status, [{"token": "t-1", "description": "closed today"}])

    def _say(self, status: int, body: Any) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def province() -> Iterator[Province]:
    server = Province()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with override_settings(WEBHOOK_PRIVATE=True):
        yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def known(province: Province, rani: Person, regency: Region) -> Server:
    given = {"name": "Provinsi", "url": province.url, "jurisdiction": "jatim", "key": "rahasia-1", "active": "on"}
    assert signed_in(rani).post("/handling/servers/new", given).status_code == 302
    running.look()
    return Server.objects.get()


@pytest.fixture
def report(regency: Region) -> Report:
    place = Region.objects.get(pk="35.16.13")
    return actions.submit(
        category=Category.objects.get(code="jalan"),
        text=TEXT,
        region=place,
        place="Depan rumah, 081234567890",
        name="Ani",
        email="ani@contoh.test",
    )


def test_a_report_goes_there_and_its_state_comes_back(
    province: Province, known: Server, report: Report, rani: Person, client: Client
) -> None:
    assert known.services == [{"code": "JLN", "name": "Jalan provinsi"}] and "rahasia-1" not in known.key
    page = signed_in(rani).get(f"/handling/{report.number}").content.decode()
    assert "Jalan provinsi" in page
    signed_in(rani).post(f"/handling/{report.number}/act", {"do": "forward", "where": f"{known.pk}:JLN"})
    for _again in range(2):
        running.look()
    (sent,) = province.got
    assert sent["service_code"] == ["JLN"] and sent["api_key"] == ["rahasia-1"] and sent["jurisdiction_id"] == ["jatim"]
    assert report.number in sent["description"][0] and "Sooko" in sent["address_string"][0]
    assert not {"0812", "Ani", "ani@contoh.test"} & set(" ".join(value[0] for value in sent.values()).split())
    assert "081234567890" not in sent["description"][0] + sent["address_string"][0]
    for state, notes, times in (("open", "", 1), ("open", "Dijadwalkan Senin", 1), ("closed", "Sudah ditambal", 2)):
        province.state = {"status": state, "status_notes": notes}
        for _again in range(times):
            Forwarded.objects.update(asked=timezone.now() - timedelta(hours=1))
            running.look()
    one = Forwarded.objects.get()
    assert (one.stage, one.outside_id, one.notes) == ("closed", "P 77", "Sudah ditambal")
    html = client.get(f"/reports/{report.number}").content.decode()
    assert html.count("Sudah ditambal") == 1 and "Dijadwalkan Senin" in html
    assert list(Entry.objects.filter(verb="forward").values_list("after", flat=True)) == [{"server": "Provinsi", "service": "JLN"}]


def test_what_was_refused_there_can_be_forwarded_again_and_a_lost_one_is_not_sent_twice(
    province: Province, known: Server, report: Report, rani: Person
) -> None:
    province.status = 400
    actions.forward(report=report, server=known, service="JLN", by=rani)
    with pytest.raises(Refused):
        actions.forward(report=report, server=known, service="JLN", by=rani)
    running.look()
    failed = Forwarded.objects.get()
    assert failed.stage == "failed" and "closed today" in failed.notes
    actions.forward(report=report, server=known, service="JLN", by=rani)
    taken = actions.take_to_send()
    assert taken is not None and actions.take_to_send() is None
    assert actions.take_to_send(now=timezone.now() + timedelta(hours=1)) is None
    assert {one.stage for one in Forwarded.objects.all()} == {"failed"} and len(province.got) == 1


def test_confidential_reports_and_addresses_inside_stay_here(known: Server, rani: Person, regency: Region) -> None:
    place = Region.objects.get(pk="35.16.13")
    secret = actions.submit(category=Category.objects.get(code="jalan"), text=TEXT, region=place, confidential=True)
    with pytest.raises(Refused):
        actions.forward(report=secret, server=known, service="JLN", by=rani)
    with override_settings(WEBHOOK_PRIVATE=False):
        given = {"name": "Dalam", "url": "https://127.0.0.1/open311/v2", "active": "on"}
        assert signed_in(rani).post("/handling/servers/new", given).status_code == 200
    assert Server.objects.count() == 1
