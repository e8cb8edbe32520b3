"""Verbs of a call: one urgent message to one address, and taking back what has not left yet."""

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pendopo.agencies.models import Person

from ..models import OPEN, Attempt, Dispatch, Notice, Result, State, Urgency
from .sending import Way, dispatch


@transaction.atomic
def call(*, person: Person | None, channel: str, target: str, subject: str, context: dict[str, Any], about: str) -> Dispatch:
    """An urgent notice of kind `call` to exactly this address, whatever the wishes. `about` is the path where it is answered.

    The caller records the deed: a call is always a part of it.
    """
    now = timezone.now()
    notice = Notice.objects.create(kind="call", urgency=Urgency.URGENT, about=about, subject=subject, context=context, created=now)
    language = person.language if person else settings.LANGUAGE_CODE
    (made,) = dispatch(notice, [Way(channel, target, language, now, person)])
    return made


@transaction.atomic
def withdraw(*, dispatches: Collection[int], why: str) -> int:
    """What has not left yet never will; the log says why. One that is on its way at this moment may still arrive. Answers how many."""
    waiting = Dispatch.objects.select_for_update().filter(pk__in=dispatches, state__in=[s for s in OPEN if s != State.SENDING])
    found = [row.pk for row in waiting]
    now = timezone.now()
    Dispatch.objects.filter(pk__in=found).update(state=State.GIVEN_UP, finished=now)
    Attempt.objects.bulk_create([Attempt(dispatch_id=pk, at=now, result=Result.REFUSED, detail=why[:300]) for pk in found])
    return len(found)
