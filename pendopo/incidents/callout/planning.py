"""A chain as a plan: its steps in order with the chains it goes on with, and who would be reached by each of them now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from pendopo.agencies.models import Person
from pendopo.notify.channels import is_set_up
from pendopo.notify.logic import release
from pendopo.notify.models import Channel, Wishes
from pendopo.notify.reaching import Reach, reach

from ..roster.models import Absence, Shift
from .models import Call, CallList, CallOut, Chain, Step, Whom


def plan_of(chain: Chain) -> list[dict[str, Any]]:
    """The steps as a call-out keeps them: whom, the key of what it points to, its name then, channels, seconds to wait."""
    return [
        {
            "whom": step.whom,
            "pk": step.target.pk if step.target else None,
            "label": str(step),
            "channels": [Channel.SIREN.value] if step.whom == Whom.SIREN else step.channels,
            "wait_s": step.wait_s,
        }
        for step in _steps(chain, frozenset())
    ]


def _steps(chain: Chain, met: frozenset[int]) -> list[Step]:
    """The steps in order; a chain met before is not entered again (saving refuses loops; this guards a running house)."""
    found: list[Step] = []
    for step in chain.steps.select_related("roster", "post", "person", "call_list", "onward"):
        if step.whom != Whom.CHAIN:
            found.append(step)
        elif step.onward and step.onward.pk not in met | {chain.pk}:
            found.extend(_steps(step.onward, met | {chain.pk}))
    return found


def people_of(step: dict[str, Any], at: datetime) -> list[Person]:
    """Whom a planned step means at a moment, in the order of their names."""
    pk = step["pk"]
    if step["whom"] == Whom.ROSTER:
        found = Q(pk__in=Shift.objects.on_duty(at).filter(roster=pk).values("person"))
    elif step["whom"] == Whom.POST:
        held = Q(holdings__since__lte=at) & (Q(holdings__until=None) | Q(holdings__until__gt=at))
        found = Q(pk__in=Person.objects.filter(held, holdings__post=pk).values("pk"))
    elif step["whom"] == Whom.LIST:
        found = Q(pk__in=CallList.people.through.objects.filter(calllist=pk).values("person"))
    elif step["whom"] == Whom.PERSON:
        found = Q(pk=pk)
    else:
        return []
    return list(Person.objects.filter(found, is_active=True).select_related("wishes").prefetch_related("addresses").order_by("name", "pk"))


def obstacle_to(person: Person, at: datetime, *, urgent: bool, on_duty: bool) -> str:
    """Why a person is not called now: absent, or in their quiet hours when it is not urgent and they are not on duty; '' = is called."""
    if Absence.objects.filter(person=person, withdrawn=None, since__lte=at, until__gt=at).exists():
        return _("absent")
    wishes = Wishes.objects.filter(person=person).first()
    if wishes and not urgent and not on_duty:
        local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
        until = release(local, wishes.quiet_from, wishes.quiet_until)
        if until > local:
            return _("quiet hours until %(time)s") % {"time": until.strftime("%H.%M")}
    return ""


@dataclass(frozen=True)
class Reached:
    """A step now: for each person the channels with their obstacles. Nobody at all when `people` is empty."""

    label: str
    wait_s: int
    people: list[tuple[Person | None, list[Reach]]]

    @property
    def reaches_somebody(self) -> bool:
        """Whether at least one call would leave."""
        return any(not one.obstacle for _person, ways in self.people for one in ways)


def reached_now(chain: Chain, at: datetime, *, urgent: bool = True) -> list[Reached]:
    """Who would be reached by each step at this moment; nothing is sent."""
    return [Reached(step["label"], step["wait_s"], ways_of(step, at, urgent=urgent)) for step in plan_of(chain)]


def ways_of(step: dict[str, Any], at: datetime, *, urgent: bool) -> list[tuple[Person | None, list[Reach]]]:
    """For each person of a planned step the channels to use, with what stands in the way."""
    if step["whom"] == Whom.SIREN:
        why = "" if is_set_up(Channel.SIREN) else _("this channel is not set up here")
        return [(None, [Reach(Channel.SIREN.value, "", why)])]
    found: list[tuple[Person | None, list[Reach]]] = []
    for person in people_of(step, at):
        why = obstacle_to(person, at, urgent=urgent, on_duty=step["whom"] == Whom.ROSTER)
        ways = [reach(person, channel) for channel in step["channels"]]
        found.append((person, [Reach(way.channel, way.target, why or way.obstacle) for way in ways]))
    return found


def to_ring(call_outs: Iterable[CallOut]) -> dict[int, list[Person]]:
    """Whom to ring by hand, by the key of the call-out: who was called for it and has not answered, with a number or without. One query."""
    calls = list(Call.objects.filter(call_out__in=call_outs).exclude(person=None).select_related("person").order_by("pk"))
    answered = {(call.call_out_id, call.person_id) for call in calls if call.answer}
    found: dict[int, list[Person]] = {}
    for call in calls:
        people = found.setdefault(call.call_out_id, [])
        if call.person and (call.call_out_id, call.person_id) not in answered and call.person not in people:
            people.append(call.person)
    return found
