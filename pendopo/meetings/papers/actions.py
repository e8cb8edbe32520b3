"""Verbs of papers: write and approve minutes, state attendance, press a paper. One transaction, one entry in the book."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import record
from pendopo.meetings.models import Declared, Meeting, Minutes, Paper, Point, Task
from pendopo.orders.actions import give


@dataclass(frozen=True)
class PointSpec:
    """A point as written."""

    title: str
    discussion: str = ""
    decision: str = ""


@dataclass(frozen=True)
class TaskSpec:
    """A task as written."""

    what: str
    to: Post
    due: datetime | None = None


@transaction.atomic
def write_minutes(
    *, meeting: Meeting, opening: str, points: Sequence[PointSpec], tasks: Sequence[TaskSpec], revision: int, by: Person
) -> Minutes:
    """Saves the draft as a whole. Refused: they are approved, or somebody else wrote meanwhile."""
    Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    kept, made = Minutes.objects.get_or_create(meeting=meeting, defaults={"written_by": by})
    if kept.approved:
        raise Refused(_("These minutes are approved and stay as they are: write what is to be mended into the next ones."))
    if not made and kept.revision != revision:
        raise Refused(_("Somebody else wrote these minutes meanwhile: copy your text, load the page anew and bring it in again."))
    kept.opening, kept.revision, kept.written_by, kept.saved = opening.strip()[:5000], kept.revision + 1, by, timezone.now()
    kept.save()
    kept.points.all().delete()
    Point.objects.bulk_create(
        [
            Point(minutes=kept, number=n, title=p.title[:200], discussion=p.discussion[:10_000], decision=p.decision[:5000])
            for n, p in enumerate(points, 1)
        ]
    )
    kept.tasks.all().delete()
    Task.objects.bulk_create([Task(minutes=kept, what=task.what[:1000], to=task.to, due=task.due) for task in tasks])
    record(by=by, room="meetings", verb="minuted", about=meeting.get_absolute_url(), after={"points": len(points), "tasks": len(tasks)})
    return kept


@transaction.atomic
def approve(*, minutes: Minutes, by: Person) -> int:
    """Approves the minutes: they stay as they are, and their tasks become orders; answers how many. Refused when they are approved already
    or empty."""
    # The same lock as `write_minutes`: a draft that is being saved cannot undo the approval.
    Meeting.objects.select_for_update(of=("self",)).get(pk=minutes.meeting_id)
    kept = Minutes.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=minutes.pk)
    points, tasks = list(kept.points.all()), list(kept.tasks.select_related("to"))
    if kept.approved:
        raise Refused(_("These minutes are approved already."))
    if not points and not kept.opening:
        raise Refused(_("The minutes are empty: write at least one point."))
    meeting = kept.meeting
    for task in tasks:
        task.order = give(what=task.what, to=task.to, by=by, about=meeting.page, title=meeting.subject, due=task.due)
        task.save(update_fields=["order"])
    kept.approved, kept.approved_by = timezone.now(), by
    kept.save(update_fields=["approved", "approved_by"])
    text = "\n".join([kept.opening, *(f"{p.number} {p.title}\n{p.discussion}\n{p.decision}" for p in points), *(t.what for t in tasks)])
    after = {"tasks": len(tasks), "digest": hashlib.sha256(text.encode()).hexdigest()}
    record(by=by, room="meetings", verb="approved", about=meeting.get_absolute_url(), after=after)
    return len(tasks)


@transaction.atomic
def state_attendance(*, meeting: Meeting, people: Sequence[tuple[str, str]], by: Person) -> int:
    """States who was there in a hall or in another system, as (name, agency); answers how many are new."""
    rows = [Declared(meeting=meeting, name=name[:120], agency=agency[:120], by=by) for name, agency in dict.fromkeys(people) if name]
    before = meeting.declared.count()
    Declared.objects.bulk_create(rows, ignore_conflicts=True)
    count = meeting.declared.count() - before
    if count:
        record(by=by, room="meetings", verb="stated", about=meeting.get_absolute_url(), after={"people": [row.name for row in rows]})
    return count


@transaction.atomic
def withdraw_stated(*, meeting: Meeting, pk: int, by: Person) -> None:
    """Takes a stated attendance back."""
    found = Declared.objects.filter(meeting=meeting, pk=pk).first()
    if found:
        record(
            by=by, room="meetings", verb="unstated", about=meeting.get_absolute_url(), after={"name": found.name, "agency": found.agency}
        )
        found.delete()


@transaction.atomic
def keep_paper(*, meeting: Meeting, kind: str, body: bytes, signed: bool, number: str = "", by: Person | None) -> Paper:
    """Keeps a pressed paper; its SHA-256 goes into the book of deeds."""
    digest = hashlib.sha256(body).hexdigest()
    paper = Paper(meeting=meeting, kind=kind, number=number[:80], digest=digest, signed=signed, by=by)
    paper.file.save(f"{kind}-{meeting.code}.pdf", ContentFile(body), save=False)
    paper.save()
    paper.file.close()
    after = {"kind": kind, "number": number, "digest": digest, "signed": signed}
    record(by=by, room="meetings", verb="papered", about=meeting.get_absolute_url(), after=after)
    return paper
