"""Verbs of shares: open figures to all for a while, and close them before their time."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..models import Indicator
from .models import Share


@transaction.atomic
def share(*, indicators: Iterable[Indicator], until: datetime, origin: str, reason: str, by: Person | None) -> int:
    """Every post and key of the government may read these figures until a moment, for one thing (`origin`, a path). What was shared for
    it before ends with this: sharing again renews, and leaving an indicator out closes it. Answers how many are open."""
    now = timezone.now()
    before = list(Share.objects.select_for_update().filter(origin=origin, ended=None).values_list("indicator__code", flat=True))
    Share.objects.filter(origin=origin, ended=None).update(ended=now)
    made = [Share(indicator=one, since=now, until=until, origin=origin, reason=reason[:500], by=by) for one in indicators]
    Share.objects.bulk_create(made)
    if before or made:
        after = {"indicators": sorted(one.indicator.code for one in made), "until": until.isoformat(), "reason": reason}
        record(by=by, room="indicators", verb="share", about=origin, before={"indicators": sorted(before)}, after=after)
    return len(made)
