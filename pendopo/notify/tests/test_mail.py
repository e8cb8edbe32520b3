"""E-mail to a real SMTP server that takes, refuses, and drops the line."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, cast

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from pendopo.agencies import actions as agencies
from pendopo.agencies.models import Person
from pendopo.notify import actions
from pendopo.notify.logic import Outcome
from pendopo.notify.models import Address, Attempt, Dispatch, Urgency

from .servers import MailServer, deliver_due, mail_server
from .test_sending import SILENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def later(**time: int) -> Any:
    return timezone.now() + timedelta(**time)


def log(dispatch: Dispatch) -> list[tuple[str, int | None]]:
    return list(dispatch.tries.values_list("result", "code"))


def test_a_letter_arrives_with_text_and_html(smtp: MailServer, sari: Person) -> None:
    with override_settings(SITE_URL="https://pendopo.test"):
        actions.send(to=[sari], urgency=Urgency.URGENT, **{**SILENT, "context": {**SILENT["context"], "source": "PSDA <Jatim>"}})
        deliver_due()
    mail = cast(EmailMessage, smtp.got[0])
    found = Dispatch.objects.get()
    assert (smtp.recipients, mail["Subject"], mail["Importance"]) == ([sari.email], "Webhook PSDA dimatikan", "high")
    assert mail["Message-ID"] == f"<{found.mark}@localhost>" and mail["Content-Language"] == "id"
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "PSDA <Jatim>" in plain and "https://pendopo.test/sources/psda" in plain
    assert "PSDA &lt;Jatim&gt;" in html and 'href="https://pendopo.test/sources/psda"' in html and 'lang="id"' in html
    assert "<script" not in html and "<img" not in html
    assert (found.state, log(found)) == ("sent", [("sent", 250)]) and found.finished
    assert deliver_due() == [] and len(smtp.got) == 1


def test_a_recipient_refused_for_good_is_given_up(smtp: MailServer, sari: Person, budi: Person) -> None:
    smtp.refuse[sari.email] = "550 5.1.1 no such user"
    actions.send(to=[sari, budi], **SILENT)
    deliver_due()
    refused = Dispatch.objects.get(person=sari)
    assert (refused.state, log(refused)) == ("given_up", [("refused", 550)])
    assert "no such user" in refused.tries.get().detail
    assert smtp.recipients == [budi.email], "the others are not held up"


@pytest.mark.parametrize("answer", ["451 4.3.0 try later", "drop"])
def test_a_passing_trouble_is_tried_again_with_the_same_id(smtp: MailServer, sari: Person, answer: str) -> None:
    smtp.answers = [answer, answer]
    actions.send(to=[sari], **SILENT)
    deliver_due()
    found = Dispatch.objects.get()
    assert found.state == "failed" and timedelta(seconds=20) < found.due - timezone.now() <= timedelta(seconds=30)
    assert deliver_due() == [], "not before its time"
    deliver_due(later(seconds=31))
    deliver_due(later(seconds=60))
    assert smtp.got == [] and deliver_due(later(minutes=3))
    found.refresh_from_db()
    assert (found.state, found.attempts) == ("sent", 3)
    assert [result for result, _code in log(found)] == ["failed", "failed", "sent"]
    assert [mail["Message-ID"] for mail in smtp.got] == [f"<{found.mark}@localhost>"]


def test_without_an_answer_for_a_day_it_is_given_up_and_can_be_sent_again_by_hand(sari: Person, rani: Person) -> None:
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
        actions.send(to=[sari], **SILENT)
        deliver_due()
        deliver_due(later(hours=24))
    found = Dispatch.objects.get()
    assert (found.state, log(found)) == ("given_up", [("failed", None), ("failed", None)])
    with mail_server() as server:
        assert deliver_due(later(hours=25)) == []
        assert actions.try_again(dispatch=found, by=rani)
        assert not actions.try_again(dispatch=found, by=rani)
        deliver_due()
        assert len(server.got) == 1 and not actions.try_again(dispatch=found, by=rani)


def test_without_a_mail_server_notices_wait(sari: Person) -> None:
    with override_settings(EMAIL_HOST="", EMAIL_BACKEND="django.core.mail.backends.console.EmailBackend"):
        actions.send(to=[sari], **SILENT)
        (outcome,) = deliver_due()
    assert outcome.result == "failed" and "PENDOPO_SMTP_HOST" in outcome.detail


def test_who_leaves_or_takes_the_address_away_gets_nothing_that_waits(smtp: MailServer, sari: Person, budi: Person) -> None:
    address = Address.objects.create(person=budi, channel="email", target="budi@rumah.test", confirmed=timezone.now())
    actions.send(to=[sari, budi], **SILENT)
    agencies.leave(person=sari, by=None)
    actions.remove_address(address=address)
    deliver_due()
    assert smtp.recipients == [budi.email]
    assert Attempt.objects.filter(result="refused").count() == 2


def test_what_a_killed_process_had_taken_is_taken_over_after_its_lease(smtp: MailServer, sari: Person) -> None:
    actions.send(to=[sari], **SILENT)
    lost = actions.claim(channels=["email"])
    assert lost and actions.claim(channels=["email"]) is None and deliver_due(later(seconds=60)) == []
    deliver_due(later(seconds=121))
    found = Dispatch.objects.get()
    assert (found.state, [result for result, _code in log(found)]) == ("sent", ["interrupted", "sent"])
    assert not actions.conclude(claimed=lost, outcome=Outcome("failed")), "the one that was lost comes too late to change the state"
    found.refresh_from_db()
    assert found.state == "sent"


def test_the_log_of_attempts_only_grows(smtp: MailServer, sari: Person) -> None:
    actions.send(to=[sari], **SILENT)
    deliver_due()
    for deed in (lambda: Attempt.objects.update(detail="x"), lambda: Attempt.objects.all().delete()):
        with pytest.raises(IntegrityError, match="keeps every row"), transaction.atomic():
            deed()
