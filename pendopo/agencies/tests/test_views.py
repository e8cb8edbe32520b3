"""Pages about agencies, people and posts, as people with names."""

import re
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pendopo.agencies import actions
from pendopo.agencies.models import Agency, Holding, Person, Post, Role
from pendopo.agencies.tests.people import PASSWORD, person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.indicators import sources
from pendopo.indicators.models import Source
from pendopo.regions.models import Region

pytestmark = pytest.mark.django_db


def upload(text: str, name: str = "file.csv") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, text.encode())


def test_signing_in_with_the_form(sari: Person) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "Sari@Mojokerto.test", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/home")
    assert client.get("/profile").status_code == 200


def test_wrong_passwords_are_slowed_down(sari: Person) -> None:
    client = Client(REMOTE_ADDR="203.0.113.9")
    codes = [client.post("/accounts/login/", {"login": sari.email, "password": f"wrong {n}"}).status_code for n in range(12)]
    assert codes[0] == 200
    answer = client.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    assert answer.status_code != 302, "after many failures even the right password waits"


def test_agencies_by_csv_shows_what_was_refused(rani: Person, regency: Region) -> None:
    client = signed_in(rani)
    text = "nama;jenis;keyakinan\nDinas Kesehatan;dinas;sumber\nKecamatan Pacet;kecamatan;sumber\n;dinas;sumber\n"
    answer = client.post("/agencies/import", {"file": upload(text)})
    assert answer.status_code == 200
    assert Agency.objects.get(name="Kecamatan Pacet").region_id == "35.16.03"
    assert re.search(r"(Row|Baris) 4", answer.content.decode())
    page = client.get("/agencies?kind=district").content.decode()
    assert "Kecamatan Pacet" in page and "Dinas Kesehatan" not in page
    out = client.get("/agencies?format=csv").content.decode().splitlines()
    assert out[0].startswith("name,kind,region") and len(out) == 3


def test_csv_out_comes_in_again_unchanged(rani: Person, regency: Region) -> None:
    client = signed_in(rani)
    client.post("/agencies/import", {"file": upload("nama,region,phone\nDinas Sosial,35.16,0321 1\nKecamatan Sooko,,0321 2\n")})
    entries = Entry.objects.count()
    out = client.get("/agencies?format=csv").content.decode()
    client.post("/agencies/import", {"file": upload(out)})
    assert Entry.objects.count() == entries


def test_bulk_edit_of_agencies(rani: Person, sari: Person, dinkes: Agency, bpbd: Agency) -> None:
    chosen = {"selected": [dinkes.pk, bpbd.pk], "action": f"kind:{'vertical'}"}
    assert signed_in(sari).post("/agencies", chosen).status_code == 403
    assert signed_in(rani).post("/agencies", chosen).status_code == 302
    assert set(Agency.objects.values_list("kind", flat=True)) == {"vertical"}


def test_hand_over_on_the_page(rani: Person, budi: Person, sari: Person) -> None:
    post = Post.objects.get(holdings__person=budi)
    client = signed_in(rani)
    answer = client.post(f"/posts/{post.pk}", {"person": sari.pk, "standing": "definitive", "how": "hand_over"})
    assert answer.status_code == 302
    assert post.holdings.get(until=None).person == sari
    assert "Budi" in client.get(f"/posts/{post.pk}").content.decode()
    assert signed_in(sari).post(f"/posts/{post.pk}", {"person": budi.pk, "standing": "definitive"}).status_code == 403


def test_an_agency_administrator_stays_in_the_agency(rani: Person, budi: Person, dinkes: Agency, bpbd: Agency) -> None:
    dewi = person_in_post("dewi@mojokerto.test", "Dewi", Role.ADMINISTRATOR, agency=bpbd)
    client = signed_in(dewi)
    invite = {"name": "Eko", "email": "eko@x.test", "language": "id", "title": "Petugas", "role": "steward"}
    assert client.post("/people/new", {**invite, "scope": "bpbd"}).status_code == 200
    assert Person.objects.filter(email="eko@x.test").exists()
    for scope in ("dinas-kesehatan", ""):
        assert client.post("/people/new", {**invite, "email": "fani@x.test", "scope": scope}).status_code == 403
    assert not Person.objects.filter(email="fani@x.test").exists()
    assert client.post(f"/people/{budi.pk}/do", {"deed": "letter"}).status_code == 200
    assert client.post(f"/people/{rani.pk}/do", {"deed": "letter"}).status_code == 403, "nobody takes over a wider account"
    assert client.get(f"/agencies/{bpbd.code}/edit").status_code == 200
    assert client.get(f"/agencies/{dinkes.code}/edit").status_code == 403
    post = Post.objects.get(holdings__person=budi)
    widened = {"title": post.title, "role": "steward", "scope": ""}
    assert client.post(f"/posts/{post.pk}/edit", widened).status_code == 403


def test_an_invitation_by_letter(rani: Person, regency: Region) -> None:
    text = "email,nama,role,scope,jabatan\ncamat.pacet@x.test,Bu Camat,viewer,35.16.03,Camat Pacet\nrani@mojokerto.test,Rani,,,\n"
    answer = signed_in(rani).post("/people/import", {"file": upload(text)})
    assert answer.status_code == 200 and len(mail.outbox) == 1
    link = re.search(r"http://testserver(/invitation/\S+)", str(mail.outbox[0].body))
    assert link is not None
    client = Client()
    assert client.get(link[1]).status_code == 200
    answer = client.post(link[1], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/home")
    assert client.get("/profile").status_code == 200
    assert Client().get(link[1]).status_code == 410
    assert Holding.objects.get(person__email="camat.pacet@x.test").post.region_id == "35.16.03"


def test_a_letter_that_cannot_be_sent_becomes_a_link(rani: Person, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 2
    invite = {"name": "Eko", "email": "eko@x.test", "language": "id", "title": "Petugas", "role": "viewer", "scope": ""}
    page = signed_in(rani).post("/people/new", invite).content.decode()
    assert "/invitation/" in page and "PENDOPO_SMTP_HOST" in page
    assert Person.objects.filter(email="eko@x.test").exists(), "the invitation stands although the mail server is away"


def test_an_administrator_of_a_district_stays_in_it(rani: Person, regency: Region, bpbd: Agency) -> None:
    sooko = Region.objects.get(code="35.16.13")
    office = actions.add_agency(by=None, name="Kecamatan Sooko", kind="district", region_id=sooko.pk)
    dewi = person_in_post("dewi@sooko.test", "Dewi", Role.ADMINISTRATOR, region=sooko)
    client = signed_in(dewi)
    assert client.get(f"/agencies/{office.code}/edit").status_code == 200
    assert client.get(f"/agencies/{bpbd.code}/edit").status_code == 403
    post = {"title": "Kepala Desa", "role": "steward"}
    assert client.post("/posts/new", {**post, "scope": "35.16.13.2001"}).status_code == 302
    for wider in ("35.16", "35.16.12", ""):
        assert client.post("/posts/new", {**post, "scope": wider}).status_code == 403
    moved = {"name": office.name, "kind": "district", "region": "35.16"}
    assert client.post(f"/agencies/{office.code}/edit", moved).status_code == 403


def test_a_leaver_in_an_open_browser_is_a_stranger(rani: Person, sari: Person) -> None:
    browser = signed_in(sari)
    assert browser.get("/people").status_code == 200
    signed_in(rani).post(f"/people/{sari.pk}/do", {"deed": "leave"})
    assert browser.get("/people").status_code == 302
    assert Client().post("/accounts/login/", {"login": sari.email, "password": PASSWORD}).status_code == 200


def test_the_page_of_a_leaver_names_the_keys_that_outlive_the_person(rani: Person, sari: Person) -> None:
    """A source's key is not the person's, so leaving does not end it; whoever stays is told which to renew."""
    psda = Source.objects.create(code="psda", name="Dinas PU SDA", agency=Agency.objects.get_or_create(code="pu", name="PU", kind="opd")[0])
    old, _secret = sources.new_key(source=psda, by=sari, label="logger lama")
    sources.new_key(source=psda, by=sari, label="logger baru")
    sources.revoke_key(key=old, by=rani)
    signed_in(rani).post(f"/people/{sari.pk}/do", {"deed": "leave"})
    page = signed_in(rani).get(f"/people/{sari.pk}").content.decode()
    assert "logger baru" in page and "/sources/psda" in page
    assert "logger lama" not in page


def test_the_last_administrator_cannot_be_removed_by_any_button(rani: Person) -> None:
    client = signed_in(rani)
    holding = Holding.objects.get(person=rani)
    client.post(f"/people/{rani.pk}/do", {"deed": "leave"})
    client.post(f"/holdings/{holding.pk}/end")
    client.post(f"/posts/{holding.post_id}/close")
    client.post(f"/posts/{holding.post_id}/edit", {"title": "x", "role": "viewer", "scope": ""})
    assert client.get("/setup").status_code == 200


def test_tokens_on_the_profile_page(sari: Person) -> None:
    client = signed_in(sari)
    page = client.post("/profile/tokens", {"label": "skrip"}).content.decode()
    secret = re.search(r"pdt_[\w-]+", page)
    assert secret is not None and actions.person_by_token(secret[0]) == sari
    assert secret[0] not in client.get("/profile").content.decode()
    client.post(f"/profile/tokens/{sari.tokens.get().pk}/revoke")
    assert actions.person_by_token(secret[0]) is None


def test_one_cannot_revoke_the_token_of_another(sari: Person, budi: Person) -> None:
    token, secret = actions.new_token(person=sari, by=sari)
    assert signed_in(budi).post(f"/profile/tokens/{token.pk}/revoke").status_code == 404
    assert actions.person_by_token(secret) == sari


def test_first_steps_send_a_real_letter(rani: Person, regency: Region) -> None:
    client = signed_in(rani)
    assert client.get("/setup").status_code == 200
    client.post("/setup/mail", {"to": "rani@mojokerto.test"})
    assert [message.to for message in mail.outbox] == [["rani@mojokerto.test"]]


def test_contacts_are_for_those_who_sign_in(sari: Person, dinkes: Agency) -> None:
    actions.change_agency(agency=dinkes, by=None, phone="0321 123")
    assert Client().get("/api/v1/agencies").json()["items"][0]["contacts"] is None
    _token, secret = actions.new_token(person=sari, by=sari)
    got = Client().get("/api/v1/agencies?q=kesehatan", headers={"Authorization": f"Bearer {secret}"}).json()
    assert got["items"][0]["contacts"]["phone"] == "0321 123" and got["next"] is None
    assert Client().get("/api/v1/agencies", headers={"Authorization": "Bearer pdt_x"}).status_code == 401
    assert Client().get("/api/v1/agencies?tipe=x").status_code == 422


@pytest.mark.parametrize("name", ["agencies", "people", "posts"])
def test_queries_do_not_grow_with_rows(name: str, rani: Person) -> None:
    client = signed_in(rani)
    for number in range(3):
        actions.invite(by=None, email=f"p{number}@x.test", name=f"P{number}", role="viewer", title=f"T{number}", scope="")
        actions.add_agency(by=None, name=f"Dinas {number}")
    client.get(reverse(f"agencies:{name}"))
    few = count_queries(client, reverse(f"agencies:{name}"))
    for number in range(3, 30):
        actions.invite(by=None, email=f"p{number}@x.test", name=f"P{number}", role="viewer", title=f"T{number}", scope="")
        actions.add_agency(by=None, name=f"Dinas {number}")
    assert count_queries(client, reverse(f"agencies:{name}")) == few


def count_queries(client: Client, path: str) -> int:
    """How many queries a page makes."""
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)
