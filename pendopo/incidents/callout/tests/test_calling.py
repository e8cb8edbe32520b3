"""A call-out against a real mail server and a gateway that drops, delays and answers."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, cast
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.audit.models import Entry
from pendopo.incidents.callout import actions, running
from pendopo.incidents.callout.actions import StepSpec
from pendopo.incidents.callout.planning import reached_now
from pendopo.incidents.callout.tokens import reply_key, token_of
from pendopo.incidents.models import Call, CallOut, Chain, Reply
from pendopo.incidents.roster import actions as roster_actions
from pendopo.notify.models import Address, Dispatch, Wishes
from pendopo.notify.tests.servers import Gateway, MailServer, deliver_due, gateway, mail_server

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def smtp() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def sms() -> Iterator[Gateway]:
    """A gateway for SMS and one for Telegram behind one address, told apart by the path."""
    with gateway() as server:
        places = {name: f"{server.url.replace('http', 'json')}/{name}?:to={{to}}" for name in ("sms", "telegram")}
        with override_settings(GATEWAYS=places, COMMANDS={}):
            yield server


def phone(person: Person, number: str, channel: str = "sms") -> None:
    Address.objects.create(person=person, channel=channel, target=number, confirmed=timezone.now())


def chain(*steps: tuple[Person, list[str]], wait_s: int = 60, code: str = "watch", **more: Any) -> Chain:
    specs = [StepSpec("person", person, channels, wait_s) for person, channels in steps]
    return actions.set_chain(code=code, name=code.title(), steps=specs, by=None, **more)


def begin(found: Chain, key: str = "flood", **more: Any) -> CallOut:
    return actions.start(chain=found, subject="Banjir Sooko", detail="Air 120 cm", by=None, key=key, **more)


def go_on(out: CallOut, minutes: float) -> CallOut:
    actions.advance(call_out=out, now=timezone.now() + minutes * MINUTE)
    out.refresh_from_db()
    return out


def letter_to(smtp: MailServer, number: int = -1) -> str:
    mail = cast(EmailMessage, smtp.got[number])
    return str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def link_in(text: str) -> str:
    return re.search(r"https?://[^/\s]+(/c/\S+)", text)[1]  # type: ignore[index]


def reply(channel: str, sender: str, text: str, key: str | None = None) -> dict[str, Any]:
    answer = Client().post(
        f"/callout/replies/{channel}", {"from": sender, "text": text}, headers={"Authorization": f"Bearer {key or reply_key(channel)}"}
    )
    return {"status": answer.status_code, **answer.json()}


def test_by_mail_and_the_answer_from_the_letter_itself(smtp: MailServer, sari: Person, budi: Person) -> None:
    out = begin(chain((sari, ["email"]), (budi, ["email"])), about="/incidents/1")
    deliver_due()
    assert smtp.recipients == [sari.email] and smtp.got[0]["Importance"] == "high"
    address = link_in(letter_to(smtp))
    assert Client().get(address).status_code == 200
    assert go_on(out, 0).state == "running", "opening the address answers nothing"
    page = Client().post(address, {"said": "coming"}).content.decode()
    assert "Terima kasih" in page
    out.refresh_from_db()
    assert (out.state, out.answered_by) == ("answered", sari)
    assert not actions.advance(call_out=out, now=timezone.now() + 60 * MINUTE) and Call.objects.count() == 1
    assert Entry.objects.filter(verb="answer_call").get().after["channel"] == "email"
    assert Client().post("/c/forged", {"said": "coming"}).status_code == 404


def test_a_reply_counts_only_over_the_channel_of_its_call(smtp: MailServer, sms: Gateway, sari: Person) -> None:
    phone(sari, "+628111111111")
    phone(sari, "4321", "telegram")
    out = begin(chain((sari, ["sms", "telegram", "email"])))
    deliver_due()
    assert sorted(path.split("?")[0] for path, _h, _b in sms.got) == ["/sms", "/telegram"]
    code = Call.objects.get(channel="sms").code
    wrong = reply("telegram", "4321", f"YA {code}")
    assert not wrong["counted"] and "saluran lain" in wrong["reply"]
    assert reply("sms", "+628111111111", f"YA {code}", key=reply_key("telegram"))["status"] == 403, "a gateway cannot speak for another"
    assert not reply("sms", "0822 2222 2222", f"YA {code}")["counted"], "not the number that was called"
    assert go_on(out, 0).state == "running"
    assert reply("sms", "0811-1111-111", f"ya {code}")["counted"], "the same number, spelled as people do"
    out.refresh_from_db()
    assert out.state == "answered" and list(Reply.objects.order_by("id").values_list("counted", flat=True)) == [False, False, True]


def test_telegram_updates_and_replies_without_a_code(sms: Gateway, sari: Person) -> None:
    phone(sari, "4321", "telegram")
    out = begin(chain((sari, ["telegram"])))
    deliver_due()

    def update(text: str) -> dict[str, Any]:
        body = {"update_id": 1, "message": {"chat": {"id": 4321}, "text": text}}
        head = {"X-Telegram-Bot-Api-Secret-Token": reply_key("telegram")}
        return cast(dict[str, Any], Client().post("/callout/replies/telegram", body, "application/json", headers=head).json())

    assert not update("apa?")["counted"] and update("siap")["counted"]
    out.refresh_from_db()
    assert out.state == "answered"


def test_whoever_cannot_makes_room_for_the_next_at_once(sms: Gateway, sari: Person, budi: Person) -> None:
    phone(sari, "+628111111111")
    phone(budi, "+628222222222")
    out = begin(chain((sari, ["sms"]), (budi, ["sms"]), wait_s=3600))
    deliver_due()
    assert not actions.advance(call_out=out, now=timezone.now() + MINUTE)
    assert reply("sms", "08111111111", "TIDAK")["counted"]
    assert actions.advance(call_out=out, now=timezone.now() + MINUTE)
    deliver_due()
    assert [json.loads(body)["to"][-4:] for _path, _h, body in sms.got] == ["1111", "2222"]


def test_a_gateway_that_drops_and_delays_loses_nothing(sms: Gateway, smtp: MailServer, sari: Person, budi: Person) -> None:
    phone(sari, "+628111111111")
    sms.answers = ["drop", 503, 0.4]
    out = begin(chain((sari, ["sms"]), (budi, ["email"]), wait_s=3600))
    deliver_due()
    assert actions.advance(call_out=out, now=timezone.now() + MINUTE), "the only call failed: nobody waits an hour for it"
    deliver_due()
    assert smtp.recipients == [budi.email]
    deliver_due(timezone.now() + MINUTE)
    deliver_due(timezone.now() + 2 * MINUTE)
    sent = Dispatch.objects.get(channel="sms")
    assert (sent.state, sent.attempts, len(sms.got)) == ("sent", 3, 3)
    assert reply("sms", "08111111111", "ya")["counted"]
    out.refresh_from_db()
    assert out.answered_by == sari


def test_if_all_fail_the_page_says_whom_to_ring_by_hand(sms: Gateway, sari: Person, rani: Person) -> None:
    Person.objects.filter(pk=sari.pk).update(phone="0812 3456 7890")
    sari.refresh_from_db()
    sms.answers = ["drop"] * 9
    out = begin(chain((sari, ["sms", "telegram"]), wait_s=600))
    assert Call.objects.get(channel="telegram").obstacle, "why a channel was not used is kept"
    deliver_due()
    assert go_on(out, 1).state == "unanswered"
    page = signed_in(rani).get(out.get_absolute_url()).content.decode()
    assert 'href="tel:0812 3456 7890"' in page and "Telepon sendiri" in page
    assert Dispatch.objects.get().state == "given_up" and deliver_due(timezone.now() + 5 * MINUTE) == []


def test_a_late_answer_after_all_still_counts(smtp: MailServer, sari: Person) -> None:
    out = begin(chain((sari, ["email"]), wait_s=60))
    deliver_due()
    assert go_on(out, 2).state == "unanswered"
    Client().post(link_in(letter_to(smtp)), {"said": "coming"})
    out.refresh_from_db()
    assert (out.state, out.answered_by) == ("answered", sari)


def test_nobody_is_called_twice_for_the_same_thing(smtp: MailServer, sari: Person, budi: Person) -> None:
    found = chain((sari, ["email"]), (sari, ["email"]), (budi, ["email"]))
    out = begin(found)
    assert begin(found) == out
    go_on(out, 2)
    deliver_due()
    assert smtp.recipients == [sari.email, budi.email], "the second step held nobody new, so the third was next"
    assert begin(found, key="another thing") != out


def test_who_cannot_come_after_all_opens_the_call_out_again(smtp: MailServer, sms: Gateway, sari: Person, budi: Person) -> None:
    phone(sari, "+628111111111")
    out = begin(chain((sari, ["sms"]), (budi, ["email"]), wait_s=3600))
    deliver_due()
    assert reply("sms", "08111111111", "ya")["counted"]
    code = Call.objects.get().code
    said = reply("sms", "08111111111", f"TIDAK {code}")
    assert said["counted"] and "berikutnya" in said["reply"]
    out.refresh_from_db()
    assert (out.state, out.answered_by, out.ended) == ("running", None, None)
    assert running.go_on() == 1
    deliver_due()
    assert smtp.recipients == [budi.email] and len(sms.got) == 1, "nobody is called twice"


def test_who_said_yes_as_the_second_is_told_that_it_is_on_them_now(smtp: MailServer, sari: Person, budi: Person) -> None:
    out = begin(chain((sari, ["email"]), (budi, ["email"])))
    go_on(out, 2)
    deliver_due()
    first, second = (link_in(letter_to(smtp, number)) for number in (0, 1))
    for address in (first, second):
        Client().post(address, {"said": "coming"})
    assert "berhalangan" in Client().get(first).content.decode()
    assert "Budi" in Client().post(first, {"said": "cannot"}).content.decode()
    out.refresh_from_db()
    assert (out.state, out.answered_by) == ("answered", budi)
    deliver_due()
    assert smtp.recipients == [sari.email, budi.email, budi.email] and "giliran Anda" in str(smtp.got[-1]["Subject"])


def test_a_channel_that_is_down_for_an_hour_loses_no_call_and_calls_nobody_twice(sms: Gateway, sari: Person, budi: Person) -> None:
    phone(sari, "+628111111111")
    phone(budi, "+628222222222")
    sms.answers = ["drop"] * 99
    out = begin(chain((sari, ["sms"]), (budi, ["sms"]), wait_s=300))
    for minutes in range(0, 60, 3):
        go_on(out, minutes)
        deliver_due(timezone.now() + minutes * MINUTE)
    assert out.state == "unanswered" and Call.objects.count() == 2
    sms.answers = []
    before = len(sms.got)
    deliver_due(timezone.now() + 61 * MINUTE)
    assert len(sms.got) == before and not Dispatch.objects.exclude(state="given_up").exists(), "the desk rings by hand since long"


@pytest.mark.django_db(transaction=True)
def test_ten_who_start_and_go_on_at_once_call_once() -> None:
    found = chain((person_in_post("p@x.test", "P", Role.OFFICER), ["email"]), wait_s=60)

    def starting(_n: int) -> int:
        try:
            return begin(found).pk
        finally:
            connection.close()

    def going_on(_n: int) -> bool:
        try:
            return actions.advance(call_out=CallOut.objects.get(), now=timezone.now() + 2 * MINUTE)
        finally:
            connection.close()

    with mail_server(), ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(starting, range(10)))) == 1 and CallOut.objects.count() == 1
        assert sum(pool.map(going_on, range(10))) == 1
    assert Call.objects.count() == 1 and CallOut.objects.get().state == "unanswered"


def test_duty_absence_and_quiet_hours_decide_who_is_called(smtp: MailServer, sari: Person, budi: Person, rani: Person) -> None:
    roster = roster_actions.set_roster(code="r", name="R", turns="P 07:00-19:00", cycle="P", crew=[], by=None)
    now = timezone.now()
    steps = [StepSpec("roster", roster, ["email"], 60), StepSpec("person", budi, ["email"], 60), StepSpec("person", rani, ["email"], 60)]
    found = actions.set_chain(code="duty", name="Duty", steps=steps, by=None)
    hour = timezone.localtime().hour
    for person in (sari, budi):
        Wishes.objects.create(person=person, quiet_from=f"{(hour - 1) % 24:02}:00", quiet_until=f"{(hour + 2) % 24:02}:00")
    roster_actions.add_shift(roster=roster, person=sari, since=now - MINUTE, until=now + 60 * MINUTE, by=None)
    roster_actions.add_absence(person=rani, since=now - MINUTE, until=now + 60 * MINUTE, why="cuti", by=rani)

    def obstacles(urgent: bool) -> list[str]:
        return [ways[0].obstacle for step in reached_now(found, now, urgent=urgent) for _person, ways in step.people]

    assert obstacles(True) == ["", "", "berhalangan"]
    quiet = obstacles(False)
    assert quiet[0] == "" and quiet[1].startswith("jam tenang") and quiet[2] == "berhalangan"
    begin(found, severity="Minor")
    deliver_due()
    assert smtp.recipients == [sari.email]


def test_the_loop_goes_on_by_itself(smtp: MailServer, sari: Person, budi: Person) -> None:
    out = begin(chain((sari, ["email"]), (budi, ["email"])))
    assert running.go_on() == 0
    CallOut.objects.filter(pk=out.pk).update(next_at=timezone.now())
    assert running.go_on() == 1
    deliver_due()
    assert smtp.recipients == [sari.email, budi.email]


def test_loops_and_empty_chains_are_refused_with_the_way(sari: Person) -> None:
    one = chain((sari, ["email"]), code="one")
    two = actions.set_chain(code="two", name="Two", steps=[StepSpec("chain", one, [], 60)], by=None)
    with pytest.raises(Refused, match="One → Two → One"):
        actions.set_chain(code="one", name="One", steps=[StepSpec("chain", two, [], 60)], by=None)
    assert [step.person for step in Chain.objects.get(code="one").steps.all()] == [sari], "the refused change left nothing behind"
    for steps in (
        [],
        [StepSpec("person", None, ["email"], 60)],
        [StepSpec("person", sari, [], 60)],
        [StepSpec("person", sari, ["sms"], 1)],
    ):
        with pytest.raises(Refused):
            actions.set_chain(code="x", name="X", steps=steps, by=None)
    assert [step.label for step in reached_now(two, timezone.now())] == [f"Seseorang: {sari.name}"]


def test_the_local_program_takes_over_when_the_line_is_cut(sms: Gateway, sari: Person, tmp_path: Any) -> None:
    phone(sari, "+628111111111")
    sms.answers = ["drop"]
    seen = tmp_path / "sent"
    modem = f"""sh -c 'printf "%s|%s" "$1" "$2" > {seen}' modem {{to}} {{text}}"""
    with override_settings(COMMANDS={"sms": modem, "siren": f"touch {tmp_path}/siren"}):
        steps = [StepSpec("person", sari, ["sms"], 60), StepSpec("siren", None, [], 60)]
        out = begin(actions.set_chain(code="cut", name="Cut", steps=steps, by=None), exercise=True)
        deliver_due()
        to, _bar, text = seen.read_text().partition("|")
        assert to == "+628111111111" and text.startswith("[LATIHAN] Banjir Sooko") and "Air 120 cm" in text
        go_on(out, 2)
        deliver_due()
        assert (tmp_path / "siren").exists()
    with override_settings(COMMANDS={"sms": "false"}, GATEWAYS={}):
        begin(Chain.objects.get(code="cut"), key="broken modem")
        (outcome,) = deliver_due()
    assert outcome.result == "failed" and "(1)" in outcome.detail


def test_a_call_out_that_cannot_go_on_keeps_no_other_waiting(sari: Person, budi: Person) -> None:
    bad, good = begin(chain((sari, ["email"]), code="a"), key="a"), begin(chain((budi, ["email"]), (sari, ["email"]), code="b"), key="b")
    past = timezone.now() - MINUTE
    CallOut.objects.filter(pk=bad.pk).update(plan=[{}, {}], next_at=past - MINUTE)
    CallOut.objects.filter(pk=good.pk).update(next_at=past)
    with pytest.raises(KeyError):
        running.go_on()
    good.refresh_from_db()
    assert good.place == 2


def test_an_old_letter_opens_nothing_and_odd_signs_in_a_reply_break_nothing(sari: Person) -> None:
    out = begin(chain((sari, ["email"])))
    call = out.calls.get()
    with patch("django.core.signing.time.time", return_value=(timezone.now() - timedelta(days=8)).timestamp()):
        old = token_of(call)
    assert Client().get(f"/c/{token_of(call)}").status_code == 200
    assert Client().get(f"/c/{old}").status_code == 404 and Client().post(f"/c/{old}", {"said": "coming"}).status_code == 404
    assert reply("sms", "08111\x00", "YA\x00 1")["status"] == 200
