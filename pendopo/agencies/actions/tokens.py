"""Verbs about a person's API tokens (`pdt_…`). Only the SHA-256 of the secret is kept; it is shown once."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pendopo.audit.actions import Actor, record

from ..models import TOKEN_LIFE, Person, Token
from .agencies import Refused

PREFIX = "pdt_"
# The time of last use is noted at most this often, so that reading by API does not write every time.
NOTE_USE_EVERY = timedelta(minutes=10)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def new_token(*, person: Person, by: Actor | None, label: str = "") -> tuple[Token, str]:
    """A token for the person's own API use, valid for 90 days; the secret is returned here and never again."""
    if not person.is_active:
        raise Refused(_("%(name)s has left and cannot hold a token.") % {"name": person.name})
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(person=person, label=label[:100], digest=digest_of(secret), expires=timezone.now() + TOKEN_LIFE)
    about = f"/people/{person.pk}"
    record(
        by=by,
        room="agencies",
        verb="new_token",
        about=about,
        after={"token": token.pk, "label": token.label, "expires": token.expires.isoformat()},
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: Token, by: Actor | None) -> bool:
    """The token works no more. False when it was revoked before."""
    changed = Token.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now())
    if changed:
        about = f"/people/{token.person_id}"
        record(by=by, room="agencies", verb="revoke_token", about=about, before={"token": token.pk, "label": token.label})
    return bool(changed)


def person_by_token(secret: str) -> Person | None:
    """Whose token this is, if it is one, neither expired nor revoked, of a person who has not left."""
    return people_by_tokens([secret]).get(secret)


def people_by_tokens(secrets_given: Collection[str]) -> dict[str, Person]:
    """Whose tokens these are, by secret; one that does not hold is left out."""
    digests = {digest_of(secret): secret for secret in secrets_given if secret.startswith(PREFIX)}
    if not digests:
        return {}
    now = timezone.now()
    held = Token.objects.filter(digest__in=digests, revoked=None, expires__gt=now, person__is_active=True)
    found = {token.digest: token for token in held.select_related("person")}
    stale = [token.pk for token in found.values() if token.last_used is None or now - token.last_used > NOTE_USE_EVERY]
    if stale:
        Token.objects.filter(Q(last_used=None) | Q(last_used__lt=now), pk__in=stale).update(last_used=now)
    return {digests[digest]: token.person for digest, token in found.items()}
