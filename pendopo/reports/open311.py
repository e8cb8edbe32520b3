"""Open311 GeoReport v2 (https://wiki.open311.org/GeoReport_v2/): services and requests in its words, as JSON and as XML."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from .models import Category, Report, State

MOST_REQUESTS = 1000
MOST_DAYS = 90

Item = dict[str, Any]


def service(category: Category) -> Item:
    """One service of the list."""
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": category.about or category.name,
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(category.keywords),
        "group": category.group,
    }


def request_json(report: Report) -> Item:
    """One report, as everyone may read it: personal data hidden, the point only where one was given."""
    finished = report.state in (State.ANSWERED, State.CLOSED, State.REFUSED, State.MERGED)
    has_picture = bool(report.photo) and report.state != State.RECEIVED
    return {
        "service_request_id": report.number,
        "status": "closed" if finished else "open",
        "status_notes": str(report.get_state_display()),
        "service_name": report.category.name,
        "service_code": report.category.code,
        "description": report.public_text,
        "agency_responsible": report.agency.name if report.agency else "",
        "service_notice": "",
        "requested_datetime": stamp(report.created),
        "updated_datetime": stamp(report.touched),
        "expected_datetime": stamp(report.complete_by),
        "address": ", ".join(part for part in (report.public_place, report.region.name) if part),
        "address_id": report.region_id,
        "zipcode": "",
        "lat": _degrees(report.latitude),
        "long": _degrees(report.longitude),
        "media_url": settings.SITE_URL + reverse("reports:photo", args=[report.number]) if has_picture else "",
    }


def stamp(at: datetime | None) -> str:
    """ISO 8601 with the government's offset."""
    return timezone.localtime(at).replace(microsecond=0).isoformat() if at else ""


def _degrees(value: Any) -> float | None:
    return None if value is None else float(value)


def xml(root: str, element: str, items: Iterable[Mapping[str, Any]]) -> str:
    """The items as the standard's XML: one element each, empty where there is nothing to say."""
    rows = "".join(f"<{element}>{''.join(_element(name, value) for name, value in item.items())}</{element}>" for item in items)
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{rows}</{root}>\n'


def _element(name: str, value: Any) -> str:
    if value is None or value == "":
        return f"<{name}/>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(_printable(text))}</{name}>"


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 cannot hold."""
    return "".join(
        sign for sign in text if sign in "\t\n\r" or sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff"
    )
