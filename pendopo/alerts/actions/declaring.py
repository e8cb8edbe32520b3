"""The verbs of rules: declare one, take it out of use and into use again, end what it left open."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from pendopo.audit.actions import Actor, record
from pendopo.indicators.models import Indicator, Source
from pendopo.regions.models import Region

from ..models import Alert, Rule
from ..rules import rule_of
from .book import lock
from .judging import Judge

FIELDS = ("name", "about", "indicator_id", "source_id", "region_id", "scope", "dims", "severity", "group", "advice", "active")
# When one of these changes, the rule judges other things than before.
PLACE = ("indicator_id", "source_id", "region_id", "scope", "dims")


@transaction.atomic
def declare_rule(
    *,
    by: Actor | None,
    code: str,
    name: str,
    about: Mapping[str, Any],
    region: Region,
    indicator: Indicator | None = None,
    source: Source | None = None,
    scope: str = "each",
    dims: Mapping[str, str] | None = None,
    severity: str = "Moderate",
    group: str = "",
    advice: str = "",
    automatic: bool = False,
) -> tuple[Rule, bool]:
    """A rule under a code, new or changed; answers it and whether anything is different. Raises WrongRule with a sentence.

    What it judges no more has no open alert afterwards.
    """
    if source is None or "for" in about:
        rule_of(about)
    wanted = {
        "name": name[:200],
        "about": dict(about),
        "indicator_id": indicator.pk if indicator else None,
        "source_id": source.pk if source else None,
        "region_id": region.pk,
        "scope": scope,
        "dims": dict(dims or {}),
        "severity": severity,
        "group": group[:80],
        "advice": advice[:500],
        "active": True,
    }
    rule = Rule.objects.select_for_update().filter(code=code).first() or Rule(code=code, automatic=automatic)
    before = {field: getattr(rule, field) for field in FIELDS} if rule.pk else {}
    if before == wanted:
        return rule, False
    for field, value in wanted.items():
        setattr(rule, field, value)
    rule.changed = timezone.now()
    rule.full_clean()
    rule.save()
    if before and any(before[field] != wanted[field] for field in PLACE):
        end_alerts(rule=rule)
    changed = {field: value for field, value in before.items() if value != wanted[field]}
    record(by=by, room="alerts", verb="declared", about=f"/rules/{code}", before=changed, after=wanted, region=region.pk)
    return rule, True


@transaction.atomic
def use_rule(*, rule: Rule, by: Actor | None, active: bool) -> bool:
    """Takes a rule out of use, which ends its alerts, or into use again. False when it stood so."""
    done = Rule.objects.filter(pk=rule.pk).exclude(active=active).update(active=active, changed=timezone.now())
    if done:
        record(by=by, room="alerts", verb="used_rule", about=f"/rules/{rule.code}", after={"active": active}, region=rule.region_id)
        if not active:
            end_alerts(rule=rule)
    return bool(done)


@transaction.atomic
def end_alerts(*, rule: Rule) -> int:
    """Ends the open alerts of a rule that judges them no more; answers how many."""
    lock()
    now = timezone.now()
    names = list(Alert.objects.open().filter(rule=rule).values_list("fingerprint", flat=True))
    judge = Judge(names, now)
    for name in names:
        judge.give_up(name)
    judge.write()
    return len(names)
