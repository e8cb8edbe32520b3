"""Who is not let in, whatever they send: forged tickets, guests who claim to convene, crowds, and two conveners who disagree."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.meetings import actions
from pendopo.meetings.media import tickets
from pendopo.meetings.media.logic import VERBS, cap_of, may
from pendopo.meetings.media.rolls import GATHER_S
from pendopo.meetings.media.tickets import Ticket, issue, share, shared_with
from pendopo.meetings.media.views import ticket_for
from pendopo.meetings.models import Invitee, Meeting, Seat, Where

from .lines import Talk

in_one_loop = pytest.mark.asyncio(loop_scope="module")
for_real = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting(rani: Person) -> Meeting:
    """A meeting that Rani convenes."""
    return actions.plan(subject="Rapat banjir", start=timezone.now(), by=rani)


@pytest.fixture
def guest(meeting: Meeting, rani: Person) -> tuple[Invitee, str]:
    """Somebody with a personal link, and its token."""
    return actions.invite_guest(meeting=meeting, name="Sekdes", by=rani)


@pytest_asyncio.fixture(loop_scope="module")
async def without_media(settings: object) -> AsyncIterator[None]:
    """A house without a media server: the door is the same."""
    settings.JANUS_URLS = []  # type: ignore[attr-defined]
    yield
    await asyncio.sleep(GATHER_S * 2)
    await sync_to_async(connections.close_all)()


def stranger(meeting: Meeting, number: int = 0, **more: object) -> Ticket:
    return replace(Ticket(meeting.code, f"g{number:04}", f"Tamu {number}", "Entah", "speaker", False), **more)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_personal_link_that_is_wrong_old_or_revoked_opens_nothing(client: Client, meeting: Meeting, guest: tuple[Invitee, str]) -> None:
    link, token = guest
    address = meeting.get_absolute_url()
    assert client.get(f"{address}?k={token}").status_code == 200
    for wrong in (token[:-1], token + "x", "", "%00", "' or 1=1"):
        answer = client.get(address, {"k": wrong}) if wrong else client.get(f"{address}?k={token}a")
        assert answer.status_code == 403 and "tautan" in answer.content.decode().lower()
    other = actions.plan(subject="Lain", start=timezone.now(), by=meeting.convener)
    assert client.get(f"{other.get_absolute_url()}?k={token}").status_code == 403
    Invitee.objects.filter(pk=link.pk).update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{address}?k={token}").status_code == 403
    Invitee.objects.filter(pk=link.pk).update(expires=None, revoked=timezone.now())
    assert client.get(f"{address}?k={token}").status_code == 403


def test_what_one_may_send_is_an_even_part_of_what_the_site_may() -> None:
    assert cap_of(person_kbps=1500, site_kbps=0, together=9) == 1500
    assert [cap_of(person_kbps=1500, site_kbps=2000, together=n) for n in (0, 1, 2, 4, 100)] == [1500, 1500, 1000, 500, 64]


@pytest.mark.django_db
def test_names_with_markup_are_only_names(client: Client, meeting: Meeting) -> None:
    page = client.post(meeting.get_absolute_url(), {"name": "<script>alert(1)</script>", "agency": '"><img src=x>'}).content.decode()
    assert "<script>alert(1)" not in page and "<img src=x>" not in page and "&lt;script&gt;" in page


@for_real
@in_one_loop
async def test_tickets_that_are_not_ours_open_no_line(meeting: Meeting, without_media: None) -> None:
    good = issue(stranger(meeting))
    old, elsewhere = issue(stranger(meeting), life_s=-1), issue(stranger(meeting, code="lain"))
    wrong = [good[:-2], good.replace(":", ".", 1), "", "x" * 5000, old, elsewhere]
    for ticket in wrong:
        talk = Talk(meeting.code, ticket)
        await talk.standing("no-ticket")
        await talk.leave()
        assert talk.closed == 4403
    foreign = Talk(meeting.code, good, origin="https://lain.example")
    await asyncio.sleep(0.1)
    assert foreign.closed == 1008 and not foreign.heard
    assert not await Seat.objects.filter(meeting=meeting).aexists()


@for_real
@in_one_loop
async def test_a_guest_cannot_do_what_a_convener_does(meeting: Meeting, rani: Person, without_media: None) -> None:
    tamu = Talk(meeting.code, stranger(meeting, invited=True))
    await tamu.standing("in")
    deeds = [verb for verb, roles in VERBS.items() if roles == frozenset({"convener"})]
    assert {"admit", "remove", "end", "record", "lock"} <= set(deeds) and not any(may("speaker", verb) for verb in deeds)
    for number, verb in enumerate(deeds):
        tamu.say(
            {"do": verb, "n": number, "role": "convener", "seat": "p1", "on": True, "what": "audio", "question": "?", "options": ["a", "b"]}
        )
        assert (await tamu.hears(lambda word, number=number: word.get("n") == number))["error"]  # type: ignore[misc]
    for nonsense in (
        "{",
        "[]",
        "null",
        '"x"',
        '{"do": ["end"]}',
        '{"do": "chat", "text": {"a": 1}}',
        '{"do": "vote", "poll": "x", "option": "y"}',
    ):
        tamu.say(nonsense)
    tamu.say({"do": "hand", "up": True})
    await tamu.hears(lambda word: word.get("kind") == "hand")
    await tamu.leave()
    await meeting.arefresh_from_db()
    assert meeting.state == "planned" and not meeting.locked


@for_real
@in_one_loop
async def test_a_refusal_is_a_sentence_in_the_readers_language(meeting: Meeting, rani: Person, without_media: None) -> None:
    wrong = [
        ({"do": "poll", "question": "", "options": []}, "jawaban", "answers"),
        ({"do": "tile", "path": "/desk"}, "papan", "boards"),
        ({"do": "remove", "seat": f"p{rani.pk}"}, "perencanaan", "plan"),
        ({"do": "chat"}, "Muat ulang", "Load it again"),
    ]
    for language, at in (("id", 1), ("en", 2)):
        talk = Talk(meeting.code, replace(_convener(meeting, "a"), language=language))
        await talk.standing("in")
        for number, case in enumerate(wrong):
            talk.say({**case[0], "n": number})  # type: ignore[dict-item]
            said = await talk.hears(lambda word, number=number: word["say"] == "answer" and word["n"] == number)  # type: ignore[misc]
            assert str(case[at]).lower() in said["error"].lower(), said
        await talk.leave()


@for_real
@in_one_loop
async def test_of_two_conveners_with_opposite_buttons_the_first_decides(meeting: Meeting, rani: Person, without_media: None) -> None:
    first, second = Talk(meeting.code, _convener(meeting, "a")), Talk(meeting.code, _convener(meeting, "b"))
    await first.standing("in")
    await second.standing("in")
    for number in range(5):
        tamu = Talk(meeting.code, stranger(meeting, number))
        await tamu.standing("waiting")
        seat = f"g{number:04}"
        first.say({"do": "admit", "seat": seat})
        second.say({"do": "refuse", "seat": seat})
        said = await tamu.hears(lambda word: word["say"] == "state" and word["standing"] != "waiting")
        row = await Seat.objects.aget(meeting=meeting, key=seat)
        await asyncio.sleep(0.2)
        assert [word["standing"] for word in tamu.heard if word["say"] == "state"] == ["waiting", said["standing"]]
        assert (row.where == Where.IN) == (said["standing"] == "in")
        await tamu.leave()
    verbs = [entry.verb async for entry in Entry.objects.filter(verb__in=["admitted", "refused"])]
    assert len(verbs) == 5
    await first.leave()
    await second.leave()


@for_real
@in_one_loop
async def test_two_hundred_strangers_at_once_wait_and_one_deed_admits_them(meeting: Meeting, rani: Person, without_media: None) -> None:
    convener = Talk(meeting.code, _convener(meeting, "a"))
    await convener.standing("in")
    begun = time.monotonic()
    crowd = [Talk(meeting.code, stranger(meeting, number)) for number in range(200)]
    await asyncio.gather(*(one.standing("waiting") for one in crowd))
    await convener.hears(lambda word: word["say"] == "lobby" and len(word["people"]) == 200, 60)
    convener.say({"do": "admit"})
    await asyncio.gather(*(one.hears(lambda word: word["say"] == "state" and word["standing"] == "in", 90) for one in crowd))
    assert time.monotonic() - begun < 120
    assert await Entry.objects.filter(verb="admitted").acount() == 1
    await asyncio.gather(*(one.leave() for one in crowd))
    await convener.leave()


def _convener(meeting: Meeting, name: str) -> Ticket:
    return Ticket(meeting.code, f"p{name}", name, "BPBD", "convener", True)


@for_real
@in_one_loop
async def test_after_the_end_nobody_comes_in(meeting: Meeting, rani: Person, without_media: None) -> None:
    late = await asyncio.to_thread(ticket_for, meeting, rani)
    convener = Talk(meeting.code, _convener(meeting, "a"))
    await convener.standing("in")
    convener.say({"do": "end"})
    await convener.standing("ended")
    again = Talk(meeting.code, late)
    await again.standing("ended")
    await again.leave()
    await convener.leave()


@pytest.mark.django_db
def test_a_board_is_shared_with_one_meeting_and_as_far_as_allowed(client: Client, meeting: Meeting, rani: Person) -> None:
    address = share(meeting.code, "/wall/overview?tile=2", government=True)
    text = address.partition("shared=")[2]
    assert shared_with(text, "/wall/overview") == tickets.Shared(meeting.code, "/wall/overview", 2, True)
    assert shared_with(text, "/wall/water") is None and shared_with(text[:-1], "/wall/overview") is None
    for wrong in ("/desk", "//evil.example/wall/x", "/wall/../desk", "https://evil.example/wall/x", "/wall/"):
        with pytest.raises(ValueError):
            share(meeting.code, wrong)
    page = client.get(address)
    assert page.status_code == 200 and page.content.decode().count("<article") == 1
    assert client.get(f"/wall/water?shared={text}").status_code == 403
    whole = client.get(share(meeting.code, "/wall/overview"))
    assert whole.status_code == 200 and whole.content.decode().count("<article") > 1
    actions.end(meeting=meeting, by=rani)
    assert client.get(address).status_code == 403


@pytest.mark.django_db
def test_a_situation_room_is_opened_once_about_a_page(rani: Person, sari: Person, camat: Person) -> None:
    form = {"about": "/incidents/banjir-1", "subject": "Banjir Bangsal", "people": [camat.pk], "agencies": ["bpbd", "tidak-ada"]}
    first = signed_in(rani).post("/meetings/open", form)
    made = Meeting.objects.get()
    assert first.status_code == 302 and first["Location"] == made.get_absolute_url() and made.about == "/incidents/banjir-1"
    again = signed_in(sari).post("/meetings/open", form)
    assert again["Location"] == made.get_absolute_url() and Meeting.objects.count() == 1
    assert set(made.invitees.filter(agency=None).values_list("person", flat=True)) == {camat.pk, sari.pk}
    for wrong in ("https://evil.example/x", "//evil.example", "", "incidents/1"):
        assert signed_in(rani).post("/meetings/open", {**form, "about": wrong}).status_code == 422
    assert Meeting.objects.count() == 1
