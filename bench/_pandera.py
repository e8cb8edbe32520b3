"""The same catalogue as rules of pandera: types, ranges, known codes, no time ahead, no row twice, totals not below the day's own value.

pandera judges one table at a time and knows no history; what it can say about a delivery by itself is here.
"""

import pandas as pd
import pandera.pandas as pa
from _lines import REGIONS, RULES, Day

BOUNDS = {code: checks["range"] for code, (_, checks) in RULES.items()}


def _in_range(frame: pd.DataFrame) -> pd.Series:
    low = frame["indicator"].map(lambda code: BOUNDS[code][0])
    high = frame["indicator"].map(lambda code: BOUNDS[code][1])
    return (frame["value"] >= low) & (frame["value"] <= high)


def complaints(day: Day) -> set[int]:
    """The rows, from 1, that pandera's rules refuse."""
    frame = pd.DataFrame(
        [(r.indicator, r.region, str(r.dims), r.at, r.value) for r in day.rows], columns=["indicator", "region", "dims", "at", "value"]
    )
    frame["time"] = pd.to_datetime(frame["at"], format="ISO8601", utc=True)
    now = pd.Timestamp(day.now)
    schema = pa.DataFrameSchema(
        {
            "indicator": pa.Column(str, pa.Check.isin(list(RULES))),
            "region": pa.Column(str, pa.Check.isin(list(REGIONS))),
            "value": pa.Column(float, nullable=False),
            "time": pa.Column(checks=pa.Check(lambda times: times <= now + pd.Timedelta(minutes=5))),
        },
        checks=[pa.Check(_in_range, name="range")],
        unique=["indicator", "region", "dims", "at"],
    )
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        return {int(index) + 1 for index in cases["index"].dropna()}
    return set()
