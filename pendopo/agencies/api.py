"""Room `agencies` over HTTP: the directory of agencies. Contacts are for those who sign in."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from pendopo.regions.api import only
from pendopo.regions.logic import is_code

from .actions import person_by_token
from .models import Agency, Person

router = Router(tags=["agencies"])

PAGE = 500
KindName = Literal["opd", "vertical", "above", "neighbour", "district", "village", "enterprise", "partner"]


class Contacts(Schema):
    """How an agency is reached; only for readers who are signed in."""

    phone: str
    email: str
    address: str


class AgencyOut(Schema):
    """One agency. `relation` follows from the kind: vertical for a government above, horizontal for all others."""

    code: str
    name: str
    short_name: str
    kind: KindName
    relation: Literal["vertical", "horizontal"]
    parent: str | None
    region: str | None
    verified: bool
    contacts: Contacts | None = None


class AgencyPage(Schema):
    """Agencies by code, and where to go on."""

    items: list[AgencyOut]
    next: str | None


def is_signed_in(request: HttpRequest) -> bool:
    """Whether a person reads, by session or by token. A token that does not hold is refused, never ignored."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip().startswith("pdt_"):
        if person_by_token(secret.strip()) is None:
            raise HttpError(401, _("The credential is wrong, revoked or expired: send a valid key (pds_…) or token (pdt_…)."))
        return True
    return isinstance(request.user, Person)


@router.get("/agencies", response=AgencyPage, exclude_none=False, summary="Agencies")
def agencies(
    request: HttpRequest, q: str | None = None, kind: KindName | None = None, within: str | None = None, cursor: str | None = None
) -> dict[str, Any]:
    """By code. `within` = agencies of the region and all below; `q` looks in names and codes. `contacts` is null for strangers."""
    only(request, "q", "kind", "within", "cursor")
    if within is not None and not is_code(within):
        raise HttpError(422, _("%(name)s takes a code with dots, such as 35.16.") % {"name": "within"})
    signed_in = is_signed_in(request)
    wanted = Agency.objects.filter(active=True).select_related("parent").order_by("code")
    if q:
        text = q.replace("\x00", "")[:100]
        wanted = wanted.filter(name__icontains=text) | wanted.filter(code__icontains=text) | wanted.filter(short_name__icontains=text)
    if kind:
        wanted = wanted.filter(kind=kind)
    if within:
        wanted = wanted.filter(region=within) | wanted.filter(region__code__startswith=f"{within}.")
    if cursor:
        wanted = wanted.filter(code__gt=cursor.replace("\x00", "")[:60])
    found = list(wanted[: PAGE + 1])
    items = [
        {
            "code": agency.code,
            "name": agency.name,
            "short_name": agency.short_name,
            "kind": agency.kind,
            "relation": "vertical" if agency.is_vertical else "horizontal",
            "parent": agency.parent.code if agency.parent else None,
            "region": agency.region_id,
            "verified": agency.verified,
            "contacts": {"phone": agency.phone, "email": agency.email, "address": agency.address} if signed_in else None,
        }
        for agency in found[:PAGE]
    ]
    return {"items": items, "next": found[PAGE - 1].code if len(found) > PAGE else None}
