"""Verbs of webhooks: adding, changing, a new secret, switching off and on."""

import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pendopo.agencies.actions import Refused
from pendopo.agencies.models import Person
from pendopo.audit.actions import Actor, record

from ..kinds import KINDS
from ..logic import new_secret
from ..models import Channel, Endpoint, Notice
from ..outside import complaint_about
from ..sealing import seal
from .sending import Way, dispatch, send, tell

# The former secret signs beside the new one for this long, so that a receiver can change it without losing anything.
OVERLAP = timedelta(hours=24)
MOST_OF_ONE_PERSON = 5
TEST_SPACING = timedelta(seconds=20)


def facts(endpoint: Endpoint) -> dict[str, Any]:
    """The webhook as the book of deeds keeps it; never its secret."""
    return {"name": endpoint.name, "url": endpoint.url, "kinds": endpoint.kinds, "person": endpoint.person_id, "active": endpoint.active}


@transaction.atomic
def add_endpoint(*, name: str, url: str, kinds: list[str], person: Person | None, by: Person) -> tuple[Endpoint, str]:
    """A new webhook, of the house or of one person. The secret is returned here and never again."""
    if why := complaint_about(url):
        raise Refused(why)
    if person and Endpoint.objects.filter(person=person).count() >= MOST_OF_ONE_PERSON:
        raise Refused(_("You have %(n)s webhooks already. Remove one first.") % {"n": MOST_OF_ONE_PERSON})
    secret = new_secret(secrets.token_bytes(32))
    endpoint = Endpoint.objects.create(name=name, url=url, kinds=_known(kinds), person=person, made_by=by, secret=seal(secret))
    record(by=by, room="notify", verb="add_webhook", about=endpoint.get_absolute_url(), after=facts(endpoint))
    return endpoint, secret


def _known(kinds: list[str]) -> list[str]:
    return sorted(code for code in kinds if code in KINDS and KINDS[code].may_mute)


@transaction.atomic
def change_endpoint(*, endpoint: Endpoint, name: str, url: str, kinds: list[str], by: Actor | None) -> Endpoint:
    """Another name, address or choice of kinds; writes nothing when nothing differs."""
    kept = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    before = facts(kept)
    if url != kept.url and (why := complaint_about(url)):
        raise Refused(why)
    kept.name, kept.url, kept.kinds = name, url, _known(kinds)
    if facts(kept) != before:
        kept.save(update_fields=["name", "url", "kinds"])
        record(by=by, room="notify", verb="change_webhook", about=kept.get_absolute_url(), before=before, after=facts(kept))
    return kept


@transaction.atomic
def rotate_secret(*, endpoint: Endpoint, by: Actor | None) -> str:
    """A new secret, returned here and never again; the former one signs too for another day."""
    secret = new_secret(secrets.token_bytes(32))
    kept = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    kept.previous, kept.previous_until, kept.secret = kept.secret, timezone.now() + OVERLAP, seal(secret)
    kept.save(update_fields=["previous", "previous_until", "secret"])
    record(by=by, room="notify", verb="rotate_secret", about=kept.get_absolute_url())
    return secret


@transaction.atomic
def switch_off(*, endpoint: Endpoint, by: Actor | None, why: str = "") -> bool:
    """Nothing is posted there any more. When the product itself decided so, whoever made the webhook is told. False when it was off."""
    changed = Endpoint.objects.filter(pk=endpoint.pk, active=True).update(active=False, off_because=why[:300], rests_until=timezone.now())
    if not changed:
        return False
    record(by=by, room="notify", verb="switch_off", about=endpoint.get_absolute_url(), after={"why": why})
    owner = endpoint.person or endpoint.made_by
    if by is None and owner:
        send(
            to=[owner],
            kind="webhook-off",
            subject_template=gettext_noop("The webhook %(webhook)s was switched off"),
            context={"webhook": endpoint.name, "why": why},
            about=endpoint.get_absolute_url(),
        )
    return True


@transaction.atomic
def switch_on(*, endpoint: Endpoint, by: Actor | None) -> bool:
    """Notices are posted again from now on. False when it was on."""
    now = timezone.now()
    off = Endpoint.objects.filter(pk=endpoint.pk, active=False)
    changed = off.update(active=True, off_because="", failing_since=None, failures=0, rests_until=now)
    if changed:
        record(by=by, room="notify", verb="switch_on", about=endpoint.get_absolute_url())
    return bool(changed)


@transaction.atomic
def remove_endpoint(*, endpoint: Endpoint, by: Actor | None) -> None:
    """The webhook and its secret are deleted; what was sent stays in the log."""
    record(by=by, room="notify", verb="remove_webhook", about=endpoint.get_absolute_url(), before=facts(endpoint))
    endpoint.delete()


@transaction.atomic
def test_endpoint(*, endpoint: Endpoint, by: Person) -> Notice:
    """Posts a test notice there."""
    now = timezone.now()
    if not tell([f"endpoint:{endpoint.pk}"], key="test", window=TEST_SPACING, now=now):
        raise Refused(_("A test was sent a moment ago: wait a little."))
    subject = gettext_noop("Test notice from Pendopo")
    about = endpoint.get_absolute_url()
    notice = Notice.objects.create(kind="test", about=about, subject=subject, context={"name": by.name}, created=now)
    dispatch(notice, [Way(Channel.WEBHOOK, endpoint.url, by.language, now, endpoint.person, endpoint=endpoint)])
    record(by=by, room="notify", verb="test", about=about, after={"notice": notice.pk})
    return notice
