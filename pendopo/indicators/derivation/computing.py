"""Which figures must be computed after a change, and what they are now: the difference to what is stored becomes a delivery."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max
from django.utils.translation import gettext as _

from ..checks import UNFLAG, Observation
from ..latest import utc_text
from ..logic import QUALITY_WORDS, Duration
from ..models import Indicator, Series
from .catalogue import zone
from .contract import Facts, Formula
from .evaluating import OPEN, Evaluator, Stretch, merged, reads_others, touched
from .expressions import LEVELS
from .grid import Grid
from .reading import MAX_AT, MIN_AT, Change, load, scope_of, stored, within
from .world import Place, Row, World

# So many regions are computed at a time: bounds the memory of a computation over all history.
REGIONS_AT_A_TIME = 50
FIRST, LAST = -OPEN, OPEN


class Stamps(NamedTuple):
    """Up to where sent and derived inputs are taken."""

    raw: datetime
    derived: datetime


def grid_of(formula: Formula) -> Grid:
    """The periods of a derived indicator."""
    return Grid(Duration.parse(formula.facts.every), zone())


def target_of(formula: Formula, facts: Mapping[str, Facts], code: str, region: str) -> str | None:
    """The region whose value reads this region's input: itself, or the one above it on the derived indicator's level."""
    own, wanted = region.count("."), LEVELS.index(formula.facts.level)
    if facts[code].level == formula.facts.level or own == wanted:
        return region
    return ".".join(region.split(".")[: wanted + 1]) if own > wanted else None


def stretches(formula: Formula, facts: Mapping[str, Facts], changes: Iterable[Change]) -> dict[str, list[Stretch]]:
    """The periods to compute by target region. For comparisons the target stands for all its neighbours (`_with_neighbours`)."""
    grid = grid_of(formula)
    codes = {*formula.inputs, *(weight for code in formula.inputs if (weight := facts[code].weight))}
    by_target: dict[str, dict[str, list[Stretch]]] = {}
    for change in changes:
        if change.code not in codes:
            continue
        target = target_of(formula, facts, change.code, change.region)
        if target is not None:
            n = grid.ordinal(change.at)
            slow = Duration.parse(facts[change.code].every).seconds > grid.every.seconds
            for code in _readers(formula, facts, change.code):
                by_target.setdefault(target, {}).setdefault(code, []).append((n, LAST if slow else n))
    merged_inputs = {t: {code: merged(found) for code, found in inputs.items()} for t, inputs in by_target.items()}
    return {t: found for t, inputs in merged_inputs.items() if (found := touched(formula.tree, inputs, grid))}


def _readers(formula: Formula, facts: Mapping[str, Facts], code: str) -> list[str]:
    """The inputs whose figures move with an indicator: itself, and those that it weighs."""
    return [needed for needed in formula.inputs if needed == code or facts[needed].weight == code]


def everything(formula: Formula, facts: Mapping[str, Facts]) -> dict[str, list[Stretch]]:
    """All regions and periods: for a new formula. Regions that hold values of an older formula are looked at too."""
    places = Series.objects.filter(indicator__code__in=[*formula.inputs, formula.facts.code])
    answer: set[str] = set()
    for code, region in places.values_list("indicator__code", "region_id"):
        target = region if code == formula.facts.code else target_of(formula, facts, code, region)
        if target is not None:
            answer.add(target)
    return {target: [(FIRST, LAST)] for target in answer}


def scopes_of(formula: Formula, targets: Iterable[str]) -> dict[str, list[str]]:
    """The targets by the region whose subtree is read for them."""
    scopes: dict[str, list[str]] = {}
    for target in sorted(targets):
        scopes.setdefault(scope_of(formula, target), []).append(target)
    return scopes


def differences(
    formula: Formula, facts: Mapping[str, Facts], wanted: Mapping[str, Sequence[Stretch]], stamps: Stamps
) -> Iterator[Observation]:
    """The rows that make the stored figures true again: new values, corrections, and retractions where nothing can be derived.

    Figures of which rows of an input were forgotten stay as they are: they cannot be derived again.
    """
    grid = grid_of(formula)
    first = _first_known(formula, grid)
    wanted = {target: [(max(lo, first), hi) for lo, hi in found if hi >= first] for target, found in wanted.items()}
    scopes = scopes_of(formula, wanted)
    batch: list[str] = []
    for scope in sorted(scopes):
        batch.append(scope)
        if sum(len(scopes[part]) for part in batch) >= REGIONS_AT_A_TIME:
            yield from _of_scopes(formula, facts, grid, {part: scopes[part] for part in batch}, wanted, stamps)
            batch = []
    yield from _of_scopes(formula, facts, grid, {part: scopes[part] for part in batch}, wanted, stamps)


def _first_known(formula: Formula, grid: Grid) -> int:
    """The first period of which no input has forgotten rows."""
    since = Indicator.objects.filter(code__in=formula.inputs).aggregate(since=Max("raw_since"))["since"]
    if since is None:
        return FIRST
    n = grid.ordinal(since)
    return n if grid.start(n) >= since else n + 1


def _of_scopes(
    formula: Formula,
    facts: Mapping[str, Facts],
    grid: Grid,
    scopes: Mapping[str, Sequence[str]],
    wanted: Mapping[str, Sequence[Stretch]],
    stamps: Stamps,
) -> Iterator[Observation]:
    found = [stretch for targets in scopes.values() for target in targets for stretch in wanted[target]]
    if not found:
        return
    lo, hi = min(stretch[0] for stretch in found), max(stretch[1] for stretch in found)
    hull = (None if lo == FIRST else lo, None if hi >= LAST else hi)
    world, dims = load(formula, facts, grid, list(scopes), hull, *stamps)
    targets = _with_neighbours(formula, world, scopes, wanted)
    since = MIN_AT if hull[0] is None else grid.start(hull[0])
    until = MAX_AT if hull[1] is None else grid.start(hull[1] + 1)
    known = stored(formula.facts.code, targets, since, until)
    dims |= {line.dims_key: line.dims for line in Series.objects.filter(within(scopes, "region__code"), indicator__code=formula.facts.code)}
    evaluator = Evaluator(world)
    for region in sorted(targets):
        keys = world.dims(formula.inputs, region) | {place.dims for place in known if place.region == region}
        for key in sorted(keys):
            place = Place(region, key)
            for row in _of_place(evaluator, formula, place, targets[region], known.get(place, {})):
                yield Observation(formula.facts.code, region, *row, dims=dict(dims[key]) or None)


def _with_neighbours(
    formula: Formula, world: World, scopes: Mapping[str, Sequence[str]], wanted: Mapping[str, Sequence[Stretch]]
) -> dict[str, list[Stretch]]:
    """Where neighbours are compared, a change of one touches all of them."""
    others = reads_others(formula.tree)
    answer: dict[str, list[Stretch]] = {}
    for targets in scopes.values():
        for target in targets:
            group = {target, *(region for within_level in others for region in world.beside(target, within_level))}
            for region in group:
                answer.setdefault(region, []).extend(wanted[target])
    return {region: merged(found) for region, found in answer.items()}


def _of_place(
    evaluator: Evaluator, formula: Formula, place: Place, wanted: Sequence[Stretch], known: Mapping[datetime, Row]
) -> Iterator[tuple[str, float | None, str, str | None]]:
    grid = evaluator.world.grid
    span = evaluator.world.span(formula.inputs, place)
    by_period = {at: grid.ordinal(at) for at in known}
    for lo, hi in wanted:
        values: dict[int, tuple[float, int]] = {}
        if span is not None and max(lo, span[0]) <= min(hi, span[1]):
            values = evaluator.values(formula, place, max(lo, span[0]), min(hi, span[1]))
        starts = {n: grid.start(n) for n in values}
        for n in sorted(values):
            value, quality = values[n]
            old = known.get(starts[n])
            if old is None or old.value != value or UNFLAG.get(old.quality, old.quality) != quality:
                yield utc_text(starts[n]) or "", value, QUALITY_WORDS[quality], None
        for at, n in by_period.items():
            if lo <= n <= hi and starts.get(n) != at:
                yield utc_text(at) or "", None, "ok", _("It can no longer be derived: an input has no value any more.")
