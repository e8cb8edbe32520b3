"""The index over the years as plain SVG: one line for each instrument, never joined with another's, and the break between them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 800.0, 260.0, 44.0, 24.0, 14.0, 30.0
# The first and the last year stand so far from the edges that their numbers touch no mark.
INSET = 36.0


@dataclass(frozen=True)
class Dot:
    """One result: where it stands, and its year and index."""

    x: float
    y: float
    year: int
    index: float


@dataclass(frozen=True)
class Line:
    """One instrument's results."""

    code: str
    dots: tuple[Dot, ...]

    @property
    def points(self) -> str:
        """For a polyline."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


@dataclass(frozen=True)
class Plot:
    """The drawing: lines, marks of the axes (place, text), and where one instrument ends and the next begins."""

    lines: tuple[Line, ...]
    years: tuple[tuple[float, int], ...]
    marks: tuple[tuple[float, int], ...]
    breaks: tuple[float, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def plot_of(results: Mapping[str, Sequence[tuple[int, float]]], low: int = 1, high: int = 5) -> Plot | None:
    """The drawing of (year, index) by instrument; None without any. Values are on the scale from `low` to `high`."""
    years = sorted({year for told in results.values() for year, _index in told})
    if not years:
        return None
    first, last = years[0], max(years[-1], years[0] + 1)

    def x(year: float) -> float:
        return LEFT + INSET + (year - first) / (last - first) * (WIDTH - LEFT - RIGHT - 2 * INSET)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    ordered = sorted(results.items(), key=lambda one: min(year for year, _index in one[1]))
    lines = tuple(Line(code, tuple(Dot(x(year), y(index), year, index) for year, index in sorted(told))) for code, told in ordered)
    starts = [line.dots[0].year for line in lines[1:]]
    breaks = tuple(x(max(first, year - 0.5)) for year in starts)
    return Plot(lines, tuple((x(year), year) for year in range(first, last + 1)), tuple((y(n), n) for n in range(low, high + 1)), breaks)
