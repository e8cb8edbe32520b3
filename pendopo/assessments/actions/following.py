"""Findings with their owners and dates, and the register of risks."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Agency, Person, Post
from pendopo.audit.actions import Actor, record
from pendopo.orders.actions import give

from ..models import Assessment, Finding, Risk, Treatment, Weight


@transaction.atomic
def add_finding(
    *,
    assessment: Assessment,
    node: str,
    text: str,
    by: Person,
    weight: str = Weight.MINOR,
    owner: Post | None = None,
    due: datetime | None = None,
) -> Finding:
    """Notes what is not as it should be. With an owner, that post gets an order to put it right until `due`."""
    if not text.strip():
        raise Refused(_("Say what was found."))
    made = Finding.objects.create(assessment=assessment, node=node, text=text.strip()[:1000], weight=weight, owner=owner, due=due, by=by)
    about = assessment.page_of(node)
    after = {"finding": made.pk, "text": made.text, "weight": weight, "owner": owner.title if owner else "", "due": str(due or "")}
    record(by=by, room="assessments", verb="add_finding", about=about, after=after)
    if owner is not None:
        order = give(what=made.text, to=owner, by=by, about=about, title=f"{assessment.title}, {node}"[:200], due=due)
        made.order = order.pk
        made.save(update_fields=["order"])
    return made


@transaction.atomic
def report_finding(*, finding: Finding, done: str, by: Actor) -> Finding:
    """Says what was done about it; whoever found it, or another assessor, verifies."""
    if not done.strip():
        raise Refused(_("Say what was done."))
    if finding.verified is not None:
        raise Refused(_("This finding is verified already."))
    finding.done = done.strip()[:1000]
    finding.save(update_fields=["done"])
    about = finding.assessment.page_of(finding.node)
    record(by=by, room="assessments", verb="report_finding", about=about, after={"finding": finding.pk, "done": finding.done})
    return finding


@transaction.atomic
def verify_finding(*, finding: Finding, by: Person) -> Finding:
    """An assessor has seen that it is right now. Refused before anything was reported."""
    if not finding.done:
        raise Refused(_("Nothing was reported yet: say first what was done."))
    moved = Finding.objects.filter(pk=finding.pk, verified=None).update(verified=timezone.now(), verified_by=by)
    if not moved:
        raise Refused(_("This finding is verified already."))
    about = finding.assessment.page_of(finding.node)
    record(by=by, room="assessments", verb="verify_finding", about=about, after={"finding": finding.pk})
    finding.refresh_from_db()
    return finding


def _checked(values: dict[str, Any]) -> None:
    if not str(values.get("text", "")).strip():
        raise Refused(_("Say what may happen."))
    if not all(values.get(name) in range(1, 6) for name in ("likelihood", "impact")):
        raise Refused(_("Likelihood and impact are from 1 to 5."))
    if values.get("treatment") not in Treatment.values:
        raise Refused(_("Choose what is done about the risk."))


def _facts(risk: Risk) -> dict[str, Any]:
    return {
        "risk": risk.pk,
        "text": risk.text,
        "likelihood": risk.likelihood,
        "impact": risk.impact,
        "treatment": risk.treatment,
        "plan": risk.plan,
        "owner": risk.owner.title if risk.owner else "",
        "agency": risk.agency.code if risk.agency else "",
        "review": str(risk.review or ""),
    }


@transaction.atomic
def add_risk(
    *,
    text: str,
    likelihood: int,
    impact: int,
    by: Actor | None,
    treatment: str = Treatment.REDUCE,
    plan: str = "",
    agency: Agency | None = None,
    owner: Post | None = None,
    review: date | None = None,
    assessment: Assessment | None = None,
    node: str = "",
) -> Risk:
    """Puts a risk into the register, of the government as a whole or of one agency; likelihood and impact from 1 to 5."""
    values = {"text": text, "likelihood": likelihood, "impact": impact, "treatment": treatment, "plan": plan, "owner": owner}
    _checked(values)
    made = Risk.objects.create(**values, agency=agency, review=review, assessment=assessment, node=node)
    record(by=by, room="assessments", verb="add_risk", about="/assessments/risks", after=_facts(made))
    return made


@transaction.atomic
def change_risk(*, risk: Risk, by: Actor, **values: Any) -> Risk:
    """Judges a risk anew: any of its words, numbers, owner or date."""
    risk = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
    if risk.closed is not None:
        raise Refused(_("This risk is closed already."))
    _checked({"text": risk.text, "likelihood": risk.likelihood, "impact": risk.impact, "treatment": risk.treatment, **values})
    before = _facts(risk)
    for name, value in values.items():
        setattr(risk, name, value)
    risk.save(update_fields=list(values))
    record(by=by, room="assessments", verb="change_risk", about="/assessments/risks", before=before, after=_facts(risk))
    return risk


@transaction.atomic
def close_risk(*, risk: Risk, by: Actor) -> Risk:
    """The risk is no more."""
    if not Risk.objects.filter(pk=risk.pk, closed=None).update(closed=timezone.now()):
        raise Refused(_("This risk is closed already."))
    record(by=by, room="assessments", verb="close_risk", about="/assessments/risks", before=_facts(risk))
    risk.refresh_from_db()
    return risk
