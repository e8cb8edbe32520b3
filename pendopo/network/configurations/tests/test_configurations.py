"""Copies of configurations: a change is a row, the same again is none, the last good one stays."""

from datetime import UTC, datetime, timedelta

import pytest

from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.bus.messages import Copied
from pendopo.network.configurations.actions import keep
from pendopo.network.configurations.comparing import counts, difference
from pendopo.network.models import Configuration, Copying, Device
from pendopo.network.tests.yard import lay_network
from pendopo.regions.models import Region

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


def test_differences_line_by_line() -> None:
    lines = difference("a\nb\nc\n", "a\nB\nc\n--- not a head\n")
    assert [(line.kind, line.text) for line in lines if line.kind in ("added", "removed")] == [
        ("removed", "b"),
        ("added", "B"),
        ("added", "--- not a head"),
    ]
    assert counts("", "a\nb") == (2, 0) and counts("a", "a") == (0, 0)


def copied(text: str, minutes: int, why: str = "") -> Copied:
    """A word of a collector about the core router."""
    return Copied(device="core", at=(NOW + timedelta(minutes=minutes)).isoformat(), text=text, why=why)


@pytest.mark.django_db
def test_a_change_is_a_row_the_same_again_is_none_and_the_last_good_one_stays(regency: Region, rani: Person, camat: Person) -> None:
    lay_network()
    keep(copy=copied("hostname R1\n", 0))
    keep(copy=copied("hostname R1\n", 60))
    keep(copy=copied("hostname R1\ninterface Gi0/9\n", 120))
    keep(copy=copied("hostname R1\n", 30))  # an older word comes late
    keep(copy=copied("", 180, "does not answer by SSH in time"))
    assert keep(copy=Copied(device="tidak-ada", at=NOW.isoformat(), text="x")) is None
    versions = list(Configuration.objects.all())
    assert [(one.text.count("\n"), one.added, one.removed) for one in versions] == [(2, 1, 0), (1, 1, 0)]
    assert versions[1].seen - versions[1].at == timedelta(hours=1) and "SSH" in Copying.objects.get().why
    assert Entry.objects.filter(verb="keep_configuration").count() == 2
    browser = signed_in(rani)
    page = browser.get("/network/devices/core/configuration").content.decode()
    assert "interface Gi0/9" in page and "does not answer by SSH" in page
    assert browser.get(f"/network/devices/core/configuration/{versions[1].pk}.txt").content == b"hostname R1\n"
    assert browser.get("/network/devices/core").status_code == 200
    assert signed_in(camat).get("/network/devices/core/configuration").status_code == 403
    assert Device.objects.get(code="core").configurations.count() == 2
