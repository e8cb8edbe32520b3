"""The verbs of open data: ask for figures, answer, and count what is taken."""

from datetime import date

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record
from pendopo.notify.actions import Outsider, write
from pendopo.reports.logic import masked

from .models import DataRequest, Outcome


@transaction.atomic
def ask(*, what: str, purpose: str, asker: str, email: str, held: bool) -> DataRequest:
    """Notes a request for figures. The same words while they wait are one request, so that a double click asks once.

    The book keeps no words of the asker.
    """
    known = DataRequest.objects.filter(what=what, outcome=Outcome.WAITING, email=email).first()
    if known is not None:
        return known
    made = DataRequest.objects.create(what=what, purpose=purpose, asker=asker, email=email, held=held)
    record(by=None, room="portal", verb="ask_data", about=f"/open/requests/{made.pk}", after={"asker": asker, "held": held})
    return made


@transaction.atomic
def answer(*, request: DataRequest, outcome: str, text: str, by: Person) -> None:
    """Says where the figures are or why they cannot be published; everyone reads it, and who asked gets a letter. Refused without words."""
    if outcome == Outcome.WAITING or not text.strip():
        raise Refused(_("An answer needs words: say where the data is, or why it cannot be published."))
    locked = DataRequest.objects.select_for_update().get(pk=request.pk)
    before = {"outcome": locked.outcome, "answer": masked(locked.answer)}
    locked.outcome, locked.answer, locked.answered, locked.answered_by, locked.held = outcome, text.strip(), timezone.now(), by, False
    locked.save()
    _tell(locked)
    record(
        by=by,
        room="portal",
        verb="answer_data",
        about=f"/open/requests/{locked.pk}",
        before=before,
        after={"outcome": outcome, "answer": masked(locked.answer)},
    )


def _tell(request: DataRequest) -> None:
    """A letter to whoever left an address, in the language of the house: the log keeps it as it was sent."""
    if not request.email:
        return
    write(
        to=[Outsider(request.email, "")],
        kind="data-answer",
        subject_template=gettext_noop("Your request for data: %(state)s"),
        context={"what": request.what, "state": str(request.get_outcome_display()), "text": request.answer},
        about="/open/requests",
    )


@transaction.atomic
def release(*, request: DataRequest, by: Person) -> None:
    """Somebody looked at what was kept aside: a person wrote it, and everyone may read it. What everyone reads stays as it is."""
    if DataRequest.objects.filter(pk=request.pk, held=True).update(held=False):
        record(by=by, room="portal", verb="release_request", about=f"/open/requests/{request.pk}")


USE_SQL = """
INSERT INTO portal_datasetuse (day, dataset, form, times) VALUES (%s, %s, %s, 1)
ON CONFLICT (day, dataset, form) DO UPDATE SET times = portal_datasetuse.times + 1
"""


def count_use(*, dataset: str, form: str, day: date) -> None:
    """One more download of a dataset. A count of no person's deed, so the book of deeds does not hold it."""
    with connection.cursor() as cursor:
        cursor.execute(USE_SQL, [day, dataset[:80], form])
