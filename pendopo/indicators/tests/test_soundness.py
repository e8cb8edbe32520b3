"""Every check that needs history, on a trap that is really in the files, and silent where nothing is wrong."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pendopo.indicators.checks import EPOCH, MICROSECOND, Judge, Observation, Placed, Rule, SeriesKey
from pendopo.indicators.sentences import sentence
from pendopo.indicators.soundness.asked import read_asked
from pendopo.indicators.soundness.seen import Finding, Point, Surroundings
from pendopo.indicators.soundness.table import CHECKS, Verdicts, look

from .real_files import ROOT, real_rows

WIB = ZoneInfo("Asia/Jakarta")
DAY_S, HOUR_S = 86_400, 3600
Given = tuple[str, str, datetime, float]


def us(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


def judge(
    sent: Sequence[Given],
    checks: dict[str, dict[str, Any]],
    *,
    known: Sequence[Given] = (),
    every_s: int = DAY_S,
    children: dict[str, tuple[str, ...]] | None = None,
    now: datetime | None = None,
    future: frozenset[SeriesKey] = frozenset(),
) -> Verdicts:
    """The verdicts on rows (indicator, region, time, value) beside known ones."""
    asked = {code: read_asked(wants, every_s=every_s, offset_s=7 * HOUR_S) for code, wants in checks.items()}
    points: dict[SeriesKey, list[Point]] = defaultdict(list)
    for code, region, at, value in sorted(known, key=lambda row: row[2]):
        points[code, region, ""].append(Point(us(at), value))
    rows = [Placed(number, (code, region, ""), us(at), value, 0, None) for number, (code, region, at, value) in enumerate(sent, 1)]
    around = Surroundings(points, children or {}, future, us(now) if now else 0)
    return look(rows, {code: wants for code, wants in asked.items() if wants}, around)


def codes(found: dict[int, Finding]) -> dict[int, str]:
    return {row: finding.code for row, finding in found.items()}


def rivers() -> dict[datetime, float]:
    """The hourly river level at Purwodadi; `tanggal` and `jam` are WIB."""
    rows = real_rows("hydrology", "awlr_purwodadi.csv")
    return {datetime.strptime(f"{r['tanggal']} {r['jam']}", "%d-%m-%y %H").replace(tzinfo=WIB): float(r["nilai"]) for r in rows}


def river_day(start: str, checks: dict[str, Any], change: Any = lambda at, value: (at, value), **other: Any) -> Verdicts:
    """One day of the river beside the thirty days before it; `change` spoils its rows."""
    levels, first = rivers(), day(start)
    times = [first + timedelta(hours=hour) for hour in range(24)]
    known = [("level", "35.14", at, value) for at, value in levels.items() if first - timedelta(days=30) <= at < first]
    sent = [("level", "35.14", *change(at, levels[at])) for at in times if at in levels]
    return judge(sent, {"level": checks}, known=known, every_s=HOUR_S, **other)


def nab(name: str) -> list[Given]:
    rows = real_rows("anomalies", *name.split("/"))
    return [("load", "35", datetime.fromisoformat(r["timestamp"]).replace(tzinfo=UTC), float(r["value"])) for r in rows]


def provinces(*wanted: str) -> list[Given]:
    return [
        (code, row["provinsi"], day(row["tanggal"]), float(row[column]))
        for row in real_rows("covid", "provinsi_harian_2020_2021.csv")
        if row["provinsi"] in wanted
        for column, code in (("KASUS", "cases"), ("AKUMULASI_KASUS", "total"))
    ]


def test_monotonic_a_regencys_total_that_fell_waits() -> None:
    rows = real_rows("covid", "kabkota_jatim_maret2020.csv")
    sent = [("odp", r["Kabupaten/Kota"], day(r["tanggal_folder"]), float(r["Odp"])) for r in rows]
    found = judge(sent, {"odp": {"monotonic": True}})
    fell = {(sent[row - 1][1], f"{sent[row - 1][2]:%m-%d}") for row in found.hard}
    assert {("Kabupaten Situbondo", "03-28"), ("Kota Pasuruan", "03-28"), ("Kabupaten Mojokerto", "03-28")} <= fell
    assert not found.soft


def test_monotonic_the_newcomer_waits_also_before_a_known_later_total() -> None:
    known = [("odp", "a", day("2020-03-26"), 100.0), ("odp", "a", day("2020-03-28"), 114.0)]
    assert codes(judge([("odp", "a", day("2020-03-27"), 1100.0)], {"odp": {"monotonic": True}}, known=known).hard) == {1: "monotonic"}
    assert not judge([("odp", "a", day("2020-03-27"), 110.0)], {"odp": {"monotonic": True}}, known=known).hard


def test_total_the_published_totals_are_the_sums_and_two_changed_digits_are_seen() -> None:
    sent = provinces("ACEH", "JAWA_TIMUR")
    checks = {"total": {"total_of": "cases"}, "cases": {}}
    assert not judge(sent, checks).soft
    spoilt = next(i for i, row in enumerate(sent) if row[:2] == ("total", "JAWA_TIMUR") and row[3] > 10_000)
    sent[spoilt] = (*sent[spoilt][:3], sent[spoilt][3] + 90)
    assert set(codes(judge(sent, checks).soft).values()) == {"total"}
    assert spoilt + 1 in judge(sent, checks).soft


def test_parts_that_may_not_differ_at_all_are_asked() -> None:
    found = [read_asked({"adds_up": share}, every_s=3600, offset_s=0) for share in (0.0, 0.01, False, None)]
    assert [asked.adds_up if asked else None for asked in found] == [0.0, 0.01, None, None]


def test_adds_up_the_links_of_one_router_and_one_that_lost_a_digit() -> None:
    loads: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for row in real_rows("network", "bell_labs_1router_5menit.csv"):
        loads[row["time"]].append((row["nme"], float(row["value"])))
    sent: list[Given] = []
    for number, time in enumerate(list(loads)[:100]):
        for name, value in loads[time]:
            at = day("1999-02-22") + timedelta(minutes=5 * number)
            if name.startswith("src "):
                sent.append(("load", name[4:], at, value))
            elif "->" in name:
                sent.append(("load", name.replace("->", "."), at, value))
    children = {part: tuple(f"{part}.{other}" for other in PARTS) for part in PARTS}
    wants = {"load": {"adds_up": 0.01}}
    assert not judge(sent, wants, every_s=300, children=children).soft
    spoilt = next(i for i, row in enumerate(sent) if row[1] == "switch.corp")
    sent[spoilt] = (*sent[spoilt][:3], sent[spoilt][3] / 10)
    assert codes(judge(sent, wants, every_s=300, children=children).soft)[spoilt + 1] == "adds-up"


PARTS = ("fddi", "switch", "local", "corp")


def test_agrees_todays_price_and_what_the_next_day_calls_yesterdays() -> None:
    sent: list[Given] = []
    for row in real_rows("prices", "bapanas_kota_bandung_202509_202511.csv"):
        if row["Komoditas"] == "Cabai Rawit Merah":
            before = datetime.strptime(row["Tanggal Kemarin"], "%d-%m-%Y").replace(tzinfo=WIB)
            sent.append(("price", "32.73", day(row["Timestamp"]), float(row["Harga"])))
            sent.append(("later", "32.73", before, float(row["Harga Kemarin"])))
    found = judge(sent, {"price": {"agrees": {"with": "later", "within": 0.001}}, "later": {}})
    assert [finding.code for finding in found.soft.values()] == ["agrees"]


def test_season_a_day_that_jumped_is_seen_and_quiet_lines_are_not() -> None:
    checks = {"load": {"season": "day"}}
    jumped = nab("artificialWithAnomaly/art_daily_jumpsup.csv")
    rows = judge(jumped, checks, every_s=300).soft
    begin, end = datetime(2014, 4, 11, 9, tzinfo=UTC), datetime(2014, 4, 11, 18, tzinfo=UTC)
    inside = [row for row in rows if begin <= jumped[row - 1][2] <= end]
    assert len(inside) > 50
    for name in ("art_daily_no_noise", "art_flatline", "art_daily_small_noise"):
        assert not judge(nab(f"artificialNoAnomaly/{name}.csv"), checks, every_s=300).soft, name


@pytest.mark.parametrize("factor", [1000, 10, 0.1])
def test_scale_a_river_level_in_another_unit_or_without_its_decimal_comma(factor: float) -> None:
    noon = day("2022-10-20") + timedelta(hours=12)
    found = river_day("2022-10-20", {"scale": True}, lambda at, value: (at, value * factor if at == noon else value))
    assert codes(found.soft) == {13: "scale"}
    assert not river_day("2022-10-20", {"scale": True}).soft


def test_copy_the_prices_of_ramadans_first_day_are_those_of_the_day_before() -> None:
    known, sent = [], {}
    for row in real_rows("prices", "pihps_jawa_timur_2020_2023.csv"):
        at = row.pop("Tanggal")
        prices = [("price", name, day(at), float(value)) for name, value in row.items() if value]
        if "2020-04-10" <= at < "2020-04-23":
            known.extend(prices)
        sent[at] = prices
    wants = {"price": {"copy": True}}
    assert not judge(sent["2020-04-23"], wants, known=known).soft
    copied = judge(sent["2020-04-24"], wants, known=[*known, *sent["2020-04-23"]])
    assert set(codes(copied.soft).values()) == {"copy"} and len(copied.soft) == 31


def test_stuck_a_sensor_that_froze_and_rain_that_rests() -> None:
    ten = day("2022-10-20") + timedelta(hours=10)
    frozen = rivers()[ten]
    found = river_day("2022-10-20", {"stuck": 6}, lambda at, value: (at, frozen if at > ten else value))
    assert list(codes(found.soft)) == list(range(16, 25))
    assert not river_day("2022-10-20", {"stuck": 6}).soft
    rain = [
        ("rain", "35.14", datetime.strptime(f"{r['tanggal']} {r['jam']}", "%d-%m-%y %H").replace(tzinfo=WIB), float(r["nilai"]))
        for r in real_rows("hydrology", "arr_cendono.csv")[:3000]
        if r["jam"] not in ("24", "")
    ]
    assert len(judge(sorted(rain, key=lambda r: r[2]), {"rain": {"stuck": 6}}, every_s=HOUR_S).soft) < 3


@pytest.mark.parametrize("hours", [7, -7])
def test_clock_local_time_taken_for_utc_and_the_other_way(hours: int) -> None:
    arrived = day("2022-10-21") + timedelta(minutes=10)
    shift = timedelta(hours=hours)
    ahead = frozenset([("level", "35.14", "")]) if hours > 0 else frozenset()
    found = river_day("2022-10-20", {"clock": True}, lambda at, value: (at + shift, value), now=arrived, future=ahead)
    assert set(codes(found.soft).values()) == {"clock"} and len(found.soft) == 24
    assert not river_day("2022-10-20", {"clock": True}, now=arrived).soft


def test_clock_a_daily_figure_that_moved_to_the_other_side_of_the_zone() -> None:
    known = [row for row in provinces("ACEH") if row[2] < day("2020-06-01")]
    sent = [(*row[:2], row[2].replace(tzinfo=UTC), row[3]) for row in provinces("ACEH") if row[2] == day("2020-06-01")]
    assert set(codes(judge(sent, {"cases": {"clock": True}, "total": {"clock": True}}, known=known).soft).values()) == {"clock"}


def test_late_rows_uploaded_long_after_they_were_measured_are_counted() -> None:
    """`created_at` says when a row was uploaded (WIB): many came days after `tanggal` and `jam`."""
    rule = Rule(may_write=True, takes_dates=False, late_s=2 * HOUR_S)
    late = 0
    for row in real_rows("hydrology", "awlr_purwodadi.csv")[:200]:
        at = datetime.strptime(f"{row['tanggal']} {row['jam']}", "%d-%m-%y %H").replace(tzinfo=WIB)
        now = datetime.strptime(row["created_at"], "%d-%m-%y %H:%M").replace(tzinfo=WIB)
        one = Judge(rules={"level": rule}, is_region=lambda code: True, zone=WIB, now=now)
        late += one.late(one.judge([Observation("level", "35.14", at.isoformat(), float(row["nilai"]))], [1]).placed)
    assert 20 < late < 200


def test_out_of_order_rows_are_counted() -> None:
    known = [("odp", "a", day("2020-03-26"), 1.0), ("odp", "a", day("2020-03-28"), 3.0)]
    found = judge([("odp", "a", day("2020-03-27"), 2.0), ("odp", "a", day("2020-03-29"), 4.0)], {"odp": {"monotonic": True}}, known=known)
    assert found.behind == {1}


def test_a_file_in_parts_gives_the_verdicts_of_the_whole() -> None:
    """Rows in order of time, in one delivery or in many that each know what came before."""
    wants = {"level": {"scale": True, "stuck": 3, "season": "day"}}
    rows: list[Given] = [("level", "35.14", at, value) for at, value in sorted(rivers().items())[:1500]]
    rows[700] = (*rows[700][:3], rows[700][3] * 10)
    whole = {rows[row - 1][2] for row in judge(rows, wants, every_s=HOUR_S).soft}
    parts: set[datetime] = set()
    for start in range(0, len(rows), 97):
        some = rows[start : start + 97]
        parts |= {some[row - 1][2] for row in judge(some, wants, known=rows[:start], every_s=HOUR_S).soft}
    assert rows[700][2] in whole and parts == whole


def test_every_check_is_documented_and_has_a_sentence() -> None:
    """docs/checks.md names each check with its severity and its key; each that speaks has its words."""
    lines = {line.split("`")[1]: line for line in (ROOT / "docs" / "checks.md").read_text().splitlines() if line.startswith("| `")}
    assert list(lines) == [check.code for check in CHECKS]
    names = ("given", "low", "high", "known", "usual", "expected", "sum", "other", "step")
    words = {"ahead_s": 3, "factor": "×10", "of": "a", "with": "b", "parent": "35", "times": 6, "rows": 24, "hours": "7"}
    filled = {**dict.fromkeys(names, 1.0), **words}
    for check in CHECKS:
        assert f"| {check.severity} |" in lines[check.code], check.code
        assert not check.key or f"{check.key}: {check.example}" in lines[check.code].replace("`", ""), check.code
        if check.severity != "note":
            assert sentence(check.code, filled)
