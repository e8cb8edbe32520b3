"""The pages about figures: who sees which source, keys shown once, and an upload that writes only after its preview."""

import hashlib
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from pendopo.agencies.models import Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.indicators.credentials import source_by_key
from pendopo.indicators.models import Delivery, Indicator, Source, SourceKey
from pendopo.indicators.tests.yard import Yard, lay_out

FILE = b"waktu,nilai\n2025-01-01T00:00:00Z,1.5\n2025-01-01T01:00:00Z,99\n2025-01-01T02:00:00Z,x\n"
MAPPING = b'at: {column: waktu}\nregion: {const: "35.16.01"}\nvalues: {nilai: level}\n'


@pytest.fixture
def yard(transactional_db: None) -> Iterator[Yard]:
    """A small yard and, beside it, a source of another agency."""
    yield lay_out()


@pytest.fixture
def budi(yard: Yard) -> Client:
    """Steward of the agency that the yard's source belongs to."""
    return signed_in(person_in_post("budi@psda.test", "Budi", Role.STEWARD, agency=yard.source.agency))


def upload(client: Client, source: Source, content: bytes = FILE) -> str:
    """Sends the form and returns the page."""
    files = {"file": SimpleUploadedFile("tinggi.csv", content), "mapping": SimpleUploadedFile("peta.yaml", MAPPING)}
    answer = client.post("/upload", {"source": source.pk, **files})
    assert answer.status_code == 200
    return answer.content.decode()


def take(client: Client, page: str) -> HttpResponse:
    """Takes the file of a page."""
    address = re.search(r'action="(/upload/[0-9a-f-]{36})"', page)
    assert address is not None
    return client.post(address[1], {"do": "take"}, follow=True)


def test_an_upload_writes_only_when_it_is_confirmed(yard: Yard, budi: Client) -> None:
    """Preview with the verdicts and reasons; nothing written; then the delivery in the person's name, and the mapping remembered."""
    page = upload(budi, yard.source)
    assert "99" in page
    assert not Delivery.objects.exists()
    answer = take(budi, page)
    delivery = Delivery.objects.get()
    assert answer.redirect_chain == [(f"/deliveries/{delivery.pk}", 302)]
    assert (delivery.accepted, delivery.quarantined, delivery.rejected) == (1, 1, 1)
    assert delivery.by is not None
    assert delivery.by.name == "Budi"
    yard.source.refresh_from_db()
    assert yard.source.mapping["values"] == {"nilai": "level"}
    assert "bukan angka" in answer.content.decode()


def test_a_stranger_to_the_source_cannot_upload_or_confirm(yard: Yard, budi: Client) -> None:
    """A steward of another agency: neither with the form nor at the address of somebody else's file."""
    other = Source.objects.create(code="lain", name="Lain", agency=yard.source.agency.__class__.objects.create(code="lain", name="Lain"))
    citra = signed_in(person_in_post("citra@lain.test", "Citra", Role.STEWARD, agency=other.agency))
    page = upload(budi, yard.source)
    assert take(citra, page).status_code == 404
    assert citra.post("/upload", {"source": yard.source.pk, "file": SimpleUploadedFile("a.csv", FILE)}).status_code == 200
    assert citra.get("/sources/psda").status_code == 404
    assert citra.get("/sources/lain").status_code == 200
    assert "psda" not in citra.get("/sources?format=csv").content.decode()
    assert not Delivery.objects.exists()


def test_the_file_of_a_delivery_opens_as_it_came_to_whoever_sees_the_delivery(yard: Yard, budi: Client) -> None:
    """Byte for byte, as an attachment; not for another agency's steward, a viewer or a stranger; gone with a sentence."""
    page = take(budi, upload(budi, yard.source)).content.decode()
    delivery = Delivery.objects.get()
    address = f"/deliveries/{delivery.pk}/file"
    assert f'href="{address}"' in page
    answer = budi.get(address)
    assert answer.getvalue() == FILE and hashlib.sha256(FILE).hexdigest() == delivery.digest
    assert answer["Content-Disposition"] == 'attachment; filename="tinggi.csv"' and answer["Content-Type"] == "application/octet-stream"
    agency = yard.source.agency.__class__.objects.create(code="lain", name="Lain")
    citra = signed_in(person_in_post("citra@lain.test", "Citra", Role.STEWARD, agency=agency))
    assert citra.get(address).status_code == 404
    assert signed_in(person_in_post("camat@lain.test", "Pak Camat", Role.VIEWER, agency=agency)).get(address).status_code == 403
    assert Client().get(address).status_code == 302
    (settings.FILES_DIR / delivery.file).unlink()
    assert budi.get(address).status_code == 404


def test_a_key_is_shown_once_and_ends_at_once(yard: Yard, budi: Client) -> None:
    """Its secret opens the source until it is revoked."""
    page = budi.post("/sources/psda/keys", {"label": "server"}).content.decode()
    secret = re.search(r"pds_[\w-]{40,}", page)
    assert secret is not None
    assert source_by_key(secret[0]) == yard.source
    assert secret[0] not in budi.get("/sources/psda").content.decode()
    key = SourceKey.objects.get(label="server")
    budi.post(f"/sources/psda/keys/{key.pk}/revoke")
    assert source_by_key(secret[0]) is None


def test_faults_of_a_file_are_told_at_its_field(yard: Yard, budi: Client) -> None:
    """A file without the mapped column, an empty one, and a faulty mapping."""
    assert "kolom “nilai”" in upload(budi, yard.source, b"a,b\n1,2\n")
    assert "tidak berisi baris" in upload(budi, yard.source, b"waktu,nilai\n")
    files = {"file": SimpleUploadedFile("a.csv", FILE), "mapping": SimpleUploadedFile("m.yaml", b"values: 7")}
    assert "mapping" in budi.post("/upload", {"source": yard.source.pk, **files}).content.decode()


def test_an_indicator_with_a_dotted_code_and_its_history(yard: Yard, budi: Client) -> None:
    """Every page of it answers, before and after the first figure."""
    Indicator.objects.create(code="sys.level.x", name_id="Titik", every="1h", grace="1h", publicity="public")
    assert budi.get("/indicators/sys.level.x").status_code == 200
    take(budi, upload(budi, yard.source))
    page = budi.get("/indicators/level").content.decode()
    assert "Kecamatan 0" in page
    assert budi.get("/indicators/level/export").getvalue().decode().count("\n") == 2
    assert budi.get("/indicators").status_code == 200
    assert "#" in budi.get("/deliveries").content.decode()


def test_a_catalogue_by_its_page(yard: Yard) -> None:
    """Taken as a whole, or every fault with its line."""
    rani = signed_in(person_in_post("rani@mojokerto.test", "Rani", Role.ADMINISTRATOR))
    good = b"indicators:\n  - {code: baru, name: Baru, every: 1d, kind: count, level: district}\n"
    rani.post("/indicators/catalogue", {"file": SimpleUploadedFile("k.yaml", good)})
    assert Indicator.objects.filter(code="baru").exists()
    page = rani.post("/indicators/catalogue", {"file": SimpleUploadedFile("k.yaml", good.replace(b"count", b"meter"))}).content.decode()
    assert "baris 2" in page
