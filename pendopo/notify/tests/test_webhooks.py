"""Signed webhooks to a real web address that takes, refuses, hangs and drops."""

import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.models import Entry
from pendopo.notify import actions
from pendopo.notify.models import Dispatch, Endpoint
from pendopo.notify.outside import Inside, check
from pendopo.notify.transports import webhook
from tests.installations import patience

from .servers import Gateway, deliver_due, gateway
from .test_sending import SILENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def web() -> Iterator[Gateway]:
    with gateway() as server:
        yield server


def hook(web: Gateway, by: Person, **fields: Any) -> tuple[Endpoint, str]:
    return actions.add_endpoint(**{"name": "Dasbor", "url": f"{web.url}/hook?x=1", "kinds": [], "person": None, "by": by, **fields})


def later(**span: float) -> Any:
    return timezone.now() + timedelta(**span)


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """The receiver's side, written from the specification alone."""
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 300
    key = base64.b64decode(secret.split("_", 1)[1])
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in headers["webhook-signature"].split(" ")


def answers(endpoint: Endpoint) -> list[int | None]:
    return [attempt.code for dispatch in Dispatch.objects.filter(endpoint=endpoint).order_by("pk") for attempt in dispatch.tries.all()]


def test_a_notice_is_posted_and_its_signature_holds(web: Gateway, rani: Person, sari: Person) -> None:
    endpoint, secret = hook(web, rani)
    with override_settings(SITE_URL="https://pendopo.test"):
        actions.send(to=[], **SILENT)
        deliver_due()
    ((path, headers, body),) = web.got
    assert path == "/hook?x=1" and headers["content-type"] == "application/json" and headers["host"] in web.url
    assert verify(secret, headers, body) and not verify(secret, headers, body + b" ")
    assert not verify("whsec_" + base64.b64encode(b"another").decode(), headers, body)
    word = json.loads(body)
    assert (word["type"], word["data"]["about"], word["data"]["context"]["source"]) == ("notice.source-silent", "/sources/psda", "PSDA")
    assert word["data"]["url"] == "https://pendopo.test/sources/psda"
    found = Dispatch.objects.get()
    assert (found.state, str(found.mark), answers(endpoint)) == ("sent", headers["webhook-id"], [200])


def test_the_secret_is_kept_nowhere_in_clear(web: Gateway, rani: Person) -> None:
    endpoint, secret = hook(web, rani)
    endpoint.refresh_from_db()
    assert secret.startswith("whsec_") and secret not in endpoint.secret
    assert secret not in json.dumps([entry.content for entry in Entry.objects.all()], default=str)


@pytest.mark.parametrize("answer", [500, 404, 429, "drop", (302, {"location": "/elsewhere"})])
def test_a_failure_is_tried_again_with_the_same_id_and_then_well(web: Gateway, rani: Person, answer: Any) -> None:
    endpoint, secret = hook(web, rani)
    web.answers = [answer]
    actions.send(to=[], **SILENT)
    deliver_due()
    endpoint.refresh_from_db()
    assert endpoint.failing_since and endpoint.failures == 1 and Dispatch.objects.get().state == "failed"
    assert deliver_due() == []
    deliver_due(later(seconds=31))
    endpoint.refresh_from_db()
    assert (endpoint.failing_since, endpoint.failures, Dispatch.objects.get().state) == (None, 0, "sent")
    assert len(web.got) == 2, "and no redirect was followed"
    assert len({headers["webhook-id"] for _path, headers, _body in web.got}) == 1
    assert all(verify(secret, headers, body) for _path, headers, body in web.got)


def test_a_receiver_may_ask_for_patience(web: Gateway, rani: Person) -> None:
    hook(web, rani)
    web.answers = [(503, {"retry-after": "600"})]
    actions.send(to=[], **SILENT)
    deliver_due()
    assert deliver_due(later(seconds=590)) == [] and len(deliver_due(later(seconds=601))) == 1


def test_a_receiver_that_hangs_costs_its_time_only_once(web: Gateway, rani: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "DEADLINE_S", 0.3)
    endpoint, _secret = hook(web, rani)
    web.answers = [2.0]
    for number in range(3):
        actions.send(to=[], **SILENT, key=str(number))
    began = time.monotonic()
    (outcome,) = deliver_due()
    assert time.monotonic() - began < 1.5 * patience() and outcome.code is None
    assert Dispatch.objects.filter(endpoint=endpoint, state="queued").count() == 2, "the others wait for the webhook to rest"
    deliver_due(later(seconds=31))
    assert set(Dispatch.objects.values_list("state", flat=True)) == {"sent"}


def test_gone_switches_off_at_once_and_tells_who_made_it(web: Gateway, rani: Person) -> None:
    endpoint, _secret = hook(web, rani)
    web.answers = [410]
    actions.send(to=[], **SILENT)
    deliver_due()
    endpoint.refresh_from_db()
    assert not endpoint.active and "410" in endpoint.off_because
    told = Dispatch.objects.get(person=rani)
    assert told.notice.kind == "webhook-off" and "Dasbor" in told.subject
    assert actions.send(to=[], **SILENT, key="next") is None
    assert actions.switch_on(endpoint=endpoint, by=rani) and actions.send(to=[], **SILENT, key="next")


def test_five_days_of_failure_switch_off_and_four_do_not(web: Gateway, rani: Person) -> None:
    endpoint, _secret = hook(web, rani)
    for day in range(6):
        web.answers = [500]
        actions.send(to=[], **SILENT, key=str(day))
        Dispatch.objects.filter(endpoint=endpoint, state="queued").update(created=later(days=day), due=later(days=day))
        Dispatch.objects.filter(endpoint=endpoint, state="failed").update(state="given_up", finished=timezone.now())
        deliver_due(later(days=day, seconds=1))
        endpoint.refresh_from_db()
        assert endpoint.active == (day < 5)
    assert Entry.objects.filter(room="notify", verb="switch_off").get().actor == "pendopo"
    actions.send(to=[], **SILENT, key="after")
    assert len(web.got) == 6


def test_two_secrets_sign_while_one_is_changed(web: Gateway, rani: Person) -> None:
    endpoint, old = hook(web, rani)
    new = actions.rotate_secret(endpoint=endpoint, by=rani)
    actions.send(to=[], **SILENT)
    deliver_due()
    ((_path, headers, body),) = web.got
    assert verify(old, headers, body) and verify(new, headers, body) and old != new
    Endpoint.objects.update(previous_until=timezone.now())
    actions.send(to=[], **SILENT, key="2")
    deliver_due()
    _path, headers, body = web.got[-1]
    assert not verify(old, headers, body) and verify(new, headers, body)


def test_a_changed_key_of_the_installation_says_so(web: Gateway, rani: Person, settings: Any) -> None:
    hook(web, rani)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 8
    actions.send(to=[], **SILENT)
    (outcome,) = deliver_due()
    assert outcome.result == "failed" and not web.got
    settings.SECRET_KEY_FALLBACKS = [before]
    (outcome,) = deliver_due(later(seconds=31))
    assert outcome.result == "sent"


def test_a_removed_webhook_gets_nothing_that_waits(web: Gateway, rani: Person) -> None:
    endpoint, _secret = hook(web, rani)
    actions.send(to=[], **SILENT)
    actions.remove_endpoint(endpoint=endpoint, by=rani)
    deliver_due()
    assert web.got == [] and Dispatch.objects.get().state == "given_up"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://10.0.0.8/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://0/",
        "http://1.1.1.1/",
        "ftp://1.1.1.1/",
        "https://user:pw@1.1.1.1/",
        "https://1.1.1.1:99999/",
        "https:///x",
        "file:///etc/passwd",
    ],
)
def test_addresses_inside_are_refused(url: str, rani: Person) -> None:
    with override_settings(WEBHOOK_PRIVATE=False):
        with pytest.raises(Refused):
            actions.add_endpoint(name="x", url=url, kinds=[], person=None, by=rani)
        assert not Endpoint.objects.exists()


def test_an_address_outside_is_taken_and_private_ones_by_setting(rani: Person) -> None:
    assert check("https://1.1.1.1/hook")[1] == "1.1.1.1"
    with override_settings(WEBHOOK_PRIVATE=True):
        assert check("http://127.0.0.1:81/")[1] == "127.0.0.1"


def test_a_name_that_changes_its_mind_is_caught_when_it_is_called(web: Gateway, rani: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: outside when it is typed in, inside when it is called; and inside as one of several."""
    found = ["1.1.1.1"]

    def lookup(host: str, port: int, **_rest: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    with override_settings(WEBHOOK_PRIVATE=False):
        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        hook(web, rani, url="https://turns.example/hook")
        found[:] = ["1.1.1.1", "127.0.0.1"]
        with pytest.raises(Inside):
            check("https://turns.example/hook")
        actions.send(to=[], **SILENT)
        (outcome,) = deliver_due()
        assert outcome.result == "failed" and "turns.example" in outcome.detail and not web.got


def test_too_many_of_ones_own(web: Gateway, sari: Person) -> None:
    for number in range(5):
        hook(web, sari, person=sari, name=str(number))
    with pytest.raises((Refused, ValidationError)):
        hook(web, sari, person=sari)
