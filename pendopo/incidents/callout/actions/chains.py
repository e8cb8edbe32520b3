"""Verbs of chains and call lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import record
from pendopo.regions.models import Region

from ...roster.models import Roster
from ..logic import loop_in
from ..models import CallList, Chain, Step, Whom

MOST_STEPS = 20
SHORTEST_WAIT_S, LONGEST_WAIT_S = 10, 3600

FIELD = {Whom.ROSTER: "roster", Whom.POST: "post", Whom.PERSON: "person", Whom.LIST: "call_list", Whom.CHAIN: "onward"}


@dataclass(frozen=True)
class StepSpec:
    """A step as somebody asks for it. `target` is what `whom` points to; None for the siren."""

    whom: str
    target: Roster | Post | Person | CallList | Chain | None
    channels: Sequence[str]
    wait_s: int


@transaction.atomic
def set_list(*, name: str, people: Sequence[Person], by: Person | None) -> CallList:
    """A call list as it shall be: made, or changed when the name is known."""
    if not people:
        raise Refused(_("A call list needs at least one person."))
    found, made = CallList.objects.get_or_create(name=name)
    before = sorted(found.people.values_list("name", flat=True))
    found.people.set(people)
    after = sorted(person.name for person in people)
    if made or before != after:
        about = "/callout/lists"
        record(by=by, room="incidents", verb="set_call_list", about=about, before={"people": before}, after={"name": name, "people": after})
    return found


@transaction.atomic
def set_chain(
    *,
    code: str,
    name: str,
    steps: Sequence[StepSpec],
    by: Person | None,
    alarm_from: str = "",
    patience_s: int = 120,
    region: Region | None = None,
    word: str = "",
) -> Chain:
    """A chain as it shall be: made, or changed when the code is known. Refused when it would lead back to itself, or calls nobody."""
    _check(steps)
    chain, made = Chain.objects.select_for_update().get_or_create(code=code, defaults={"name": name})
    before = _facts(chain)
    chain.name, chain.alarm_from, chain.patience_s, chain.ended = name, alarm_from, patience_s, None
    chain.region, chain.word = region, word.strip()[:150]
    chain.save()
    chain.steps.all().delete()
    for number, spec in enumerate(steps, 1):
        field = FIELD.get(Whom(spec.whom))
        given = {field: spec.target} if field else {}
        Step.objects.create(chain=chain, number=number, whom=spec.whom, channels=list(spec.channels), wait_s=spec.wait_s, **given)
    _refuse_loop(chain)
    after = _facts(chain)
    if made or before != after:
        record(by=by, room="incidents", verb="set_chain", about=chain.get_absolute_url(), before=before, after=after)
    return chain


def _check(steps: Sequence[StepSpec]) -> None:
    if not 1 <= len(steps) <= MOST_STEPS:
        raise Refused(_("A chain has from 1 to %(n)s steps.") % {"n": MOST_STEPS})
    for number, spec in enumerate(steps, 1):
        if spec.whom != Whom.SIREN and spec.target is None:
            raise Refused(_("Step %(n)s names nobody: choose whom it calls.") % {"n": number})
        if spec.whom not in (Whom.SIREN, Whom.CHAIN) and not spec.channels:
            raise Refused(_("Step %(n)s has no channel: tick at least one.") % {"n": number})
        if spec.whom != Whom.CHAIN and not SHORTEST_WAIT_S <= spec.wait_s <= LONGEST_WAIT_S:
            limits = {"n": number, "least": SHORTEST_WAIT_S, "most": LONGEST_WAIT_S}
            raise Refused(_("Step %(n)s must wait from %(least)s to %(most)s seconds.") % limits)


def _refuse_loop(chain: Chain) -> None:
    """Chains that lead on to each other in a circle would call for ever."""
    links: dict[str, list[str]] = {}
    for start, onward in Step.objects.filter(whom=Whom.CHAIN).values_list("chain__name", "onward__name"):
        links.setdefault(start, []).append(onward)
    if way := loop_in(links, chain.name):
        raise Refused(_("This chain would come back to itself: %(way)s. Let it end somewhere.") % {"way": " → ".join(way)})


def _facts(chain: Chain) -> dict[str, Any]:
    steps = [f"{step} ({', '.join(step.channels)}) {step.wait_s} s" for step in chain.steps.all()]
    narrowed = {"region": chain.region_id, "word": chain.word} if chain.region_id or chain.word else {}
    return {"name": chain.name, "alarm_from": chain.alarm_from, "patience_s": chain.patience_s, **narrowed, "steps": steps}
