"""Second factors, single sign-on and the emergency door, through the real pages."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from pendopo.agencies import actions
from pendopo.agencies.models import Limit, Person
from pendopo.agencies.tests.people import PASSWORD, signed_in
from pendopo.audit.models import Entry

pytestmark = pytest.mark.django_db


def sign_in(person: Person) -> tuple[Client, str]:
    """Fills the sign-in form; returns the browser and where it was led."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return client, answer.headers.get("Location", "")


def test_a_second_factor_is_asked_of_those_who_set_one(sari: Person, budi: Person) -> None:
    secret = generate_totp_secret()
    TOTP.activate(sari, secret)
    assert sign_in(budi)[1] == "/home"
    client, led = sign_in(sari)
    assert led.startswith("/accounts/2fa/authenticate/")
    assert client.get("/profile").status_code == 302, "the password alone opens nothing"
    assert client.post(led, {"code": "000000"}).status_code == 200
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert client.post(led, {"code": code}).status_code == 302
    assert client.get("/profile").status_code == 200


def test_sign_ins_and_new_passwords_stand_in_the_book(sari: Person) -> None:
    client, _led = sign_in(sari)
    assert Entry.objects.filter(verb="sign_in", actor_id=sari.pk, after__address="127.0.0.1").count() == 1
    new = "kata-sandi-baru-2026"
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    assert Entry.objects.filter(verb="set_password", actor_id=sari.pk).count() == 1
    assert client.get("/profile").status_code == 200, "the browser in which it was changed stays signed in"
    assert Person.objects.get(pk=sari.pk).check_password(new)


def test_a_second_factor_set_up_and_taken_away_stands_in_the_book(sari: Person, django_capture_on_commit_callbacks: Any) -> None:
    client, _led = sign_in(sari)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    deeds = Entry.objects.filter(verb="change_second_factor", actor_id=sari.pk, about=f"/people/{sari.pk}").order_by("pk")
    told = [entry.after for entry in deeds]
    assert told[:3] == [{"totp": "added"}, {"recovery_codes": "added"}, {"recovery_codes": "renewed"}]
    assert sorted(told[3:], key=str) == [{"recovery_codes": "removed"}, {"totp": "removed"}]


def test_failed_sign_ins_are_limited_with_a_sentence(sari: Person) -> None:
    client = Client(headers={"accept-language": "id"})
    pages = [client.post("/accounts/login/", {"login": sari.email, "password": f"salah-{n}"}).content.decode() for n in range(6)]
    sentence = "Terlalu banyak percobaan masuk yang gagal"
    assert sentence not in pages[4] and sentence in pages[5]
    assert Limit.objects.exists()
    assert sentence in client.post("/accounts/login/", {"login": sari.email, "password": PASSWORD}).content.decode()


def test_where_a_second_factor_is_required_one_is_led_to_it(sari: Person, settings: Any) -> None:
    settings.REQUIRE_MFA = True
    client = signed_in(sari)
    assert client.get("/people")["Location"] == "/accounts/2fa/"
    assert client.get("/profile").status_code == 200
    _token, secret = actions.new_token(person=sari, by=sari)
    assert Client().get("/api/v1/agencies", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    TOTP.activate(sari, generate_totp_secret())
    assert client.get("/people").status_code == 200


def test_nobody_signs_up(db: None) -> None:
    answer = Client().post("/accounts/signup/", {"email": "x@x.test", "password1": PASSWORD})
    assert answer.status_code in {200, 302, 403} and not Person.objects.exists()


def test_the_emergency_admin_uses_the_same_door(sari: Person, rani: Person) -> None:
    assert Client().get("/django-admin/login/")["Location"].startswith("/accounts/login/")
    assert signed_in(sari).get("/django-admin/").status_code in {302, 403}
    rani.is_staff = rani.is_superuser = True
    rani.save()
    browser = signed_in(rani)
    for page in ("", "agencies/person/", "agencies/agency/add/", "agencies/holding/", "regions/region/"):
        assert browser.get(f"/django-admin/{page}").status_code == 200, page


def test_the_first_administrator_of_an_empty_house_begins_with_the_first_steps(db: None) -> None:
    first = actions.first_administrator()
    assert first is not None
    answer = Client().post("/accounts/login/", {"login": first[0], "password": first[1]})
    assert answer["Location"] == "/setup"


class Outside(BaseHTTPRequestHandler):
    """A small identity provider: whoever asks is the person in `who`."""

    who: dict[str, Any] = {}

    def reply(self, body: dict[str, Any]) -> None:
        """JSON."""
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        """Discovery and the person's facts."""
        here = f"http://{self.headers['Host']}"
        if self.path.endswith("openid-configuration"):
            names = {"authorization_endpoint": "/auth", "token_endpoint": "/token", "userinfo_endpoint": "/me", "jwks_uri": "/keys"}
            self.reply({"issuer": here, **{name: here + path for name, path in names.items()}})
        else:
            self.reply(self.who)

    def do_POST(self) -> None:
        """A token for any code."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reply({"access_token": "a", "token_type": "Bearer"})

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def outside(settings: Any) -> Iterator[type[Outside]]:
    """An identity provider on this machine, and the settings that PENDOPO_OIDC_* would make of it."""
    server = HTTPServer(("127.0.0.1", 0), Outside)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    app = {"provider_id": "oidc", "name": "SSO", "client_id": "pendopo", "secret": "s", "settings": {"server_url": url}}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield Outside
    server.shutdown()
    server.server_close()
    thread.join()


def through(who: dict[str, Any]) -> Client:
    """A browser that comes back from the identity provider as this person."""
    Outside.who = who
    client = Client()
    answer = client.post("/accounts/oidc/oidc/login/")
    state = parse_qs(urlsplit(answer["Location"]).query)["state"][0]
    client.get("/accounts/oidc/oidc/login/callback/", {"code": "c", "state": state})
    return client


def test_single_sign_on_opens_for_people_who_are_known_here(outside: type[Outside], sari: Person, budi: Person) -> None:
    known = {"sub": "1", "email": "sari@mojokerto.test", "email_verified": True, "name": "Sari"}
    assert through(known).get("/profile").status_code == 200
    assert through({**known, "sub": "2", "email": "orang@lain.test"}).get("/profile").status_code == 302
    assert through({**known, "sub": "3", "email": "budi@mojokerto.test", "email_verified": False}).get("/profile").status_code == 302
    assert Person.objects.count() == 2
    actions.leave(person=sari, by=budi)
    assert through(known).get("/profile").status_code == 302, "a leaver stays out"
