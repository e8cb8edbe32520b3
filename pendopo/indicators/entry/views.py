"""The form: one source, one region, one day, a field for each indicator."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.requests import PersonRequest
from pendopo.regions.models import Region
from pendopo.ui.door import opens

from ..actions import QuotaExceeded, Receipt, take_delivery
from ..checks import Observation
from ..latest import Figure, figures
from ..logic import Duration
from ..models import Indicator, Source, Way
from ..trial import try_delivery
from ..views.scope import source_for
from .typed import TwoReadings, number_of

STATES = {"accepted": "well", "flagged": "attention", "quarantined": "attention", "rejected": "danger", "duplicates": "", "wrong": "danger"}

# The verdict behind each reason that can meet a single typed number; the others are soft.
VERDICTS = {
    "range": "quarantined",
    "future": "quarantined",
    "monotonic": "quarantined",
    "duplicate": "duplicates",
    "no-right": "rejected",
    "unknown-region": "rejected",
    "time-out-of-range": "rejected",
    "forgotten": "rejected",
}

# Fewer equal numbers may be chance.
COPIED = 6


@dataclass
class Field:
    """One indicator in the form: its last word, what was typed, and the verdict on it."""

    indicator: Indicator
    last: Figure | None
    typed: str = ""
    value: float | None = None
    verdict: str = ""
    message: str = ""

    @property
    def name(self) -> str:
        """The name of its input."""
        return f"value_{self.indicator.pk}"

    @property
    def state(self) -> str:
        """The colour of its verdict."""
        return STATES.get(self.verdict, "")


@opens("observations.write")
def entry(request: PersonRequest, code: str) -> HttpResponse:
    """Shows the form; judges what was typed without writing (`do=try`, answered as JSON); or takes it as a delivery."""
    source = source_for(request.user, "observations.write", code)
    asked = request.POST if request.method == "POST" else request.GET
    every = list(Indicator.objects.writable_by(source).filter(derived__isnull=True).order_by("code"))
    regions = list(Region.objects.within(settings.REGION).filter(level__in={one.level for one in every}).order_by("code"))
    wanted = asked.get("region", "")
    region = next((one for one in regions if one.code == wanted), regions[0] if regions else None)
    indicators = [one for one in every if region is not None and one.level == region.level]
    hourly = any(one.every[-1] not in "dwMy" for one in indicators)
    at = moment_typed(asked.get("at", ""), hourly)
    known = {figure.indicator: figure for figure in figures(indicators, [region.code])} if region is not None else {}
    fields = [Field(one, known.get(one.code), asked.get(f"value_{one.pk}", "")) for one in indicators]
    once = asked.get("once", "")[:64] or secrets.token_urlsafe(12)
    if request.method == "POST" and region is not None:
        trying = asked.get("do") == "try"
        judged = judge(request, source, fields, region.code, at, "" if trying else once, asked.get("note", ""))
        if trying:
            return JsonResponse({field.name: {"state": field.state, "text": field.message} for field in fields if field.typed.strip()})
        if judged is not None:
            messages.success(request, _("%(n)s figures were taken.") % {"n": judged.accepted + judged.flagged})
            once = secrets.token_urlsafe(12)
    context = {
        "source": source,
        "regions": regions,
        "region": region,
        "fields": fields,
        "hourly": hourly,
        "once": once,
        "at": at.strftime("%Y-%m-%dT%H:%M" if hourly else "%Y-%m-%d"),
    }
    return render(request, "indicators/entry.html", context)


def moment_typed(text: str, hourly: bool) -> datetime:
    """The day or time of the form in the government's clock; now where it is empty or unreadable."""
    zone = ZoneInfo(settings.TIME_ZONE)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = timezone.now().astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    found = found.replace(tzinfo=zone)
    return found if hourly else found.replace(hour=0, minute=0)


def judge(request: PersonRequest, source: Source, fields: list[Field], region: str, at: datetime, once: str, note: str) -> Receipt | None:
    """Fills the verdict of every field that was typed in. With `once` the rows are taken, at most once; without it only tried."""
    read(fields)
    typed = [field for field in fields if field.value is not None]
    if not typed or (once and any(field.verdict == "wrong" for field in fields)):
        if once:
            messages.error(request, _("Nothing was written yet: put the marked fields right, or type at least one number."))
        return None
    when = at.isoformat()
    rows = [Observation(field.indicator.code, region, when, field.value, note=note.strip()[:1000] or None) for field in typed]
    digest = hashlib.sha256(msgspec.json.encode([rows, once])).hexdigest()
    try:
        receipt = (
            take_delivery(source=source, rows=rows, digest=digest, way=Way.FORM, by=request.user, idempotency_key=f"form:{once}")
            if once
            else try_delivery(source=source, rows=rows)
        )
    except QuotaExceeded as error:
        messages.error(request, str(error))
        return None
    told = {problem["row"]: problem for problem in receipt.problems}
    again = typed_again(typed, at)
    if again and once:
        messages.warning(request, again)
    for row, field in enumerate(typed, 1):
        problem = told.get(row)
        field.verdict = "accepted" if problem is None else VERDICTS.get(problem["code"], "flagged")
        good = _("Taken.") if once else _("Fits.")
        field.message = good if problem is None else problem["message"]
        if again and problem is None and not once:
            field.verdict, field.message = "flagged", again
    return receipt


def typed_again(typed: list[Field], at: datetime) -> str:
    """A sentence when every number, of at least COPIED, is the last one of its figure, from the period before; '' else.

    It refuses nothing: a quiet day may equal the one before. Where all are 0 it is silent, because that is what a quiet day looks like.
    """
    if len(typed) < COPIED or not any(field.value for field in typed):
        return ""
    zone = ZoneInfo(settings.TIME_ZONE)
    for field in typed:
        every, last = Duration.parse(field.indicator.every), field.last
        if last is None or last.at is None or last.value != field.value:
            return ""
        if every.after(every.period_start(last.at, zone), zone) != every.period_start(at, zone):
            return ""
    return _("All %(n)s numbers equal those of the period before: perhaps yesterday's were typed again.") % {"n": len(typed)}


def read(fields: list[Field]) -> None:
    """The numbers that were typed, or why one is none."""
    for field in fields:
        try:
            field.value = number_of(field.typed)
        except TwoReadings:
            text = _("“%(given)s” can be two numbers: write it without the point, or with a comma for decimals.")
            field.verdict, field.message = "wrong", text % {"given": field.typed.strip()}
        except ValueError:
            field.verdict, field.message = (
                "wrong",
                _("“%(given)s” is not a number: send a plain decimal number.") % {"given": field.typed[:40]},
            )
