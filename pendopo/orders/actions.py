"""The verbs of orders: one transaction, one entry in the book, and a notice to whom it concerns."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person, Post
from pendopo.audit.actions import record
from pendopo.notify.actions import send
from pendopo.notify.models import Urgency
from pendopo.ui.words import DASH, moment_text

from . import logic
from .models import Order, State, Word

LARGEST = 25 * 1024 * 1024
MOST_REMINDED = 500


@dataclass(frozen=True)
class Proof:
    """What shows that something was done: words, an address, a file; each may be missing."""

    text: str = ""
    link: str = ""
    file: "File[bytes] | None" = None

    @property
    def is_empty(self) -> bool:
        """Nothing at all."""
        return not (self.text or self.link or self.file)


NOTHING = Proof()


@transaction.atomic
def give(
    *,
    what: str,
    to: Post,
    by: Person,
    about: str = "",
    title: str = "",
    post: Post | None = None,
    due: datetime | None = None,
    parent: Order | None = None,
    exercise: bool = False,
) -> Order:
    """Orders a post to do something. `about` is the path of the page it comes from (an incident, a meeting), `title` that page's name.

    Refused: without words, or to a post that is no more.
    """
    if not what.strip():
        raise Refused(_("Say what is to be done."))
    if not to.active:
        raise Refused(_("The post “%(post)s” is no more: choose another.") % {"post": to.title})
    order = Order.objects.create(
        what=what.strip()[:1000],
        to=to,
        by=by,
        post=post,
        about=about[:300],
        title=title[:200],
        due=due,
        parent=parent,
        exercise=exercise or bool(parent and parent.exercise),
    )
    Word.objects.create(order=order, by=by, verb="give", at=order.given)
    record(by=by, room="orders", verb="give", about=order.get_absolute_url(), after=_facts(order))
    _tell(order, [to], gettext_noop("Order: %(what)s"), by)
    return order


def accept(*, order: Order, by: Person, proof: Proof = NOTHING) -> Order:
    """The post takes it in hand."""
    return _move(order, "accept", by, proof)


def refuse(*, order: Order, by: Person, proof: Proof = NOTHING) -> Order:
    """The post cannot do it, and says why."""
    return _move(order, "refuse", by, proof)


def report(*, order: Order, by: Person, proof: Proof = NOTHING) -> Order:
    """The post says that it is done, with proof: words, an address or a file."""
    return _move(order, "report", by, proof)


def send_back(*, order: Order, by: Person, proof: Proof = NOTHING) -> Order:
    """The giver is not content, and says why; the post has it in hand again."""
    return _move(order, "send_back", by, proof)


def close(*, order: Order, by: Person, proof: Proof = NOTHING) -> Order:
    """The giver is content: done."""
    return _move(order, "close", by, proof)


def withdraw(*, order: Order, by: Person, proof: Proof = NOTHING) -> Order:
    """The giver takes it back."""
    return _move(order, "withdraw", by, proof)


Verb = Callable[..., Order]

VERBS: dict[str, Verb] = {verb.__name__: verb for verb in (accept, refuse, report, send_back, close, withdraw)}

# Verbs that need a word, and the sentence that asks for it.
NEEDED = {
    "refuse": gettext_noop("Say why it cannot be done."),
    "report": gettext_noop("Say what was done, or give an address or a file that shows it."),
    "send_back": gettext_noop("Say what is missing."),
}

SUBJECTS = {
    "refuse": gettext_noop("Order refused: %(what)s"),
    "report": gettext_noop("Order reported as done: %(what)s"),
    "send_back": gettext_noop("Order sent back: %(what)s"),
    "close": gettext_noop("Order closed as done: %(what)s"),
    "withdraw": gettext_noop("Order withdrawn: %(what)s"),
}


@transaction.atomic
def _move(order: Order, verb: str, by: Person, proof: Proof) -> Order:
    """The row's lock decides between two who move it at once: the later one reads how it stands now."""
    if verb in NEEDED and proof.is_empty:
        raise Refused(_(NEEDED[verb]))
    move = logic.MOVES[verb]
    kept = Order.objects.select_for_update(of=("self",)).select_related("to", "post", "by").get(pk=order.pk)
    if kept.state not in move.of:
        raise Refused(_("The order stands at “%(state)s” already: load the page anew.") % {"state": kept.get_state_display()})
    before, now = kept.state, timezone.now()
    kept.state = State(move.to)
    kept.accepted = kept.accepted or (now if move.to == logic.ACCEPTED else None)
    kept.reported = now if move.to == logic.REPORTED else kept.reported
    kept.ended = None if move.to in logic.OPEN else now
    kept.save(update_fields=["state", "accepted", "reported", "ended"])
    word = _word(kept, verb, by, proof, now)
    after = {"state": kept.state, "text": word.text, "link": word.link, "file": word.file_name, "digest": word.digest}
    record(
        by=by,
        room="orders",
        verb=verb,
        about=kept.get_absolute_url(),
        before={"state": before},
        after={name: value for name, value in after.items() if value},
    )
    if verb in SUBJECTS:
        _tell(kept, [kept.to] if move.giver else [kept.by, *([kept.post] if kept.post else [])], SUBJECTS[verb], by, word.text)
    return kept


def _word(order: Order, verb: str, by: Person, proof: Proof, now: datetime) -> Word:
    word = Word(order=order, verb=verb, by=by, at=now, text=proof.text.strip()[:2000], link=proof.link)
    if proof.file is not None:
        if (proof.file.size or 0) > LARGEST:
            raise Refused(_("A file has 25 MB at most: give an address instead."))
        word.digest = hashlib.sha256(b"".join(proof.file.chunks())).hexdigest()
        word.file_name = (proof.file.name or "")[:200]
        word.file = proof.file
    word.save()
    return word


def _facts(order: Order) -> dict[str, Any]:
    return {
        "what": order.what,
        "to": order.to.title,
        "post": order.post.title if order.post else "",
        "about": order.about,
        "due": order.due.isoformat() if order.due else None,
        "parent": order.parent_id,
        "exercise": order.exercise,
    }


def _tell(order: Order, to: list[Person | Post], subject: str, by: Person | None, text: str = "") -> None:
    send(
        to=to,
        kind="order",
        subject_template=subject,
        context={
            "what": order.what,
            "giver": order.post.title if order.post else order.by.name,
            "due": moment_text(order.due, ZoneInfo(settings.TIME_ZONE), settings.LANGUAGE_CODE) if order.due else "",
            "title": order.title or DASH,
            "text": text,
            "exercise": order.exercise,
        },
        about=order.get_absolute_url(),
        urgency=Urgency.NORMAL,
        by=by,
    )


@transaction.atomic
def remind(*, now: datetime | None = None) -> int:
    """Tells post and giver, once, of every order whose due time has passed; answers how many."""
    at = now or timezone.now()
    late = Order.objects.overdue(at).filter(reminded=None).select_for_update(of=("self",), skip_locked=True)
    found = list(late.select_related("to", "post", "by").order_by("due")[:MOST_REMINDED])
    for order in found:
        _tell(order, [order.to, order.by], gettext_noop("Order overdue: %(what)s"), None)
    if found:
        Order.objects.filter(pk__in=[order.pk for order in found]).update(reminded=at)
        record(by=None, room="orders", verb="remind", about="/orders/", after={"orders": [order.pk for order in found]})
    return len(found)
