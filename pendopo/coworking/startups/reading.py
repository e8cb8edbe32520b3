"""Figures of the river as the pages of start-ups show them: the same numbers, with the same pulse, as on the wall."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from pendopo.indicators.concealing.reading import may_follow
from pendopo.indicators.latest import Ask, Figure, asked
from pendopo.indicators.models import Indicator, Source
from pendopo.indicators.nearest import reporting, resolve
from pendopo.indicators.pulse import Pulse, Reader, pulse_of
from pendopo.live.logic import Follow
from pendopo.live.tickets import issue
from pendopo.regions.models import Region
from pendopo.ui.words import language_of

# What the front of the directory shows, in this order.
OUTCOMES = ("sys.coworking.startups", "sys.coworking.jobs", "sys.coworking.revenue", "sys.coworking.funding", "sys.coworking.datasets")


def pulses(codes: Iterable[str]) -> dict[str, Pulse]:
    """The public figures of these indicators in the nearest region that reports them; indicators that are not public are left out."""
    wanted = list(codes)
    known = {indicator.code: indicator for indicator in Indicator.objects.published().filter(code__in=wanted).select_related("weight")}
    places = {code: resolve("auto", settings.REGION, found) for code, found in reporting(known.values()).items()}
    places = {code: region for code, region in places.items() if may_follow(known[code], region)}
    newest: dict[str, Figure] = {}
    for figure in asked([Ask(known[code], region) for code, region in places.items()]):
        other = newest.get(figure.indicator)
        if figure.at is not None and (other is None or other.at is None or figure.at > other.at):
            newest[figure.indicator] = figure
    names = dict(Region.objects.filter(code__in=places.values()).values_list("code", "name"))
    sources = dict(Source.objects.values_list("code", "name"))
    reader = Reader(timezone.now(), ZoneInfo(settings.TIME_ZONE), language_of(get_language()), sources)
    made = {code: pulse_of(figure, known[code], reader, place=names.get(figure.region, "")) for code, figure in newest.items()}
    return {code: made[code] for code in wanted if code in made}


def ticket_for(shown: Iterable[Pulse]) -> str:
    """What lets the page follow its figures; '' where there are none."""
    follows = [Follow(pulse.figure.indicator, pulse.figure.region) for pulse in shown]
    return issue(follows) if follows else ""
