"""Two moments side by side: a board as it was known at one and at the other, what changed, by how much, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.indicators.latest import utc_text
from pendopo.indicators.logic import dims_key
from pendopo.indicators.models import Indicator
from pendopo.indicators.moments.asking import local_text, moment_in
from pendopo.indicators.moments.why import Pair, Why, reasons
from pendopo.indicators.pulse import Pulse
from pendopo.ui.door import opens
from pendopo.ui.words import number_text

from .boards import find
from .logic import BoardSpec
from .reading import KINDS_BELOW, Reading, read

# Without a moment to begin with, a board is compared with itself a day before.
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One figure of the board at both moments."""

    pair: Pair
    before: Pulse
    after: Pulse
    why: Why
    amount: str
    direction: str
    percent: str


def side_by_side(code: str, as_of: datetime, now: datetime) -> str:
    """The address that compares a board at a moment with now; for now itself, with the day before."""
    since = as_of if as_of < now else now - A_DAY
    return f"{reverse('wall:changes', args=[code])}?{urlencode({'from': utc_text(since.replace(microsecond=0)) or ''})}"


@opens("boards.see")
def changes(request: HttpRequest, code: str) -> HttpResponse:
    """A board at `?from=` and at `&to=` (left out: now)."""
    found = find(code, request.user)
    if found is None:
        raise Http404(_("There is no board with this name."))
    spec = found.spec
    now = timezone.now()
    to = min(moment_in(request, "to") or now, now)
    since = moment_in(request, "from") or to - A_DAY
    if since >= to:
        raise BadRequest(_("The first moment must be before the second."))
    lines = compare(request, spec, since, to)
    moved = [line for line in lines if not line.pair.same]
    context = {
        "board": spec,
        "title": spec.title.say(get_language() or "id"),
        "since": since,
        "to": to,
        "is_now": to == now,
        "since_local": local_text(since),
        "to_local": local_text(to),
        "lines": moved,
        "same": [line for line in lines if line.pair.same],
        "since_url": _board_url(code, since),
        "to_url": reverse("wall:board", args=[code]) if to == now else _board_url(code, to),
    }
    answer = render(request, "wall/changes.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


def _board_url(code: str, at: datetime) -> str:
    return f"{reverse('wall:board', args=[code])}?{urlencode({'as_of': utc_text(at) or ''})}"


def compare(request: HttpRequest, spec: BoardSpec, since: datetime, to: datetime) -> list[Line]:
    """Every figure of the board at both moments, in the board's order, with the reasons of those that changed."""
    visible = Indicator.objects.visible_to(request.user)
    language = get_language()
    earlier = read(spec, visible, now=since, language=language, as_of=since)
    later = read(spec, visible, now=to, language=language, as_of=to)
    pairs = list(_pairs(earlier, later))
    moved = [pair for pair in pairs if not pair.same]
    why = dict(zip(map(id, moved), reasons(moved, since, to, request.user), strict=True))
    return [_line(pair, why.get(id(pair), Why()), earlier, later) for pair in pairs]


def _pairs(earlier: Reading, later: Reading) -> Iterable[Pair]:
    """Each figure once. Of a map or ranking whose indicator is not rolled up, each region that reports."""
    seen: set[tuple[str, str, str]] = set()
    for plan in later.plans:
        for indicator, region in plan.pairs:
            found = [Pair(indicator, earlier.figure(indicator, region, plan.spec.dims), later.figure(indicator, region, plan.spec.dims))]
            if plan.spec.kind in KINDS_BELOW and found[0].before.value is None and found[0].after.value is None:
                found = list(_children(indicator, region, earlier, later))
            for pair in found:
                key = (indicator.code, pair.after.region, dims_key(pair.after.dims))
                if key not in seen:
                    seen.add(key)
                    yield pair


def _children(indicator: Indicator, region: str, earlier: Reading, later: Reading) -> Iterable[Pair]:
    before = {figure.region: figure for figure in earlier.children(indicator, region)}
    for figure in later.children(indicator, region):
        if figure.region in before:
            yield Pair(indicator, before[figure.region], figure)


def _line(pair: Pair, why: Why, earlier: Reading, later: Reading) -> Line:
    amount, before = pair.amount, pair.before.value
    language = later.language
    decimals = pair.indicator.decimals
    percent = ""
    if amount and before:
        percent = f"{number_text(abs(100 * amount / before), 1, language)} %"
    return Line(
        pair=pair,
        before=earlier.pulse(pair.before, pair.indicator),
        after=later.pulse(pair.after, pair.indicator),
        why=why,
        amount="" if amount is None else number_text(abs(amount), decimals, language),
        direction="" if amount is None else "up" if amount > 0 else "down" if amount < 0 else "level",
        percent=percent,
    )
