"""Addresses of one's own: confirmed by a code that really arrives; gateways through Apprise."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import apprise
import pytest
from django.test import override_settings
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.models import Entry
from pendopo.notify import actions
from pendopo.notify.channels import is_set_up
from pendopo.notify.models import Address, Dispatch, Told

from .servers import Gateway, deliver_due, gateway, mail_server
from .test_sending import SILENT

pytestmark = pytest.mark.django_db

SECRET = "a-long-token-of-the-gateway"


@pytest.fixture
def sms() -> Iterator[Gateway]:
    """An SMS gateway as an operator names it: JSON over HTTP with the number in the body."""
    with gateway() as server:
        place = f"json://pendopo:{SECRET}@{urlsplit(server.url).netloc}/send?:to={{to}}"
        with override_settings(GATEWAYS={"sms": place, "whatsapp": "", "telegram": "", "chat": ""}):
            yield server


def last_code(server: Gateway) -> str:
    found = re.search(r"\b\d{6}\b", json.loads(server.got[-1][2])["message"])
    assert found
    return found[0]


def test_an_address_is_used_after_its_code_was_typed_in(sms: Gateway, sari: Person) -> None:
    address = actions.add_address(person=sari, channel="sms", target="0812-3456-7890")
    deliver_due()
    word = json.loads(sms.got[0][2])
    assert word["to"] == "+6281234567890" and "Kodenya" in word["message"] and "Sari" in word["message"]
    assert not actions.confirm(address=address, code="000000" if last_code(sms) != "000000" else "111111")
    actions.send(to=[sari], **SILENT)
    assert Dispatch.objects.filter(channel="sms").count() == 1, "nothing but the code goes to an unconfirmed address"
    assert actions.confirm(address=address, code=f" {last_code(sms)[:3]} {last_code(sms)[3:]} ")
    actions.send(to=[sari], **SILENT, key="2")
    deliver_due()
    assert json.loads(sms.got[-1][2])["title"] == "Webhook PSDA dimatikan"
    deeds = [entry.verb for entry in Entry.objects.filter(room="notify").order_by("pk")]
    assert deeds == ["add_address", "send", "confirm_address", "send"]
    assert "7890" not in json.dumps([entry.after for entry in Entry.objects.filter(room="notify")]), "the book holds it masked"


def test_guessing_the_code_ends_after_five_tries_and_after_an_hour(sms: Gateway, sari: Person) -> None:
    address = actions.add_address(person=sari, channel="sms", target="+6281234567890")
    deliver_due()
    right = last_code(sms)
    for _try in range(5):
        assert not actions.confirm(address=address, code="no")
    with pytest.raises(Refused):
        actions.confirm(address=address, code=right)
    with pytest.raises(Refused, match=r"wait|tunggu"):
        actions.ask_confirmation(address=address)
    Told.objects.update(at=timezone.now() - timedelta(minutes=2))
    actions.ask_confirmation(address=address)
    deliver_due()
    assert last_code(sms) != right
    Address.objects.update(asked=timezone.now() - timedelta(minutes=61))
    with pytest.raises(Refused):
        actions.confirm(address=Address.objects.get(), code=last_code(sms))


def test_addresses_that_cannot_be_are_refused(sms: Gateway, sari: Person) -> None:
    for channel, target in [("sms", "112"), ("email", "nobody"), ("chat", "../x"), ("webhook", "https://x.test"), ("email", sari.email)]:
        with pytest.raises(Refused):
            actions.add_address(person=sari, channel=channel, target=target)
    actions.add_address(person=sari, channel="sms", target="081234567890")
    with pytest.raises(Refused):
        actions.add_address(person=sari, channel="sms", target="+6281234567890")
    assert Address.objects.count() == 1


def test_nobody_can_write_to_the_whole_country(sms: Gateway, sari: Person) -> None:
    for number in range(10):
        actions.remove_address(address=actions.add_address(person=sari, channel="sms", target=f"+628120000000{number}"))
    with pytest.raises(Refused, match=r"tomorrow|besok"):
        actions.add_address(person=sari, channel="sms", target="+6281200000011")


@pytest.mark.parametrize("answer", [500, "drop"])
def test_a_gateway_that_fails_is_tried_again_and_keeps_its_secret(sms: Gateway, sari: Person, answer: int | str) -> None:
    Address.objects.create(person=sari, channel="sms", target="+6281234567890", confirmed=timezone.now())
    sms.answers = [answer]
    actions.send_test(person=sari, address=Address.objects.get())
    (outcome,) = deliver_due()
    assert outcome.result == "failed" and SECRET not in outcome.detail
    assert outcome.code == (500 if answer == 500 else None)
    (outcome,) = deliver_due(timezone.now() + timedelta(seconds=31))
    assert outcome.result == "sent" and len(sms.got) == 2


def test_a_channel_without_a_service_says_so(sari: Person) -> None:
    Address.objects.create(person=sari, channel="whatsapp", target="+6281234567890", confirmed=timezone.now())
    assert not is_set_up("whatsapp")
    actions.send_test(person=sari, address=Address.objects.get())
    (outcome,) = deliver_due()
    assert (outcome.result, outcome.code) == ("failed", None) and outcome.detail


def test_telegram_and_others_are_addresses_that_apprise_knows() -> None:
    """The examples of the documents are real Apprise addresses."""
    page = (Path(__file__).parents[3] / "docs" / "settings.md").read_text(encoding="utf-8")
    examples = re.findall(r"`([a-z]+://[^`]*\{to\}[^`]*)`", page)
    assert len(examples) >= 4
    for example in examples:
        assert apprise.Apprise().add(example.replace("{to}", "sari" if "chat" in example else "6281234567890")), example


def test_a_test_notice_goes_out_whatever_the_wishes_but_not_at_every_click(sari: Person) -> None:
    actions.set_wishes(person=sari, email=False, muted=["source-silent"], quiet_from=None, quiet_until=None)
    with mail_server() as server:
        actions.send_test(person=sari)
        with pytest.raises(Refused):
            actions.send_test(person=sari)
        deliver_due()
        assert [mail["Subject"] for mail in server.got] == ["Pemberitahuan uji coba dari Pendopo"]
