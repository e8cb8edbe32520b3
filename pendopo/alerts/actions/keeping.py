"""What the judge keeps: how far it came, and a rule of silence for every source."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from pendopo.audit.actions import record
from pendopo.indicators.derivation.actions import DERIVED_SOURCES
from pendopo.indicators.models import Source
from pendopo.regions.models import Region

from ..models import Position, Rule, Severity

SILENT = "silent-"
GROUP = "silence"


def position() -> datetime | None:
    """How far the river was judged; None before the first time."""
    return Position.objects.filter(pk=1).values_list("known_since", flat=True).first()


def move_on(through: datetime) -> None:
    """Notes how far the river was judged."""
    Position.objects.update_or_create(pk=1, defaults={"known_since": through})


def keep_silence_rules() -> int:
    """Every source has its rule of silence; answers how many were made. Where the government's region is missing, none.

    What people changed in such a rule stays.
    """
    without = Source.objects.filter(active=True, rules=None).exclude(code__in=DERIVED_SOURCES).select_related("agency")
    missing = list(without)
    if not missing or not Region.objects.filter(pk=settings.REGION).exists():
        return 0
    made = 0
    with override(settings.LANGUAGE_CODE):
        for source in missing:
            made += _silence_rule(source)
    return made


@transaction.atomic
def _silence_rule(source: Source) -> int:
    defaults = {
        "name": _("Silent: %(source)s") % {"source": source.name[:180]},
        "about": {"kind": "silence"},
        "source": source,
        "region_id": settings.REGION,
        "severity": Severity.MODERATE,
        "group": GROUP,
        "automatic": True,
        "changed": timezone.now(),
    }
    rule, new = Rule.objects.get_or_create(code=f"{SILENT}{source.code}"[:80], defaults=defaults)
    if new:
        record(by=None, room="alerts", verb="declared", about=f"/rules/{rule.code}", after={"name": rule.name, "about": rule.about})
    return int(new)
