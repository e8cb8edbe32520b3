"""What the demonstration's sources send: for each indicator where, how often, how far back, and how it moves."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .model import DAY_S, Shape, rain, river

HOUR_S = 3600.0
REGENCY = "35.16"
DISTRICTS = tuple(f"35.16.{number:02d}" for number in range(1, 19))
# Four offices have not joined yet: the regency's sum stays incomplete, and says so.
REPORTING = tuple(code for code in DISTRICTS if code not in {"35.16.04", "35.16.09", "35.16.15", "35.16.17"})
RIVER_POSTS = ("Brantas Gedeg", "Brangkal Sooko", "Sadar Mojosari", "Pikatan Pacet")
RAIN_POSTS = ("Pacet", "Trawas", "Mojosari", "Sooko", "Dawarblandong")

Model = Callable[[str, float], float]


@dataclass(frozen=True)
class Figure:
    """One indicator of one source: `back_days` of history, one value every `every_s`.

    `lag_s` lets a source fall behind on purpose. `same_day` marks a daily state (a price) that is told on its day and not the day after.
    `moves` marks what the loop also sends between its regular times, so that a wall is alive.
    """

    source: str
    indicator: str
    model: Model
    every_s: float
    back_days: float
    regions: tuple[str, ...] = (REGENCY,)
    posts: tuple[str, ...] = ()
    decimals: int = 0
    lag_s: float = 0.0
    moves: bool = False
    same_day: bool = False
    keys: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", tuple((region, post) for region in self.regions for post in (self.posts or ("",))))

    @property
    def is_daily(self) -> bool:
        """Whether a value stands for a whole day, told the day after."""
        return self.every_s >= DAY_S

    def value(self, region: str, post: str, t_s: float) -> float:
        """The value of one series."""
        return round(self.model(f"{self.indicator}/{region}/{post}", t_s), self.decimals)


def _daily(source: str, indicator: str, shape: Shape, regions: tuple[str, ...] = DISTRICTS, back_days: float = 180) -> Figure:
    return Figure(source, indicator, shape.at, DAY_S, back_days, regions)


def _price(indicator: str, base: float, swing: float) -> Figure:
    shape = Shape(base, base * 0.4, base * 2.5, slow=swing, quick=swing * 0.12, slow_scale_s=25 * DAY_S, quick_scale_s=3 * DAY_S)
    return Figure("sim-disperindag", indicator, lambda key, t_s: round(shape.at(key, t_s) / 50) * 50, DAY_S, 365, same_day=True)


def _reference(name: str, price: int) -> Figure:
    return Figure("sim-disperindag", f"price-{name}-reference", lambda _key, _t_s: price, 365 * DAY_S, 730, same_day=True)


def _people(base: float, high: float, swing: float) -> Shape:
    return Shape(base, 0, high, yearly=swing, slow=swing, quick=swing * 0.5, spread=0.6, quick_scale_s=2 * DAY_S)


SLOW_S = 4 * DAY_S
OCCUPANCY = Shape(64, 20, 99, daily=3, slow=11, quick=2.5, slow_scale_s=SLOW_S)
FREE_BEDS = Shape(148, 6, 400, daily=-12, slow=-44, quick=8, slow_scale_s=SLOW_S)
COMPLAINTS = Shape(14, 0, 90, daily=2, slow=7, quick=2, spread=0.5)
UPTIME = Shape(99.6, 92, 100, slow=0.5, quick=0.25, slow_scale_s=DAY_S)
UPLINK = Shape(430, 25, 985, daily=240, slow=60, quick=90, quick_scale_s=120)
QUEUE = Shape(34, 0, 160, daily=38, daily_peak=0.43, slow=10, quick=9, quick_scale_s=600)
QUAKE = Shape(3.1, 1.6, 5.2, quick=1.2, quick_scale_s=6000)
QUAKE_DEPTH = Shape(60, 5, 300, quick=70, quick_scale_s=6000)
DUST = Shape(38, 4, 160, daily=9, slow=14, quick=6, spread=0.3)

# Reference prices of consumers (harga acuan), as round numbers.
REFERENCES = (
    ("rice", 13_500),
    ("chicken", 40_000),
    ("beef", 130_000),
    ("eggs", 30_000),
    ("shallot", 41_500),
    ("garlic", 38_000),
    ("chili", 55_000),
    ("birdseye-chili", 57_000),
    ("cooking-oil", 15_700),
    ("sugar", 17_500),
)

OWN: tuple[Figure, ...] = (
    Figure("sim-rsud", "hospital-bor", OCCUPANCY.at, 900, 21, decimals=1, moves=True),
    Figure("sim-rsud", "beds-free", FREE_BEDS.at, 900, 21, moves=True),
    Figure("sim-kecamatan", "complaints-open", COMPLAINTS.at, HOUR_S, 30, REPORTING, moves=True),
    Figure("sim-kominfo", "service-uptime", UPTIME.at, 300, 7, decimals=2, moves=True),
    Figure("sim-kominfo", "uplink-mbps", UPLINK.at, 300, 7, moves=True),
    Figure("sim-dukcapil", "queue-waiting", QUEUE.at, 600, 7, moves=True),
    Figure("sim-telemetri", "river-level", river, HOUR_S, 60, posts=RIVER_POSTS, decimals=3, moves=True),
    Figure("sim-telemetri", "rainfall", rain, HOUR_S, 60, posts=RAIN_POSTS, decimals=1),
    # The air stations' line is down: the last value is some hours old and stays so.
    Figure("sim-dlh", "air-pm25", DUST.at, HOUR_S, 30, DISTRICTS[4:10], lag_s=3.5 * HOUR_S),
    _daily("sim-dinkes", "dengue-cases", _people(2.2, 40, 1.6)),
    _daily("sim-dukcapil", "id-cards", _people(46, 300, 18)),
    Figure("sim-bapenda", "revenue", Shape(1450, 200, 5200, slow=520, quick=330, quick_scale_s=2 * DAY_S).at, DAY_S, 365),
    _price("price-rice", 13900, 700),
    _price("price-eggs", 28500, 2400),
    _price("price-chili", 42000, 17000),
    _price("price-birdseye-chili", 51000, 21000),
    _price("price-chicken", 36500, 3200),
    _price("price-beef", 121000, 5000),
    _price("price-shallot", 34000, 8000),
    _price("price-garlic", 38000, 5000),
    _price("price-cooking-oil", 18200, 900),
    _price("price-sugar", 17600, 700),
    *(_reference(name, price) for name, price in REFERENCES),
)

# Simulated only where no real file tells them: without `--real`.
INSTEAD_OF_REAL: tuple[Figure, ...] = (
    _daily("sim-dinkes", "covid-cases", _people(9, 160, 6)),
    _daily("sim-dinkes", "covid-recovered", _people(8.6, 150, 6)),
    _daily("sim-dinkes", "covid-deaths", Shape(0.25, 0, 12, slow=0.4, quick=0.5, spread=0.5, quick_scale_s=2 * DAY_S)),
    Figure("sim-dinkes", "covid-active", _people(70, 700, 34).at, DAY_S, 180, DISTRICTS, same_day=True),
    Figure(
        "sim-dinkes",
        "covid-risk",
        Shape(0.9, 0, 2, slow=1.2, spread=0.4, slow_scale_s=60 * DAY_S).at,
        30 * DAY_S,
        180,
        DISTRICTS,
        same_day=True,
    ),
    Figure("sim-gempa", "quake-magnitude", QUAKE.at, 1.7 * DAY_S, 90, ("35",), decimals=1, same_day=True),
    Figure("sim-gempa", "quake-depth", QUAKE_DEPTH.at, 1.7 * DAY_S, 90, ("35",), same_day=True),
)

# People by district on 10 August 2020, as published by Dinas Kesehatan Provinsi Jawa Timur: facts, not a model.
POPULATION_AT = "2020-08-10"
POPULATION = dict(
    zip(
        DISTRICTS,
        (44932, 44029, 59577, 31253, 83775, 79921, 66566, 80513, 57369, 52724, 77851, 76210, 73483, 59551, 60514, 87043, 52527, 50591),
        strict=True,
    )
)

# Never sent: a source that is declared, and silent.
SILENT = "fire-calls"
