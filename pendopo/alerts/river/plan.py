"""The active rules, read once and kept by indicator, with all that judging needs of them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from pendopo.indicators.health.logic import silent_after
from pendopo.indicators.latest import contract_of
from pendopo.indicators.logic import Contract
from pendopo.indicators.models import Indicator, Source
from pendopo.regions.logic import is_within

from .. import models
from ..rules import Rule, WrongRule, rule_of
from ..verdicts import About, fingerprint

# Bad again within so many periods of its figure it is the same alert, and in any case within so many seconds.
AGAIN_PERIODS = 3
AGAIN_S = 600.0
# So long a source may be silent that promises no figures.
UNPROMISED = "1d"
WHOLE_KINDS = frozenset({"coverage"})


@dataclass(frozen=True)
class Planned:
    """One rule ready to judge."""

    pk: int
    code: str
    name: str
    rule: Rule
    region: str
    scope: str
    dims: Mapping[str, str]
    severity: str
    group: str
    since: datetime
    indicator: Indicator | None = None
    source: Source | None = None
    contract: Contract | None = None

    @property
    def of_whole(self) -> bool:
        """Whether it judges the region's own figure and not each series."""
        return self.scope == models.Scope.WHOLE or self.rule.kind in WHOLE_KINDS

    def covers(self, region: str, dims: Mapping[str, str]) -> bool:
        """Whether a series is its matter."""
        return is_within(region, self.region) and all(dims.get(name) == value for name, value in self.dims.items())

    def name_of(self, region: str, dims: Mapping[str, str]) -> str:
        """The fingerprint of what it judges in a series."""
        return fingerprint("rule", self.code, region, dims)

    def about(self, region: str, dims: Mapping[str, str]) -> About:
        """What it judges in a series, as an alert shows it."""
        again = AGAIN_S if self.contract is None else max(AGAIN_S, AGAIN_PERIODS * self.contract.every.seconds)
        code = self.indicator.code if self.indicator else ""
        return About(
            self.name, region, self.severity, self.group or self.code, rule=self.pk, source=None, indicator=code, dims=dims, again_s=again
        )


@dataclass
class Plan:
    """All active rules. `faults` are those that cannot be used, with a sentence: they never stop the others."""

    stamp: Any = None
    by_indicator: dict[int, list[Planned]] = field(default_factory=lambda: defaultdict(list))
    wholes: list[Planned] = field(default_factory=list)
    sources: list[Planned] = field(default_factory=list)
    composites: list[Planned] = field(default_factory=list)
    by_code: dict[str, Planned] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


STAMP_SQL = """
SELECT (SELECT max(changed) FROM alerts_rule), (SELECT max(id) FROM alerts_rule), (SELECT count(*) FROM alerts_rule WHERE active),
    (SELECT md5(string_agg(concat_ws('|', id, unit, every, grace, kind, level, rollup), ',' ORDER BY id)) FROM indicators_indicator),
    (SELECT md5(string_agg(concat_ws('|', source_id, indicator_id), ',' ORDER BY id)) FROM indicators_indicator_sources)
"""


def stamp() -> Any:
    """What changes whenever a rule, or a contract that one stands on, changes."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP_SQL)
        return cursor.fetchone()


def load() -> Plan:
    """Reads the active rules."""
    plan = Plan(stamp())
    rows = models.Rule.objects.filter(active=True).select_related("indicator__weight", "source").prefetch_related("source__indicators")
    for row in rows:
        try:
            planned = planned_of(row)
        except (WrongRule, OverflowError) as wrong:
            plan.faults[row.code] = str(wrong)
            continue
        plan.by_code[row.code] = planned
        if planned.rule.kind == "composite":
            plan.composites.append(planned)
        elif planned.source is not None:
            plan.sources.append(planned)
        elif planned.of_whole:
            plan.wholes.append(planned)
        elif planned.indicator is not None:
            plan.by_indicator[planned.indicator.pk].append(planned)
    return plan


def _judged(row: models.Rule) -> Rule:
    """What a row declares. Silence of a source without a time of its own lasts as long as the contracts of the source let it."""
    if row.source is None:
        return rule_of(row.about)
    rule = rule_of({"for": UNPROMISED, **row.about})
    if rule.kind != "silence":
        raise WrongRule("A rule on a source is of kind silence.")
    if "for" in row.about:
        return rule
    patience = silent_after(contract_of(indicator) for indicator in row.source.indicators.all())
    return Rule(rule.kind, {"for": patience}) if patience else rule


def planned_of(row: models.Rule) -> Planned:
    """One rule; raises WrongRule with a sentence."""
    rule = _judged(row)
    if row.source is None and row.indicator is None and rule.kind != "composite":
        raise WrongRule("The rule names no indicator: say on which figure it is.")
    return Planned(
        pk=row.pk,
        code=row.code,
        name=row.name,
        rule=rule,
        region=row.region_id,
        scope=row.scope,
        dims=row.dims,
        severity=row.severity,
        group=row.group,
        since=row.changed,
        indicator=row.indicator,
        source=row.source,
        contract=contract_of(row.indicator) if row.indicator else None,
    )
