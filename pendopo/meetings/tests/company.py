"""The company that the cases of the room share: one house, one browser, one meeting, Rani who convenes and a village that is her guest.

`run_cases` makes it a plugin of the run, so that all files of cases share what is made here.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .exchange import PORT, Exchange
from .exchange import exchange as opened
from .rooms import ADDRESS, House, Person, chromium, house, is_near, wait

RED, BLUE, GREEN = (255, 0, 0), (0, 0, 255), (0, 128, 0)
# What one person may send in this house: less than a camera full of noise would.
CAP_KBPS = 1200
# What the people of one agency may send together: the cases have two of Polsek Bangsal.
SITE_KBPS = 1200
RANI_HZ, DESA_HZ, TAMU_HZ = 440, 880, 660


@pytest.fixture(scope="session")
def exchange() -> Iterator[Exchange]:
    """The telephone exchange at which the house has an account."""
    with opened(ADDRESS) as found:
        yield found


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, exchange: Exchange) -> Iterator[House]:
    """One installation for all cases."""
    caps = {"PENDOPO_MEDIA_CAP": str(CAP_KBPS), "PENDOPO_MEDIA_SITE_CAP": str(SITE_KBPS)}
    account = {
        "PENDOPO_SIP_ACCOUNT": f"sip:rapat@{ADDRESS}",
        "PENDOPO_SIP_SERVER": f"sip:{ADDRESS}:{PORT}",
        "PENDOPO_SIP_NUMBER": "0321 555",
    }
    with house(tmp_path_factory.mktemp("deeds"), **caps, **account) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def meeting(home: House) -> dict[str, str]:
    """The meeting that all cases share."""
    return home.meeting("Sekretaris Desa")


@pytest.fixture(scope="session")
def rani(browser: Browser, home: House, meeting: dict[str, str]) -> Person:
    """The convener, red and 440 Hz, with a camera that is large enough for three sizes of picture."""
    return Person(browser, home, colour="red", tone=RANI_HZ, lines=540).sign_in().open(meeting["url"]).join().inside().panel()


@pytest.fixture(scope="session")
def desa(browser: Browser, home: House, meeting: dict[str, str], rani: Person) -> Person:
    """A guest with a personal link, blue and 880 Hz, who sees and hears the convener."""
    one = Person(browser, home, colour="blue", tone=DESA_HZ).open(meeting["guest_urls"][0], agency="Desa Bangsal").join().inside().panel()
    see_and_hear(rani, one)
    return one


def see_and_hear(rani: Person, desa: Person, seconds: float = 15) -> None:
    """Both have picture and sound of one another."""
    wait(lambda: is_near(rani.sees(desa.seat), BLUE), seconds, "Rani sees blue")
    wait(lambda: is_near(desa.sees(rani.seat), RED), seconds, "the village sees red")
    wait(lambda: abs(rani.hears(desa.seat) - DESA_HZ) < 30, seconds, "Rani hears 880 Hz")
    wait(lambda: abs(desa.hears(rani.seat) - RANI_HZ) < 30, seconds, "the village hears 440 Hz")
