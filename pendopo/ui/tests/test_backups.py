"""Late backups are told to administrators, in red, and to nobody else."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from pendopo.ui.backups import complaint

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def data(tmp_path):
    """An installation that is a month old."""
    (tmp_path / "run").mkdir()
    (tmp_path / "kind").write_text("real\n")
    month_ago = (NOW - timedelta(days=30)).timestamp()
    os.utime(tmp_path / "kind", (month_ago, month_ago))
    return tmp_path


def record(data, **facts):
    (data / "run/backup.json").write_text(json.dumps(facts))


def test_when_people_are_told(data, tmp_path_factory):
    with translation.override("en"):
        assert complaint(tmp_path_factory.mktemp("none"), NOW) == ""
        assert "no backup of this installation yet, for 720 hours" in complaint(data, NOW)
        record(data, last_success=(NOW - timedelta(hours=10)).isoformat(), reason="")
        assert complaint(data, NOW) == ""
        record(data, last_success=(NOW - timedelta(hours=10)).isoformat(), reason="The share is not there.")
        assert complaint(data, NOW).endswith("did not arrive whole: The share is not there.")
        record(data, last_success=(NOW - timedelta(hours=40)).isoformat())
        assert "40 hours old" in complaint(data, NOW)
        (data / "run/backup.json").write_text("{half")
        assert "no backup" in complaint(data, NOW)
        os.utime(data / "kind", (NOW.timestamp(), NOW.timestamp()))
        assert complaint(data, NOW) == ""


@pytest.mark.django_db
def test_an_administrator_reads_it_in_red_and_an_officer_does_not(client, data, settings, rani, sari, regency):
    settings.DATA_DIR = data
    for person, told in ((rani, True), (sari, False)):
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        page = client.get("/home").content.decode()
        assert ('class="message error" role="alert"' in page) is told
