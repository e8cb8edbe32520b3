"""What would raise an index most, what-if, and the trend over the years."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from pendopo.agencies.access import may_somewhere
from pendopo.agencies.requests import PersonRequest
from pendopo.orders.models import Order
from pendopo.ui.door import opens
from pendopo.ui.telling import told
from pendopo.ui.words import language_of, number_text

from ..catalogue import instrument_named
from ..logic import Instrument, WrongAnswer, answer_of
from ..models import Assessment, Round, RoundKind
from ..raising import EFFORTS, LARGE, MEDIUM, SMALL, Step, scenario, steps
from ..sheet import columns_of, name_of, signed
from ..trend import plot_of
from .assessments import found_or_404

# Of each class of effort.
MOST_STEPS = 8
TARGET = "to-"
# The chart holds instruments on the scale from 1 to 5.
FIVE = 5


@dataclass(frozen=True)
class Row:
    """One step as the page shows it."""

    step: Step
    name: str
    url: str
    order_url: str
    gain: str
    now: str
    to: str
    asked: str
    owners: list[Order]


def effort_word(effort: str) -> str:
    """The class of effort in words."""
    words = {SMALL: pgettext("effort", "small"), MEDIUM: pgettext("effort", "medium"), LARGE: pgettext("effort", "large")}
    return words[effort]


@opens("assessments.see")
def raising(request: PersonRequest, code: str) -> HttpResponse:
    """The ranking of single steps, who has which in hand until when, and the simulator: `?to-21=3&to-22=3`."""
    found = found_or_404(request.user, code)
    instrument = instrument_named(found.instrument)
    columns = [column for column in columns_of(found, instrument) if any(node.code in column.answers for node in instrument.leaves())]
    context: dict[str, object] = {"assessment": found, "instrument": instrument, "may_order": may_somewhere(request.user, "orders.give")}
    if columns:
        answers = columns[-1].answers
        targets, wrong = targets_of(request, instrument)
        before, after = scenario(instrument, answers, targets)
        language = language_of(get_language())
        context |= {
            "column": columns[-1],
            "classes": _classes(_rows(request, found, instrument, steps(instrument, answers))),
            "levels": _levels(instrument),
            "targets": [(node, name_of(node.name), targets.get(node.code)) for node in instrument.leaves()],
            "before": before,
            "after": after,
            "before_index": number_text(float(before.index), 2, language),
            "after_index": number_text(float(after.index), 2, language),
            "gain": signed(after.index - before.index, 3, language),
            "chosen": bool(targets),
            "wrong": wrong,
        }
    return render(request, "assessments/raising.html", context, status=422 if context.get("wrong") else 200)


def targets_of(request: PersonRequest, instrument: Instrument) -> tuple[dict[str, Fraction], str]:
    """The targets of the query string, and the sentence about the first that is off the scale."""
    found, wrong = {}, ""
    for node in instrument.leaves():
        if text := request.GET.get(f"{TARGET}{node.code}", "").replace(",", "."):
            try:
                found[node.code] = answer_of(text, node, instrument.scale)
            except WrongAnswer as problem:
                wrong = wrong or told(problem.sentence)
    return found, wrong


def _asked(instrument: Instrument, step: Step) -> str:
    """What the next level asks; '' where only its word is known."""
    return next((name_of(one.asked) for one in instrument.levels_of(step.node) if one.step == step.to and one.asked), "")


def _classes(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """The best steps of each class of effort, the lightest class first."""
    return [(effort_word(effort), found) for effort in EFFORTS if (found := [row for row in rows if row.step.effort == effort])]


def _levels(instrument: Instrument) -> list[int]:
    low, high = int(instrument.scale.low), int(instrument.scale.high)
    return list(range(low, high + 1))


def _rows(request: PersonRequest, found: Assessment, instrument: Instrument, ranked: list[Step]) -> list[Row]:
    owners: dict[str, list[Order]] = defaultdict(list)
    prefix = f"{found.get_absolute_url()}/r/"
    for order in Order.objects.visible_to(request.user).open().filter(about__startswith=prefix).select_related("to"):
        owners[order.about].append(order)
    language = language_of(get_language())
    rows = []
    gaining = [step for step in ranked if step.gain > 0]
    best = [step for effort in EFFORTS for step in [one for one in gaining if one.effort == effort][:MOST_STEPS]]
    for step in best:
        url = found.page_of(step.node.code)
        name = name_of(step.node.name)
        what = _("Raise “%(name)s” to level %(level)s.") % {"name": name, "level": number_text(float(step.to), 0, language)}
        asked = urlencode({"about": url, "title": f"{found.title}, {step.node.code}"[:200], "what": what})
        rows.append(
            Row(
                step=step,
                name=name,
                url=url,
                order_url=f"{reverse('orders:new')}?{asked}",
                gain=signed(step.gain, 3, language),
                now=number_text(float(step.now), 0 if instrument.scale.whole else 2, language),
                to=number_text(float(step.to), 0, language),
                asked=_asked(instrument, step),
                owners=owners[url],
            )
        )
    return rows


@dataclass(frozen=True)
class Series:
    """The signed results of one instrument over the years."""

    name: str
    rounds: list[Round]


@opens("assessments.see")
def trend(request: PersonRequest) -> HttpResponse:
    """The index over the years; where the instrument changed, the line breaks and says so."""
    signed_rounds = Round.objects.filter(signed__isnull=False, assessment__in=Assessment.objects.visible_to(request.user))
    best: dict[int, Round] = {}
    for round in signed_rounds.filter(assessment__agency=None).select_related("assessment"):
        known = best.get(round.assessment_id)
        if known is None or RoundKind.values.index(round.kind) > RoundKind.values.index(known.kind):
            best[round.assessment_id] = round
    by_instrument: dict[str, list[Round]] = defaultdict(list)
    for round in sorted(best.values(), key=lambda one: one.assessment.year):
        by_instrument[round.assessment.instrument].append(round)
    scored = {code: rounds for code, rounds in by_instrument.items() if instrument_named(code).scale.high == FIVE}
    series = [Series(name_of(instrument_named(code).root.name), rounds) for code, rounds in by_instrument.items()]
    plot = plot_of({code: [(one.assessment.year, float(one.index or 0)) for one in rounds] for code, rounds in scored.items()})
    names = {code: name_of(instrument_named(code).root.name) for code in scored}
    return render(request, "assessments/trend.html", {"series": series, "plot": plot, "names": names})
