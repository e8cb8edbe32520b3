"""The portal as files, which any web server shows."""

import http.server
import threading
import urllib.request
from functools import partial
from pathlib import Path

import pytest

from pendopo.portal.snapshot import writing
from pendopo.regions.models import Region
from pendopo.ui.built import MANIFEST
from pendopo.wall.tests import river


def test_a_plain_web_server_shows_the_snapshot(regency: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not MANIFEST.exists():
        pytest.skip("The islands are not built: run `make setup`.")
    river.indicator("river-level", unit="m", rollup="mean")
    river.send("river-level", {"35.16.13": 2.5})
    # The handler would end the connection of the test's own transaction with each answer.
    monkeypatch.setattr(writing, "ended", lambda answer: None)
    monkeypatch.setattr(writing, "_made_of", {})
    first, again = writing.write(tmp_path), writing.write(tmp_path)
    assert first >= 30 and again == first - 6, "A dataset and five guides are as they were."
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / "current"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        pages = {path: urllib.request.urlopen(base + path).read().decode() for path in ("/", "/w/35.16.13", "/open", "/open/river-level")}
        sheet = pages["/"].partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert urllib.request.urlopen(base + sheet).status == 200
        server.shutdown()
    assert "Salinan dari" in pages["/"] and "Kecamatan Sooko" in pages["/w/35.16.13"] and "Angka river-level" in pages["/open/river-level"]
    assert (tmp_path / "current").is_symlink()
