"""The field sheet as pages and papers show it, as it was known at a moment: totals with their completeness, places, shelters, requests."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from pendopo.regions.models import Level, Region

from ..cases.models import Incident
from ..cases.reading import family
from . import logic
from .models import (
    WORK_TONES,
    Age,
    Damage,
    FieldLine,
    Movement,
    Need,
    NeedState,
    People,
    Service,
    Sex,
    Shelter,
    Stay,
    Topic,
    Vulnerable,
    Works,
)


@dataclass(frozen=True)
class InShelter:
    """One shelter of the incident: what it said last, and the families that are registered there."""

    shelter: Shelter
    registered: int
    families: int
    present: int | None = None
    at: datetime | None = None
    source: str = ""
    needs: str = ""

    @property
    def full(self) -> bool:
        """Whether it holds as many as it can, or more."""
        return max(self.present or 0, self.registered) >= self.shelter.capacity


@dataclass(frozen=True)
class Sent:
    """A resource at the incident."""

    resource: Any
    there: int


@dataclass(frozen=True)
class Sheet:
    """Everything the field has said, as it was known at a moment."""

    at: datetime
    villages: list[Region]
    people: list[tuple[str, logic.Total]]
    places: list[tuple[Region, list[logic.Count | None]]]
    parts: list[tuple[str, list[tuple[str, int]]]]
    damage: list[tuple[str, logic.Total]]
    services: list[dict[str, Any]]
    shelters: list[InShelter]
    sent: list[Sent]
    needs: list[Need]

    @property
    def is_empty(self) -> bool:
        """Whether the field has said nothing at all."""
        told = [one for _name, one in (*self.people, *self.damage) if one.number is not None]
        return not (told or self.services or self.shelters or self.sent or self.needs)

    @property
    def open_needs(self) -> list[Need]:
        """Those that nobody has met yet."""
        return [need for need in self.needs if need.state in (NeedState.OPEN, NeedState.TAKEN)]


def villages_of(incident: Incident) -> list[Region]:
    """The villages that are expected to report: those that the incident touches, and those of the districts it touches."""
    touched = list(incident.regions.values_list("pk", "level"))
    inside = Q(pk__in=[code for code, level in touched if level == Level.VILLAGE])
    for code, level in touched:
        if level == Level.DISTRICT:
            inside |= Q(parent=code)
    return list(Region.objects.filter(inside, level=Level.VILLAGE).defer("boundary").order_by("code"))


def newest_lines(cases: Sequence[Incident], at: datetime) -> list[logic.Line]:
    """The newest line of every series, as it was known at a moment. The database sorts, so that no line is too old or too new to count."""
    series = ("topic", "what", "region_id", "place", "sex", "age", "vulnerable")
    rows = FieldLine.objects.filter(incident__in=cases, noted__lte=at).order_by(*series, "-at", "-noted", "-id").distinct(*series)
    return logic.newest(row.line for row in rows)


def sheet_of(incident: Incident, as_of: datetime | None = None) -> Sheet:
    """The sheet of an incident and of what was merged into it, as it was known at a moment. As many queries, however long it is."""
    at = as_of or timezone.now()
    cases = family(incident)
    lines = newest_lines(cases, at)
    villages = villages_of(incident)
    expected = [village.pk for village in villages]
    found = {what: logic.by_place(lines, Topic.PEOPLE, what) for what in People.values}
    regions = {region.pk: region for region in villages}
    others = {line.region for line in lines} - regions.keys()
    regions |= {region.pk: region for region in Region.objects.filter(pk__in=others).defer("boundary")}
    told = [code for code in regions if any(code in counts for counts in found.values())]
    return Sheet(
        at=at,
        villages=villages,
        people=[(str(word.label), logic.total(word, found[word], expected)) for word in People],
        places=[(regions[code], [found[what].get(code) for what in People.values]) for code in sorted(told)],
        parts=_parts(lines),
        damage=[(str(word.label), logic.total(word, logic.by_place(lines, Topic.DAMAGE, word), expected)) for word in Damage],
        services=_services(lines, regions),
        shelters=shelters_in(cases, at),
        sent=_sent(cases, at),
        needs=_needs(cases, at),
    )


def _needs(cases: Sequence[Incident], at: datetime) -> list[Need]:
    """Every request with the state, owner and time that it had at a moment; the most urgent first."""
    asked = Need.objects.filter(incident__in=cases, asked__lte=at).select_related("owner", "region", "region__parent")
    needs = [need.known_at(at) for need in asked.defer("region__boundary", "region__parent__boundary").prefetch_related("words__owner")]
    return sorted(needs, key=lambda need: (need.due is None, need.due or need.asked, need.asked))


def _parts(lines: Sequence[logic.Line]) -> list[tuple[str, list[tuple[str, int]]]]:
    """What is known of whom, by what happened to them: sex, age groups, vulnerable groups."""
    names = dict(Sex.choices), dict(Age.choices), dict(Vulnerable.choices)
    answer = []
    for word in People:
        parts = logic.by_part(lines, Topic.PEOPLE, word)
        named = [
            (", ".join(str(group[code]) for group, code in zip(names, part, strict=True) if code), number) for part, number in parts.items()
        ]
        if named:
            answer.append((str(word.label), sorted(named)))
    return answer


def _services(lines: Sequence[logic.Line], regions: dict[str, Region]) -> list[dict[str, Any]]:
    """Roads and services that stand otherwise than usual, the worst first."""
    order = [Works.CLOSED, Works.LIMITED, Works.OPEN]
    names = dict(Service.choices)
    found = sorted((line for line in lines if line.topic == Topic.SERVICE and line.state), key=lambda line: order.index(Works(line.state)))
    return [
        {
            "what": str(names.get(Service(line.what), line.what)),
            "place": line.place,
            "region": regions.get(line.region),
            "at": line.at,
            "state": str(Works(line.state).label),
            "tone": WORK_TONES[Works(line.state)],
            "note": line.note,
            "source": line.source,
            "closed": line.state == Works.CLOSED,
            "position": line.position,
        }
        for line in found
    ]


def shelters_in(cases: Sequence[Incident], at: datetime) -> list[InShelter]:
    """Every shelter that reported or holds families, by name."""
    found: dict[int, Any] = {}
    for case in cases:
        for report in case.shelter_reports.filter(noted__lte=at).select_related("shelter__region").order_by("at", "id"):
            found[report.shelter_id] = report
    stays = Stay.objects.filter(incident__in=cases, since__lte=at).filter(Q(until=None) | Q(until__gt=at))
    families: dict[int, list[int]] = defaultdict(list)
    for number, people in stays.values_list("shelter", "people"):
        families[number].append(people)
    shelters = {one.pk: one for one in Shelter.objects.filter(pk__in={*found, *families}).select_related("region", "agency")}
    answer = []
    for pk, shelter in sorted(shelters.items(), key=lambda pair: pair[1].name):
        told, inside = found.get(pk), families.get(pk, [])
        said = {"present": told.present, "at": told.at, "source": told.source, "needs": told.needs} if told else {}
        answer.append(InShelter(shelter, registered=sum(inside), families=len(inside), **said))
    return answer


def _sent(cases: Sequence[Incident], at: datetime) -> list[Sent]:
    moved = Movement.objects.filter(incident__in=cases, at__lte=at).values("resource").annotate(n=Sum("number"))
    there = {row["resource"]: row["n"] for row in moved if row["n"] > 0}
    resources = {one.resource_id: one.resource for one in Movement.objects.filter(resource__in=there).select_related("resource__agency")}
    return [Sent(resources[pk], number) for pk, number in sorted(there.items(), key=lambda pair: resources[pair[0]].name)]
