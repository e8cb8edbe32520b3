"""The verbs of guides: somebody says whether one helped; a question is taken up."""

from django.db import transaction
from django.utils import timezone

from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from .models import GuideAnswer


@transaction.atomic
def say(*, guide: str, solved: bool, question: str = "", held: bool = False) -> GuideAnswer:
    """Notes whether the guide solved the matter, and what is still asked. What looks automatic is kept aside and not counted."""
    made = GuideAnswer.objects.create(guide=guide, solved=solved, question="" if solved else question.strip()[:500], held=held)
    record(by=None, room="portal", verb="answer_guide", about=f"/guides/{guide}", after={"solved": solved})
    return made


@transaction.atomic
def take_up(*, answer: GuideAnswer, by: Person) -> None:
    """A question went into a guide: it is off the list."""
    GuideAnswer.objects.filter(pk=answer.pk, taken_up=None).update(taken_up=timezone.now())
    record(by=by, room="portal", verb="take_up_question", about=f"/guides/{answer.guide}", after={"answer": answer.pk})
