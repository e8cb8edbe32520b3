"""What reporters and readers do: say "me too", reply, open again, rate."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.agencies.actions import Refused

from .. import logic
from ..models import Agreement, Kind, Report, State
from .handling import locked, merge, told, write_step
from .submitting import limit


@transaction.atomic
def agree(*, report: Report, who: str) -> bool:
    """One more voice; the same browser counts once. Refused for what is done."""
    if not report.is_public or report.state not in logic.OPEN:
        raise Refused(_("This report is done: write a new one if it is not well."))
    _row, new = Agreement.objects.get_or_create(report=report, who=who)
    if new:
        told(report, "agree", None)
    return new


@transaction.atomic
def reply(*, report: Report, text: str) -> Report:
    """The reporter adds something; handlers read it at once."""
    if not text.strip():
        raise Refused(_("Write what you want to add."))
    found = locked(report)
    if found.state not in logic.OPEN:
        raise Refused(_("This report is done: open it again, or write a new one."))
    write_step(found, Kind.REPLY, text, by=None)
    found.save()
    told(found, "reply", None)
    return found


@transaction.atomic
def reopen(*, report: Report, text: str, now: datetime | None = None) -> Report:
    """It is not well yet: the agency's clock starts anew. Within ten working days after the answer."""
    found = locked(report)
    now = now or timezone.now()
    if found.state not in (State.ANSWERED, State.CLOSED) or found.reply_by is None or now >= found.reply_by:
        raise Refused(_("The time to open this report again is over: write a new one and name its number."))
    if not text.strip():
        raise Refused(_("Say what is not well yet."))
    found.state, found.finished, found.answered, found.reply_by = State.VERIFIED, None, None, None
    found.answer_by = limit(now, found.category.days_to_answer())
    found.complete_by = limit(now, found.category.days_to_complete(found.classification))
    found.reopened += 1
    found.rating = None
    write_step(found, Kind.REOPENED, text, by=None)
    found.save()
    told(found, "reopen", None, times=found.reopened)
    return found


@transaction.atomic
def rate(*, report: Report, stars: int, text: str = "") -> Report:
    """One to five stars for a finished report, which closes it. A later rating replaces the earlier one."""
    if not 1 <= stars <= 5:
        raise Refused(_("A rating is one to five stars."))
    found = locked(report)
    if found.state not in (State.ANSWERED, State.CLOSED):
        raise Refused(_("It can be rated once it is answered."))
    found.rating, found.state = stars, State.CLOSED
    write_step(found, Kind.RATED, text or str(stars), by=None, public=bool(text))
    found.save()
    told(found, "rate", None, stars=stars)
    return found


@transaction.atomic
def join_own(*, report: Report, into: Report, who: str) -> Report:
    """The reporter sees that it was reported before: the own report becomes a voice of the other one."""
    found = merge(report=report, into=into, by=None)
    Agreement.objects.get_or_create(report=into, who=who)
    return found
