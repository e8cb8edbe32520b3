"""The sandbox on the river: a start-up's own source, a few test indicators that nobody outside sees, and what was agreed with it."""

from django.db.models import QuerySet

from pendopo.coworking.startups.models import Startup
from pendopo.indicators.models import Agreement, Indicator

# What a start-up may send in a minute, and how many test indicators it has.
ROWS_A_MINUTE = 600
TESTS = ("a", "b", "c")

ENTRY = """  - code: {code}.{name}
    name: {{id: "Uji {name} {title}", en: "Test {name} of {title}"}}
    unit: "1"
    every: 1h
    grace: 1h
    kind: gauge
    level: regency
    sources: [{code}]
    publicity: agency
"""


def code_of(startup: Startup) -> str:
    """The code of its source, and the beginning of its indicators' codes."""
    return f"sandbox.{startup.code}"[:56]


def catalogue_of(startup: Startup) -> str:
    """The test indicators as a catalogue file."""
    title = "".join(letter for letter in startup.name if letter.isalnum() or letter == " ")
    return "indicators:\n" + "".join(ENTRY.format(code=code_of(startup), name=name, title=title) for name in TESTS)


def indicators_of(startup: Startup) -> list[Indicator]:
    """Its test indicators, once the sandbox is open."""
    if startup.sandbox_id is None:
        return []
    return list(Indicator.objects.filter(code__startswith=f"{code_of(startup)}.").order_by("code"))


def agreed_with(startup: Startup) -> QuerySet[Agreement]:
    """The agreements that let its keys read what is not public."""
    running = Agreement.objects.filter(source=startup.sandbox_id or 0, ended=None)
    return running.select_related("source", "indicator").order_by("indicator__code")
