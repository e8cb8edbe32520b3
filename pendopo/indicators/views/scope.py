"""Which sources a person reaches with a verb: asked of the doorkeeper for each, used to narrow lists."""

from django.db.models import QuerySet
from django.http import Http404

from pendopo.agencies.access import may
from pendopo.agencies.models import Agency, Person

from ..models import Source, sources_for

__all__ = ["agencies_for", "source_for", "sources_for"]


def source_for(person: Person, verb: str, code: str) -> Source:
    """One of them; Http404 for a source out of reach, so that its existence is not told."""
    source = Source.objects.select_related("agency").filter(code=code).first()
    if source is None or not (may(person, verb) or may(person, verb, source)):
        raise Http404
    return source


def agencies_for(person: Person, verb: str) -> QuerySet[Agency]:
    """The agencies in which the person may do the verb."""
    every = Agency.objects.filter(active=True)
    if may(person, verb):
        return every
    return every.filter(pk__in=[agency.pk for agency in every if may(person, verb, agency)])
