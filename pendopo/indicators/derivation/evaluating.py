"""Computing a formula over a world: the cells of any stretch of periods in any place, and which periods a change touches."""

from collections.abc import Iterable
from typing import Any

from .contract import Formula
from .exact import double_of, times
from .expressions import LEVELS, Call, Input, Node, Number, inputs_of, walk
from .grid import Grid
from .windows import PROVISIONAL, Back, Cell, Line
from .world import Place, World

# From here to the newest period that is known.
OPEN = 1 << 60
Stretch = tuple[int, int]


class Evaluator:
    """Computes nodes over one world and remembers what it computed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._known: dict[tuple[int, Place, int, int], Line] = {}

    def values(self, formula: Formula, place: Place, lo: int, hi: int) -> dict[int, tuple[float, int]]:
        """The values (in the declared unit) and qualities of the periods lo…hi; a period without a value is absent.

        A slow input alone gives no value: something must have been reported in the period itself.
        """
        answer = {}
        line = self.line(formula.tree, place, lo, hi)
        if any(self.world.is_slow(code) for code in formula.inputs):
            reported = self.world.reported(formula.inputs, place)
            line = {n: cell for n, cell in line.items() if n in reported}
        for n, cell in line.items():
            value = double_of(cell.value if formula.factor == 1 else times(cell.value, formula.factor))
            if value is not None:
                answer[n] = (value, cell.quality)
        return answer

    def line(self, node: Node, place: Place, lo: int, hi: int) -> Line:
        """The cells of one node."""
        key = (id(node), place, lo, hi)
        if key not in self._known:
            self._known[key] = self._line(node, place, lo, hi)
        return self._known[key]

    def _line(self, node: Node, place: Place, lo: int, hi: int) -> Line:
        if isinstance(node, Number):
            return dict.fromkeys(range(lo, hi + 1), Cell(node.value))
        if isinstance(node, Input):
            return self.world.line(node.code, place, lo, hi)
        shape = node.function.shape
        if shape == "window":
            line = self._along(node, place, lo, hi)
        elif shape == "among":
            line = self._among(node, place, lo, hi)
        elif shape == "below":
            line = self._below(node, place, lo, hi)
        else:
            line = self._each(node, place, lo, hi)
        return line if node.factor == 1 else {n: cell._replace(value=times(cell.value, node.factor)) for n, cell in line.items()}

    def _each(self, node: Call, place: Place, lo: int, hi: int) -> Line:
        function = node.function
        lines = {name: [self.line(operand, place, lo, hi) for operand in group] for name, group in node.operands.items()}
        needed = [line for name, group in lines.items() if name not in function.optional for line in group]
        if node.name == "where":
            return self._where(node, lines, lo, hi)
        answer = {}
        for n in set(needed[0]).intersection(*needed[1:]):
            given: dict[str, Any] = {name: group[0][n].value for name, group in lines.items()}
            if function.many:
                given[function.operands[0]] = [line[n].value for line in lines[function.operands[0]]]
            value = function.compute(given, node.options)
            if value is not None:
                answer[n] = Cell(value, max(line[n].quality for line in needed))
        return answer

    def _where(self, node: Call, lines: dict[str, list[Line]], lo: int, hi: int) -> Line:
        answer = {}
        empty: Line = {}
        for n in range(lo, hi + 1):
            cells = {name: (lines[name][0] if name in lines else empty).get(n) for name in node.function.operands}
            if "if" in lines and cells["if"] is None:
                continue
            value = node.function.compute({name: cell and cell.value for name, cell in cells.items()}, node.options)
            if value is not None:
                answer[n] = Cell(value, max(cell.quality for cell in cells.values() if cell))
        return answer

    def _along(self, node: Call, place: Place, lo: int, hi: int) -> Line:
        back = self._back(node)
        operand = node.operands["of"][0]
        if node.name == "cumulative":
            span = self.world.span(inputs_of(operand), place)
            first = span[0] if span else lo
        else:
            first = back(lo) + (1 if node.name.startswith("moving") else 0)
        line: Line = node.function.compute(self.line(operand, place, first, hi), lo, hi, back, node.options)
        return line

    def _back(self, node: Call) -> Back:
        """The period before the window that ends with a period."""
        grid = self.world.grid
        if node.name == "cumulative":
            reset = node.options.get("reset")
            return (lambda n: _before_reset(grid, n, reset)) if reset else (lambda n: -OPEN)
        window = node.options.get("window", grid.every)
        whole = grid.periods(window)
        return (lambda n: n - whole) if whole is not None else (lambda n: grid.back(n, window))

    def _among(self, node: Call, place: Place, lo: int, hi: int) -> Line:
        group = self.world.beside(place.region, node.options.get("within"))
        lines = {region: self.line(node.operands["of"][0], Place(region, place.dims), lo, hi) for region in group}
        own = lines.get(place.region, {})
        answer = {}
        for n, cell in own.items():
            cells = [line[n] for line in lines.values() if n in line]
            quality = _enough(len(cells), len(group), node.options)
            value = node.function.compute(cell.value, [other.value for other in cells], node.options) if quality is not None else None
            if value is not None and quality is not None:
                answer[n] = Cell(value, max(quality, *(other.quality for other in cells)))
        return answer

    def _below(self, node: Call, place: Place, lo: int, hi: int) -> Line:
        of, by = node.operands["of"][0], node.operands["by"][0]
        children = self._children(of, place.region)
        lines = [(self.line(of, Place(c, place.dims), lo, hi), self.line(by, Place(c, place.dims), lo, hi)) for c in children]
        answer = {}
        for n in set().union(*(values for values, _weights in lines)):
            pairs = [(values[n], weights[n]) for values, weights in lines if n in values and n in weights]
            quality = _enough(len(pairs), len(children), node.options) if pairs else None
            value = node.function.compute([(v.value, w.value) for v, w in pairs], node.options) if quality is not None else None
            if value is not None and quality is not None:
                answer[n] = Cell(value, max(quality, *(v.quality for v, _w in pairs), *(w.quality for _v, w in pairs)))
        return answer

    def _children(self, node: Node, region: str) -> list[str]:
        level = next(self.world.facts[leaf.code].level for leaf in walk(node) if isinstance(leaf, Input))
        return self.world.below(region, level) if LEVELS.index(level) > region.count(".") else []


def _enough(known: int, wanted: int, options: dict[str, Any]) -> int | None:
    """The quality that the coverage allows: ok when complete, provisional when enough, None when too little is known."""
    if known == wanted:
        return 0
    return PROVISIONAL if known >= options.get("coverage", 2) * wanted else None


def _before_reset(grid: Grid, n: int, reset: str) -> int:
    """The last period before the month or year that holds period n."""
    local = grid.start(n).astimezone(grid.zone).replace(day=1)
    return grid.ordinal(local.replace(month=1) if reset == "y" else local) - 1


def touched(node: Node, changes: dict[str, list[Stretch]], grid: Grid) -> list[Stretch]:
    """The periods of the result that a change of inputs (by code, in periods of the result's grid) can alter."""
    if isinstance(node, Input):
        return changes.get(node.code, [])
    if not isinstance(node, Call):
        return []
    found = merged(stretch for group in node.operands.values() for operand in group for stretch in touched(operand, changes, grid))
    if node.function.shape != "window":
        return found
    if node.name == "cumulative":
        return [(min(lo for lo, _hi in found), OPEN)] if found else []
    window = node.options.get("window", grid.every)
    if node.name.startswith("moving"):
        return merged((lo, OPEN if hi >= OPEN else grid.forth(hi, window) - 1) for lo, hi in found)
    later = [(grid.forth(lo, window), OPEN if hi >= OPEN else grid.forth(hi, window)) for lo, hi in found]
    return merged([*found, *later])


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same periods as few stretches, in order."""
    answer: list[Stretch] = []
    for lo, hi in sorted(stretches):
        if answer and lo <= answer[-1][1] + 1:
            answer[-1] = (answer[-1][0], max(hi, answer[-1][1]))
        else:
            answer.append((lo, hi))
    return answer


def reads_others(node: Node) -> list[str | None]:
    """The `within` of every function that looks at neighbours."""
    return [n.options.get("within") for n in walk(node) if isinstance(n, Call) and n.function.shape == "among"]
