"""What every page knows of the incidents about it."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from pendopo.agencies.models import Person

from .models import Incident

MOST = 10


def incidents_here(request: HttpRequest) -> dict[str, Any]:
    """`incidents_here`: the incidents that go on, that the reader may see, and whose alerts lead to this page; asked only when a page
    shows them. So rooms below this one show them without knowing it."""

    def found() -> list[Incident]:
        if not isinstance(request.user, Person):
            return []
        leads = Q(causes__alert__link=request.path) | Q(causes__group__alerts__link=request.path)
        there = Incident.objects.active().filter(leads).values("pk")
        return list(Incident.objects.visible_to(request.user).filter(pk__in=there).worst_first()[:MOST])

    return {"incidents_here": found}
