"""Verbs of shares and agreements: open figures to all for a while, and close them before their time; agree figures with a partner."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.access import may
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..models import Indicator, IndicatorQuerySet, Publicity, Source, sources_for
from ..sources import Refused
from .models import Agreement, Share


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


def agreeable(person: Person) -> IndicatorQuerySet:
    """What is not public and the person may agree with a partner: they keep a source that reports it, or all sources."""
    closed: IndicatorQuerySet = Indicator.objects.exclude(publicity=Publicity.PUBLIC)
    if may(person, "sources.change"):
        return closed
    return closed.filter(sources__in=sources_for(person, "sources.change")).distinct()


@transaction.atomic
def agree(*, source: Source, indicator: Indicator, purpose: str, by: Person) -> Agreement:
    """A partner's source may read the figure from now on. Asked twice, the first agreement stands.

    Refused: nobody says what for, the figure is public, or the person does not answer for it.
    """
    if not purpose.strip():
        raise Refused(_("Say what the data is for."))
    if not agreeable(by).filter(pk=indicator.pk).exists():
        raise Refused(_("“%(code)s” is not yours to agree: ask the data steward of the agency that reports it.") % {"code": indicator.code})
    made, new = Agreement.objects.get_or_create(
        source=source, indicator=indicator, ended=None, defaults={"purpose": purpose.strip()[:300], "by": by}
    )
    if new:
        after = {"indicator": indicator.code, "purpose": made.purpose}
        record(by=by, room="indicators", verb="agree", about=f"/sources/{source.code}", after=after)
    return made


@transaction.atomic
def end_agreement(*, agreement: Agreement, by: Person | None) -> bool:
    """From now on the source may not read the figure. False when it had ended before."""
    done = Agreement.objects.filter(pk=agreement.pk, ended=None).update(ended=timezone.now())
    if done:
        before = {"indicator": agreement.indicator.code}
        record(by=by, room="indicators", verb="end_agreement", about=f"/sources/{agreement.source.code}", before=before)
    return bool(done)
