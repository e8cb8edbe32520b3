"""The portal as files, which any web server shows."""

import http.server
import threading
import urllib.request
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.incidents.posture.actions import declare
from pendopo.portal.snapshot import writing
from pendopo.regions.models import Region
from pendopo.reports.actions import hold, submit
from pendopo.reports.models import Category, Report
from pendopo.ui.built import MANIFEST
from pendopo.wall.tests import river


def test_a_plain_web_server_shows_the_snapshot(regency: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not MANIFEST.exists():
        pytest.skip("The islands are not built: run `make setup`.")
    river.indicator("river-level", unit="m", rollup="mean")
    river.send("river-level", {"35.16.13": 2.5})
    river.indicator("wells", level="village", unit="m", rollup="mean")
    river.send("wells", {"35.16.13.2004": 4.0})
    # The handler would end the connection of the test's own transaction with each answer.
    monkeypatch.setattr(writing, "ended", lambda answer: None)
    monkeypatch.setattr(writing, "_made_of", {})
    first, again = writing.write(tmp_path), writing.write(tmp_path)
    assert first >= 30 and again == first - 8, "Two datasets, a village and five guides are as they were."
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "current"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        shown = ("/", "/w/35.16.13", "/w/35.16.13.2004", "/open", "/open/river-level")
        pages = {path: urllib.request.urlopen(base + path).read().decode() for path in shown}
        sheet = pages["/"].partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert urllib.request.urlopen(base + sheet).status == 200
        server.shutdown()
    assert "Salinan dari" in pages["/"] and "Kecamatan Sooko" in pages["/w/35.16.13"] and "Angka river-level" in pages["/open/river-level"]
    assert "Angka wells" in pages["/w/35.16.13.2004"] and not (tmp_path / "current/w/35.16.13.2001").exists()
    assert (tmp_path / "current").is_symlink()


def test_a_village_is_laid_down_anew_when_something_happens_there_or_is_declared(regency: Region, rani: Person) -> None:
    river.indicator("wells", level="village", unit="m", rollup="mean")
    river.send("wells", {"35.16.13.2004": 4.0})
    now = timezone.now()
    states = [writing.villages(now)]
    river.send("wells", {"35.16.13.2004": 5.0})
    states.append(writing.villages(now))
    submit(category=Category.objects.get(code="jalan"), text="Jalan desa berlubang", region=Region.objects.get(pk="35.16.13.2004"))
    states.append(writing.villages(now))
    declare(region=Region.objects.get(pk="35.16.01"), level="watch", until=now + timedelta(days=1), reason="Banjir", by=rani)
    states.append(writing.villages(timezone.now()))
    hold(report=Report.objects.get(), text="Menghina warga", by=rani)
    states.append(writing.villages(timezone.now()))
    assert [code for state in states for code, _made_of in state] == ["35.16.13.2004"] * 5
    assert len({state[0][1] for state in states}) == 5
