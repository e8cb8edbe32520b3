"""Who is told what, in which language, by which way and when."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pendopo.agencies import actions as agencies
from pendopo.agencies.models import Agency, Holding, Person, Role
from pendopo.agencies.tests.people import person_in_post
from pendopo.audit.models import Entry
from pendopo.notify import actions
from pendopo.notify.models import Address, Dispatch, Endpoint, Notice, Urgency
from pendopo.notify.sealing import seal

pytestmark = pytest.mark.django_db

SILENT: dict[str, Any] = {
    "kind": "source-silent",
    "subject_template": "The webhook %(webhook)s was switched off",  # a sentence that has its Indonesian
    "context": {"source": "PSDA", "since": "9 Mei 2020 14.05 WIB", "webhook": "PSDA"},
    "about": "/sources/psda",
}


def receivers() -> list[tuple[str, str]]:
    return list(Dispatch.objects.order_by("target").values_list("channel", "target"))


def phone(person: Person, number: str = "+6281234567890", **fields: Any) -> Address:
    return Address.objects.create(person=person, channel="sms", target=number, confirmed=timezone.now(), **fields)


def test_people_and_holders_of_posts_are_told_once(sari: Person, budi: Person, rani: Person) -> None:
    post = Holding.objects.get(person=sari).post
    notice = actions.send(to=[sari, post, budi], **SILENT)
    assert notice is not None and receivers() == [("email", budi.email), ("email", sari.email)]
    entry = Entry.objects.get(room="notify", verb="send")
    assert entry.about == "/sources/psda" and entry.after["to"] == sorted([sari.pk, budi.pk])


def test_who_left_or_gave_the_post_back_is_not_told(sari: Person, budi: Person) -> None:
    post = Holding.objects.get(person=sari).post
    agencies.give_back(holding=Holding.objects.get(person=sari), by=None)
    agencies.leave(person=budi, by=None)
    assert actions.send(to=[post, budi], **SILENT) is None
    assert not Dispatch.objects.exists() and not Notice.objects.exists() and not Entry.objects.filter(room="notify").exists()


def test_everyone_in_their_language(sari: Person, budi: Person) -> None:
    agencies.change_person(person=budi, by=None, language="en")
    actions.send(to=[sari, budi], **SILENT)
    indonesian, english = Dispatch.objects.get(person=sari), Dispatch.objects.get(person=budi)
    assert indonesian.subject == "Webhook PSDA dimatikan" and english.subject == "The webhook PSDA was switched off"
    assert "tidak mengirim apa pun sejak 9 Mei 2020" in indonesian.text and "has sent nothing since" in english.text


def test_plural_and_markup_stay_text(sari: Person) -> None:
    context = {"rows": 3, "source": "<b>PSDA & co</b>"}
    actions.send(to=[sari], kind="quarantine", subject_template="%(rows)s\r\nBcc: x@y.test", context=context, about="/q")
    found = Dispatch.objects.get()
    assert found.subject == "3 Bcc: x@y.test", "a line break cannot become a mail header"
    assert "3 baris dari sumber “<b>PSDA & co</b>”" in found.text


def test_the_same_thing_is_not_said_twice_within_its_window(sari: Person, budi: Person) -> None:
    assert actions.send(to=[sari], **SILENT)
    assert actions.send(to=[sari], **SILENT) is None
    assert actions.send(to=[sari, budi], **SILENT), "Budi has not heard it yet"
    assert receivers() == [("email", budi.email), ("email", sari.email)]
    assert actions.send(to=[sari], **{**SILENT, "about": "/sources/other"}), "another thing"
    assert actions.send(to=[sari], **SILENT, key="second outage"), "another key"


def test_after_the_window_it_is_said_again(sari: Person) -> None:
    who = [f"person:{sari.pk}"]
    now = timezone.now()
    told = [bool(actions.sending.tell(who, key="x", window=timedelta(hours=1), now=now + timedelta(minutes=m))) for m in (0, 59, 60, 61)]
    assert told == [True, False, True, False]


def test_what_is_rolled_back_is_not_told(sari: Person) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.send(to=[sari], **SILENT)
        raise RuntimeError
    assert not Dispatch.objects.exists()
    assert actions.send(to=[sari], **SILENT), "and may be told afterwards"


def test_muted_kinds(sari: Person) -> None:
    actions.set_wishes(person=sari, email=True, muted=["source-silent", "test", "nonsense"], quiet_from=None, quiet_until=None)
    assert sari.wishes.muted == ["source-silent"], "what answers one's own click cannot be muted"
    assert actions.send(to=[sari], **SILENT) is None
    assert actions.send(to=[sari], kind="quarantine", subject_template="x", context={"rows": 1, "source": "a"}, about="/q")


def test_quiet_hours_hold_all_but_urgent_notices(sari: Person) -> None:
    hour = timezone.localtime().hour
    actions.set_wishes(person=sari, email=True, muted=[], quiet_from=time((hour - 1) % 24), quiet_until=time((hour + 2) % 24))
    actions.send(to=[sari], **SILENT)
    held = Dispatch.objects.get()
    assert timedelta(hours=1) < held.due - timezone.now() <= timedelta(hours=2)
    actions.send(to=[sari], urgency=Urgency.URGENT, **SILENT, key="urgent")
    assert Dispatch.objects.latest("pk").due <= timezone.now()


def test_ways(sari: Person) -> None:
    phone(sari, urgent_only=True)
    Address.objects.create(person=sari, channel="email", target="other@x.test")
    actions.send(to=[sari], **SILENT)
    assert receivers() == [("email", sari.email)], "an unconfirmed address is not used, an urgent one waits for urgent notices"
    actions.send(to=[sari], urgency=Urgency.URGENT, **SILENT, key="2")
    assert set(receivers()) == {("email", sari.email), ("sms", "+6281234567890")}


def test_without_mail_wished_the_account_is_used_only_when_nothing_else_is_there(sari: Person) -> None:
    actions.set_wishes(person=sari, email=False, muted=[], quiet_from=None, quiet_until=None)
    actions.send(to=[sari], **SILENT)
    assert receivers() == [("email", sari.email)]
    phone(sari)
    actions.send(to=[sari], **SILENT, key="2")
    assert Dispatch.objects.latest("pk").channel == "sms" and Dispatch.objects.count() == 2


def test_webhooks_hear_their_kinds(sari: Person, budi: Person) -> None:
    def hook(name: str, **fields: Any) -> Endpoint:
        return Endpoint.objects.create(name=name, url=f"https://{name}.test/", secret=seal("x"), **fields)

    hook("all")
    hook("other", kinds=["quarantine"])
    hook("off", active=False)
    hook("sari", person=sari)
    hook("budi", person=budi)
    actions.send(to=[sari], **SILENT)
    actions.send(to=[sari], **SILENT)
    assert receivers() == [("webhook", "https://all.test/"), ("webhook", "https://sari.test/"), ("email", sari.email)]


def test_a_wrong_kind_and_a_missing_word_are_refused_at_once(sari: Person) -> None:
    with pytest.raises(ValueError, match="add a line to notify/kinds.py"):
        actions.send(to=[sari], kind="nonsense", subject_template="x", context={}, about="/")
    with pytest.raises(KeyError):
        actions.send(to=[sari], kind="test", subject_template="%(absent)s", context={}, about="/")


@pytest.mark.django_db(transaction=True)
def test_ten_senders_at_once_tell_it_once() -> None:
    agency = Agency.objects.create(code="a", name="A")
    people = [person_in_post(f"p{n}@x.test", f"P{n}", Role.VIEWER, agency=agency) for n in range(5)]

    def one(_n: int) -> bool:
        try:
            return actions.send(to=people, **SILENT) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(one, range(10))) == 1
    assert Dispatch.objects.count() == 5
