"""Web push: a browser subscribes, the letter reaches its push service encrypted for it alone, and a call is answered from it."""

import base64
import json
import os
from collections.abc import Iterator

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.incidents.callout import actions as callout
from pendopo.incidents.models import CallOut
from pendopo.notify.models import Address, Dispatch, Subscription
from pendopo.notify.push import public_key

from .servers import Gateway, deliver_due, gateway

pytestmark = pytest.mark.django_db


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Browser:
    """What a browser keeps of its subscription."""

    def __init__(self, service: str) -> None:
        self.key, self.auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.given = {"endpoint": f"{service}/push/abc", "p256dh": encoded(public), "auth": encoded(self.auth)}

    def read(self, body: bytes) -> dict[str, object]:
        """The letter, as only this browser can read it."""
        return dict(json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")))


@pytest.fixture
def service() -> Iterator[Gateway]:
    with gateway() as server:
        yield server


def test_a_letter_reaches_the_browser_encrypted_and_answers_a_call(service: Gateway, sari: Person) -> None:
    browser, client = Browser(service.url), signed_in(sari)
    assert public_key() in client.get("/profile/notices").content.decode()
    for _again in range(2):
        assert client.post("/profile/notices/browser", browser.given).status_code == 302
    address = Address.objects.get(person=sari)
    assert address.confirmed and Entry.objects.filter(verb="add_address").count() == 1
    chain = callout.set_chain(code="p", name="P", steps=[callout.StepSpec("person", sari, ["push"], 60)], by=None)
    callout.start(chain=chain, subject="Banjir Sooko", by=None, key="x")
    deliver_due()
    ((path, headers, body),) = service.got
    assert path == "/push/abc" and headers["urgency"] == "high" and headers["authorization"].startswith("vapid t=")
    assert b"Banjir" not in body
    letter = browser.read(body)
    assert letter["title"] == "Banjir Sooko" and letter["urgent"]
    link = str(letter["url"])
    assert "Terima kasih" in Client().post(link[link.index("/c/") :], {"said": "coming"}).content.decode()
    assert CallOut.objects.get().state == "answered"


def test_a_browser_that_is_gone_is_forgotten_and_bad_keys_are_refused(service: Gateway, sari: Person, rani: Person) -> None:
    browser, client = Browser(service.url), signed_in(sari)
    bad = client.post("/profile/notices/browser", {**browser.given, "p256dh": "x"}, follow=True)
    assert "tidak dapat dibaca" in bad.content.decode() and not Subscription.objects.exists()
    client.post("/profile/notices/browser", browser.given)
    assert signed_in(rani).post("/profile/notices/browser", browser.given).status_code == 302
    assert not Address.objects.kept().filter(person=sari).exists(), "a browser shows the notices of whoever asked it last"
    address = Address.objects.kept().get(person=rani)
    service.answers = [410]
    signed_in(rani).post(f"/profile/notices/addresses/{address.pk}", {"deed": "test"})
    deliver_due()
    assert Dispatch.objects.get().state == "given_up" and not Address.objects.kept().exists()


def test_the_worker_is_a_program_for_the_whole_site() -> None:
    answer = Client().get("/push.js")
    assert answer["Content-Type"].startswith("text/javascript") and "showNotification" in answer.content.decode()
