"""InfluxDB line protocol as Telegraf sends it."""

import asyncio
import base64
import gzip
from datetime import UTC, datetime

import pytest

from pendopo.indicators.bodies import Unreadable
from pendopo.indicators.checks import Observation, Refused
from pendopo.indicators.line_protocol import read_lines
from pendopo.indicators.models import KeptRow

from .test_river import known
from .yard import Yard, lay_out, send

NOW = datetime(2026, 5, 9, 5, 0, tzinfo=UTC)


def read(text: str, precision: str = "s") -> tuple[list[Observation], list[Refused]]:
    found = read_lines(text.encode(), precision=precision, region="35.16", now=NOW)
    return found.rows, found.refused


def test_every_field_is_a_row_and_the_other_tags_are_dims() -> None:
    rows, refused = read("cpu,host=web-1,cpu=cpu0 usage_idle=97.5,usage_user=1i 1778302800")
    assert not refused
    assert [(row.indicator, row.value) for row in rows] == [("cpu-usage-idle", 97.5), ("cpu-usage-user", 1.0)]
    assert rows[0].dims == {"host": "web-1", "cpu": "cpu0"}
    assert rows[0].region == "35.16"
    assert datetime.fromisoformat(rows[0].at) == datetime(2026, 5, 9, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("precision", "time"),
    [("ns", "1778302800000000000"), ("us", "1778302800000000"), ("ms", "1778302800000"), ("s", "1778302800"), ("m", "29638380")],
)
def test_the_time_is_read_in_its_precision(precision: str, time: str) -> None:
    rows, _refused = read(f"level value=1 {time}", precision)
    assert datetime.fromisoformat(rows[0].at) == datetime(2026, 5, 9, 5, 0, tzinfo=UTC)


def test_a_line_without_a_time_is_about_now() -> None:
    rows, _refused = read("level,region=35.16.01 value=1.5")
    assert (rows[0].indicator, rows[0].region, datetime.fromisoformat(rows[0].at)) == ("level", "35.16.01", NOW)


def test_escapes_are_taken_off() -> None:
    rows, _refused = read(r"water\ level,pos=pintu\,air\=1 value=2 1778302800")
    assert (rows[0].indicator, rows[0].dims) == ("water level", {"pos": "pintu,air=1"})


@pytest.mark.parametrize(("written", "value"), [("t", 1.0), ("false", 0.0), ("-3i", -3.0), ("4u", 4.0), ("1e3", 1000.0)])
def test_values_of_every_type(written: str, value: float) -> None:
    assert read(f"level value={written}")[0][0].value == value


@pytest.mark.parametrize("line", ["level", "level value=", "level value=1 yesterday", "level,tag value=1", "level value=1,", "=1"])
def test_a_line_that_is_none_is_kept_with_its_reason_and_its_neighbour_is_taken(line: str) -> None:
    rows, refused = read(f"{line}\nlevel value=1")
    assert [(no.row, no.code) for no in refused] == [(1, "unreadable-row")]
    assert len(rows) == 1


def test_text_is_no_number() -> None:
    assert [no.code for no in read('level value="high, very"')[1]] == ["not-a-number"]


@pytest.mark.parametrize("body", [b"", b"# only a comment\n", b"\xff\xfe"])
def test_a_body_without_lines_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_lines(body, precision="s", region="", now=NOW)


@pytest.mark.django_db(transaction=True)
class TestRoute:
    """The way through the door."""

    @pytest.fixture
    def yard(self) -> Yard:
        return lay_out()

    def write(self, yard: Yard, text: str, **headers: str) -> tuple[int, object]:
        basic = base64.b64encode(f"psda:{yard.key}".encode()).decode()
        given = {"authorization": f"Basic {basic}", "content-encoding": "gzip", **headers}
        reply = asyncio.run(send("POST", "/api/v1/write?db=telegraf&precision=s", gzip.compress(text.encode()), given))
        return reply.status, reply.body

    def test_telegraf_sends_as_it_is(self, yard: Yard) -> None:
        assert self.write(yard, "level,region=35.16.01 value=1.2 1778302800\nlevel,region=35.16.02 value=1.3 1778302800\n") == (204, b"")
        assert known("level") == [("09 05", 1.2), ("09 05", 1.3)]

    def test_refused_lines_are_told_and_kept_and_the_others_stored(self, yard: Yard) -> None:
        status, body = self.write(yard, "level,region=35.16.01 value=1.2 1778302800\nnothing value=1 1778302800\n")
        assert status == 400
        assert isinstance(body, dict)
        assert body["type"] == "/api/problems#partial-write"
        assert body["error"] == body["detail"]
        assert known("level") == [("09 05", 1.2)]
        assert KeptRow.objects.get().code == "unknown-indicator"

    def test_a_wrong_key_and_a_gzip_bomb_are_refused(self, yard: Yard) -> None:
        assert self.write(yard, "level value=1", authorization="Token pds_wrong")[0] == 401
        assert self.write(yard, " " * (33 * 1024 * 1024))[0] == 413
