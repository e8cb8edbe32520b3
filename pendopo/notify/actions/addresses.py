"""Verbs of a person's addresses and wishes. An address is used only after the code that was sent there has been typed in."""

from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import record

from ..kinds import KINDS
from ..logic import normal_handle, normal_phone
from ..models import Address, Channel, Notice, Subscription, Wishes
from ..outside import complaint_about
from ..push import PUBLIC_BYTES, SECRET_BYTES, is_key
from .sending import Way, dispatch, tell

CODE_LIFE = timedelta(hours=1)
CODE_SPACING = timedelta(minutes=1)
TEST_SPACING = timedelta(seconds=20)
MOST_TRIES = 5
MOST_ADDRESSES = 10


def page_of(person: Person) -> str:
    """How the book names somebody's addresses and wishes."""
    return f"/people/{person.pk}"


def normal(channel: str, text: str) -> str:
    """The address in the one spelling that is kept, or `Refused` with how to write it."""
    found: str | None = None
    if channel == Channel.EMAIL:
        try:
            validate_email(text.strip())
            found = text.strip().lower()
        except ValidationError:
            found = None
    elif channel in (Channel.SMS, Channel.WHATSAPP, Channel.CALL):
        found = normal_phone(text)
    elif channel in (Channel.TELEGRAM, Channel.CHAT):
        found = normal_handle(text)
    if found is None:
        raise Refused(
            _("%(value)s cannot be read. Write an e-mail address, a phone number such as 0812 3456 7890, or a chat name.") % {"value": text}
        )
    return found


@transaction.atomic
def add_address(*, person: Person, channel: str, target: str, urgent_only: bool = False) -> Address:
    """Another address of the person's own; a code is sent there, and nothing else until it is typed in."""
    kept = Person.objects.select_for_update().get(pk=person.pk)
    place = normal(channel, target)
    mine = Address.objects.kept().filter(person=kept)
    if channel == Channel.EMAIL and place == kept.email:
        raise Refused(_("This is the address of your account: it is used already."))
    if mine.filter(channel=channel, target=place).exists():
        raise Refused(_("You have this address already."))
    if mine.count() >= MOST_ADDRESSES:
        raise Refused(_("You have %(n)s addresses already. Remove one first.") % {"n": MOST_ADDRESSES})
    if Address.objects.filter(person=kept, created__gt=timezone.now() - timedelta(days=1)).count() >= MOST_ADDRESSES:
        raise Refused(_("You added %(n)s addresses today: try again tomorrow.") % {"n": MOST_ADDRESSES})
    address = Address.objects.create(person=kept, channel=channel, target=place, urgent_only=urgent_only)
    record(by=person, room="notify", verb="add_address", about=page_of(person), after={"address": str(address)})
    ask_confirmation(address=address)
    return address


def keep_browser(*, endpoint: str, p256dh: str, auth: str) -> str:
    """Within a verb: notes where a browser's push service takes letters; answers its digest, by which it is written to.

    Refused: keys that cannot be read, or an address inside the house.
    """
    if not (is_key(p256dh, PUBLIC_BYTES) and is_key(auth, SECRET_BYTES)):
        raise Refused(_("The keys of this browser cannot be read: try again, or use another browser."))
    if why := complaint_about(endpoint):
        raise Refused(why)
    digest = sha256(endpoint.encode()).hexdigest()
    Subscription.objects.update_or_create(pk=digest, defaults={"endpoint": endpoint, "p256dh": p256dh, "auth": auth})
    return digest


@transaction.atomic
def add_browser(*, person: Person, endpoint: str, p256dh: str, auth: str) -> Address:
    """A browser of the person's own shows notices from now on. It has asked its owner: no code is needed. Asking again changes nothing."""
    kept = Person.objects.select_for_update().get(pk=person.pk)
    digest = keep_browser(endpoint=endpoint, p256dh=p256dh, auth=auth)
    # A browser shows the notices of whoever asked it last.
    Address.objects.kept().filter(channel=Channel.PUSH, target=digest).exclude(person=kept).update(removed=timezone.now())
    mine = Address.objects.kept().filter(person=kept)
    known = mine.filter(channel=Channel.PUSH, target=digest).first()
    if known is not None:
        return known
    if mine.count() >= MOST_ADDRESSES:
        raise Refused(_("You have %(n)s addresses already. Remove one first.") % {"n": MOST_ADDRESSES})
    address = Address.objects.create(person=kept, channel=Channel.PUSH, target=digest, confirmed=timezone.now())
    record(by=person, room="notify", verb="add_address", about=page_of(person), after={"address": str(address)})
    return address


def code_of(address: Address) -> str:
    """The six digits that belong to this address and to the moment when they were asked for; kept nowhere."""
    asked = address.asked.isoformat() if address.asked else ""
    digest = salted_hmac("pendopo.notify.confirm", f"{address.pk} {asked}", algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06d}"


@transaction.atomic
def ask_confirmation(*, address: Address) -> None:
    """Sends a new code to the address, at most one a minute."""
    now = timezone.now()
    who = f"person:{address.person_id}"
    if not tell([who], key=f"confirm {sha256(address.target.encode()).hexdigest()[:32]}", window=CODE_SPACING, now=now):
        raise Refused(_("A code was sent a moment ago: wait a minute."))
    Address.objects.filter(pk=address.pk).update(asked=now, tries=0)
    address.asked, address.tries = now, 0
    context = {"name": address.person.name, "code": code_of(address)}
    _write_to(address, "confirm", gettext_noop("Code for notices from Pendopo"), context, now)


@transaction.atomic
def confirm(*, address: Address, code: str) -> bool:
    """Whether the code is the one that was sent there; then the address is used from now on. Five tries, one hour."""
    now = timezone.now()
    open_ones = Address.objects.kept().filter(pk=address.pk, confirmed=None, tries__lt=MOST_TRIES, asked__gt=now - CODE_LIFE)
    if not open_ones.update(tries=F("tries") + 1):
        raise Refused(_("This code is no longer valid: ask for a new one."))
    if not constant_time_compare(code.strip().replace(" ", ""), code_of(address)):
        return False
    changed = Address.objects.filter(pk=address.pk, confirmed=None).update(confirmed=now)
    if changed:
        record(by=address.person, room="notify", verb="confirm_address", about=page_of(address.person), after={"address": str(address)})
    return True


@transaction.atomic
def remove_address(*, address: Address) -> bool:
    """The address is used no more, also for what waits. False when it was removed before."""
    changed = Address.objects.kept().filter(pk=address.pk).update(removed=timezone.now())
    if changed:
        record(by=address.person, room="notify", verb="remove_address", about=page_of(address.person), before={"address": str(address)})
    return bool(changed)


@transaction.atomic
def send_test(*, person: Person, address: Address | None = None) -> Notice:
    """A test notice to one of the person's addresses (None = the account's e-mail), at once, whatever the wishes."""
    now = timezone.now()
    if not tell([f"person:{person.pk}"], key=f"test {address.pk if address else ''}", window=TEST_SPACING, now=now):
        raise Refused(_("A test was sent a moment ago: wait a little."))
    if address and not address.confirmed:
        raise Refused(_("Type in the code that was sent to this address first."))
    place = address or Address(person=person, channel=Channel.EMAIL, target=person.email)
    notice = _write_to(place, "test", gettext_noop("Test notice from Pendopo"), {"name": person.name}, now)
    record(by=person, room="notify", verb="test", about=page_of(person), after={"notice": notice.pk, "address": str(place)})
    return notice


def _write_to(address: Address, kind: str, subject: str, context: dict[str, Any], now: datetime) -> Notice:
    """A notice for one address alone, whatever the wishes."""
    person = address.person
    notice = Notice.objects.create(kind=kind, about="/profile/notices", subject=subject, context=context, created=now)
    dispatch(notice, [Way(address.channel, address.target, person.language, now, person, address if address.pk else None)])
    return notice


@transaction.atomic
def set_wishes(*, person: Person, email: bool, muted: list[str], quiet_from: time | None, quiet_until: time | None) -> Wishes:
    """What the person wishes to hear and when; writes nothing when nothing differs."""
    kept = Wishes.objects.select_for_update().filter(person=person).first() or Wishes(person=person)
    before = _wished(kept)
    kept.email, kept.quiet_from, kept.quiet_until = email, quiet_from, quiet_until
    kept.muted = sorted(code for code in muted if code in KINDS and KINDS[code].may_mute)
    if kept.pk is None or _wished(kept) != before or kept._state.adding:
        try:
            kept.full_clean(exclude=["person"])
        except ValidationError as error:
            raise Refused("; ".join(error.messages)) from error
        kept.save()
        record(by=person, room="notify", verb="set_wishes", about=page_of(person), before=before, after=_wished(kept))
    return kept


def _wished(wishes: Wishes) -> dict[str, Any]:
    hours = [moment.isoformat("minutes") if moment else None for moment in (wishes.quiet_from, wishes.quiet_until)]
    return {"email": wishes.email, "muted": wishes.muted, "quiet": hours}
