"""Who reads over HTTP: a source by key, a person by token or by session, or anyone. A wrong credential is refused, never ignored."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from pendopo.agencies.actions.tokens import person_by_token
from pendopo.agencies.models import Person

from .credentials import KEY_PREFIX, TOKEN_PREFIX, Refusal, bearer, source_by_key
from .models import Source

Reader = Person | AnonymousUser | Source


def reader_of(request: HttpRequest) -> Reader:
    """The reader of a request. Raises Refusal (401) when a credential is given and does not hold."""
    authorization = request.headers.get("Authorization", "")
    if not authorization:
        return request.user
    secret = bearer(authorization)
    found: Any = None
    if secret.startswith(KEY_PREFIX):
        found = source_by_key(secret)
    elif secret.startswith(TOKEN_PREFIX):
        found = person_by_token(secret)
    if found is None:
        raise Refusal(401, "credential", _("The credential is wrong, revoked or expired: send a valid key (pds_…) or token (pdt_…)."))
    reader: Reader = found
    return reader
