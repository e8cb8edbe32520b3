"""The API of the house: every room's router under /api/v1, one way of refusing (RFC 9457), one description (OpenAPI 3.1)."""

import logging
import time
from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.throttling import BaseThrottle

from pendopo import __version__
from pendopo.agencies.api import router as agencies
from pendopo.alerts.api import router as alerts
from pendopo.assessments.api import router as assessments
from pendopo.coworking.api import router as coworking
from pendopo.coworking.bookings.actions import TooOften
from pendopo.incidents.cases.api import router as incidents
from pendopo.incidents.posture.api import router as posture
from pendopo.indicators import api as figures
from pendopo.indicators import api_changes, api_lineage, api_quarantine
from pendopo.indicators.api_writing import PROBLEM, WRITING
from pendopo.indicators.credentials import Refusal
from pendopo.indicators.reader import reader_of
from pendopo.meetings.api import router as meetings
from pendopo.network.api import router as network
from pendopo.orders.api import router as orders
from pendopo.regions.api import router as regions
from pendopo.ui.strangers import HOUR_S, to_wait

logger = logging.getLogger(__name__)
# How long a client waits before it asks again while the database is away or busy.
AGAIN_S = 2
# From one address without a credential.
READINGS_AN_HOUR = 3600


# What every operation may answer beside its own: RFC 9457.
REFUSALS = {
    "400": "The body is not what its media type says",
    "401": "The credential is missing, wrong or expired",
    "403": "The credential does not reach this",
    "404": "No such thing, or it is not for your eyes",
    "409": "It stands otherwise by now; the body says how",
    "422": "A parameter is unknown or cannot be read",
    "429": "Too many requests: wait as long as Retry-After says",
    "503": "The database does not answer in this moment: ask again after Retry-After",
}
PROBLEM_BODY = {"application/problem+json": {"schema": PROBLEM}}


class House(NinjaAPI):
    """NinjaAPI with the lean writing route in its description."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The generated description and what asgi.py answers before Django."""
        schema = super().get_openapi_schema(**options)
        path = f"{options.get('path_prefix') or '/api/v1/'}observations"
        schema["paths"][path]["post"] = WRITING
        refusals = {status: {"description": about, "content": PROBLEM_BODY} for status, about in REFUSALS.items()}
        for item in schema["paths"].values():
            for method, told in item.items():
                answers = {str(status): answer for status, answer in told["responses"].items()}
                item[method] = {**told, "responses": {**refusals, **answers}}
        schema["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        schema["security"] = [{}, {"bearer": []}]
        return schema


class Strangers(BaseThrottle):
    """So many readings an hour from one address without a credential: figures stay for everyone, and nobody empties the house."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Whether this one is answered. Whoever reads with a session, key or token that holds is not counted."""
        if request.method not in ("GET", "HEAD") or is_known(request):
            return True
        return not to_wait("api", request, most=READINGS_AN_HOUR)

    def wait(self) -> float:
        """Until the next hour begins."""
        return HOUR_S - time.time() % HOUR_S


def is_known(request: HttpRequest) -> bool:
    """Whether somebody reads who is not anybody."""
    try:
        reader = reader_of(request)
    except Refusal:
        return False
    return not isinstance(reader, AnonymousUser)


api = House(title="Pendopo", throttle=[Strangers()], version=__version__, openapi_url="/openapi.json", docs_url=None, urls_namespace="api")
api.add_router("", figures.router)
api.add_router("", api_lineage.router)
api.add_router("", api_changes.router)
api.add_router("", api_quarantine.router)
api.add_router("", alerts)
api.add_router("", regions)
api.add_router("", agencies)
api.add_router("", incidents)
api.add_router("", posture)
api.add_router("", orders)
api.add_router("", network)
api.add_router("", meetings)
api.add_router("", assessments)
api.add_router("", coworking)


def problem(status: int, code: str, detail: str) -> HttpResponse:
    """An answer as application/problem+json."""
    body = {"type": f"/api/problems#{code}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    answer = JsonResponse(body, status=status, content_type="application/problem+json")
    answer["Content-Language"] = get_language() or "id"
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = 'Bearer realm="Pendopo"'
    return answer


CODES = {401: "credential", 403: "no-right", 404: "not-found", 409: "conflict", 422: "parameter", 429: "quota", 503: "unavailable"}


@api.exception_handler(HttpError)
def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A refusal of a view."""
    return problem(error.status_code, CODES.get(error.status_code, "refused"), str(error))


@api.exception_handler(Throttled)
def on_throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
    """More readings of one address than an hour holds; Retry-After is added."""
    words = _("Your address asked more than %(most)s times within an hour. Wait as long as Retry-After says (seconds), then go on.")
    return problem(429, "quota", words % {"most": READINGS_AN_HOUR})


@api.exception_handler(Refusal)
def on_refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
    """A credential that does not do."""
    return problem(error.status, error.code, str(error))


@api.exception_handler(TooOften)
def on_too_often(request: HttpRequest, error: TooOften) -> HttpResponse:
    """More requests of one person than a minute holds."""
    answer = problem(429, "quota", str(error))
    answer["Retry-After"] = str(error.retry_after_s)
    return answer


@api.exception_handler(ValidationError)
def on_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Parameters of the wrong shape."""
    places = ", ".join(sorted({str(item["loc"][-1]) for item in error.errors}))
    return problem(422, "parameter", _("These parameters cannot be read: %(places)s. See /api/ for what they take.") % {"places": places})


@api.exception_handler(PermissionDenied)
def on_denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    """The doorkeeper's no."""
    return problem(403, "no-right", str(error) or _("You may not do this."))


@api.exception_handler(Http404)
def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Nothing there."""
    return problem(404, "not-found", _("There is nothing at this address."))


@api.exception_handler(OperationalError)
def on_database(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The database is away, or every line to it is taken: nothing was written, and asking again is right."""
    logger.warning("api: %s had no database: %s", request.path, error)
    answer = problem(503, "unavailable", _("The database does not answer in this moment; nothing was written. Please ask again."))
    answer["Retry-After"] = str(AGAIN_S)
    return answer


@api.exception_handler(Exception)
def on_failure(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own fault: logged with its trace, told without it."""
    logger.error("api: %s failed", request.path, exc_info=error)
    return problem(500, "failure", _("Something failed on our side. It was noted; please try again."))
