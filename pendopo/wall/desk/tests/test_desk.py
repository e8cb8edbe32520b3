"""The desk: what it shows, a watch from sound test to hand-over, who is called when nobody takes an alert on, the telephone book."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.actions import acknowledge, apply, take_alerts
from pendopo.alerts.models import Alert
from pendopo.alerts.outside.reading import plain
from pendopo.alerts.tests.yard import word
from pendopo.incidents.callout import actions as callout
from pendopo.incidents.callout.logic import Answer
from pendopo.incidents.callout.models import Call, CallOut, Chain
from pendopo.incidents.cases import actions as cases
from pendopo.incidents.cases.models import Incident
from pendopo.incidents.procedures.actions import load_shipped
from pendopo.incidents.roster.models import LogLine
from pendopo.incidents.triggers import running as triggers
from pendopo.incidents.triggers.models import Trigger
from pendopo.indicators.health.models import Watched
from pendopo.indicators.models import Source
from pendopo.meetings.models import Meeting
from pendopo.notify.actions import send
from pendopo.notify.models import Dispatch, Urgency
from pendopo.orders import actions as orders
from pendopo.orders.actions import give
from pendopo.regions.models import Region
from pendopo.wall.desk import actions
from pendopo.wall.desk.models import Desk
from pendopo.wall.desk.reading import burning
from pendopo.wall.desk.ringing import ringing_alerts

pytestmark = pytest.mark.django_db


def test_the_desk_shows_what_burns_what_is_due_and_rings_until_somebody_takes_it_on(sari: Person, regency: Region) -> None:
    apply(verdicts=[word("Air naik", 1, group="air"), word("Air naik", 2, region="35.16.08", group="air")])
    give(what="Kirim perahu", to=sari.holdings.get().post, by=sari, due=timezone.now() + timedelta(hours=1))
    client = signed_in(sari)
    page = client.get("/desk").content.decode()
    assert 'data-ringing="2"' in page and "2 peringatan" in page and "Kirim perahu" in page and "Belum ada piket" in page
    assert client.post("/desk/beat", {"sound": "1"}).json() == {"watch": False, "ringing": 2}
    assert client.post(f"/desk/take/{Alert.objects.earliest('pk').pk}").status_code == 302
    assert client.post("/desk/beat", {"sound": "1"}).json()["ringing"] == 0
    assert 'data-ringing="0"' in client.get("/desk").content.decode()


def test_letters_without_a_mail_server_are_one_calm_line(sari: Person, regency: Region, settings: Any) -> None:
    for number in range(3):
        words = {"source": f"PSDA {number}", "since": "pagi"}
        send(
            to=[sari],
            kind="source-silent",
            subject_template="%(source)s",
            context=words,
            about=f"/sources/{number}",
            urgency=Urgency.NORMAL,
            by=None,
        )
    Dispatch.objects.update(state="failed")
    client = signed_in(sari)
    page = client.get("/desk").content.decode()
    assert "Tidak terkirim" in page and "PSDA 1" in page and "surat menunggu" not in page, "a server is named and did not take them"
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.console.EmailBackend", ""
    page = client.get("/desk").content.decode()
    assert "Tidak terkirim" not in page and "Server surel belum diatur: 3 surat menunggu." in page


def test_a_watch_begins_with_the_sound_test_and_ends_with_a_hand_over(sari: Person, rani: Person, regency: Region) -> None:
    client = signed_in(sari)
    assert "Tidak ada meja" in client.get("/desk").content.decode()
    client.post("/desk/start")
    assert not Desk.objects.get().is_awake(timezone.now()), "nobody heard the alarm"
    assert "tanpa alarm" in LogLine.objects.get().text
    LogLine.objects.all().delete()
    client.post("/desk/start", {"heard": "1"})
    desk = Desk.objects.get(ended=None)
    assert desk.is_awake(timezone.now()) and LogLine.objects.get().kind == "started"
    assert client.post("/desk/beat", {"sound": "0"}).json()["watch"]
    desk.refresh_from_db()
    assert not desk.is_awake(timezone.now())
    client.post("/desk/beat", {"sound": "1"})
    assert not Desk.objects.awake(timezone.now() + timedelta(minutes=5)).exists()
    client.post("/desk/line", {"text": "Hujan deras di Pacet"})
    client.post("/desk/end", {"text": "Pantau Brangkal"})
    assert not client.post("/desk/beat", {"sound": "1"}).json()["watch"]
    page = signed_in(rani).get("/desk").content.decode()
    assert "Pantau Brangkal" in page and "Hujan deras di Pacet" in page and "Saya ambil alih" in page


def test_without_an_awake_desk_a_chain_starts_at_once_and_stands_down_when_somebody_takes_the_alert_on(sari: Person, camat: Person) -> None:
    steps = [callout.StepSpec("person", camat, ["email"], 600)]
    callout.set_chain(code="pusat", name="Pusat", steps=steps, by=None, alarm_from="Severe", patience_s=120)
    apply(verdicts=[word("Gerimis", 1, severity="Minor"), word("Air naik", 2)])
    desk = actions.start_watch(by=sari, heard=True)
    now = timezone.now()
    assert actions.escalate(now=now) == 0
    actions.beat(desk=desk, sound=False)
    assert actions.escalate(now=now) == 1 and actions.escalate(now=now) == 0
    out = CallOut.objects.get()
    assert out.subject.startswith("Air naik") and out.started_by is None
    acknowledge(alerts=Alert.objects.filter(name="Air naik"), by=sari)
    actions.escalate(now=now)
    out.refresh_from_db()
    assert out.state == "stopped"


def test_an_awake_desk_has_its_patience(sari: Person, camat: Person) -> None:
    callout.set_chain(
        code="pusat", name="Pusat", steps=[callout.StepSpec("person", camat, ["email"], 60)], by=None, alarm_from="Moderate", patience_s=120
    )
    actions.start_watch(by=sari, heard=True)
    apply(verdicts=[word("Air naik", 1)])
    told = Alert.objects.get().told
    assert told and actions.escalate(now=told + timedelta(seconds=110)) == 0
    assert actions.escalate(now=told + timedelta(seconds=121)) == 1


def begins_by_itself(*people: Person, code: str = "pusat", wait_s: int = 600) -> None:
    """A chain that calls these people one after the other, at once without an awake desk."""
    steps = [callout.StepSpec("person", person, ["email"], wait_s) for person in people]
    callout.set_chain(code=code, name=code, steps=steps, by=None, alarm_from="Minor", patience_s=120)


def test_what_was_taken_on_and_gets_worse_rings_and_calls_again(sari: Person, camat: Person) -> None:
    begins_by_itself(camat)
    start = timezone.now()
    apply(verdicts=[word("Siaga", 1, severity="Moderate")], now=start)
    assert actions.escalate() == 1
    acknowledge(alerts=Alert.objects.all(), by=sari)
    assert not ringing_alerts() and actions.escalate() == 0
    apply(verdicts=[word("Siaga", 2, severity="Extreme")], now=timezone.now())
    (rings,) = ringing_alerts()
    assert rings.severity == "Extreme" and rings.told > start and rings.acknowledgements.get().by == sari
    assert actions.escalate() == 1 and actions.escalate() == 0, "called again, once"
    assert list(CallOut.objects.order_by("pk").values_list("state", flat=True)) == ["stopped", "running"]
    acknowledge(alerts=Alert.objects.all(), by=sari)
    apply(verdicts=[word("Siaga", 3, severity="Moderate")], now=timezone.now())
    assert not ringing_alerts(), "what gets better rings no more"


def test_what_ended_and_comes_back_rings_again(sari: Person, regency: Region) -> None:
    apply(verdicts=[word("Link", 1)], now=timezone.now())
    acknowledge(alerts=Alert.objects.all(), by=sari)
    apply(verdicts=[word("Link", 2, hot=False), word("Link", 3)], now=timezone.now())
    assert Alert.objects.get().flaps == 1 and len(ringing_alerts()) == 1


def test_a_group_is_called_for_again_when_something_later_rings(sari: Person, camat: Person) -> None:
    begins_by_itself(camat, wait_s=60)
    apply(verdicts=[word("Air naik", 1, group="air")], now=timezone.now())
    assert actions.escalate() == 1
    callout.advance(call_out=CallOut.objects.get(), now=timezone.now() + timedelta(minutes=2))
    assert CallOut.objects.get().state == "unanswered"
    apply(verdicts=[word("Air naik", 2, region="35.16.08", group="air")], now=timezone.now())
    assert actions.escalate() == 0, "the group was called for since it rings"
    acknowledge(alerts=Alert.objects.all(), by=sari)
    apply(verdicts=[word("Air naik", 3, region="35.16.14", group="air")], now=timezone.now())
    assert Alert.objects.values("group").distinct().count() == 1
    assert actions.escalate() == 1 and actions.escalate() == 0


def test_two_chains_that_share_a_person_call_them_once(sari: Person, camat: Person, rani: Person) -> None:
    begins_by_itself(camat, code="pusat")
    begins_by_itself(camat, rani, code="wilayah")
    apply(verdicts=[word("Air naik", 1)], now=timezone.now())
    assert actions.escalate() == 2
    (call,) = Call.objects.all()
    assert call.person == camat and call.call_out.chain.code == "pusat"
    other = CallOut.objects.get(chain__code="wilayah")
    assert not callout.advance(call_out=other, now=timezone.now() + timedelta(seconds=5)), "the call of the other chain is waited for"
    callout.answer(call=call, said=Answer.COMING, via="email")
    assert set(CallOut.objects.values_list("state", "answered_by")) == {("answered", camat.pk)}


def test_a_chain_narrowed_to_a_region_and_a_word_starts_for_those_only(sari: Person, camat: Person, rani: Person, regency: Region) -> None:
    begins_by_itself(camat, code="pacet")
    begins_by_itself(rani, code="banjir")
    Chain.objects.filter(code="pacet").update(region="35.16.08")
    Chain.objects.filter(code="banjir").update(word="water")
    now = timezone.now()
    apply(verdicts=[word("Air Sooko", 1, group="water-brantas", severity="Extreme"), word("Listrik", 2, group="power")], now=now)
    assert actions.escalate() == 1
    assert CallOut.objects.get().chain.code == "banjir" and CallOut.objects.get().subject.startswith("Air Sooko")
    apply(verdicts=[word("Air Pacet", 3, region="35.16.08", group="water-brantas")], now=timezone.now())
    assert actions.escalate() == 1
    out = CallOut.objects.get(chain__code="pacet")
    assert out.subject.startswith("Air Pacet"), "the worst within its region, not of the group"
    acknowledge(alerts=Alert.objects.filter(name="Air Pacet"), by=sari)
    actions.escalate()
    out.refresh_from_db()
    assert out.state == "stopped" and CallOut.objects.get(chain__code="banjir").state == "running"


def test_a_desk_without_a_chain_that_starts_by_itself_says_so(sari: Person, camat: Person) -> None:
    client = signed_in(sari)
    page = client.get("/desk").content.decode()
    assert "Tidak ada rantai yang mulai sendiri" in page and 'href="/callout/chains"' in page and "langsung ke rantai" not in page
    begins_by_itself(camat)
    page = client.get("/desk").content.decode()
    assert "Tidak ada rantai yang mulai sendiri" not in page and "langsung ke rantai" in page


def test_the_desk_says_whom_to_ring_by_hand_when_nobody_answered(sari: Person, camat: Person, rani: Person) -> None:
    Person.objects.filter(pk=camat.pk).update(phone="+628111222333")
    begins_by_itself(camat, rani, wait_s=10)
    apply(verdicts=[word("Air naik", 1)], now=timezone.now())
    actions.escalate()
    client = signed_in(sari)
    assert "tel:+628111222333" not in client.get("/desk").content.decode().split('id="desk-log"')[0].split('id="desk-calls"')[1]
    for minutes in (1, 2):
        callout.advance(call_out=CallOut.objects.get(), now=timezone.now() + timedelta(minutes=minutes))
    part = client.get("/desk").content.decode().split('id="desk-log"')[0].split('id="desk-calls"')[1]
    assert "Pak Camat" in part and 'href="tel:+628111222333"' in part and "Rani" in part and "belum ada nomor" in part


def test_the_telephone_book_is_found_by_words_and_dials(sari: Person, regency: Region) -> None:
    Agency.objects.create(code="kec", name="Kecamatan Sooko", kind="district", region=regency, phone="(0321) 321-999")
    client = signed_in(sari)
    page = client.get("/desk/phones").content.decode()
    assert 'href="tel:0321321999"' in page and 'href="tel:112"' in page
    assert "Kecamatan Sooko" in client.get("/desk/phones?q=sooko+kec").content.decode()
    assert "Kecamatan Sooko" not in client.get("/desk/phones?q=pacet").content.decode()


def test_one_click_leads_into_the_situation_room_and_a_second_into_the_same(sari: Person, camat: Person, regency: Region) -> None:
    found = cases.open_incident(title="Banjir", by=sari, regions=[Region.objects.get(pk="35.16.13")], lead=camat)
    client = signed_in(sari)
    first = client.post(f"/incidents/{found.pk}/room")["Location"]
    assert client.post(f"/incidents/{found.pk}/room")["Location"] == first
    room = Meeting.objects.get()
    assert room.about == found.get_absolute_url() and room.get_absolute_url() == first
    assert [one.person for one in room.invitees.all()] == [camat]
    assert first in client.get(found.get_absolute_url()).content.decode()
    assert f'<iframe src="{found.get_absolute_url()}/beside"' in client.get(first).content.decode()
    assert signed_in(camat).post(f"/incidents/{found.pk}/room").status_code == 403
    cases.move(incident=found, to="resolved", by=sari)
    assert client.post(f"/incidents/{found.pk}/room")["Location"] == found.get_absolute_url()


def test_a_chain_that_calls_nobody_keeps_no_other_from_beginning(sari: Person, camat: Person) -> None:
    for code in ("a-kosong", "pusat"):
        steps = [callout.StepSpec("person", camat, ["email"], 60)]
        callout.set_chain(code=code, name=code, steps=steps, by=None, alarm_from="Moderate", patience_s=0)
    Chain.objects.get(code="a-kosong").steps.all().delete()
    apply(verdicts=[word("Air naik", 1), word("Tanah longsor", 2)])
    with pytest.raises(Refused):
        actions.escalate()
    assert sorted(CallOut.objects.values_list("chain__code", flat=True)) == ["pusat", "pusat"]


def test_signs_that_cannot_be_kept_are_left_out_of_the_logbook(sari: Person) -> None:
    client = signed_in(sari)
    assert client.post("/desk/line", {"text": "Hujan\x00 deras"}).status_code == 302
    assert client.post("/desk/end", {"text": "Pantau\x00"}).status_code == 302
    assert sorted(LogLine.objects.values_list("text", flat=True)) == ["Hujan deras", "Pantau"]


def test_a_desk_shows_what_lies_within_the_reach_of_its_reader(sari: Person, bpbd: Agency, regency: Region) -> None:
    lala = person_in_post("lala@mojokerto.test", "Lala", Role.OFFICER, region=Region.objects.get(pk="35.16.13"))
    chain = callout.set_chain(code="pusat", name="Pusat", steps=[callout.StepSpec("person", sari, ["sms"], 60)], by=None)
    near, far = (
        cases.open_incident(title=name, by=sari, regions=[Region.objects.get(pk=place)])
        for name, place in (("Banjir Sooko", "35.16.13"), ("Longsor Pacet", "35.16.08"))
    )
    outs = [callout.start(chain=chain, subject=one.title, by=None, key=one.title, about=one.get_absolute_url()) for one in (near, far)]
    for code, agency in (("a", bpbd), ("b", None)):
        source = Source.objects.create(code=code, name=f"Sumber {code}", agency=agency or Agency.objects.create(code="x", name="X"))
        Watched.objects.create(source=source, silent_since=timezone.now())
    own = person_in_post("w@bpbd.test", "Wati", Role.ENGINEER, agency=bpbd)
    page = signed_in(lala).get("/desk").content.decode()
    assert "Banjir Sooko" in page and "Longsor Pacet" not in page
    assert [signed_in(lala).get(out.get_absolute_url()).status_code for out in outs] == [200, 404]
    assert (
        "Longsor" not in signed_in(lala).get("/callout").content.decode() and "Longsor" in signed_in(sari).get("/callout").content.decode()
    )
    page = signed_in(own).get("/desk").content.decode()
    assert "Sumber a" in page and "Sumber b" not in page


def test_the_desk_counts_every_alert_of_a_storm_with_few_rows(sari: Person, regency: Region) -> None:
    apply(verdicts=[word(f"Air {n}", n / 100, group="air", severity="Extreme" if n == 7 else "Minor") for n in range(60)])
    acknowledge(alerts=Alert.objects.filter(name="Air 3"), by=sari)
    (found,) = burning(sari)
    assert (found.count, found.ringing, found.alert.name) == (60, 59, "Air 7")
    (rings,) = ringing_alerts()
    assert (rings.name, rings.told) == ("Air 7", min(Alert.objects.values_list("told", flat=True)))


def test_a_drill_runs_the_whole_path_marked_as_such_and_ends_with_its_score(
    sari: Person, camat: Person, bpbd: Agency, regency: Region
) -> None:
    load_shipped()
    Trigger.objects.create(name="Luapan sungai", word="Luapan", kind="flood")
    chain = [callout.StepSpec("person", camat, ["email"], 60)]
    callout.set_chain(code="pusat", name="Pusat", steps=chain, by=None, alarm_from="Severe")
    source = Source.objects.create(code="latihan", name="Latihan", agency=bpbd)
    sent = {"name": "Luapan", "status": "firing", "severity": "Severe", "region": "35.16.13", "exercise": True}
    assert take_alerts(source=source, rows=[sent], read=plain).accepted == 1
    assert triggers.look() == 1 and actions.escalate() == 1
    drill, out = Incident.objects.get(), CallOut.objects.get()
    assert drill.exercise and out.exercise and drill.procedure and "[LATIHAN]" in Dispatch.objects.get().subject
    cases.take_lead(incident=drill, lead=sari, by=sari, instead_of=None)
    actions.escalate()
    out.refresh_from_db()
    assert out.state == "stopped", "who leads has taken the alert on"
    client = signed_in(sari)
    assert client.post(f"/incidents/{drill.pk}/room").status_code == 302 and Meeting.objects.get().subject.startswith("LATIHAN")
    for step in drill.procedure.spec.steps:
        cases.mark_step(incident=drill, step=step.code, state="done", by=sari, text="dicoba")
    (order,) = cases.order(incident=drill, what="Siapkan perahu", to=[camat.holdings.get().post], by=sari)
    assert order.exercise
    orders.report(order=order, by=camat, proof=orders.Proof("dua perahu"))
    done = cases.move(incident=drill, to="resolved", by=sari)
    assert done.score == 100
    page = client.get(f"{drill.get_absolute_url()}/report").content.decode()
    assert "100/100" in page and "LATIHAN" in page
