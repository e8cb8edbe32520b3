"""What people do about an incident: steps of the procedure, decisions, orders."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import record
from pendopo.orders import actions as orders
from pendopo.orders.models import Order

from ...procedures.logic import say
from ..models import Decision, EntryKind, Incident, StepMark, StepState
from ..reading import figures_known
from .changing import held, take_on
from .timeline import add_line


@transaction.atomic
def mark_step(*, incident: Incident, step: str, state: str, by: Person, text: str = "") -> StepMark:
    """A step is done, or not needed (with the reason). The last early step stops the clock of the early response."""
    kept = held(incident)
    spec = kept.procedure.spec if kept.procedure else None
    found = next((one for one in spec.steps if one.code == step), None) if spec else None
    if spec is None or found is None:
        raise Refused(_("The procedure of this incident has no such step: load the page anew."))
    if state == StepState.SKIPPED and not text.strip():
        raise Refused(_("Say why this step is not needed."))
    try:
        with transaction.atomic():
            mark = StepMark.objects.create(incident=kept, step=step, state=StepState(state), by=by, text=text.strip()[:1000])
    except IntegrityError:
        mark = StepMark.objects.select_related("by").get(incident=kept, step=step)
        raise Refused(_("%(name)s has marked this step already.") % {"name": mark.by.name}) from None
    take_on(kept, by)
    what = say(found.do, get_language() or "id")
    add_line(
        kept, EntryKind.STEP, f"{mark.get_state_display()}: {what}{': ' + mark.text if mark.text else ''}", by=by, acts=state == "done"
    )
    early = {one.code for one in spec.steps if one.early}
    marked = set(kept.marks.values_list("step", flat=True))
    if kept.responded is None and early and early <= marked:
        Incident.objects.filter(pk=kept.pk).update(responded=mark.at)
    after = {"step": step, "state": state, "text": mark.text}
    record(by=by, room="incidents", verb="mark_step", about=kept.get_absolute_url(), after=after, region=kept.region_id)
    return mark


@transaction.atomic
def decide(*, incident: Incident, text: str, by: Person, why: str = "", post: Post | None = None) -> Decision:
    """A decision with the figures as they are known at this moment: those of its alerts and of its kind, as far as the decider may see."""
    kept = held(incident)
    if not text.strip():
        raise Refused(_("Write what was decided."))
    take_on(kept, by)
    now = timezone.now()
    decision = Decision.objects.create(
        incident=kept,
        at=now,
        by=by,
        post=post,
        text=text.strip()[:2000],
        why=why.strip()[:2000],
        known=now,
        figures=figures_known(kept, by, now),
    )
    add_line(kept, EntryKind.DECISION, decision.text, by=by, at=now, acts=True)
    after = {"decision": decision.pk, "text": decision.text, "known": now.isoformat(), "figures": decision.figures}
    record(by=by, room="incidents", verb="decide", about=kept.get_absolute_url(), after=after, region=kept.region_id)
    return decision


@transaction.atomic
def order(
    *, incident: Incident, what: str, to: Sequence[Post], by: Person, due: datetime | None = None, post: Post | None = None
) -> list[Order]:
    """Orders that stand in everybody's one list, about this incident; a drill's are marked."""
    kept = held(incident)
    take_on(kept, by)
    given = [
        orders.give(what=what, to=one, by=by, about=kept.get_absolute_url(), title=kept.title, post=post, due=due, exercise=kept.exercise)
        for one in to
    ]
    for made in given:
        add_line(kept, EntryKind.ORDER, f"{made.to.title}: {made.what}", by=by, link=made.get_absolute_url(), acts=True)
    record(
        by=by,
        room="incidents",
        verb="order",
        about=kept.get_absolute_url(),
        after={"orders": [made.pk for made in given]},
        region=kept.region_id,
    )
    return given
