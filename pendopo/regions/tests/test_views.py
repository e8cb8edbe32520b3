"""Pages and API of room `regions`."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.regions.models import BoundaryKind, Region
from pendopo.regions.tests.test_actions import collection, square

pytestmark = pytest.mark.django_db


def test_a_region_shows_its_map_and_its_parts(camat: Person) -> None:
    page = signed_in(camat).get("/regions/35.16").content.decode()
    assert page.count('<path d="M') >= 18 and "Dawarblandong" in page
    assert "Sooko" in signed_in(camat).get("/regions/35.16.13").content.decode()
    assert signed_in(camat).get("/regions/99").status_code == 404


def test_the_list_filters_and_goes_out_as_csv(camat: Person) -> None:
    client = signed_in(camat)
    page = client.get("/regions?level=district&q=Paceng").content.decode()
    assert "35.16.03" not in page
    out = client.get("/regions?within=35.16&level=village&format=csv").content.decode().splitlines()
    assert len(out) == 305 and out[0].startswith("code,name,level")


def test_only_administrators_import(rani: Person, sari: Person, regency: Region) -> None:
    data = collection(("35.16.01", square(112.4, -7.7)), ("35.16.77", square(112.5, -7.7)))

    def send(person: Person) -> object:
        return signed_in(person).post("/regions/import", {"file": SimpleUploadedFile("batas.geojson", data)})

    assert send(sari).status_code == 403
    answer = send(rani)
    assert answer.status_code == 200 and "35.16.77" in answer.content.decode()
    assert Region.objects.get(pk="35.16.01").boundary_kind == BoundaryKind.OFFICIAL
    broken = signed_in(rani).post("/regions/import", {"file": SimpleUploadedFile("x.geojson", b'{"type": "Point"}')})
    assert broken.status_code == 200 and "GeoJSON" in broken.content.decode()


def test_a_village_younger_than_the_table_comes_by_csv(rani: Person, regency: Region) -> None:
    text = "kode;nama\n35.16.13.2099;Desa Baru\n35.16.98.2001;Tanpa Induk\n"
    answer = signed_in(rani).post("/regions/import", {"file": SimpleUploadedFile("desa.csv", text.encode())})
    assert Region.objects.get(pk="35.16.13.2099").parent_id == "35.16.13"
    assert "35.16.98" in answer.content.decode()


def test_the_api_lists_regions(regency: Region) -> None:
    client = Client()
    got = client.get("/api/v1/regions?parent=35.16").json()
    assert [item["code"] for item in got["items"]][:2] == ["35.16.01", "35.16.02"] and got["next"] is None
    first = client.get("/api/v1/regions").json()
    assert len(first["items"]) == 500 and first["next"]
    second = client.get("/api/v1/regions", {"cursor": first["next"]}).json()
    assert len(first["items"]) + len(second["items"]) == 38 + 514 + 18 + 304
    assert client.get("/api/v1/regions?level=village&within=35.16.13&q=soo").json()["items"][0]["name"] == "Sooko"
    assert client.get("/api/v1/regions?parent=x").status_code == 422
    assert client.get("/api/v1/regions?level=planet").status_code == 422


def test_schematic_boundaries_are_for_people_with_a_post(regency: Region, camat: Person) -> None:
    path, client = "/api/v1/regions/boundaries?within=35.16&level=district", Client()
    shapes = signed_in(camat).get(path).json()
    assert len(shapes["features"]) == 18 and len(json.dumps(shapes)) < 100_000 and shapes["note"] is None
    public = client.get(path).json()
    assert public["features"] == [] and "skematis" in public["note"]
    Region.objects.filter(pk="35.16.13").update(boundary_kind=BoundaryKind.OFFICIAL)
    public = client.get(path).json()
    assert [one["id"] for one in public["features"]] == ["35.16.13"] and "skematis" in public["note"]
    Region.objects.filter(parent="35.16").update(boundary_kind=BoundaryKind.OFFICIAL)
    public = client.get(path).json()
    assert len(public["features"]) == 18 and public["note"] is None
