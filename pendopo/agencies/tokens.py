"""API tokens of people (`pdt_…`): shown once, kept as a digest, valid for 90 days, revocable."""

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from pendopo.audit.actions import record

from .models import TOKEN_LIFE, Person, Token

PREFIX = "pdt_"


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def new_token(*, person: Person, label: str = "", by: Person | None = None) -> str:
    """A new token for the person. Returns the secret, which cannot be shown again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(person=person, label=label, digest=digest_of(secret), expires=timezone.now() + TOKEN_LIFE)
    record(by=by, room="agencies", verb="token_made", about=f"/people/{person.pk}", after={"token": token.pk, "label": label})
    return secret


@transaction.atomic
def revoke_token(*, token: Token, by: Person | None = None) -> None:
    """Ends a token at once. Asked twice, it stays ended."""
    if Token.objects.filter(pk=token.pk, revoked=None).update(revoked=timezone.now()):
        record(by=by, room="agencies", verb="token_revoked", about=f"/people/{token.person_id}", after={"token": token.pk})


def person_by_token(secret: str) -> Person | None:
    """The active person whose valid token this is, None otherwise."""
    found = Token.objects.select_related("person").filter(digest=digest_of(secret), revoked=None, expires__gt=timezone.now()).first()
    return found.person if found and found.person.is_active else None
