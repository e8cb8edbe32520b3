"""What a search found: beside the inventory, taken in by a person, joined by what neighbours tell; twice changes nothing."""

import contextlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.cli import searching
from pendopo.cli.network import network as command
from pendopo.collect.tests import agents
from pendopo.network import found
from pendopo.network.actions import accept, leave_out, propose
from pendopo.network.found import Heard, Known, Port, Said
from pendopo.network.models import Device, Finding, Interface, Link, Site
from pendopo.network.plan import poll_plan
from pendopo.network.proposals import proposals
from pendopo.regions.models import Region

from .yard import lay_network

CORE = Said(
    address="198.18.1.1",
    name="inti",
    interfaces=[Port(1, "ag1", 10**9, "up"), Port(2, "ag2", 10**9, "up"), Port(3, "lan", 10**9, "up")],
    addresses={"198.18.1.1": "ag1", "198.18.2.1": "ag2", "198.19.0.1": "lan"},
    spoken={"198.18.1.2": "ag1", "198.18.2.2": "ag2"},
)
ONE = Said(
    address="198.18.1.2",
    name="ag1",
    interfaces=[Port(1, "up0", 10**8, "up")],
    addresses={"198.18.1.2": "up0"},
    spoken={"198.18.1.1": "up0"},
)
TWO = Said(address="198.18.2.2", name="ag2", interfaces=[Port(7, "wan", None, "up")], neighbours=[Heard("wan", "INTI", "ag2", "")])


def test_joined_by_what_neighbours_tell_and_by_who_speaks_with_nobody_else() -> None:
    told = {(one.a, one.a_port, one.b, one.b_port) for one in found.joins([CORE, ONE, TWO])}
    assert told == {("198.18.1.1", "ag1", "198.18.1.2", "up0"), ("198.18.2.2", "wan", "198.18.1.1", "ag2")}


def test_a_shared_segment_joins_nobody() -> None:
    three = [
        Said(address=f"10.0.0.{n}", addresses={f"10.0.0.{n}": "e0"}, spoken={f"10.0.0.{m}": "e0" for m in (1, 2, 3) if m != n})
        for n in (1, 2, 3)
    ]
    assert found.joins(three) == []


def test_differences_in_sentences() -> None:
    known = Known("core", "Router inti", "198.18.1.1", {"ag1": (1, 10**9), "ag2": (9, 10**8), "lama": (4, None), "plan": (None, None)})
    assert found.meant(CORE, [known]) is known
    assert found.differences(CORE, known) == [
        "ag2 has the number 2, not 9.",
        "ag2 runs at 1000 Mbit/s, not 100.",
        "The interface lan is new.",
        "The interface lama is not there any more.",
    ]


def test_codes() -> None:
    assert found.code_of("Router Inti (Pusat).example") == "router-inti-pusat-example"
    assert found.code_of("ag1", {"ag1", "ag1-2"}) == "ag1-3"
    assert found.code_of("…") == "device"


@pytest.mark.django_db
def test_accepted_devices_are_drawn_and_watched_and_twice_changes_nothing(regency: Region, rani: Person) -> None:
    findings = propose(devices=[CORE, ONE, TWO], by=None)
    done = accept(findings=findings, by=rani).as_json()
    assert (done["devices"]["created"], done["links"]["created"], done["sites"]["created"]) == (3, 2, 1)
    assert Device.objects.get(role="core").code == "inti"
    assert {link.code for link in Link.objects.all()} == {"ag1-inti", "ag2-inti"}
    assert Link.objects.get(code="ag2-inti").b_interface == Interface.objects.get(device__code="inti", name="ag2")
    assert {device.code: len(device.ports) for device in poll_plan().devices} == {"inti": 3, "ag1": 1, "ag2": 1}
    again = accept(findings=propose(devices=[CORE, ONE, TWO], by=None), by=rani)
    assert not again.created and not again.changed
    assert Entry.objects.filter(room="network", verb="accept").count() == 2


@pytest.mark.django_db
def test_what_people_wrote_of_a_known_device_stays(regency: Region, rani: Person) -> None:
    lay_network()
    said = Said(address="10.0.1.1", name="MikroTik", interfaces=[Port(1, "ether1", 10**9), Port(2, "ether2", 10**8)])
    (finding,) = propose(devices=[said], by=None)
    (proposal,) = proposals([finding])
    assert proposal.known is not None and proposal.known.code == "r-dinkes" and proposal.differs == ["The interface ether2 is new."]
    accept(findings=[finding], by=rani)
    device = Device.objects.get(code="r-dinkes")
    assert (device.name, device.site.code, device.interfaces.count()) == ("Router Dinkes", "dinkes", 2)
    assert not proposals(Finding.objects.all())[0].is_news


@pytest.mark.django_db
def test_left_out_waits_again_only_when_it_says_something_new(regency: Region, rani: Person) -> None:
    leave_out(findings=propose(devices=[ONE], by=None), by=rani)
    assert propose(devices=[ONE], by=None)[0].state == Finding.State.LEFT_OUT
    changed = Said(address=ONE.address, name=ONE.name, interfaces=[*ONE.interfaces, Port(2, "up1")])
    assert propose(devices=[changed], by=None)[0].state == Finding.State.WAITING


@pytest.mark.django_db
def test_the_page_takes_in_what_was_chosen_at_the_site_that_was_chosen(regency: Region, rani: Person) -> None:
    lay_network()
    one, two = propose(devices=[ONE, TWO], by=None)
    browser: Client = signed_in(rani)
    page = browser.get("/network/found").content.decode()
    assert "198.18.1.2" in page and "198.18.2.2" in page
    site = Site.objects.get(code="gudang")
    browser.post("/network/found/decide", {"selected": [one.pk], "site": site.pk, "verdict": "accept"})
    assert Device.objects.get(code="ag1").site == site and not Device.objects.filter(code="ag2").exists()
    browser.post("/network/found/decide", {"selected": [two.pk, "x"], "verdict": "leave"})
    assert browser.get("/network/found").content.decode().count('name="selected"') == 0
    browser.post("/network/found/decide", {"verdict": "accept"})
    assert Device.objects.count() == 5


@agents.needed
@pytest.mark.django_db(transaction=True)
def test_the_command_takes_in_what_it_finds_and_prints_what_the_contract_says(
    regency: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "open_installation", lambda _data: contextlib.nullcontext())
    with agents.snmpd(tmp_path) as port:
        words = ["discover", "127.0.0.1", "--community", "rahasia", "--port", str(port), "--access", "uji", "--json"]
        compared = CliRunner().invoke(command, [*words, "--propose"])
        assert compared.exit_code == 0 and "+ router-kecamatan (127.0.0.1)" in compared.stderr, compared.output
        assert not Device.objects.exists()
        done = CliRunner().invoke(command, [*words, "--accept"])
    assert done.exit_code == 0, done.output
    (line,) = map(json.loads, done.stdout.splitlines())
    assert list(line) == ["address", "name", "description", "interfaces"]
    device = Device.objects.get(code="router-kecamatan")
    assert (device.access, device.port, device.address) == ("uji", port, "127.0.0.1")
    assert set(device.interfaces.values_list("name", flat=True)) == {item["name"] for item in line["interfaces"]}
