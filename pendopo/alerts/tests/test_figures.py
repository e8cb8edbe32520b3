"""How alerts are answered, as figures: counted on alerts whose clocks are known."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.alerts.actions import acknowledge, apply
from pendopo.alerts.actions.publishing import CATALOGUE, publish
from pendopo.alerts.figures import FIGURES
from pendopo.alerts.models import Alert
from pendopo.indicators.catalogue import parse
from pendopo.indicators.latest import figures
from pendopo.indicators.models import Indicator
from pendopo.indicators.tests.yard import DISTRICTS, lay_out

from .yard import EVENING, word

pytestmark = pytest.mark.django_db


def test_every_figure_is_in_the_catalogue_and_says_what_it_counts() -> None:
    entries = {entry.code: entry for entry in parse(CATALOGUE.read_text()).indicators}
    assert set(entries) == set(FIGURES)
    assert all(" Dari " in entry.description for entry in entries.values())


def test_nothing_is_said_of_a_house_without_sources() -> None:
    assert publish() is None


def test_answers_are_counted(sari: Person) -> None:
    """Of three that fired for long one was taken on after 5 minutes, one after 25, one never. A short one and an exercise do not count."""
    lay_out()
    now = timezone.now()
    names = ("a", "b", "c", "short", "exercise")
    apply(verdicts=[word(name, 1, region=DISTRICTS[0], exercise=name == "exercise") for name in names], now=now - timedelta(hours=2))
    heard = dict(Alert.objects.values_list("name", "pk"))
    for name, minute in (("a", 5), ("b", 25)):
        acknowledge(alerts=[Alert.objects.get(pk=heard[name])], by=sari, now=now - timedelta(minutes=120 - minute))
    at = (now - timedelta(minutes=115) - EVENING).total_seconds() / 60
    apply(verdicts=[word("short", at, hot=False, region=DISTRICTS[0])], now=now - timedelta(minutes=115))
    publish(now=now)
    own = list(Indicator.objects.filter(code__startswith="sys.alerts."))
    found = {figure.indicator: figure.value for figure in figures(own, [settings.REGION])}
    assert found["sys.alerts.open"] == 3
    assert found["sys.alerts.in-time"] == pytest.approx(100 / 3, abs=0.01)
    assert found["sys.alerts.minutes"] == pytest.approx(15)
