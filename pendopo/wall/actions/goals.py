"""Verbs of goals: set one (new or changed), and end one."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record

from ..models import Goal

FIELDS = ("name_id", "name_en", "weight", "rollup", "indicator", "region", "direction", "target", "limit")


@transaction.atomic
def set_goal(*, goal: Goal, by: Actor | None) -> Goal:
    """Keeps a goal, new or changed. Raises ValidationError with sentences, also for a goal that would stand above itself."""
    before = shape_of(Goal.objects.select_related("parent", "owner").get(pk=goal.pk)) if goal.pk else {}
    above = goal.parent
    while above is not None:
        if above.pk == goal.pk:
            raise ValidationError(_("A goal cannot stand below itself."))
        above = above.parent
    goal.full_clean()
    goal.save()
    record(by=by, room="wall", verb="aimed", about=f"/goals/{goal.code}", before=before, after=shape_of(goal))
    return goal


@transaction.atomic
def end_goal(*, goal: Goal, by: Actor | None) -> None:
    """A goal that counts no more; what stood below it moves up to the goal above. It is kept."""
    goal.ended = timezone.now()
    goal.save(update_fields=["ended"])
    moved = [child.code for child in goal.children.filter(ended=None)]
    goal.children.filter(ended=None).update(parent=goal.parent)
    record(by=by, room="wall", verb="unaimed", about=f"/goals/{goal.code}", before=shape_of(goal), after={"moved": moved})


def shape_of(goal: Goal) -> dict[str, Any]:
    """A goal as the book tells it."""
    return {
        **{name: getattr(goal, name) for name in FIELDS},
        "parent": goal.parent.code if goal.parent else "",
        "owner": str(goal.owner or ""),
        "due": goal.due.isoformat() if goal.due else "",
    }
