"""Who writes: a source by its key (`pds_…`) or a person by a token (`pdt_…`), both as Bearer."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pendopo.agencies.access import may
from pendopo.agencies.actions.tokens import digest_of, person_by_token
from pendopo.agencies.models import Person

from .models import Source, SourceKey

KEY_PREFIX = "pds_"
TOKEN_PREFIX = "pdt_"  # noqa: S105


class Refusal(Exception):
    """Why the credential does not do: 401 when it is missing or wrong, 403 when it reaches too little."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Writer:
    """A credential that was accepted: a source, or a person with the source that was asked for (if any)."""

    source: Source | None
    person: Person | None

    def source_for(self, indicators: set[str]) -> "Source | Refusal":
        """The source in whose name the rows are written. A person without `?source=` writes as the only source that fits."""
        if self.source is not None:
            return self.source
        indicators = {code for code in indicators if "\x00" not in code}
        fitting = Source.objects.filter(active=True, indicators__code__in=indicators).select_related("agency").distinct()
        allowed = [source for source in fitting if self.person is not None and may(self.person, "observations.write", source)]
        if len(allowed) == 1:
            return allowed[0]
        if not allowed:
            return Refusal(403, "no-right", _("Your posts do not allow writing these indicators."))
        names = ", ".join(source.code for source in allowed)
        return Refusal(403, "which-source", _("Several sources fit (%(names)s): add ?source=CODE.") % {"names": names})


def bearer(authorization: str) -> str:
    """The secret of an Authorization header, '' when there is none."""
    scheme, _space, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def source_by_key(secret: str) -> Source | None:
    """The active source whose key this is, None for a wrong, revoked or retired one."""
    key = SourceKey.objects.select_related("source__agency").filter(digest=digest_of(secret), revoked=None, source__active=True).first()
    return key.source if key else None


def secret_of(authorization: str, query: Mapping[str, str]) -> str:
    """The secret in the ways that agents know: Bearer, InfluxDB's Token, Basic (as the password), or `p` in the query."""
    scheme, _space, rest = authorization.partition(" ")
    if scheme.lower() in ("bearer", "token"):
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest).decode().partition(":")[2]
        except ValueError:
            return ""
    return query.get("p", "")


def writer_of(authorization: str, query: Mapping[str, str]) -> Writer:
    """Raises Refusal unless the request holds a key or token that may write. A person may name a source with `source` in the query."""
    secret = secret_of(authorization, query)
    if secret.startswith(KEY_PREFIX):
        source = source_by_key(secret)
        if source is not None:
            return Writer(source, None)
    elif secret.startswith(TOKEN_PREFIX):
        person = person_by_token(secret)
        if person is not None:
            wanted = query.get("source", "")
            return Writer(_wanted(person, wanted) if wanted else None, person)
    raise Refusal(401, "credential", _("Send Authorization: Bearer with a source's key (pds_…) or a person's token (pdt_…) that is valid."))


def _wanted(person: Person, code: str) -> Source:
    source = Source.objects.select_related("agency").filter(code=code.replace("\x00", ""), active=True).first()
    if source is None or not may(person, "observations.write", source):
        raise Refusal(403, "no-right", _("You may not write as the source “%(code)s”.") % {"code": code[:60]})
    return source
