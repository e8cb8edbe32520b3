"""Two and three people in one room: what each sees and hears of the others. Run by test_room.py in a network of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from pendopo.meetings.tests.rooms import House, Person, chromium, house, is_near, wait

RED, BLUE, GREEN = (255, 0, 0), (0, 0, 255), (0, 128, 0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One installation for all cases."""
    with house(tmp_path_factory.mktemp("room")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as found:
        yield found


def test_two_people_see_and_hear_each_other(home: House, browser: Browser) -> None:
    made = home.meeting("Sekretaris Desa")
    rani = Person(browser, home, colour="red", tone=440).sign_in().open(made["url"]).join().inside()
    desa = Person(browser, home, colour="blue", tone=880).open(made["guest_urls"][0], agency="Desa Bangsal").join().inside()
    wait(lambda: is_near(rani.sees(desa.seat), BLUE), what="Rani sees blue")
    wait(lambda: is_near(desa.sees(rani.seat), RED), what="the guest sees red")
    wait(lambda: abs(rani.hears(desa.seat) - 880) < 30, what="Rani hears 880 Hz")
    wait(lambda: abs(desa.hears(rani.seat) - 440) < 30, what="the guest hears 440 Hz")
    assert "Desa Bangsal" in rani.page.inner_text(f'.meeting-tile[data-seat="{desa.seat}"] .agency')
    assert rani.errors == [] and desa.errors == []
    rani.leave()
    desa.leave()
