"""The house's own figures are ordinary observations, true against what was put in, and an empty house stays empty."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from pendopo.audit.logic import GENESIS, Head, Problem
from pendopo.audit.verify import Verdict
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.catalogue import parse
from pendopo.indicators.checks import Observation
from pendopo.indicators.health.models import ContractDay, Watched
from pendopo.indicators.house import chain
from pendopo.indicators.house.actions import CATALOGUE, publish
from pendopo.indicators.house.figures import FIGURES
from pendopo.indicators.latest import figures
from pendopo.indicators.models import Indicator, Source, Way
from pendopo.indicators.pings.actions import add_check, find_late, take_call
from pendopo.indicators.pings.models import Check
from pendopo.indicators.tests.yard import DISTRICTS, lay_out

pytestmark = pytest.mark.django_db(transaction=True)


def values() -> dict[str, float | None]:
    """The newest words about the house."""
    own = Indicator.objects.filter(sources__code="pendopo")
    return {f.indicator + "".join(f.dims.values()): f.value for f in figures(list(own), [settings.REGION])}


def test_every_figure_of_the_catalogue_has_its_reader() -> None:
    """And says what it counts, by what it divides and where it reads."""
    entries = {entry.code: entry for entry in parse(CATALOGUE.read_text()).indicators}
    assert set(entries) == {*FIGURES, "sys.check", "sys.probe"}
    assert all(". Dari " in entry.description or entry.code == "sys.probe" for entry in entries.values())


def test_an_empty_house_stays_empty() -> None:
    assert publish() is None
    assert not Source.objects.exists()


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """A data folder of its own."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "run").mkdir()
    return tmp_path


def test_ages_of_backup_test_and_copy_are_those_that_were_noted(folder: Path) -> None:
    now = timezone.now()
    noted = {"last_success": now - timedelta(hours=3), "tested": now - timedelta(hours=2), "copied": now - timedelta(hours=30)}
    (folder / "run/backup.json").write_text(json.dumps({name: at.isoformat() for name, at in noted.items()}))
    assert [FIGURES[f"sys.backup.{name}"](now) for name in ("age", "tested", "copied")] == [3.0, 2.0, 30.0]


def test_the_packages_of_the_machine_grow_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, noted = timezone.now(), tmp_path / "status"
    monkeypatch.setattr("pendopo.indicators.house.figures.PACKAGES", noted)
    assert FIGURES["sys.packages.age"](now) is None, "another system keeps no such file"
    noted.touch()
    os.utime(noted, (now.timestamp() - 36 * 3600,) * 2)
    assert FIGURES["sys.packages.age"](now) == pytest.approx(1.5)


def test_agencies_count_while_they_keep_a_contract() -> None:
    yard, now = lay_out(), timezone.now()
    assert FIGURES["sys.contracts.agencies"](now) == 0
    day = {"source": yard.source, "indicator": yard.source.indicators.first(), "due": 2, "arrived": 1}
    ContractDay.objects.create(day=timezone.localdate(now - timedelta(days=1)), in_time=0, **day)
    assert FIGURES["sys.contracts.agencies"](now) == 0, "what came late keeps nothing"
    ContractDay.objects.create(day=timezone.localdate(now - timedelta(days=2)), in_time=1, **day)
    assert FIGURES["sys.contracts.agencies"](now) == 1
    assert FIGURES["sys.contracts.agencies"](now + timedelta(days=31)) == 0


def test_the_chain_is_proved_once_a_day_and_a_broken_one_grows_old(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, walks = timezone.now(), []
    verdict = Verdict(Head(0, GENESIS), 0, [])
    monkeypatch.setattr(chain, "verify", lambda **_given: walks.append(1) or verdict)
    assert [FIGURES["sys.audit.proved"](now + timedelta(hours=hours)) for hours in (0, 5, 25)] == [0.0, 5.0, 0.0] and len(walks) == 2
    verdict.problems.append(Problem("changed", 1, "An entry was changed."))
    assert FIGURES["sys.audit.proved"](now + timedelta(hours=50)) == 25.0


def test_figures_say_what_is_so(folder: Path) -> None:
    yard = lay_out()
    rows = [Observation("level", region, "2026-05-09T01:00:00Z", value) for region, value in zip(DISTRICTS, (1.0, 2.0, 50.0), strict=True)]
    rows.append(Observation("unknown", DISTRICTS[0], "2026-05-09T01:00:00Z", 1.0))
    take_delivery(source=yard.source, rows=rows, digest="0" * 64, way=Way.API)
    check, _key = add_check(by=None, name="Cadangan", agency=yard.source.agency, every="1h", zone="Asia/Jakarta", grace="1m")
    take_call(check=check, kind="success", method="GET")
    receipt = publish()
    assert receipt is not None and receipt.rejected == receipt.quarantined == 0
    found = values()
    assert (found["sys.rows.refused"], found["sys.rows.waiting"], found["sys.sources.heard"]) == (50.0, 1.0, 100.0)
    assert found["sys.checkcadangan"] == 1.0 and 0 < (found["sys.disk.free"] or 0) < 100
    assert found["sys.audit.unsealed"] == 0.0 and found["sys.backup.age"] is None
    assert found["sys.audit.proved"] == 0.0 and found["sys.backup.tested"] is None
    Watched.objects.create(source=yard.source, silent_since=timezone.now())
    find_late(now=timezone.now() + timedelta(hours=3))
    publish(now=timezone.now() + timedelta(minutes=2))
    assert (values()["sys.sources.heard"], values()["sys.checkcadangan"]) == (0.0, 0.0)
    assert Check.objects.get().state == "late"
