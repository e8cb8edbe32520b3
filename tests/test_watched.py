"""Who watches Pendopo: a running installation proves its river from delivery to screen each minute, and tells a watcher outside."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from pendopo.agencies.models import Agency
from pendopo.alerts.river import proving
from pendopo.indicators.models import Source
from pendopo.indicators.pings import actions as pings
from pendopo.regions.models import Region
from tests.installations import Up, free_port, pendopo, wait_for

CATALOGUE = """
sources:
  - {code: psda, name: PSDA, agency: Dinas PU SDA}
indicators:
  - {code: river, name: {id: Sungai, en: River}, unit: m, every: 1h, kind: gauge, grace: 1h, level: regency, sources: [psda]}
"""


class Watcher:
    """A watcher outside, as healthchecks.io is one: it notes which address was called with which words."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        calls = self.calls

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                calls.append((self.path, text))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/ping/abc"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    watching = Watcher()
    yield watching
    watching.server.shutdown()
    watching.server.server_close()


@pytest.fixture
def psda(transactional_db: None, regency: Region) -> Source:
    """A government that has a source."""
    return Source.objects.create(code="psda", name="PSDA", agency=Agency.objects.create(code="psda", name="PSDA"))


async def test_pages_that_do_not_answer_are_told_as_a_failure(watcher: Watcher, psda: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figure can be stored, but no page would show it: the watcher must hear that, in words."""
    monkeypatch.setattr(settings, "WATCH_URL", watcher.url)
    monkeypatch.setattr(settings, "SITE_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(proving, "STARTING_S", 0.0)
    closing = asyncio.Event()
    loop = asyncio.create_task(proving.run(None, closing))  # type: ignore[arg-type]
    for _turn in range(200):
        if watcher.calls:
            break
        await asyncio.sleep(0.1)
    closing.set()
    await loop
    assert [path for path, _text in watcher.calls] == ["/ping/abc/fail"]
    assert "do not answer" in watcher.calls[0][1]


def test_another_pendopo_is_a_watcher(live_server: Any, psda: Source) -> None:
    """Two installations watch each other: what one's prover calls is what the other's check understands, well, failed and late."""
    check, key = pings.add_check(name="Pendopo Mojokerto", agency=psda.agency, every="1m", zone="Asia/Jakarta", grace="3m", by=None)

    def standing_after(text: str, *, fail: bool) -> str:
        asyncio.run(proving.call(f"{live_server.url}/ping/{key}", text, fail=fail))
        check.refresh_from_db()
        return str(check.state)

    assert standing_after("From delivery past the rules to the screen in 0.21 s.", fail=False) == "well"
    assert standing_after("A figure was not judged by the rules after 15 seconds.", fail=True) == "failed"
    last = check.calls.first()
    assert last is not None and "judged by the rules" in last.body
    assert standing_after("", fail=False) == "well"
    pings.find_late(now=timezone.now() + timedelta(minutes=5))
    check.refresh_from_db()
    assert check.state == "late"


@pytest.mark.alone
def test_a_running_house_proves_itself_from_delivery_to_screen(watcher: Watcher, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.yaml"
    file.write_text(CATALOGUE)
    with Up(tmp_path / "data", env={"PENDOPO_WATCH_URL": watcher.url}) as up:
        loaded = pendopo("catalogue", "load", str(file), "--data", str(up.data))
        assert loaded.returncode == 0, loaded.stderr
        wait_for(lambda: any(path == "/ping/abc" for path, _text in watcher.calls), 150)
    (text, *_more) = [text for path, text in watcher.calls if path == "/ping/abc"]
    seconds = float(text.removeprefix("From delivery past the rules to the screen in ").removesuffix(" s."))
    assert 0 < seconds < proving.IN_TIME_S
