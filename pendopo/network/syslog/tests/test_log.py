"""Lines of devices: each kept once, found again, counted, and judged together."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person, Role
from pendopo.agencies.tests.people import person_in_post, signed_in
from pendopo.alerts.models import Alert
from pendopo.bus.messages import LogLine
from pendopo.indicators.house.actions import declared
from pendopo.indicators.latest import utc_text
from pendopo.indicators.models import Latest
from pendopo.network.actions.declaring import CATALOGUE, declare
from pendopo.network.models import LogEvent, LogPosition
from pendopo.network.syslog.actions import forget, judge, take
from pendopo.network.syslog.patterns import BROKEN_IN, BRUTE_FORCE, FLAPPING, Word, kind_of, patterns
from pendopo.network.tests.yard import lay_network
from pendopo.regions.models import Region

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Failed password for invalid user admin from 10.9.8.7 port 4022 ssh2", ("auth_failed", "10.9.8.7")),
        ("pam_unix(sshd:auth): authentication failure; logname= uid=0 rhost=fd00::7 user=root", ("auth_failed", "fd00::7")),
        ("login failure for user admin from 10.9.8.7 via ssh", ("auth_failed", "10.9.8.7")),
        ("%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: x] [Source: 10.9.8.7] [localport: 22]", ("auth_failed", "10.9.8.7")),
        ("Accepted publickey for rani from 10.1.1.2 port 50111 ssh2", ("auth_ok", "10.1.1.2")),
        ("user admin logged in from 10.1.1.1 via winbox", ("auth_ok", "10.1.1.1")),
        ("%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to down", ("link_down", "GigabitEthernet0/1")),
        ("%LINEPROTO-5-UPDOWN: Line protocol on Interface Gi0/2, changed state to up", ("link_up", "Gi0/2")),
        ("ether3 link up (speed 1G, full duplex)", ("link_up", "ether3")),
        ("e1000e: eth0 NIC Link is Down", ("link_down", "NIC")),
        ("%SYS-5-CONFIG_I: Configured from console by rani on vty0", ("configured", "")),
        ("Power supply 2 failed", ("hardware", "")),
        ("DHCP lease 10.4.4.4", ("other", "")),
    ],
)
def test_what_a_line_is_about(text: str, wanted: tuple[str, str]) -> None:
    assert kind_of(text) == wanted


def words(kind: str, count: int, *, of: str = "10.9.8.7", every_s: float = 5.0, start_s: float = -500.0) -> list[Word]:
    """So many lines of one kind."""
    return [Word(NOW + timedelta(seconds=start_s + turn * every_s), "core", kind, of) for turn in range(count)]


def test_guesses_are_counted_by_address_and_within_the_window() -> None:
    assert [one.what for one in patterns(words("auth_failed", 10), NOW)] == [BRUTE_FORCE]
    assert patterns(words("auth_failed", 9), NOW) == []
    assert patterns([*words("auth_failed", 6), *words("auth_failed", 6, of="10.9.8.8")], NOW) == []
    assert patterns(words("auth_failed", 30, start_s=-5000), NOW) == []
    entered = [*words("auth_failed", 12), *words("auth_ok", 1, start_s=-100)]
    assert [one.what for one in patterns(entered, NOW)] == [BROKEN_IN]
    before = [*words("auth_ok", 1, start_s=-590), *words("auth_failed", 12)]
    assert [one.what for one in patterns(before, NOW)] == [BRUTE_FORCE], "who signed in before did not guess"


def test_a_line_flaps_when_it_turns_often_not_when_it_is_told_often() -> None:
    turns = [Word(NOW - timedelta(seconds=300 - n * 10), "core", ("link_down", "link_up")[n % 2], "Gi0/1") for n in range(6)]
    assert [(one.what, one.count) for one in patterns(turns, NOW)] == [(FLAPPING, 6)]
    assert patterns(turns[:5], NOW) == []
    assert patterns(words("link_down", 30, of="Gi0/1"), NOW) == []


def line(text: str, at: datetime, *, sender: str = "10.0.0.1", severity: int = 5) -> LogLine:
    """A line of the core router."""
    return LogLine(at=utc_text(at) or "", sender=sender, host="core", app="sshd", severity=severity, text=text, raw=f"<13>{text}")


@pytest.mark.django_db
def test_guessing_rings_once_and_is_well_when_it_stopped(regency: Region) -> None:
    lay_network()
    now = timezone.now()
    take(lines=[line("Failed password for root from 10.9.8.7", now - timedelta(seconds=n)) for n in range(20)], position=5)
    assert LogPosition.objects.get().position == 5 and LogEvent.objects.filter(device__code="core").count() == 20
    for _turn in range(2):
        judge(now=now)
    alert = Alert.objects.open().get()
    assert "Router inti" in alert.name and "10.9.8.7" in alert.name and alert.region_id == "35.16.13"
    judge(now=now + timedelta(minutes=30))
    assert not Alert.objects.open().exists()


@pytest.mark.django_db
def test_old_lines_go_and_counts_are_figures(regency: Region) -> None:
    lay_network()
    declare()
    until = timezone.now().replace(microsecond=0)
    take(lines=[line("DHCP lease", until - timedelta(seconds=n)) for n in (1, 100, 299, 301)], position=1)
    take(lines=[line("Failed password from 10.1.1.1", until - timedelta(seconds=2)), line("x", until, sender="10.77.0.1")], position=2)
    source = declared(CATALOGUE)
    assert source is None, "an empty house stays empty"
    from_house = Latest.objects.filter(series__indicator__code="net.log")
    assert not from_house.exists()
    assert forget(before=until - timedelta(seconds=200)) == 2 and LogEvent.objects.count() == 4


@pytest.mark.django_db
def test_the_page_finds_words_devices_and_kinds_for_engineers_only(regency: Region, rani: Person, camat: Person) -> None:
    lay_network()
    now = timezone.now()
    take(
        lines=[
            line("Failed password for root from 10.9.8.7", now),
            line("DHCP lease kantor", now, severity=6),
            line("<b>tanpa</b> perangkat", now - timedelta(days=3), sender="10.77.0.1"),
        ],
        position=1,
    )
    browser = signed_in(rani)

    def page(**asked: str) -> str:
        return browser.get("/network/log", asked).content.decode()

    assert "10.9.8.7" in page() and "tanpa" not in page()
    assert "10.9.8.7" not in page(text="kantor") and "kantor" in page(text="kantor lease")
    assert "kantor" not in page(severity="5") and "kantor" not in page(kind="auth_failed")
    assert "&lt;b&gt;tanpa" in page(since="all") and "kantor" in page(device="core")
    assert page(text="\x00(", device="x", severity="x")
    assert "Failed password" in browser.get("/network/log", {"format": "csv"}).content.decode()
    engineer = person_in_post("teknisi@mojokerto.test", "Teknisi", Role.ENGINEER)
    assert signed_in(engineer).get("/network/log").status_code == 200
    assert signed_in(camat).get("/network/log").status_code == 403
