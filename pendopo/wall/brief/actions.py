"""Verbs of the brief: a person's wish to have it by e-mail, and sending the brief of a day, once."""

from collections.abc import Sequence
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from pendopo.agencies.models import Person
from pendopo.audit.actions import Actor, record
from pendopo.notify import actions as notify
from pendopo.notify.models import Notice
from pendopo.ui.press import NoPress

from . import paper
from .gathering import gather
from .models import BriefSent, BriefWish
from .summary import summary_of


@transaction.atomic
def wish(*, person: Person, on: bool, at: time, days: Sequence[int], by: Actor | None) -> BriefWish:
    """Keeps when the person wants the brief. `days` are ISO weekdays; the first one comes at the next such time."""
    before = BriefWish.objects.select_for_update().filter(person=person).first()
    now = timezone.now()
    found, _new = BriefWish.objects.update_or_create(
        person=person, defaults={"on": on, "at": at, "days": sorted(set(days)), "changed": now}
    )
    record(
        by=by,
        room="wall",
        verb="brief_wished",
        about=f"/people/{person.pk}",
        before={"on": before.on, "at": f"{before.at:%H:%M}", "days": before.days} if before else {},
        after={"on": on, "at": f"{at:%H:%M}", "days": found.days},
    )
    return found


@transaction.atomic
def send(*, person: Person, moment: datetime, without_paper: bool = False) -> Notice | None:
    """Hands the brief as known at the moment to the post, with its PDF; `without_paper` also without a press, and then says so.

    None when the person had one that day: of two senders at once one sends. Raises NoPress.
    """
    sent, new = BriefSent.objects.get_or_create(person=person, day=moment.date(), defaults={"moment": moment})
    if not new:
        return None
    brief = gather(person, now=moment, as_of=moment, language=person.language)
    enclosure = None
    try:
        enclosure = notify.Enclosed(paper.name_of(moment), "application/pdf", paper.pdf(brief, reader=person.name))
    except NoPress:
        if not without_paper:
            raise
    sent.notice = notify.send(
        to=[person],
        kind="brief",
        subject_template=gettext_noop("Brief of %(day)s: %(headline)s"),
        context=summary_of(brief, settings.TIME_ZONE) | {"paper": enclosure is not None},
        about=f"/brief?as_of={moment.isoformat().replace('+', '%2B')}",
        key=f"brief {moment.date().isoformat()}",
        enclosed=enclosure,
    )
    sent.save(update_fields=["notice"])
    record(
        by=None,
        room="wall",
        verb="brief_sent",
        about=f"/people/{person.pk}",
        after={"day": moment.date().isoformat(), "moment": moment.isoformat()},
    )
    return sent.notice
