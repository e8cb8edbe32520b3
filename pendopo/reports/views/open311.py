"""Open311 GeoReport v2 for programs: /open311/v2/services, requests and tokens, as .json and .xml. Reporting needs no key."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from pendopo.agencies.actions import Refused
from pendopo.agencies.actions.tokens import person_by_token
from pendopo.indicators.credentials import KEY_PREFIX, source_by_key
from pendopo.regions.models import Region
from pendopo.ui.strangers import Weight, address_of, weigh

from .. import actions, keys, logic
from ..models import Category, Channel, Report, State
from ..open311 import MOST_DAYS, MOST_REQUESTS, Item, request_json, service, stamp, xml
from ..places import at_point, in_words
from .public import LIMITS

TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
# Clients that lost the answer send again: within this time the same words from the same address are the same report.
REPEAT_S = 600


class Wrong(Exception):
    """A refusal in the standard's shape: a code and a description."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


Answer = tuple[str, str, Sequence[Mapping[str, Any]], int]


def _route(view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    """A view that answers (root, element, items, status), written as the address asks; refusals likewise."""

    def answered(request: HttpRequest, form: str = "json", **parts: str) -> HttpResponse:
        try:
            root, element, items, status = view(request, **parts)
        except Wrong as wrong:
            root, element, items, status = "errors", "error", [{"code": wrong.code, "description": str(wrong)}], wrong.code
        if form == "xml":
            answer = HttpResponse(xml(root, element, items), status=status, content_type=TYPES["xml"])
        else:
            answer = JsonResponse(list(items), safe=False, status=status, json_dumps_params={"ensure_ascii": False})
            answer["Content-Type"] = TYPES["json"]
        answer["Access-Control-Allow-Origin"] = "*"
        return answer

    answered.__doc__, answered.__name__ = view.__doc__, view.__name__
    return csrf_exempt(answered)


def _only(request: HttpRequest, *methods: str) -> None:
    if request.method not in methods:
        raise Wrong(405, _("This address takes %(methods)s.") % {"methods": ", ".join(methods)})


@_route
def services(request: HttpRequest) -> Answer:
    """GET services: what can be reported."""
    _only(request, "GET", "HEAD")
    return "services", "service", [service(one) for one in Category.objects.filter(active=True)], 200


@_route
def definition(request: HttpRequest, code: str) -> Answer:
    """GET services/<code>: a service has no further questions (its metadata is false)."""
    _only(request, "GET", "HEAD")
    found = Category.objects.filter(code=code[:40], active=True).first()
    if found is None:
        raise Wrong(404, _("service_code was not found: GET services lists all."))
    return "service_definition", "service", [{"service_code": found.code, "attributes": []}], 200


@_route
def requests(request: HttpRequest) -> Answer:
    """GET requests: what was reported; POST: a new report."""
    if request.method == "POST":
        return _new(request)
    _only(request, "GET", "HEAD", "POST")
    found = Report.objects.published().select_related("category", "region", "agency")
    asked = request.GET
    if asked.get("service_request_id"):
        numbers = [one.strip() for one in asked["service_request_id"].split(",")][:MOST_REQUESTS]
        return "service_requests", "request", [request_json(one) for one in found.filter(number__in=numbers)], 200
    if asked.get("service_code"):
        found = found.filter(category__code__in=[one.strip() for one in asked["service_code"].split(",")])
    if asked.get("status"):
        wanted = {one.strip() for one in asked["status"].split(",")}
        if not wanted <= {"open", "closed"}:
            raise Wrong(400, _("status is open, closed, or both separated by a comma."))
        opened = {State.RECEIVED, State.VERIFIED}
        states = (opened if "open" in wanted else set()) | ({*State} - opened if "closed" in wanted else set())
        found = found.filter(state__in=states)
    until = _moment(asked.get("end_date"), "end_date") or timezone.now()
    since = _moment(asked.get("start_date"), "start_date") or until - timedelta(days=MOST_DAYS)
    if until - since > timedelta(days=MOST_DAYS):
        until = since + timedelta(days=MOST_DAYS)
    rows = found.filter(created__gte=since, created__lte=until)[:MOST_REQUESTS]
    return "service_requests", "request", [request_json(one) for one in rows], 200


@_route
def one_request(request: HttpRequest, number: str) -> Answer:
    """GET requests/<id>: one report."""
    _only(request, "GET", "HEAD")
    found = Report.objects.published().select_related("category", "region", "agency").filter(number=number.upper()[:12]).first()
    if found is None:
        raise Wrong(404, _("service_request_id was not found."))
    return "service_requests", "request", [request_json(found)], 200


@_route
def token(request: HttpRequest, token: str) -> Answer:
    """GET tokens/<token>: reports have their number at once, so the number is its own token."""
    _only(request, "GET", "HEAD")
    if not Report.objects.filter(number=token.upper()[:12], held=False).exists():
        raise Wrong(404, _("token was not found."))
    return "service_requests", "request", [{"service_request_id": token.upper(), "token": token}], 200


@_route
def discovery(request: HttpRequest) -> Answer:
    """GET discovery: where the service is and in which formats."""
    _only(request, "GET", "HEAD")
    base = request.build_absolute_uri("/open311/v2")
    point = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": base,
        "changeset": "2026-01-01T00:00:00+07:00",
        "type": "production",
        "formats": "text/xml, application/json",
    }
    item: Item = {"changeset": stamp(timezone.now()), "contact": request.build_absolute_uri("/"), "key_service": ""}
    return "discovery", "endpoint", [item | point], 200


def _new(request: HttpRequest) -> Answer:
    given = request.POST
    _check_key(given.get("api_key", ""))
    if not given.get("service_code"):
        raise Wrong(400, _("service_code was not provided."))
    category = Category.objects.filter(code=given["service_code"][:40], active=True).first()
    if category is None:
        raise Wrong(400, _("service_code was not found: GET services lists all."))
    region, point = _where(given)
    weight = Weight.USUAL if given.get("api_key") else weigh("report", address_of(request), LIMITS)
    if weight == Weight.TOO_MUCH:
        raise Wrong(429, _("Very many reports come in just now: please try again in an hour."))
    text = given.get("description", "").replace("\x00", "").strip()
    if not text:
        raise Wrong(400, _("description was not provided: say what is wrong and where."))
    window = int(timezone.now().timestamp()) // REPEAT_S
    parts = (
        address_of(request),
        category.code,
        text,
        given.get("lat", ""),
        given.get("long", ""),
        given.get("address_string", ""),
        str(window),
    )
    try:
        report = actions.submit(
            category=category,
            text=text,
            region=region,
            point=point,
            place=_clean(given.get("address_string", "")),
            name=_clean(f"{given.get('first_name', '')} {given.get('last_name', '')}"),
            phone=_clean(given.get("phone", ""))[:40],
            email=_email(given.get("email", "")),
            channel=Channel.OPEN311,
            held=weight != Weight.USUAL,
            outside_id=salted_hmac("pendopo.reports.once", "\n".join(parts)).hexdigest()[:40],
        )
    except Refused as why:
        raise Wrong(400, str(why)) from None
    notice = _("Keep the account_id: with it the report can be replied to and rated.")
    item = {"service_request_id": report.number, "service_notice": notice, "account_id": keys.key_of(report.number)}
    return "service_requests", "request", [item], 201


def _check_key(key: str) -> None:
    if key and (source_by_key(key) if key.startswith(KEY_PREFIX) else person_by_token(key)) is None:
        raise Wrong(403, _("api_key is wrong, revoked or expired: leave it out to report without one."))


def _where(given: Mapping[str, str]) -> tuple[Region, tuple[Decimal, Decimal] | None]:
    """The place: lat and long, the code of a region (address_id), or an address in words."""
    if given.get("lat") or given.get("long"):
        try:
            latitude, longitude = Decimal(given.get("lat", "")), Decimal(given.get("long", ""))
            region = at_point(float(latitude), float(longitude))
        except (InvalidOperation, ValueError):
            if _is_number(given.get("lat", "")) and _is_number(given.get("long", "")):
                raise Wrong(400, _("lat and long lie outside this government's area.")) from None
            raise Wrong(400, _("lat and long are decimal degrees (WGS 84), both together.")) from None
        return region, (round(latitude, 6), round(longitude, 6))
    if given.get("address_id"):
        found = Region.objects.filter(pk=given["address_id"][:13]).first()
        if found is None:
            raise Wrong(400, _("address_id is the code of a region, for example 35.16.13."))
        return found, None
    if given.get("address_string"):
        return in_words(given["address_string"][:500]), None
    raise Wrong(400, _("A place was not provided: send lat and long, address_id, or address_string."))


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:200]


def _email(text: str) -> str:
    return text.strip() if logic.EMAIL.fullmatch(text.strip()) and len(text.strip()) < 200 else ""


def _moment(text: str | None, name: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if text[10:11] in "Tt" else text)
    except ValueError:
        raise Wrong(400, _("%(name)s is a time in W3C format, for example 2026-05-09T00:00:00+07:00.") % {"name": name}) from None
    return found if found.tzinfo else timezone.make_aware(found)
