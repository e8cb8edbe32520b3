"""What the server draws: gaps stay gaps, peaks stay peaks, ticks are round."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pendopo.ui.charts import chart, nice_ticks, pieces, spark, thin, time_ticks, with_gaps
from pendopo.ui.shapes import draw

START = datetime(2026, 1, 1, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")
HOUR = 3600.0


def hourly(values: list[float | None]) -> list[tuple[datetime, float]]:
    return [(START + timedelta(hours=number), value) for number, value in enumerate(values) if value is not None]


def test_a_missing_report_breaks_the_line() -> None:
    points = hourly([1, 2, None, None, 3, 4])
    assert [len(piece) for piece in pieces(points, HOUR)] == [2, 2]
    drawn = chart([points], since=START, until=START + timedelta(hours=5), every_s=HOUR, zone=JAKARTA, language="id")
    assert drawn is not None and drawn.lines[0].count("M") == 2


def test_thinning_keeps_every_peak_and_the_order() -> None:
    values: list[float | None] = [0.0] * 10_000
    values[5000] = 630.0
    kept = thin(hourly(values))
    assert len(kept) <= 600
    assert max(value for _at, value in kept) == 630.0
    assert kept == sorted(kept)


def test_a_long_history_is_one_line() -> None:
    """What is left out of a long history is no gap; a real gap in it stays one."""
    values: list[float | None] = [float(number % 7) for number in range(5000)]
    values[2500:2600] = [None] * 100
    drawn = chart([hourly(values)], since=START, until=START + timedelta(hours=5000), every_s=HOUR, zone=JAKARTA, language="id")
    assert drawn is not None and drawn.lines[0].count("M") == 2 and drawn.dots == ((),)
    assert drawn.lines[0].count("L") <= 602


def test_a_thinned_line_goes_to_the_browser_with_its_real_gaps_only() -> None:
    values: list[float | None] = [float(number % 7) for number in range(5000)]
    values[2500:2600] = [None] * 100
    told = with_gaps(hourly(values), HOUR)
    gaps = [at for at, value in told if value is None]
    assert gaps == [START + timedelta(hours=2500)] and len(told) <= 602
    line = spark(hourly(values), START, START + timedelta(hours=5000), HOUR)
    assert line is not None and line.line.count("M") == 2


def test_ticks_are_round_and_span_the_values() -> None:
    assert nice_ticks(0, 6570) == [0, 2000, 4000, 6000, 8000]
    assert nice_ticks(0.75, 2.02) == [0.5, 1.0, 1.5, 2.0, 2.5]
    assert nice_ticks(5, 5)[0] <= 5 <= nice_ticks(5, 5)[-1]


def test_time_ticks_stand_on_midnights_of_the_zone() -> None:
    ticks = time_ticks(START, START + timedelta(days=5), JAKARTA, "id")
    assert all(at.astimezone(JAKARTA).hour == 0 for at, _text in ticks)
    assert [text for _at, text in ticks][:2] == ["2 Jan", "3 Jan"]
    years = time_ticks(START, START + timedelta(days=3000), JAKARTA, "en")
    assert [text for _at, text in years][:2] == ["2028", "2030"]


def test_a_constant_line_and_too_few_points() -> None:
    assert spark(hourly([5]), START, START + timedelta(hours=1), HOUR) is None
    flat = spark(hourly([5, 5, 5]), START, START + timedelta(hours=2), HOUR)
    assert flat is not None and "15.00" in flat.line
    assert chart([[]], since=START, until=START, every_s=HOUR, zone=JAKARTA, language="id") is None


def test_a_threshold_far_above_does_not_flatten_the_line() -> None:
    drawn = chart(
        [hourly([1, 2])],
        since=START,
        until=START + timedelta(hours=1),
        every_s=HOUR,
        thresholds=[(2.5, "Siaga", "attention"), (400, "Bahaya", "danger")],
        zone=JAKARTA,
        language="id",
    )
    assert drawn is not None
    assert [limit.word for limit in drawn.thresholds] == ["Siaga"]


def square(west: float, south: float, size: float) -> dict[str, object]:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_map_keeps_neighbours_beside_each_other_and_north_above() -> None:
    drawn = draw({"south": square(112, -8, 1), "north": square(112, -7, 1), "broken": {"type": "Polygon", "coordinates": "no"}})
    assert drawn is not None
    places = {shape.code: (shape.x, shape.y) for shape in drawn.shapes}
    assert set(places) == {"south", "north"}
    assert places["north"][1] < places["south"][1]
    assert abs(places["north"][0] - places["south"][0]) < 1
    assert drawn.height > drawn.width


def test_without_a_readable_boundary_there_is_no_map() -> None:
    assert draw({"a": None, "b": {"type": "Point", "coordinates": [1, 2]}}) is None
