"""Every kind of tile: with figures, without any, of then, and always in as many queries; and what a tile must never carry."""

import io
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from pendopo.agencies.actions import add_post
from pendopo.agencies.models import Person
from pendopo.agencies.tests.people import signed_in
from pendopo.audit.models import Entry
from pendopo.indicators.actions import take_delivery
from pendopo.indicators.checks import Observation
from pendopo.indicators.models import Source, Way
from pendopo.network.actions import declare
from pendopo.network.tests.yard import lay_network
from pendopo.wall.actions import add_picture, load_board, set_goal
from pendopo.wall.logic import WrongBoard, read_board
from pendopo.wall.models import Goal, Picture
from pendopo.wall.tiles.gauge import arc
from pendopo.wall.tiles.text import html_of

from . import river

pytestmark = pytest.mark.usefixtures("regency")


def show(person: Person, *tiles: dict[str, Any], query: str = "") -> str:
    load_board(definition={"code": "kinds", "title": "Jenis", "tiles": list(tiles)}, by=None)
    answer = signed_in(person).get(f"/wall/kinds{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def hours(code: str, region: str, count: int, *, last_h: int = 0) -> None:
    now = timezone.now()
    for hour in range(count):
        river.send(code, {region: float(hour)}, at=now - timedelta(hours=last_h + count - hour))


def test_bars_judge_each_report(sari: Person) -> None:
    river.indicator("rain", level="regency")
    hours("rain", "35.16", 6)
    bands = [{"from": 4, "state": "danger", "word": "Lebat"}]
    html = show(sari, {"kind": "bars", "indicator": "rain", "bands": bands})
    assert html.count('class="column') == 6 and html.count('class="column danger') == 2
    assert 'data-indicators="rain"' in html and "/wall/kinds?tile=0" in html


def test_a_calendar_hatches_days_without_report(sari: Person) -> None:
    river.indicator("rain", level="regency", every="1d")
    for day in (1, 3):
        river.send("rain", {"35.16": float(day)}, at=timezone.now() - timedelta(days=day))
    html = show(sari, {"kind": "calendar", "indicator": "rain", "span": "5d"})
    days = html[html.index('class="map year"') :].split("</svg>")[0]
    assert days.count('<rect class="no-day"') == 4 and days.count("<title>") == 6


def test_two_tiles_show_different_stretches_of_one_figure(sari: Person) -> None:
    """Each looks as far back as it says, whichever comes first; lines of different units stand under no unit."""
    river.indicator("rain", level="regency", unit="mm")
    river.indicator("level", level="regency", unit="m")
    hours("rain", "35.16", 30)
    river.send("level", {"35.16": 1.0})
    bars = {"kind": "bars", "indicator": "rain"}
    html = show(sari, {**bars, "span": "31h"}, {**bars, "span": "7h"}, {"kind": "trend", "indicators": ["rain", "level"]})
    long, short, both = html.split('<article class="tile')[1:4]
    assert (long.count('class="column'), short.count('class="column')) == (30, 6)
    assert "dan 1 lainnya</h2>" in both and '"unit": ""' in both


def test_small_lines_stand_for_the_regions_below_on_one_scale(sari: Person) -> None:
    river.indicator("beds")
    for code in river.districts()[:3]:
        hours("beds", code, 4)
    html = show(sari, {"kind": "multiples", "indicator": "beds", "count": 2})
    assert html.count('<path class="stroke" d="M') == 2 and "Satu skala untuk semua: 0 sampai 3" in html and "dan 1 lainnya" in html


def test_points_stand_where_their_dims_say(sari: Person) -> None:
    river.indicator("level", level="regency", rollup="mean", unit="m", decimals=1)
    from_dims = river.Observation(
        indicator="level", region="35.16", at=timezone.now().isoformat(), value=3.5, dims={"pos": "Sooko", "lat": "-7.50", "lon": "112.43"}
    )
    far = river.Observation(
        indicator="level", region="35.16", at=timezone.now().isoformat(), value=1.0, dims={"pos": "Jauh", "lat": "10.0", "lon": "100.0"}
    )
    river.take_delivery(source=river.source(), rows=[from_dims, far], digest="1" * 64, way=river.Way.API)
    bands = [{"from": 3, "state": "danger", "word": "Bahaya"}]
    html = show(sari, {"kind": "points", "indicator": "level", "bands": bands})
    assert html.count('<g class="point') == 1 and '<g class="point danger"' in html and "Sooko (Kabupaten Mojokerto): 3,5" in html
    assert "1 di luar peta ini" in html


def present(value: float, device: str, at: datetime) -> None:
    """A word of presence about a device."""
    rows = [Observation("net.up", "35.16.13", at.isoformat(), value, dims={"device": device})]
    done = take_delivery(source=Source.objects.get(code="pendopo"), rows=rows, digest=f"{hash((device, at)) % 10**12:064d}", way=Way.SYSTEM)
    assert done.accepted == 1, done


@pytest.mark.parametrize(("kind", "line"), [("network-map", '<polyline class="wire'), ("network-topology", '<line class="wire')])
def test_the_network_stands_on_the_wall_as_its_presence_says(sari: Person, kind: str, line: str) -> None:
    lay_network()
    declare()
    now = timezone.now()
    present(1.0, "core", now)
    present(0.0, "r-dinkes", now - timedelta(hours=1))
    html = show(sari, {"kind": kind, "indicator": "net.up"})
    assert html.count(line) >= 4 and 'class="dot well"' in html and 'class="dot danger"' not in html
    assert 'data-indicators="net.up"' in html and "1 terjangkau" in html and 'href="/network/core' not in html
    assert "tepat waktu" not in html, "a picture is no figure of the board"
    present(0.0, "r-dinkes", timezone.now())
    html = show(sari, {"kind": kind, "indicator": "net.up"})
    assert 'class="dot danger"' in html and f"{line} danger" in html and "1 tak terjangkau" in html
    then = quote((now - timedelta(minutes=30)).isoformat())
    assert 'class="dot danger"' not in show(sari, {"kind": kind, "indicator": "net.up"}, query=f"?as_of={then}")


def test_who_may_not_see_presence_sees_no_network(sari: Person) -> None:
    lay_network()
    html = show(sari, {"kind": "network-map", "indicator": "net.up"})
    assert "net.up" in html and "wire" not in html, "nobody declared it yet: the tile says what is missing"


def test_a_gauge_says_how_far_the_target_is(sari: Person) -> None:
    river.indicator("beds", level="regency", unit="%")
    river.send("beds", {"35.16": 50.0})
    html = show(sari, {"kind": "gauge", "indicator": "beds", "min": 0, "max": 100, "target": 60})
    assert "10 di bawahnya" in html and arc(0.0, 0.5) in html


def test_a_text_carries_no_script_no_picture_and_no_doubtful_link() -> None:
    html = html_of("# Judul\n\n<script>alert(1)</script> ![x](http://a.test/x.png) [y](javascript:alert(1)) **tebal** [z](https://a.test)")
    assert "<h3>Judul</h3>" in html and "<strong>tebal</strong>" in html and '<a href="https://a.test">' in html
    assert "<script" not in html and "<img" not in html and 'href="javascript' not in html


def test_a_camera_plays_only_from_allowed_hosts_and_not_in_the_past(sari: Person, settings: Any) -> None:
    tile = {"kind": "camera", "address": "https://cctv.test:8443/sooko/index.m3u8"}
    assert "belum mengizinkan kamera dari cctv.test:8443" in show(sari, tile)
    settings.CAMERA_HOSTS = ["cctv.test:8443"]
    assert 'data-address="https://cctv.test:8443/sooko/index.m3u8"' in show(sari, tile)
    assert "<pd-camera" not in show(sari, tile, query="?as_of=2026-01-01T00:00")


def picture_file(kind: str = "JPEG") -> io.BytesIO:
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "rahasia"
    Image.new("RGB", (3000, 1000), "teal").save(file, kind, exif=exif)
    file.seek(0)
    return file


def test_a_picture_is_written_anew_and_shown(sari: Person) -> None:
    file = picture_file()
    assert b"rahasia" in file.getvalue()
    picture = add_picture(file=file, size=len(file.getvalue()), name="Peta", by=sari)
    assert (picture.width, picture.height) == (1920, 640) and b"rahasia" not in bytes(picture.content)
    html = show(sari, {"kind": "image", "picture": picture.digest, "title": "Peta"})
    assert f'src="/wall/pictures/{picture.digest}" alt="Peta"' in html
    answer = signed_in(sari).get(f"/wall/pictures/{picture.digest}")
    assert answer["Content-Type"] == "image/webp" and Image.open(io.BytesIO(answer.content)).size == (1920, 640)


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\nnot", b""])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValidationError, match="bukan gambar"):
        add_picture(file=io.BytesIO(content), size=len(content), name="x", by=None)
    with pytest.raises(ValidationError, match="5 MB"):
        add_picture(file=io.BytesIO(content), size=6 * 1024 * 1024, name="x", by=None)
    assert not Picture.objects.exists()


def goal(code: str, **more: Any) -> Goal:
    return set_goal(goal=Goal(**{"code": code, "name_id": f"Sasaran {code}", **more}), by=None)


def test_goals_follow_their_figures_and_a_silent_one_is_unknown(sari: Person) -> None:
    for code in ("beds", "calls", "roads"):
        river.indicator(code, level="regency", unit="%")
    river.send("beds", {"35.16": 90.0})
    river.send("calls", {"35.16": 90.0}, at=timezone.now() - timedelta(days=9))
    post = add_post(by=None, title="Kepala Dinas Kesehatan", role="viewer")
    top = goal("top", owner=post)
    aim = {"parent": top, "target": 80.0, "limit": 60.0}
    goal("a", indicator="beds", **aim)
    goal("b", indicator="calls", **aim)
    html = show(sari, {"kind": "goals"})
    assert html.count("Belum diketahui") >= 2 and html.count("Tercapai") >= 1 and "Kepala Dinas Kesehatan" in html
    river.send("calls", {"35.16": 50.0})
    assert "Belum tercapai" in show(sari, {"kind": "goals"})
    page = signed_in(sari).get("/goals").content.decode()
    assert "Sasaran top" in page and "Belum tercapai" in page and 'data-indicators="beds calls"' in page
    assert Entry.objects.filter(room="wall", verb="aimed").count() == 3


def test_the_page_of_goals_says_which_moment_it_shows(sari: Person) -> None:
    river.indicator("beds", level="regency", unit="%", rollup="none")
    goal("a", indicator="beds", target=80.0, limit=60.0)
    river.send("beds", {"35.16": 90.0}, at=timezone.now() - timedelta(minutes=20))
    then = timezone.now().isoformat()
    river.send("beds", {"35.16": 50.0}, at=timezone.now() - timedelta(minutes=10))
    client = signed_in(sari)
    now = client.get("/goals").content.decode()
    assert "Belum tercapai" in now and "<pd-moment" in now and "<pd-live" in now and "Keadaan yang diketahui pada" not in now
    past = client.get("/goals", {"as_of": then}).content.decode()
    assert "Tercapai" in past and "Keadaan yang diketahui pada" in past and 'href="/goals"' in past and "<pd-live" not in past
    assert 'href="/figures/beds/35.16?as_of=' in past and 'rel="next"' in past


def test_a_goal_is_set_changed_and_ended_on_its_page(sari: Person) -> None:
    client = signed_in(sari)
    form = {"code": "bor", "name_id": "Keterisian", "weight": "1", "rollup": "worst", "region": "auto", "direction": "down"}
    assert "above it" not in client.post("/goals/new", {**form, "indicator": "beds"}).content.decode()
    wrong = client.post("/goals/new", {**form, "indicator": "beds", "target": "80", "limit": "60"}).content.decode()
    assert "batas berada di bawah target" in wrong and not Goal.objects.exists()
    assert client.post("/goals/new", {**form, "indicator": "beds", "target": "60", "limit": "80"})["Location"] == "/goals"
    child = goal("child", parent=Goal.objects.get(code="bor"))
    with pytest.raises(ValidationError, match="bawah dirinya sendiri"):
        bor = Goal.objects.get(code="bor")
        bor.parent = child
        set_goal(goal=bor, by=sari)
    client.post("/goals/bor", {"do": "end"})
    child.refresh_from_db()
    assert child.parent is None and "Keterisian" not in client.get("/goals").content.decode()


def test_queries_do_not_grow_with_tiles_of_any_kind(sari: Person) -> None:
    kinds = ("bars", "multiples", "calendar", "points", "gauge")

    def queries(tiles: int) -> int:
        client = signed_in(sari)
        found: list[dict[str, Any]] = [{"kind": kinds[n % 5], "indicator": f"many-{n}"} for n in range(tiles)]
        show(sari, {"kind": "goals"}, {"kind": "text", "text": "x"}, *found)
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/wall/kinds").status_code == 200
        return len(captured)

    for number in range(15):
        river.indicator(f"many-{number}")
        river.send(f"many-{number}", {code: float(number) for code in river.districts()[: number + 1]})
    goal("one", indicator="many-1", target=1.0, limit=0.0)
    few = queries(5)
    for number in range(2, 8):
        goal(f"goal-{number}", indicator=f"many-{number}", target=1.0, limit=0.0)
    assert queries(15) == few


def test_a_tile_alone_is_that_tile(sari: Person) -> None:
    show(sari, {"kind": "clock"}, {"kind": "text", "text": "hanya ini"})
    html = signed_in(sari).get("/wall/kinds?tile=1").content.decode()
    assert "hanya ini" in html and html.count("<article") == 1 and "<html" not in html
    assert "<article" not in signed_in(sari).get("/wall/kinds?tile=99").content.decode()


def test_a_ranking_compares_the_series_of_a_dimension_as_of_the_newest_report(sari: Person) -> None:
    river.indicator("begins", level="regency", every="5m")
    now = timezone.now()

    def told(hour: str, value: float, minutes: int) -> Any:
        return river.Observation(
            indicator="begins", region="35.16", at=(now - timedelta(minutes=minutes)).isoformat(), value=value, dims={"jam": hour}
        )

    rows = [told("07", 9, 30), told("13", 4, 1), told("08", 7, 1), told("09", 2, 1)]
    river.take_delivery(source=river.source(), rows=rows, digest="1" * 64, way=river.Way.API)
    tile = {"kind": "ranking", "indicator": "begins", "by": "jam"}

    def names(**more: Any) -> list[str]:
        return re.findall(r'class="name">([^<]*)<', show(sari, {**tile, **more}))

    assert names(order="name") == ["08", "09", "13"], "an hour that the newest report does not tell is over"
    assert names() == ["08", "13", "09"] and names(order="low") == ["09", "13", "08"]
    assert "tanpa laporan" not in show(sari, tile)
    with pytest.raises(WrongBoard, match="order"):
        read_board({"code": "a", "title": "A", "tiles": [{"kind": "ranking", "indicator": "begins", "order": "name"}]})
