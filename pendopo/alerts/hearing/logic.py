"""What becomes of a warning that came in: its freshness, whom it is about, and a quake as a warning. Pure: `now` is an argument."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

AHEAD = timedelta(minutes=10)
OLDEST = timedelta(days=7)
# A feed without an end in its messages: a warning holds so long.
USUAL = timedelta(hours=24)
EARTH_KM = 6371.0
# Nobody is asked more often, whatever the posture.
SHORTEST_S = 30.0
# A rule of thumb, not seismology: a quake of magnitude 5 is felt within about 100 km, and each magnitude more doubles that.
FELT_KM, FELT_AT, FELT_TIMES = 100.0, 5.0, 2.0


@dataclass(frozen=True)
class Wrong:
    """Why a warning is refused: a stable code and a sentence."""

    code: str
    message: str


def freshness(sent: datetime, expires: datetime | None, now: datetime) -> Wrong | None:
    """Refuses what was sent in the future (its clock is wrong, or it is forged) and what is too old to be news."""
    if sent > now + AHEAD:
        return Wrong("FUTURE", "It says that it was sent in the future: the sender's clock is wrong, or it is not genuine.")
    if sent < now - OLDEST:
        return Wrong("TOO_OLD", "It was sent more than seven days ago.")
    if (expires or sent + USUAL) <= now:
        return Wrong("EXPIRED", "Its time had passed when it arrived.")
    return None


def named_in(text: str, names: Mapping[str, str]) -> set[str]:
    """The codes of the districts whose names stand in a text as whole words, capitals or not: BMKG names them only there."""
    plain = f" {_plain(text)} "
    return {code for code, name in names.items() if f" {_plain(name)} " in plain}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two points (latitude, longitude in degrees) over the ground: the haversine formula."""
    lat, lon, lat2, lon2 = (math.radians(value) for value in (*one, *other))
    half = math.sin((lat2 - lat) / 2) ** 2 + math.cos(lat) * math.cos(lat2) * math.sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def felt_within_km(magnitude: float) -> float:
    """How far a quake may be felt, in kilometres, by the rule of thumb above."""
    return FELT_KM * math.pow(FELT_TIMES, magnitude - FELT_AT)


@dataclass(frozen=True)
class Quake:
    """One earthquake as BMKG tells it."""

    at: datetime
    latitude: float
    longitude: float
    magnitude: float
    depth: str
    where: str
    potential: str
    felt: str

    @property
    def identifier(self) -> str:
        """The same quake in any of BMKG's lists."""
        return f"gempa-{self.at:%Y%m%d%H%M%S}-{self.latitude:.2f}-{self.longitude:.2f}"

    @property
    def severity(self) -> str:
        """In CAP's words, by magnitude: 7, 6, 5."""
        return next((word for least, word in ((7.0, "Extreme"), (6.0, "Severe"), (5.0, "Moderate")) if self.magnitude >= least), "Minor")


def quakes(body: object) -> list[Quake]:
    """The earthquakes of one of BMKG's JSON answers: `gempa` is an object in one and a list in the others. Unreadable ones are left out."""
    inside = body.get("Infogempa", {}) if isinstance(body, dict) else {}
    found = inside.get("gempa", []) if isinstance(inside, dict) else []
    rows = [found] if isinstance(found, dict) else found if isinstance(found, list) else []
    return [quake for row in rows if isinstance(row, dict) and (quake := _quake(row)) is not None]


def _quake(row: Mapping[str, object]) -> Quake | None:
    try:
        latitude, longitude = (float(part) for part in str(row["Coordinates"]).split(","))
        at = datetime.fromisoformat(str(row["DateTime"]))
        magnitude = float(str(row["Magnitude"]))
    except (KeyError, ValueError):
        return None
    if at.tzinfo is None or not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= magnitude <= 10):
        return None
    words = (str(row.get(name) or "") for name in ("Kedalaman", "Wilayah", "Potensi", "Dirasakan"))
    return Quake(at, latitude, longitude, magnitude, *words)


def near(quake: Quake, centres: Iterable[tuple[str, float, float]]) -> list[str]:
    """The codes of the regions whose centre may have felt it; centres are (code, latitude, longitude)."""
    reach = felt_within_km(quake.magnitude)
    return sorted(
        code for code, latitude, longitude in centres if distance_km((quake.latitude, quake.longitude), (latitude, longitude)) <= reach
    )


def pace(asked: Sequence[float], now: float, per_minute: int) -> float:
    """Seconds to wait so that no minute has more than `per_minute` requests; `asked` are the times of the last ones (monotonic)."""
    last = [at for at in asked if now - at < 60.0]
    return 0.0 if len(last) < per_minute else 60.0 - (now - sorted(last)[-per_minute])


def wait_s(every_s: float, cadence: float) -> float:
    """Seconds between two looks at a feed, as much shortened as a posture asks: never below what a host is spared."""
    return max(SHORTEST_S, every_s * cadence)
