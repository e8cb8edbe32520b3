"""The inventory in and out: whole or not at all, by line, and twice changes nothing."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pendopo.agencies.actions import Refused, new_token
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.indicators.declared import Faulty
from pendopo.network import logic, tables
from pendopo.network.actions import Proof, advance, load_inventory
from pendopo.network.inventory import parse
from pendopo.network.models import Device, Interface, Link, Site, Step
from pendopo.regions.models import Region

from .yard import INVENTORY, lay_network


def test_speeds_as_people_write_them() -> None:
    assert [logic.bits_of(text) for text in ("1G", "2.5G", "100 M", "64k", "1000000", "10Gbps")] == [
        10**9,
        2_500_000_000,
        10**8,
        64_000,
        10**6,
        10**10,
    ]
    assert [logic.bits_of(text) for text in ("cepat", "", "0", "-1G", True)] == [None] * 5
    assert [logic.speed_text(bits) for bits in (10**9, 2_500_000_000, 10**8, 1_234, None)] == ["1G", "2500M", "100M", "1234", ""]


def test_one_step_at_a_time() -> None:
    assert logic.next_states("planned") == ["permitted", "retired"]
    assert logic.next_states("accepted") == ["in_service", "built", "retired"] and logic.next_states("retired") == ["planned"]
    steps = [(date(2025, 1, 1), "in_service"), (date(2025, 2, 1), "retired")]
    assert [logic.in_service_on(steps, date(2025, month, 1)) for month in (1, 2)] == [True, False]


@pytest.mark.django_db
def test_twice_changes_nothing_and_export_is_an_import(regency: Region) -> None:
    first = lay_network()
    assert first.as_json()["devices"] == {"created": 4, "changed": 0, "unchanged": 0}
    deeds, steps = Entry.objects.filter(room="network").count(), Step.objects.count()
    for text in (INVENTORY, tables.as_yaml()):
        again = load_inventory(inventory=parse(text), by=None)
        assert not again.created and not again.changed, again
    for kind in ("sites", "devices", "links", "services", "units"):
        again = load_inventory(inventory=tables.parse_csv(tables.as_csv(kind)), by=None)
        assert not again.created and not again.changed, again
    assert (Entry.objects.filter(room="network").count(), Step.objects.count()) == (deeds, steps)
    assert Link.objects.get(code="core-dinkes").a_interface == Interface.objects.get(device__code="core", name="ge-0/0/1")


@pytest.mark.django_db
def test_a_bad_file_changes_nothing_and_says_which_line(regency: Region) -> None:
    lay_network()
    text = """
sites:
  - {code: baru, name: "Baru", region: "35.16.99"}
  - {code: Baru 2, name: "Baru", region: "35.16.13"}
devices:
  - {code: x, site: tidak-ada, address: 300.1.1.1}
  - {code: y, site: dc, speed: 3}
links:
  - {code: l, a: core, b: core}
  - {code: m, a: core, b: hilang, capacity: cepat}
"""
    with pytest.raises(Faulty) as refused:
        load_inventory(inventory=parse(text), by=None)
    told = "\n".join(refused.value.sentences)
    for words in ("line 4: site “Baru 2”", "line 7: device “y”", "“speed”", "line 9: link “l”: a and b are the same", "“cepat”"):
        assert words in told, told
    text = "\n".join(line for line in text.splitlines() if not any(bad in line for bad in ("Baru 2", "speed", "b: core", "cepat")))
    text += "\n  - {code: m, a: core, b: hilang}\n  - {code: n, a: core, b: r-bpbd, cores: 4}\n"
    with pytest.raises(Faulty) as refused:
        load_inventory(inventory=parse(text), by=None)
    told = "\n".join(refused.value.sentences)
    for words in ("line 3: site “baru”: there is no region “35.16.99”", "there is no site “tidak-ada”", "there is no device “hilang”"):
        assert words in told, told
    assert Site.objects.count() == 4 and Link.objects.count() == 4
    with pytest.raises(Faulty, match="line 1"):
        tables.parse_csv("nama,kota\na,b\n")
    with pytest.raises(Faulty, match="line 3: device “q”: there is no site"):
        load_inventory(inventory=tables.parse_csv("code,site\np,dc\nq,mana\n"), by=None)
    assert not Device.objects.filter(code="p").exists()


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(regency: Region) -> None:
    lay_network()
    text = 'sites:\n  - {code: dc, name: "Pusat Data Baru", region: "35.16.13", state: in_service}\n'
    told = load_inventory(inventory=parse(text), by=None, dry_run=True)
    assert told.changed == {"sites": ["dc"]} and Site.objects.get(code="dc").name == "Pusat Data"


@pytest.mark.django_db
def test_a_fibre_is_accepted_with_its_measurement(regency: Region, rani: Person) -> None:
    lay_network()
    link = Link.objects.get(code="core-bpbd")
    for state in ("retired", "planned", "permitted", "built"):
        advance(thing=Link.objects.get(pk=link.pk), state=state, on=date(2026, 1, 1), by=rani)
    built = Link.objects.get(pk=link.pk)
    with pytest.raises(Refused, match="OTDR"):
        advance(thing=built, state="accepted", on=date(2026, 1, 2), by=rani)
    with pytest.raises(Refused):
        advance(thing=built, state="in_service", on=date(2026, 1, 2), by=rani)
    with pytest.raises(Refused):
        advance(thing=built, state="accepted", on=date(2025, 1, 2), by=rani, proof=Proof(file=SimpleUploadedFile("otdr.sor", b"x")))
    client = signed_in(rani)
    page = client.post(f"/network/links/{link.code}/step", {"state": "accepted", "on": "2026-01-02"})
    assert page.status_code == 400 and "OTDR" in page.content.decode()
    form = {"state": "accepted", "on": "2026-01-02", "file": SimpleUploadedFile("otdr.sor", b"pulsa")}
    assert client.post(f"/network/links/{link.code}/step", form).status_code == 302
    step = Step.objects.get(link=link, state="accepted")
    assert b"".join(client.get(f"/network/proof/{step.pk}").streaming_content) == b"pulsa"  # type: ignore[attr-defined]
    step.file.storage.delete(str(step.file.name))
    assert client.get(f"/network/proof/{step.pk}").status_code == 404


@pytest.mark.django_db
def test_pages_and_api_say_who_is_affected(regency: Region, rani: Person, sari: Person) -> None:
    lay_network()
    client = signed_in(sari)
    for path in (
        "",
        "sites",
        "devices",
        "links",
        "what-if",
        "capacity",
        "availability?days=30",
        "sites/dc",
        "devices/core",
        "devices/r-gudang",
        "links/bpbd-gudang",
    ):
        answer = client.get(f"/network/{path}".rstrip("/"))
        assert answer.status_code == 200 and "10.0.0.1" not in answer.content.decode(), path
    assert "10.0.0.1" in signed_in(rani).get("/network/devices").content.decode()
    page = client.get("/network/what-if?cut=pipa-1").content.decode()
    assert "Dinas Kesehatan" in page and "SIMPUS" in page
    assert "Router Dinkes" in client.get("/network/links/core-dinkes").content.decode()
    _token, secret = new_token(person=sari, by=sari)
    ask = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    told = client.get("/api/v1/network/affected?cut=core-dinkes", **ask).json()  # type: ignore[arg-type]
    assert told["agencies"] == [] and told["detours"] == {"core": [], "r-dinkes": ["dinkes-bpbd", "core-bpbd"]}
    told = client.get("/api/v1/network/affected?cut=core-dinkes,core-bpbd", **ask).json()  # type: ignore[arg-type]
    assert len(told["agencies"]) == 2 and list(told["services"]) == ["simpus"]
    assert client.get("/api/v1/network/affected?cut=apa", **ask).status_code == 404  # type: ignore[arg-type]
    devices = client.get("/api/v1/network/devices?site=dc", **ask).json()["items"]  # type: ignore[arg-type]
    assert devices[0]["address"] is None and devices[0]["interfaces"][0] == {"name": "ge-0/0/1", "number": 1, "speed_bps": 10**9}
    days = client.get("/api/v1/network/connected?since=2025-02-28&until=2025-03-01", **ask).json()["items"]  # type: ignore[arg-type]
    assert [day["connected"] for day in days] == [1, 2]
    assert Client().get("/api/v1/network/sites").status_code == 401


@pytest.mark.django_db
def test_an_engineer_imports_by_page_and_others_may_not(regency: Region, sari: Person) -> None:
    lay_network()
    engineer = signed_in(person_in_post("joko@mojokerto.test", "Joko", Role.ENGINEER))
    assert signed_in(sari).get("/network/inventory").status_code == 403
    assert signed_in(sari).get("/network/inventory.yaml").status_code == 403
    text = engineer.get("/network/inventory/sites.csv").content.replace(b"Gudang BPBD", b"Gudang logistik")
    assert engineer.post("/network/inventory", {"file": SimpleUploadedFile("sites.csv", text)}).status_code == 302
    assert Site.objects.get(code="gudang").name == "Gudang logistik"
    bad = engineer.post("/network/inventory", {"file": SimpleUploadedFile("n.yaml", b"sites:\n  - {code: x}\n")})
    assert bad.status_code == 400 and "baris 2: lokasi “x”" in bad.content.decode()
