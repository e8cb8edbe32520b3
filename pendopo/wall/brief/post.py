"""The loop `wall.brief`: sends each person's brief at the time they chose, once a day, however many processes run it."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone
from nats.aio.client import Client

from pendopo.agencies.models import Person
from pendopo.audit.waking import Complaint, first_of, in_thread
from pendopo.ui.door import holds

from . import actions
from .models import BriefSent, BriefWish
from .ranking import due_moment

logger = logging.getLogger(__name__)

POLL_S = 10.0
# A brief that cannot be made is tried again after this, so that it neither floods the log nor holds up the others.
REST_S = 600.0

DATABASE_ERRORS = (DatabaseError, InterfaceError, psycopg.Error)


def due(now: datetime) -> list[tuple[Person, datetime]]:
    """Whose brief is due and for which moment: who wishes it, may see boards, is still here and has had none of that day. Two queries."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    wishes = BriefWish.objects.filter(on=True, person__is_active=True).select_related("person").order_by("at", "pk")
    wanted = [(w.person, moment) for w in wishes if (moment := due_moment(w.at, w.days, local, w.changed))]
    sent = BriefSent.objects.filter(day__in={m.date() for _p, m in wanted}, person__in=[person for person, _m in wanted])
    had = set(sent.values_list("person", "day"))
    return [(person, moment) for person, moment in wanted if (person.pk, moment.date()) not in had and holds(person, "boards.see", None)]


def send_due(now: datetime, resting: dict[int, datetime]) -> int:
    """Sends what is due; says how many. One that fails rests and is told in the log; the others go out. The second time it goes without
    its PDF, and says so, where only the press fails."""
    count = 0
    for person, moment in due(now):
        if person.pk in resting and (now - resting[person.pk]).total_seconds() < REST_S:
            continue
        try:
            count += actions.send(person=person, moment=moment, without_paper=person.pk in resting) is not None
            resting.pop(person.pk, None)
        except DATABASE_ERRORS:
            raise
        except Exception:
            logger.exception("the brief of person %s was not sent; it is tried again in %d minutes", person.pk, REST_S // 60)
            resting[person.pk] = now
    return count


async def run(nc: Client, closing: asyncio.Event) -> None:
    """Looks every few seconds until the house closes; complains once when the database is away."""
    complaint = Complaint("the brief waits")
    resting: dict[int, datetime] = {}
    with ThreadPoolExecutor(1, thread_name_prefix="brief") as thread:
        while not closing.is_set():
            try:
                await in_thread(thread, partial(send_due, timezone.now(), resting))
                complaint.well()
            except DATABASE_ERRORS as problem:
                complaint.wrong(problem)
            await first_of(closing, timeout=POLL_S)
