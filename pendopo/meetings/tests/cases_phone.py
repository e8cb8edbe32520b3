"""Telephones: what the others in the room heard of one, and it of them. Run by test_room.py in a network of its own, with real baresips."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pendopo.meetings.tests.company import RANI_HZ
from pendopo.meetings.tests.exchange import Exchange, Phone, why_no_telephone
from pendopo.meetings.tests.rooms import ADDRESS, House, Person, wait

pytestmark = pytest.mark.skipif(bool(why_no_telephone()), reason=why_no_telephone())
HUM_HZ, OTHER_HZ = 620, 980


@pytest.fixture(scope="module")
def rani(browser: Browser, home: House) -> Iterator[Person]:
    """Rani in a meeting of its own, whose PIN stands on its page."""
    meeting = home.meeting()
    one = Person(browser, home, tone=RANI_HZ).sign_in().open(meeting["url"]).join().inside().panel()
    yield one
    one.leave()


@pytest.fixture(scope="module")
def pin(rani: Person) -> str:
    """What the invitation says."""
    page = rani.page.request.get(rani.page.url.partition("?")[0] + "/plan").text()
    found = re.search(r"0321 555, PIN (\d{4}) (\d{4})", page)
    assert found, page[-3000:]
    return found[1] + found[2]


@pytest.fixture(scope="module")
def called(exchange: Exchange) -> str:
    """Where the house is called."""
    return str(wait(lambda: exchange.contact, 30, "the house signed in at the exchange"))


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    """A telephone."""
    one = Phone(tmp_path / "phone", ADDRESS).prepare(HUM_HZ)
    yield one
    one.hang_up()


def seat_of(rani: Person) -> str:
    """The seat of the telephone in the list of people."""
    lines = rani.page.locator('[data-part="people"] li[data-seat^="tel"]')
    return str(wait(lambda: lines.count() == 1 and lines.first.get_attribute("data-seat"), 20, "the telephone is in the list"))


def test_a_telephone_types_the_pin_hears_and_is_heard(rani: Person, phone: Phone, called: str, pin: str) -> None:
    phone.dial(called)
    wait(lambda: phone.says("Call established"), what="the house answers")
    phone.press("00000000")
    phone.press(pin)
    seat = seat_of(rani)
    assert "•••" in rani.text("people"), "its number is not shown whole"
    wait(lambda: abs(rani.hears(seat) - HUM_HZ) < 30, what="Rani hears the telephone")
    wait(lambda: abs(phone.hears() - RANI_HZ) < 30, what="the telephone hears Rani")
    rani.deed(seat, "mute")
    wait(lambda: rani.hears(seat) == 0, what="Rani muted it")
    phone.hang_up()
    wait(lambda: rani.page.locator('[data-part="people"] li').count() == 1, what="it is gone from the list")


def test_a_room_system_dials_the_pin_agrees_to_be_recorded_and_is_put_out(rani: Person, phone: Phone, called: str, pin: str) -> None:
    phone.number = 2
    phone.folder = phone.folder.with_name("room-system")
    phone.prepare(OTHER_HZ).dial(re.sub(r"sip:[^@]*@", f"sip:{pin}@", called))
    seat = seat_of(rani)
    wait(lambda: abs(rani.hears(seat) - OTHER_HZ) < 30, what="Rani hears it")
    rani.menu("convener")
    rani.page.click('button[data-do="record"]')
    wait(lambda: rani.hears(seat) == 0, what="nothing of who has not agreed is passed on")
    phone.press("1")
    wait(lambda: abs(rani.hears(seat) - OTHER_HZ) < 30, what="it agreed by a key")
    wait(lambda: "⏺" in rani.text("people"), what="and everybody sees so")
    rani.menu("convener")
    rani.page.click('button[data-do="record"]')
    rani.deed(seat, "remove")
    wait(lambda: phone.says("session closed") or phone.says("terminated"), what="its call is ended")
    wait(lambda: rani.page.locator('[data-part="people"] li').count() == 1, what="it is gone from the list")
    assert rani.errors == []
