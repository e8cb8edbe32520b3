"""The look as a browser meets it: language, theme, sign-in, errors, and no inline script or style anywhere."""

import re
from pathlib import Path

import pytest
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import PASSWORD
from pendopo.regions.models import Region

TEMPLATES = sorted(Path(__file__).resolve().parents[2].rglob("templates/**/*.html"))
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_template_needs_what_the_policy_forbids(template: Path) -> None:
    found = INLINE.search(template.read_text())
    assert found is None, f"{template}: {found and found[0]}"


@pytest.mark.parametrize(("accept", "cookie", "word"), [("en-US", "", "Kata sandi"), ("id", "en", "Password"), ("en", "xx", "Kata sandi")])
def test_pages_speak_indonesian_unless_the_reader_chose(client: Client, regency: Region, accept: str, cookie: str, word: str) -> None:
    if cookie:
        client.cookies["django_language"] = cookie
    page = client.get("/accounts/login/", headers={"accept-language": accept}).content.decode()
    assert word in page


def test_a_person_reads_in_their_own_language(client: Client, sari: Person, regency: Region) -> None:
    Person.objects.filter(pk=sari.pk).update(language="en")
    client.force_login(sari, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Welcome, Sari" in client.get("/home").content.decode()


def test_sign_in_with_the_two_fields_leads_home(client: Client, sari: Person, regency: Region) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert 'name="login"' in page and 'name="password"' in page
    wrong = client.post("/accounts/login/", {"login": sari.email, "password": "wrong"})
    assert wrong.status_code == 200 and 'role="alert"' in wrong.content.decode()
    right = client.post("/accounts/login/", {"login": sari.email, "password": PASSWORD})
    assert right.status_code == 302 and right["Location"] == "/home"


def test_the_theme_is_kept_and_nonsense_is_refused(client: Client, regency: Region) -> None:
    answer = client.post("/theme", {"theme": "dark"}, headers={"referer": "http://evil.example/x"})
    assert answer.status_code == 302 and answer["Location"] == "/"
    assert 'data-theme="dark"' in client.get("/accounts/login/").content.decode()
    assert client.post("/theme", {"theme": "pink"}).status_code == 400
    assert client.get("/theme").status_code == 405


def test_errors_are_pages_with_a_sentence_and_a_way_out(client: Client, regency: Region) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "Halaman ini tidak ada" in page.content.decode() and 'href="/"' in page.content.decode()


def test_every_page_carries_the_policy(client: Client, regency: Region) -> None:
    for path in ("/", "/accounts/login/", "/nowhere"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy
